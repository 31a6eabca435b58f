"""What one parameter may be, in one place: the six kinds of domain, frozen records that check themselves when made."""

from ayar.space.choices import Bool, Categorical, Choices, Constant, Ordinal
from ayar.space.domain import Domain
from ayar.space.numbers import Float, Int
from ayar.space.prior import Normal
from ayar.space.values import Label

__all__ = ["Bool", "Categorical", "Choices", "Constant", "Domain", "Float", "Int", "Label", "Normal", "Ordinal"]
