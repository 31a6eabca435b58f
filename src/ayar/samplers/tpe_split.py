"""Which told trials a Parzen estimator takes as good, best first: feasible before not, fronts before what they beat.

n, g, c  told trials, goals, constraints      losses  (n, g), NaN where failed      violations  (n, c), NaN unknown
Good are the best tenth; with one goal at most 25. Trials that break constraints follow all that keep them, by their
total violation, each constraint's counted in its greatest known one. Trials that failed or did not tell a constraint's
metric are never good. The front that the limit cuts is cut by greedy hypervolume.
Sources: Bergstra et al. 2011 (the split); Ozaki et al. 2022, Multiobjective tree-structured Parzen estimator, JAIR 73,
1209-1250, doi 10.1613/jair.1.13188, section 4; sizes as in Optuna 5.
"""

import math

import numpy as np

from ayar.numerics.arrays import Floats, Ints
from ayar.numerics.hypervolume import order_by_contribution
from ayar.numerics.pareto import rank
from ayar.trial.goal import Goal

_SHARE = 0.1
_MOST = 25
_MARGIN = 0.1  # the reference lies this part of the front's width beyond its worst


def count_good(n: int, goals: int) -> int:
    """How many of n trials are good.

    >>> [count_good(n, 1) for n in (1, 11, 1000)], count_good(1000, 2)
    ([1, 2, 25], 100)
    """
    most = math.ceil(_SHARE * n)
    return min(most, _MOST) if goals == 1 else most


def good_rows(losses: Floats, violations: Floats) -> Ints:
    """Rows of the good trials, best first; ties by row.

    >>> good_rows(np.array([[3.0], [1.0], [np.nan], [2.0]]), np.zeros((4, 0))).tolist()
    [1]
    """
    excess = _total(violations)
    known = np.isfinite(losses).all(axis=1) & np.isfinite(excess)
    kept = np.flatnonzero(known & (excess == 0.0))
    broken = np.flatnonzero(known & (excess > 0.0))
    count = count_good(len(kept) + len(broken), losses.shape[1])
    rest = broken[np.argsort(excess[broken], kind="stable")]
    return np.concatenate([kept[_best(losses[kept], count)], rest])[:count]


def beyond_thresholds(losses: Floats, goals: tuple[Goal, ...]) -> Floats:
    """(n, g) by how much each goal is worse than its threshold; 0 where it is not, or where there is none."""
    limits = [math.inf if goal.threshold is None else goal.sign * goal.threshold for goal in goals]
    return np.asarray(np.maximum(losses - np.array(limits), 0.0))


def _total(violations: Floats) -> Floats:
    """(n,) sum of the violations, each constraint's as a share of its greatest; NaN where one is unknown."""
    greatest = np.max(violations, axis=0, where=np.isfinite(violations), initial=0.0)
    return np.asarray((violations / np.where(greatest > 0.0, greatest, 1.0)).sum(axis=1))


def _best(losses: Floats, count: int) -> Ints:
    """Up to `count` rows of finite losses (n, g), best first."""
    if losses.shape[1] == 1:
        return np.argsort(losses[:, 0], kind="stable")[:count]
    fronts = rank(losses)
    rows = np.argsort(fronts, kind="stable")[:count]
    if count >= len(losses):
        return rows
    cut = np.flatnonzero(fronts == fronts[rows[-1]])
    whole = rows[fronts[rows] < fronts[rows[-1]]]
    return np.concatenate([whole, cut[_most_volume(losses[cut], count - len(whole))]])


def _most_volume(front: Floats, count: int) -> Ints:
    """`count` rows of a front that together beat much of what all beat, whatever the units of the goals."""
    # Halved, so that the width of losses near the ends of the floats is finite.
    ideal, worst = 0.5 * front.min(axis=0), 0.5 * front.max(axis=0)
    shares = (0.5 * front - ideal) / np.where(worst > ideal, worst - ideal, 1.0)
    return order_by_contribution(shares, np.full(front.shape[1], 1.0 + _MARGIN), count)
