"""How far along its own schedule a training trial is: what its reports mean for trials of other lengths.

Whoever trains along a schedule sets the attribute `ayar.schedule` once per trial and reports values with the steps
done; `ayar.training.announce` does the first. Trials are then compared at the same fraction of their schedules: at the
same step a short schedule has annealed while a long one is still at its peak.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeGuard

import numpy as np

from ayar.numerics.arrays import Floats
from ayar.trial.trial import Report

SCHEDULE = "ayar.schedule"
"""The attribute that holds a `SchedulePlan`."""


@dataclass(frozen=True)
class SchedulePlan:
    """The length of a trial's schedule, in the steps of its reports."""

    total: int
    """Steps of the whole schedule."""
    peak: int = 0
    """Steps done when the learning rate is highest; 0 for a rate that never rises."""

    def to_json(self) -> dict[str, Any]:
        """The plan as the attribute holds it."""
        return asdict(self)


def schedule_plan(attrs: Mapping[str, Any]) -> SchedulePlan | None:
    """The plan among a trial's attributes; None where there is none, or what stands there is none.

    >>> schedule_plan({"ayar.schedule": {"total": 100, "peak": 30}})
    SchedulePlan(total=100, peak=30)
    """
    stored = attrs.get(SCHEDULE)
    if not isinstance(stored, Mapping):
        return None
    total, peak = stored.get("total"), stored.get("peak", 0)
    return SchedulePlan(total, peak) if _is_step(total) and _is_step(peak) and max(peak, 1) <= total else None


def _is_step(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


@dataclass(frozen=True, eq=False)
class Progress:
    """What a trial reported, by the fraction of its schedule that was done."""

    fractions: Floats
    """(n,) rising, of the whole schedule; 1 is its end."""
    values: Floats
    """(n,) in the goal's own sign; may hold infinities and NaN."""
    peak: float
    """Fraction at which the learning rate is highest."""

    @property
    def done(self) -> float:
        """The fraction of the last report."""
        return float(self.fractions[-1])

    def at(self, fraction: float) -> float:
        """The value at a fraction, on the line between two reports; NaN before the first and after the last."""
        return float(np.interp(fraction, self.fractions, self.values, left=math.nan, right=math.nan))


def progress_of(attrs: Mapping[str, Any], reports: Iterable[Report]) -> Progress | None:
    """The progress of a trial; None without a plan or reports. Of a step reported twice the last value counts."""
    plan = schedule_plan(attrs)
    by_step = {report.step: report.value for report in reports if report.fold is None and report.step >= 0}
    if plan is None or not by_step:
        return None
    steps = sorted(by_step)
    return Progress(
        np.minimum(np.array(steps, dtype=float) / plan.total, 1.0),
        np.array([by_step[step] for step in steps], dtype=float),
        plan.peak / plan.total,
    )
