"""What the caller believes about a parameter before any trial: a normal for numbers, weights for choices.

Stored with the space and written to JSON.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ayar.base.errors import SpaceError, shorten
from ayar.space.values import is_number, native


@dataclass(frozen=True, slots=True)
class Normal:
    """A normal belief, cut off at the parameter's bounds.

    Arguments:
        mean: the likeliest value, in the parameter's unit.
        sd: standard deviation, above 0, in the parameter's unit; for a log=True parameter, of the natural logarithm.

    >>> Normal(0.1, 0.05)
    Normal(mean=0.1, sd=0.05)
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        """Check both numbers."""
        for name in ("mean", "sd"):
            value = native(getattr(self, name))
            if not is_number(value) or not math.isfinite(value):
                raise SpaceError(f"Normal: {name} must be a finite number, got {shorten(value)}")
            object.__setattr__(self, name, float(value))
        if self.sd <= 0:
            raise SpaceError(f"Normal: sd must be above 0, got {self.sd}")


def check_normal(prior: Any, low: float, high: float, where: str) -> None:
    """Raise SpaceError unless `prior` is None or a Normal whose mean lies within the bounds."""
    if prior is None:
        return
    if not isinstance(prior, Normal):
        raise SpaceError(f"{where}: the prior of a number is ayar.Normal(mean, sd), got {shorten(prior)}")
    if not low <= prior.mean <= high:
        raise SpaceError(f"{where}: the prior's mean must lie in [{low}, {high}], got {prior.mean}")


def check_weights(prior: Any, count: int, where: str) -> tuple[float, ...] | None:
    """`prior` as one weight per choice.

    Raises:
        SpaceError: another count, a negative or non-finite weight, or all of them 0.
    """
    if prior is None:
        return None
    if isinstance(prior, str) or not isinstance(prior, Sequence) or len(prior) != count:
        raise SpaceError(f"{where}: the prior is one weight per choice ({count}), got {shorten(prior)}")
    weights = [native(weight) for weight in prior]
    if not all(is_number(weight) and 0 <= weight < math.inf for weight in weights) or not sum(weights) > 0:
        raise SpaceError(f"{where}: weights must be finite, not negative and not all 0, got {shorten(prior)}")
    return tuple(float(weight) for weight in weights)
