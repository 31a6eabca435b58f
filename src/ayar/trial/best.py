"""Which trials are best: feasibility first, finite before infinite, then the goals.

With one goal the best is the trial of least loss (the earlier of equals); with several it is the front of trials
that no other beats in every goal, less those that miss a goal's threshold. Source of the order: Deb et al. 2002,
doi 10.1109/4235.996017, section VI (constrained dominance).
"""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ayar.base.errors import NoTrial
from ayar.numerics.pareto import non_dominated
from ayar.trial.goal import Goal
from ayar.trial.history import History
from ayar.trial.state import State


def best_number(history: History) -> int:
    """Number of the best trial of a study with one goal.

    Raises:
        NoTrial: no complete, feasible trial; the message counts what there is.
    """
    mask = _candidates(history)
    losses = np.where(mask, history.losses[:, 0], np.inf)
    finite = mask & np.isfinite(losses)
    if finite.any():
        return int(np.argmin(np.where(finite, losses, np.inf)))
    # Only infinite values: the first complete trial stands for them.
    return int(np.argmax(mask))


def front_numbers(history: History) -> list[int]:
    """Numbers of the non-dominated trials that meet the goals' thresholds, in order of number.

    Raises:
        NoTrial: no complete, feasible trial, or none that meets the thresholds.
    """
    mask = _candidates(history) & accepted(history.goals, history.losses)
    if not mask.any():
        raise NoTrial(_why_none_accepted(history))
    finite = mask & np.isfinite(history.losses).all(axis=1)
    rows = np.flatnonzero(finite if finite.any() else mask)
    return [int(number) for number in rows[non_dominated(history.losses[rows])]]


def accepted(goals: Sequence[Goal], losses: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(m,) mask of the rows of (m, g) `losses` that meet every goal's threshold."""
    limits = [math.inf if goal.threshold is None else goal.sign * goal.threshold for goal in goals]
    met: NDArray[np.bool_] = np.all(losses <= np.array(limits), axis=1)
    return met


def _why_none_accepted(history: History) -> str:
    values = history.losses[_candidates(history)] * [goal.sign for goal in history.goals]
    lines = [
        f"\n  {goal.name}: expected {'at most' if goal.sign > 0 else 'at least'} {goal.threshold:g}, the best is "
        f"{goal.sign * float(np.min(goal.sign * column)):g}"
        for goal, column in zip(history.goals, values.T, strict=True)
        if goal.threshold is not None
    ]
    return f"expected a trial that meets the goals' thresholds, got none of {len(values)}{''.join(lines)}"


def _candidates(history: History) -> NDArray[np.bool_]:
    complete = history.having(State.COMPLETE) & history.inside
    mask = complete & history.feasible
    if not mask.any():
        raise NoTrial(_why_none(history, int(complete.sum())))
    return mask


def _why_none(history: History, complete: int) -> str:
    counts = ", ".join(f"{count} {state}" for state, count in history.counts().items()) or "no trials yet"
    causes = Counter(
        trial.failure.headline for trial in history.trials(State.FAILED) if trial.failure is not None
    ).most_common(3)
    why = "".join(f"\n  {count} failed: {cause}" for cause, count in causes)
    outside = int((history.having(State.COMPLETE) & ~history.inside).sum())
    if outside and not complete:
        return (
            f"expected a complete trial in the space as it is now, got none; {outside} lie outside it ({counts}){why}"
        )
    if complete:
        return f"expected a trial that keeps the constraints, got none ({counts}){why}{_why_infeasible(history)}"
    return f"expected a complete trial, got none ({counts}){why}"


def _why_infeasible(history: History) -> str:
    violations = history.violations[history.having(State.COMPLETE) & history.inside]
    lines = []
    for constraint, column in zip(history.constraints, violations.T, strict=True):
        if np.isnan(column).all():
            lines.append(f"\n  {constraint.name}: no trial told it; return it beside the goals, by name")
        elif not (column == 0.0).any():
            lines.append(
                f"\n  {constraint.name}: every trial lies outside its bounds, the nearest by {np.nanmin(column):g}"
            )
    return "".join(lines) or "\n  each constraint is kept by some trial, all of them by none"
