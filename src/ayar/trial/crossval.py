"""What a cross-validated trial leaves behind: which folds it goes through, and the scores of those it has been through.

Whoever cross-validates sets the attribute `ayar.folds` once per trial and reports each score with its fold. Schedulers,
samplers and reports read both here. A repeat of a training with another seed is a fold too.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeGuard

from ayar.trial.trial import Report

FOLDS = "ayar.folds"
"""The attribute that holds a `FoldPlan`."""


@dataclass(frozen=True)
class FoldPlan:
    """The folds that a trial goes through."""

    k: int
    """Folds in one repeat."""
    repeats: int = 1
    split: str = ""
    """Equal for trials that are judged on the same folds, so that they can be compared fold by fold."""

    @property
    def total(self) -> int:
        """Folds in all."""
        return self.k * self.repeats

    def to_json(self) -> dict[str, Any]:
        """The plan as the attribute holds it."""
        return asdict(self)


def fold_plan(attrs: Mapping[str, Any]) -> FoldPlan | None:
    """The plan among a trial's attributes; None where there is none, or what stands there is none.

    >>> fold_plan({"ayar.folds": {"k": 5, "repeats": 2, "split": "8a1f"}}).total
    10
    """
    stored = attrs.get(FOLDS)
    if not isinstance(stored, Mapping):
        return None
    k, repeats, split = stored.get("k"), stored.get("repeats", 1), stored.get("split", "")
    return FoldPlan(k, repeats, str(split)) if _is_count(k) and _is_count(repeats) else None


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def fold_scores(reports: Iterable[Report]) -> dict[int, float]:
    """The last finite score of each fold, by fold; reports without a fold are left out."""
    return {report.fold: report.value for report in reports if report.fold is not None and math.isfinite(report.value)}
