"""What pictures are drawn of: a Fold, or anything that has one, such as a Study."""

from typing import Any

from ayar.base.errors import ArgumentError, shorten
from ayar.trial.fold import Fold


def as_fold(source: Any) -> Fold:
    """The fold of a study.

    Raises:
        ArgumentError: neither a Fold nor something with a `fold`.
    """
    fold = source if isinstance(source, Fold) else getattr(source, "fold", None)
    if not isinstance(fold, Fold):
        raise ArgumentError(f"expected a study, got {type(source).__name__} {shorten(source)}")
    return fold
