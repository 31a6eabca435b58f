"""When a run of CMA-ES has nothing more to find.

N  ordered coordinates     λ  population     generations counted from the run's first; lengths in units of the cube
Sources: Hansen 2009, Benchmarking a BI-population CMA-ES on the BBOB-2009 function testbed, section 2.1 (the criteria);
Hansen 2016, arXiv:1604.00772, appendix B.3. Two differ: flatness is measured against the losses of the run, so that no
unit is assumed, and steps count as vanished at 1e-9 of a parameter's range, beyond which no one tunes.
"""

import math
import statistics
from collections.abc import Sequence

import numpy as np

from ayar.numerics.arrays import Bools
from ayar.numerics.cma import Gaussian, Strategy

_FLAT = 1e-12  # of the spread of the losses of the run
_VANISHED = 1e-9
_CONDITION = 1e14
_STAGNATION_SHARE, _STAGNATION_MOST = 0.2, 20_000
_COMPARED = 0.3  # the last 30 % of a stretch is compared with its first 30 %


class Course:
    """The losses of one run, generation by generation."""

    def __init__(self) -> None:
        self.best: list[float] = []
        self.median: list[float] = []
        self.level: list[bool] = []
        """Whether the best and the k-th best of the generation were equal, k = 1 + ⌈0.1 + λ/4⌉."""
        self.highest = -math.inf
        """The largest median so far, and the smallest loss."""
        self.lowest = math.inf

    def add(self, losses: Sequence[float], population: int) -> None:
        """Take in one generation.

        Arguments:
            losses: of its trials that succeeded and kept the result constraints, in any order.
            population: λ.
        """
        ranked = sorted(losses)
        kth = math.ceil(0.1 + population / 4)
        self.best.append(ranked[0] if ranked else math.inf)
        self.median.append(statistics.median(ranked) if ranked else math.inf)
        self.level.append(not ranked or (kth < len(ranked) and ranked[kth] == ranked[0]))
        if ranked:
            self.highest, self.lowest = max(self.highest, self.median[-1]), min(self.lowest, ranked[0])


def stop_reason(course: Course, g: Gaussian, strategy: Strategy, continuous: Bools) -> str | None:
    """Why the run should end, in words; None while it should go on.

    Arguments:
        course: the losses so far.
        g: the distribution after the last generation.
        strategy: its constants.
        continuous: (N,) coordinates whose steps may vanish.
    """
    window = 10 + math.ceil(30 * len(g.mean) / strategy.population)
    if _is_flat(course, window):
        return "the losses were flat"
    if _has_vanished(g, continuous):
        return "the steps had become too small to matter"
    if len(g.mean) and g.D[-1] > math.sqrt(_CONDITION) * g.D[0]:
        return "the covariance was too narrow to go on with"
    if _stagnates(course, 120 + 30 * len(g.mean) // strategy.population):
        return "the losses had stopped falling"
    return None


def _is_flat(course: Course, window: int) -> bool:
    if len(course.best) < window:
        return False
    if sum(course.level[-window:]) > window / 3:
        return True
    recent = course.best[-window:]
    return max(recent) - min(recent) <= _FLAT * (course.highest - course.lowest)


def _has_vanished(g: Gaussian, continuous: Bools) -> bool:
    """Whether the steps of all continuous coordinates are tiny; where there are none, of all, before any stretch."""
    if not len(g.mean):
        return False
    lengths = g.sigma * np.maximum(np.sqrt(np.diag(g.C)), np.abs(g.p_c))
    return bool((lengths[continuous] if continuous.any() else lengths).max() < _VANISHED)


def _stagnates(course: Course, least: int) -> bool:
    """Neither best nor median losses of the last part are better, in the median, than those of the first part."""
    length = min(max(least, int(_STAGNATION_SHARE * len(course.best))), _STAGNATION_MOST)
    if len(course.best) < length:
        return False
    part = int(_COMPARED * length)
    return all(
        statistics.median(losses[-part:]) >= statistics.median(losses[-length : part - length])
        for losses in (course.best, course.median)
    )
