"""Parzen densities over mixed, conditional points: a product kernel for each point, and one for the belief before any.

n, D  points and parameters              U, A  (n, D) unit coordinates and activity
K     kernels: n, then the belief's      w     (K,) weights, sum 1
d     numbers without steps              M, s  (n, d) centres and (d,) bandwidths; q  the belief
m     points to score or to draw         x, a  (m, d) their coordinates and activity

A kernel is, for a number, a normal cut to [0, 1], or its mass in the value's cell where the number has steps; for a
choice, a smoothed table. Where a point lacks a parameter its kernel holds the belief instead, and what a scored point
lacks is left out. So the density is one over the whole tree: given the parents, whatever they make active integrates
to 1; branches share what they have in common and need no densities of their own.

For numbers without steps the log densities of all kernels at all points are one matrix product,
    a (A ln N(x; M, s²) − A ln mass + (1 − A) ln q)  =  [M, A c, A] · [a x / s², a, −a x² / 2s² − a ln q] + a ln q,
with c of `kernel_scales`, and x and M taken from the middle, which saves digits.

Bandwidth: s = σ n^(−1/(p + 4)) for parameters of deviation σ in n points of p active parameters each, in steps of an
eighth of an octave, within [1 / min(100, n + 2), 1]. Sources: Scott 2015, Multivariate Density Estimation, eq. (6.44);
least bandwidth and tables: Watanabe 2023, arXiv:2304.11127, section 3.3; measured against the gap to the neighbour in
docs/research/engine-ablations.md, 14.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ayar.numerics.arrays import Bools, Floats, Ints
from ayar.numerics.kernel_scales import Scales, log_scales
from ayar.numerics.truncated_normal import log_mass, unit_mass, unit_quantile

SCALE = 1.0
"""Factor of the bandwidth."""
NARROWEST = 100.0
"""The least bandwidth is this part of the range."""
_STEPS = 8.0  # of a bandwidth in a factor of 2, so that most stay as they were when a point is added
_UNIFORM = 1.0 / 12.0  # variance that the belief adds, as one more point
_NARROW_CELL = 1e-4  # where all cells are narrower, the density in the middle serves
_COUNTED = 4_096  # values that are told apart by counting; above, by sorting
_BLOCK = 512  # kernels whose densities are worked out at once, so that the processor's own memory holds them
_LEAST_CHANCE = 1e-300  # stands for a chance of 0, whose logarithm is not finite
_LN_SQRT_2PI = 0.5 * np.log(2.0 * np.pi)


@dataclass(frozen=True, slots=True)
class Number:
    """A numeric or ordered parameter; the belief is a normal in unit coordinates, cut to [0, 1], or chances."""

    mean: float = 0.5
    sd: float = 1.0
    levels: int = 0
    """Number of its values; 0 if continuous."""
    first: int = 0
    """For whole numbers on a log scale the least, at least 1; 0 where the cells of all values are equally wide."""
    chances: tuple[float, ...] = ()
    """The belief in each value, (levels,), sum 1; empty where the normal holds."""

    @property
    def has_steps(self) -> bool:
        """Whether its cells, the widest of which is the first, are wide enough to matter."""
        if not self.first:
            return 0 < self.levels < 1.0 / _NARROW_CELL
        return math.log((self.first + 0.5) / (self.first - 0.5)) > _NARROW_CELL * self.span

    @property
    def span(self) -> float:
        """Width of the whole range in the logarithm."""
        return math.log((self.first + self.levels - 0.5) / (self.first - 0.5))

    def places(self, u: Floats) -> Floats:
        """Which cells hold u: 0, 1, up to levels - 1."""
        place = np.rint((self.first - 0.5) * np.exp(self.span * u)) - self.first if self.first else u * self.levels
        return np.clip(np.floor(place), 0.0, self.levels - 1.0)

    def values(self, place: Ints) -> Floats:
        """Where the values lie, in unit coordinates."""
        if not self.first:
            return np.asarray((place + 0.5) / self.levels)
        return np.log((self.first + place) / (self.first - 0.5)) / self.span

    def cells(self, u: Floats) -> tuple[Floats, Floats]:
        """Lower and upper ends of the cells that hold u, in unit coordinates."""
        place = self.places(u)
        if not self.first:
            return place / self.levels, (place + 1.0) / self.levels
        value, start = self.first + place, self.first - 0.5
        return np.log((value - 0.5) / start) / self.span, np.log((value + 0.5) / start) / self.span


@dataclass(frozen=True, slots=True)
class Choice:
    """A parameter of C unordered values; value c holds [c, c + 1) / C of the unit interval."""

    chances: tuple[float, ...]
    """The belief in each value, (C,), sum 1."""


Axis: TypeAlias = Number | Choice


class Axes:
    """The parameters, sorted by the kernels they need."""

    def __init__(self, each: Sequence[Axis]) -> None:
        self.each = tuple(each)
        numbers = {d: axis for d, axis in enumerate(each) if isinstance(axis, Number)}
        self.stepped = {d: axis for d, axis in numbers.items() if axis.has_steps}
        self.choices = {d: axis for d, axis in enumerate(each) if isinstance(axis, Choice)}
        smooth = {d: axis for d, axis in numbers.items() if d not in self.stepped}
        self.smooth: Ints = np.array(list(smooth), dtype=np.intp)
        self.means: Floats = np.array([axis.mean for axis in smooth.values()])
        """(d,) beliefs of the smooth ones."""
        self.sds: Floats = np.array([axis.sd for axis in smooth.values()])


class Parzen:
    """The mixture of the kernels of some points and of the belief.

    Arguments:
        axes: the D parameters.
        U, A: (n, D) the points; n may be 0. Coordinates of inactive parameters are not read.
        weights: (n,) weights of the points; the belief's is 1.
        scales: `log_scales`, or what remembers its numbers.

    >>> axes = Axes([Number(), Choice((0.5, 0.5))])
    >>> density = Parzen(axes, np.array([[0.2, 0.75]]), np.ones((1, 2), bool), np.ones(1))
    >>> density.log_density(np.array([[0.2, 0.75], [0.9, 0.25]]), np.ones((2, 2), bool)).round(3).tolist()
    [-0.134, -1.334]
    """

    def __init__(self, axes: Axes, U: Floats, A: Bools, weights: Floats, scales: Scales = log_scales) -> None:
        self.weights: Floats = np.append(weights, 1.0) / (weights.sum() + 1.0)
        self.parts = tuple(_parts(axes, U, A, scales))

    def draw(self, uniforms: Floats) -> tuple[Floats, Ints]:
        """Points (m, D) from uniforms (m, 1 + D), all parameters given; and the kernel each is from, (m,).

        Kernel number n is the belief's.
        """
        ends = np.cumsum(self.weights)
        kernels = np.minimum(np.searchsorted(ends, uniforms[:, 0], side="right"), len(ends) - 1)
        U = np.empty((len(uniforms), uniforms.shape[1] - 1))
        for part in self.parts:
            U[:, part.columns] = part.draw(uniforms[:, 1:][:, part.columns], kernels)
        return U, kernels

    def log_density(self, U: Floats, A: Bools) -> Floats:
        """(m,) at unit coordinates U (m, D) with activity A; finite."""
        log_weights, factors = np.log(self.weights)[:, None], []
        for part in self.parts:
            a = A[:, part.columns]
            factors.append(part.log_kernels(np.where(a, U[:, part.columns], 0.5), a))
        blocks = []
        for start in range(0, len(log_weights), _BLOCK):
            rows = slice(start, start + _BLOCK)
            each = sum((factor(rows) for factor in factors), log_weights[rows])
            blocks.append(_log_sum(np.broadcast_to(each, (len(each), len(U)))))
        return _log_sum(np.array(blocks))


class _Part(ABC):
    """The factors of all kernels in some of the parameters."""

    columns: Ints

    @abstractmethod
    def draw(self, uniforms: Floats, kernels: Ints) -> Floats:
        """Coordinates (m, d) of points from the given kernels (m,), by uniforms (m, d)."""

    @abstractmethod
    def log_kernels(self, x: Floats, a: Bools) -> Callable[[slice], Floats]:
        """From rows of the K kernels to the logarithms of their factors at every point (m, d), one row a kernel.

        The factor is 1 where a is not, and x is ½.
        """


def _parts(axes: Axes, U: Floats, A: Bools, scales: Scales) -> Iterator[_Part]:
    p = float(A.sum()) / max(len(A), 1)
    if len(axes.smooth):
        yield _Smooth(axes, U, A, p, scales)
    for d, number in axes.stepped.items():
        yield _Stepped(d, number, U[:, d], A[:, d], p)
    for d, choice in axes.choices.items():
        yield _Chosen(d, choice, U[:, d], A[:, d])


class _Smooth(_Part):
    """Normals cut to [0, 1], of all numbers without steps."""

    def __init__(self, axes: Axes, U: Floats, A: Bools, p: float, scales: Scales) -> None:
        self.axes, self.columns = axes, axes.smooth
        if len(self.columns) == U.shape[1]:
            self.A: Bools = A
            self.M: Floats = U - 0.5
        else:
            # `take` keeps rows together in memory, where indexing would not.
            self.A, self.M = A.take(self.columns, axis=1), U.take(self.columns, axis=1) - 0.5
        np.copyto(self.M, 0.0, where=~self.A)
        self.s = bandwidths(self.A.sum(axis=0), self.M.sum(axis=0), np.einsum("nd,nd->d", self.M, self.M), p)
        self.kernels = np.zeros((len(U) + 1, 3 * len(self.columns)))
        """(K, 3 d) left factor of the matrix product; the last row, the belief's, is 0."""
        np.concatenate([self.M, np.where(self.A, scales(self.M, self.s), 0.0), self.A], axis=1, out=self.kernels[:-1])

    def draw(self, uniforms: Floats, kernels: Ints) -> Floats:
        own = np.concatenate([self.A, np.zeros((1, len(self.columns)), dtype=np.bool_)])[kernels]
        mean = np.where(own, np.concatenate([self.M + 0.5, self.axes.means[None]])[kernels], self.axes.means)
        return unit_quantile(uniforms, mean, np.where(own, self.s, self.axes.sds))

    def log_kernels(self, x: Floats, a: Bools) -> Callable[[slice], Floats]:
        belief = np.where(a, _log_normal(x, self.axes.means, self.axes.sds), 0.0)
        u = (x - 0.5) / self.s  # 0 where the point lacks the parameter
        features = np.concatenate([u / self.s, a, -0.5 * u * u - belief], axis=1)
        total = belief.sum(axis=1)
        return lambda rows: self.kernels[rows] @ features.T + total


class _Stepped(_Part):
    """Masses of normals in the cells of one number; kernels of one value are worked out once."""

    def __init__(self, d: int, axis: Number, u: Floats, active: Bools, p: float) -> None:
        self.columns = np.array([d])
        self.axis = axis
        values, rows, counts = _distinct(axis, u[active])
        self.row = np.full(len(u) + 1, len(values))
        self.row[:-1][active] = rows
        self.M = np.append(values, axis.mean)
        from_middle = values - 0.5
        width = bandwidths(counts.sum(), counts @ from_middle, counts @ from_middle**2, p)
        self.s = np.append(np.repeat(width, len(values)), axis.sd)

    def draw(self, uniforms: Floats, kernels: Ints) -> Floats:
        row = self.row[kernels][:, None]
        points = unit_quantile(uniforms, self.M[row], self.s[row])
        if not self.axis.chances:
            return points
        return np.where(row == len(self.M) - 1, _picked(np.array([self.axis.chances]), uniforms), points)

    def log_kernels(self, x: Floats, a: Bools) -> Callable[[slice], Floats]:
        low, high = self.axis.cells(x[:, 0])
        M, s = self.M[:, None], self.s[:, None]
        table = log_mass((low - M) / s, (high - M) / s) - np.log(unit_mass(M, s))
        if self.axis.chances:
            table[-1] = _log(np.array(self.axis.chances))[_places(x[:, 0], self.axis.levels)]
        table = np.where(a[:, 0], table, 0.0)
        return lambda rows: table.take(self.row[rows], axis=0)


class _Chosen(_Part):
    """Smoothed tables of one choice: a kernel of value c gives it 1 + C q_c / k of 1 + C / k, others C q / k.

    k is the number of kernels that have the choice, the belief's among them; q the belief, which is the last row.
    """

    def __init__(self, d: int, axis: Choice, u: Floats, active: Bools) -> None:
        self.columns = np.array([d])
        q = np.array(axis.chances)
        self.row = np.full(len(u) + 1, len(q))
        self.row[:-1][active] = _places(u[active], len(q))
        smoothing = len(q) / (np.count_nonzero(active) + 1.0)
        self.table = np.concatenate([(np.eye(len(q)) + smoothing * q) / (1.0 + smoothing), q[None]])

    def draw(self, uniforms: Floats, kernels: Ints) -> Floats:
        return _picked(self.table[self.row[kernels]], uniforms)

    def log_kernels(self, x: Floats, a: Bools) -> Callable[[slice], Floats]:
        table = _log(self.table)[:, _places(x[:, 0], self.table.shape[1])]
        table = np.where(a[:, 0], table, 0.0)
        return lambda rows: table.take(self.row[rows], axis=0)


def _log_normal(x: Floats, mean: Floats, sd: Floats) -> Floats:
    """The log density of N(mean, sd²) cut to [0, 1]."""
    z = (x - mean) / sd
    return np.asarray(-0.5 * z * z - np.log(sd * unit_mass(mean, sd)) - _LN_SQRT_2PI)


def _places(u: Floats, count: int) -> Ints:
    """Numbers of the values at u, of `count` that share the unit interval evenly."""
    return np.asarray(np.minimum((u * count).astype(np.intp), count - 1))


def _picked(chances: Floats, uniforms: Floats) -> Floats:
    """(m, 1) unit coordinates of values picked by chances (m, C) or (1, C) and uniforms (m, 1)."""
    ends = np.cumsum(chances, axis=1)
    count = ends.shape[1]
    places = np.minimum((uniforms * ends[:, -1:] >= ends).sum(axis=1), count - 1)
    return np.asarray((places[:, None] + 0.5) / count)


def _log_sum(each: Floats) -> Floats:
    """The logarithm of the sum over rows of exp(each), (m,)."""
    top = each.max(axis=0)
    return np.asarray(top + np.log(np.exp(each - top).sum(axis=0)))


def _distinct(axis: Number, u: Floats) -> tuple[Floats, Ints, Ints]:
    """The values among u, rising; which of them each is; and how often each is there."""
    places = axis.places(u).astype(np.intp)
    if axis.levels > _COUNTED:
        used, rows, counts = np.unique(places, return_inverse=True, return_counts=True)
    else:
        every = np.bincount(places, minlength=axis.levels)
        used = np.flatnonzero(every)
        rows, counts = (np.cumsum(every > 0) - 1)[places], every[used]
    return axis.values(used), rows, counts


def _log(chances: Floats) -> Floats:
    return np.asarray(np.log(np.maximum(chances, _LEAST_CHANCE)))


def bandwidths(n: Ints, total: Floats, squares: Floats, p: float) -> Floats:
    """Bandwidth of each parameter, in the shape of the arguments.

    Arguments:
        n: points that have the parameter.
        total: sum of their coordinates, from any origin.
        squares: sum of the squares of these.
        p: parameters active in an average point.

    >>> bandwidths(np.array([3]), np.array([0.6]), np.array([0.14]), 1.0).round(3).tolist()
    [0.2]
    """
    scatter = squares - total * total / np.maximum(n, 1)
    variance = (np.maximum(scatter, 0.0) + _UNIFORM) / (n + 1.0)
    scott = SCALE * np.sqrt(variance) * np.maximum(n, 1) ** (-1.0 / (p + 4.0))
    steps = np.exp2(np.rint(np.log2(scott) * _STEPS) / _STEPS)
    return np.asarray(np.clip(steps, 1.0 / np.minimum(NARROWEST, n + 2.0), 1.0))
