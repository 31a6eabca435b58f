"""Where a proposal may lie: one branch, or a box around the incumbent that grows with success and shrinks without.

D      coded columns          u  (D,) unit coordinates of the centre          ℓ  (D,) length-scales
L      side of the box before it is stretched along long length-scales: L · ℓ_d / geomean(ℓ)
A proposal from the box succeeds where its posterior mean lies below those of all rows told before it by 1e-3
deviations of the targets: means, since a lucky draw is no success. All data stay in the model; a box that has become
too small starts anew around the best row far from where it was, or in another branch; where none is left, around the
best again. Its state follows from told rows and their notes.
Sources: Eriksson et al. 2019, TuRBO, arXiv:1910.01739, algorithm 1; Wan et al. 2021, Casmopolitan, arXiv:2102.07188,
section 4.2 (Hamming distance over categories).
"""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ayar.numerics.arrays import Bools, Floats

_FIRST, _LARGEST, _SMALLEST = 0.8, 1.6, 2.0**-7
_SUCCESSES = 3
_FEWEST_FAILURES = 4
_GAIN = 1e-3
_ROUNDING = 1e-9  # settled coordinates lie on a grid
_AWAY = 0.2  # least distance of a new centre from the one given up, largest coordinate


class Limit(Protocol):
    """A part of the space."""

    def admits(self, U: Floats, A: Bools) -> Bools:
        """(m,) whether points U (m, D) with activity A lie in it."""


@dataclass(frozen=True, eq=False)
class Branch:
    """The points of one activity."""

    activity: Bools
    """(D,)."""

    def admits(self, U: Floats, A: Bools) -> Bools:  # noqa: ARG002 - the protocol's
        """As `Limit.admits`."""
        return np.asarray((self.activity == A).all(axis=1))


@dataclass(frozen=True, eq=False)
class Region:
    """A box around a centre, with at most `radius` categories changed."""

    center: Floats
    side: float
    lower: Floats
    upper: Floats
    levels: Floats
    """(D,) number of values of unordered parameters, 0 for the others."""
    radius: int

    @classmethod
    def around(cls, center: Floats, side: float, lengths: Floats, levels: Floats) -> "Region":
        """The box of side L around (D,) unit coordinates."""
        ordered = levels == 0
        spread = np.log(lengths[ordered]) if ordered.any() else np.zeros(1)
        sides = side * np.exp(np.log(lengths) - spread.mean())
        lower = np.where(ordered, np.clip(center - 0.5 * sides, 0.0, 1.0), 0.0)
        upper = np.where(ordered, np.clip(center + 0.5 * sides, 0.0, 1.0), 1.0)
        return cls(center, side, lower, upper, levels, math.ceil(side * float((~ordered).sum())))

    def admits(self, U: Floats, A: Bools) -> Bools:
        """As `Limit.admits`; inactive coordinates are not read."""
        middle, half = 0.5 * (self.lower + self.upper), 0.5 * (self.upper - self.lower)
        inside = (np.abs(U - middle) <= half + _ROUNDING) | ~A
        changed = (np.floor(U * self.levels) != np.floor(self.center * self.levels)) & A & (self.levels > 0)
        return np.asarray(inside.all(axis=1) & (changed.sum(axis=1) <= self.radius))

    def squeezed(self, U: Floats, ranks: Floats) -> Floats:
        """Points U (m, D) of the cube brought into the box; the `radius` categories of least rank (m, D) may differ."""
        unordered = self.levels > 0
        order = np.argsort(np.argsort(np.where(unordered, ranks, np.inf), axis=1, kind="stable"), axis=1, kind="stable")
        kept = unordered & (order >= self.radius)
        return np.where(kept, self.center, self.lower + U * (self.upper - self.lower))


def side_and_center(means: Floats, local: Bools, U: Floats, patience: int) -> tuple[float, int]:
    """L and the row of the centre, after all told rows.

    Arguments:
        means: (n,) posterior means in the order of the tells; infinite for rows that are no candidates.
        local: (n,) rows that a box proposed.
        U: (n, D) their coordinates, NaN where inactive.
        patience: failures in a row that halve the box.
    """
    side, streak = _FIRST, 0
    best, finite = np.minimum.accumulate(means), np.isfinite(means)
    allowed = np.ones(len(means), dtype=np.bool_)
    for row in np.flatnonzero(local):
        success = row > 0 and means[row] < best[row - 1] - _GAIN
        streak = max(streak, 0) + 1 if success else min(streak, 0) - 1
        if streak >= _SUCCESSES:
            side, streak = min(2.0 * side, _LARGEST), 0
        elif -streak >= patience:
            side, streak = 0.5 * side, 0
        if side < _SMALLEST:
            known = np.arange(len(means)) <= row
            allowed &= _distances(U, U[_best(means, allowed & known)]) > _AWAY
            if not (allowed & known & finite).any():
                allowed[:] = True
            side = _FIRST
    return side, _best(means, allowed)


def patience(active: float) -> int:
    """Failures in a row that halve the box, for so many active parameters."""
    return max(_FEWEST_FAILURES, math.ceil(active))


def _distances(U: Floats, center: Floats) -> Floats:
    """(n,) largest coordinate of U − centre; 1 where one of the two is inactive."""
    apart = np.isnan(U) != np.isnan(center)
    return np.asarray(np.where(apart, 1.0, np.nan_to_num(np.abs(U - center))).max(axis=1, initial=0.0))


def _best(means: Floats, allowed: Bools) -> int:
    return int(np.argmin(np.where(allowed, means, np.inf)))
