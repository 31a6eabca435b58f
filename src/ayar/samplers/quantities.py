"""What a proposal models: every goal, every metric that a result constraint bounds, and whether a trial succeeds.

n  told rows that teach a quantity       y  (n,) targets, standardised
Goals are capped and warped (`numerics.warps`), metrics tamed (`numerics.tamed`). Success is a metric too: −1 for a
trial with a result, +1 for a failed one, kept at or below 0 (least-squares classification); so crashes have lengths of
their own, a crash by chance teaches noise and not a region, and no invented value bends the goals.
Source: Rasmussen and Williams 2006, section 6.5 (least-squares classification).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ayar.numerics.arrays import Floats, Ints
from ayar.numerics.tamed import tame
from ayar.numerics.warps import Warp, fit_warp
from ayar.samplers.told import Told
from ayar.trial.goal import Constraint, Goal
from ayar.trial.setup import Setup

SUCCESS = "success"
_SLACK = 0.1
"""Known variance of a success target. Without it a step between labels is best explained by short length-scales and no
noise, and every place away from told failures seems worth a try: of trials 10 to 21 on a line whose upper half fails,
3.4 fail without it, 2.0 with it, 4.1 with 0.3 (means of 10 seeds)."""


@dataclass(frozen=True, eq=False)
class Quantity:
    """One modelled number and what is told of it."""

    name: str
    """"goal NAME", "metric NAME" or "success"."""
    rows: Ints
    """Which told rows teach it, rising."""
    y: Floats
    noise: Floats
    """(n,) known variance of each target, 0 where none is known."""
    low: float = -math.inf
    high: float = math.inf
    """Targets that count as kept; for a goal `high` is the threshold, the worst that is acceptable."""
    confidence: float = 0.0
    """Probability of being kept that is demanded of a recommended point."""
    warp: Warp | None = None
    """The way back to told losses; goals only."""

    def values(self, y: Floats) -> Floats:
        """Told losses of targets y; of other quantities than goals the targets themselves."""
        return y if self.warp is None else self.warp.values(y)


def goals(setup: Setup, told: Told) -> list[Quantity]:
    """The goals; empty while no trial has finite values."""
    rows = np.flatnonzero(np.isfinite(told.goals).all(axis=1))
    return [_goal(goal, told, rows, j) for j, goal in enumerate(setup.goals)] if len(rows) else []


def limits(setup: Setup, told: Told) -> list[Quantity]:
    """The metrics of result constraints that any trial told, and success where any trial failed."""
    found = [
        _metric(constraint, told, k) for k, constraint in enumerate(setup.constraints) if _says(constraint, told, k)
    ]
    return [*found, _success(told)] if told.failed.any() else found


def every(setup: Setup, told: Told) -> Iterator[Quantity]:
    """All that is modelled."""
    yield from goals(setup, told)
    yield from limits(setup, told)


def _goal(goal: Goal, told: Told, rows: Ints, j: int) -> Quantity:
    losses = told.goals[rows, j]
    warp = fit_warp(losses)
    noise = warp.variances(losses, told.sd[rows, j])
    worst = math.inf if goal.threshold is None else float(warp.targets(np.array(goal.sign * goal.threshold)))
    known = np.where(np.isfinite(noise), noise, 0.0)
    return Quantity(f"goal {goal.name}", rows, warp.targets(losses), known, high=worst, warp=warp)


def _says(constraint: Constraint, told: Told, k: int) -> bool:
    """Whether the constraint bounds anything, and a trial told its metric."""
    return bool(np.isfinite(constraint.bounds).any() and np.isfinite(told.metrics[:, k]).any())


def _metric(constraint: Constraint, told: Told, k: int) -> Quantity:
    rows = np.flatnonzero(np.isfinite(told.metrics[:, k]))
    y, low, high = tame(told.metrics[rows, k], *constraint.bounds)
    return Quantity(f"metric {constraint.name}", rows, y, np.zeros(len(y)), low, high, constraint.confidence or 0.0)


def _success(told: Told) -> Quantity:
    n = len(told.failed)
    share = (float(told.failed.sum()) + 0.5) / (n + 1.0)
    labels, mean = np.where(told.failed, 1.0, -1.0), 2.0 * share - 1.0
    deviation = 2.0 * math.sqrt(share * (1.0 - share))
    return Quantity(SUCCESS, np.arange(n), (labels - mean) / deviation, np.full(n, _SLACK), high=-mean / deviation)
