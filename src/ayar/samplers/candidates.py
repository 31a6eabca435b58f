"""Candidate points of a mixed, conditional, constrained space, and the search among them for the best of a score.

m  candidates     D  coded columns     U  (m, D) unit coordinates of all parameters, the inactive ones included
X  (m, D) natural values, NaN where inactive     A  (m, D) activity
Every batch is settled before it is scored: rounded to the values that would be tried, its activity worked out, points
outside the space's constraints dropped. A parameter that an exchange makes active starts from its value in the best
trial that had it. Source of the mixed search: Hutter et al. 2011, SMAC, doi 10.1007/978-3-642-25566-3_40, section 4.3.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ayar.numerics.arrays import Bools, Floats, Ints
from ayar.numerics.lbfgs import minimize
from ayar.numerics.qmc import shifted_sobol
from ayar.space.codec import Column
from ayar.space.draw import draw, listing
from ayar.space.space import Space

Uniforms = Callable[[tuple[int, ...]], Floats]
"""Uniform numbers in [0, 1) of a given shape."""

ENUMERATED = 5_000
"""Spaces of at most so many configurations are scored whole."""
_GRID_LEVELS = 16  # discrete parameters of at most so many values are searched by exchanges alone
_HALVINGS = 10
_CALLS, _POLISH_CALLS = 30, 10
_FLAT = 0.01  # slope of a log score per length-scale at which a search ends: a fifth fewer calls than to the end
_EXCHANGED, _EXCHANGE_ROUNDS = 3, 2
_APART = 0.05  # smallest distance between two starts, largest coordinate
_MUTATION_STEPS = np.array([0.02, 0.1, 0.3])
# Unit coordinates are rounded to 1 / _GRAIN: bounds are met, and most last bits of other machines hidden.
_GRAIN = 2.0**40
_MUTATED = 3.0  # parameters changed by one mutation, on average


class Score(Protocol):
    """What the search climbs."""

    def values(self, U: Floats, A: Bools) -> Floats:
        """(m,) higher is better."""

    def values_and_slopes(self, U: Floats, A: Bools) -> tuple[Floats, Floats]:
        """(m,) and (m, D)."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Settled points: of the space, rounded, with their activity."""

    U: Floats
    X: Floats
    A: Bools

    def __len__(self) -> int:
        return len(self.U)

    def rows(self, which: Ints | slice) -> "Batch":
        """Some of the points."""
        return Batch(self.U[which], self.X[which], self.A[which])


def join(*batches: Batch) -> Batch:
    """One batch after the other."""
    return Batch(*(np.concatenate([getattr(batch, part) for batch in batches]) for part in ("U", "X", "A")))


def settle(space: Space, U: Floats) -> Batch:
    """The points of the space nearest to unit coordinates U (m, D); those that break its constraints are dropped."""
    return admit(space, space.codec.nearest(np.rint(np.clip(U, 0.0, 1.0) * _GRAIN) / _GRAIN))


def admit(space: Space, X: Floats) -> Batch:
    """The points of natural values X (m, D), given for all parameters; those that break the constraints are dropped."""
    A = space.codec.activity(X)
    masked = space.codec.mask(X, A)
    kept = np.flatnonzero(space.feasible(masked, A))
    return Batch(space.codec.to_unit(X[kept]), masked[kept], A[kept])


def drawn(space: Space, count: int, uniforms: Uniforms) -> Batch:
    """Random feasible points, however little of the space the constraints leave."""
    D = len(space.codec.names)
    X, A = draw(space, lambda m: uniforms((m, D)), count)
    U = space.codec.to_unit(X)
    return Batch(np.where(A, U, uniforms(U.shape)), X, A)


def pulled(space: Space, U: Floats, anchors: Floats) -> Batch:
    """The points of U (m, D); those that break the constraints move half-way to their anchors (m, D) until they fit."""
    if not space.rules:
        return settle(space, U)
    found = []
    for _ in range(_HALVINGS):
        fits = allowed(space, U)
        found.append(settle(space, U[fits]))
        U, anchors = 0.5 * (U[~fits] + anchors[~fits]), anchors[~fits]
    return join(*found)


def allowed(space: Space, U: Floats) -> Bools:
    """(m,) mask of the unit coordinates whose nearest points keep the constraints."""
    X = space.codec.nearest(np.clip(U, 0.0, 1.0))
    A = space.codec.activity(X)
    return np.asarray(space.feasible(space.codec.mask(X, A), A))


def enumerated(space: Space) -> Batch | None:
    """Every configuration of a small finite space, once; None for others."""
    X = listing(space.codec, 4 * ENUMERATED) if space.size <= ENUMERATED else None
    return None if X is None else admit(space, X)


def completed(U: Floats, A: Bools) -> Floats:
    """U, best row first, without gaps: what is inactive takes its value in the best row where it is active, else ½."""
    first = np.argmax(A, axis=0)
    spare = np.where(A.any(axis=0), U[first, np.arange(U.shape[1])], 0.5)
    return np.where(A, U, spare)


def spread(space: Space, anchors: Floats, count: int, uniforms: Uniforms) -> Batch:
    """Evenly spread points; where the constraints forbid them, ever closer to the anchors (k, D), feasible points."""
    return pulled(space, shifted_sobol(count, uniforms(anchors.shape[1:])), _cycled(anchors, count))


def _cycled(rows: Floats, count: int) -> Floats:
    return rows[np.arange(count) % len(rows)]


def mutated(space: Space, parents: Floats, count: int, active: float, uniforms: Uniforms) -> Batch:
    """Neighbours of good points: each coordinate changed with probability 3 / active, at least one.

    Arguments:
        space: where they must lie.
        parents: (k, D) unit coordinates of feasible points, none missing.
        count: how many to make.
        active: parameters active in an average configuration.
        uniforms: source of randomness.
    """
    D = parents.shape[1]
    U = _cycled(parents, count)
    changed = uniforms((count, D)) < min(1.0, _MUTATED / active)
    changed[np.arange(count), (uniforms((count,)) * D).astype(np.intp)] = True
    steps = _MUTATION_STEPS[(uniforms((count, 1)) * len(_MUTATION_STEPS)).astype(np.intp)]
    # The sum of three uniforms stands for a normal number: within 3 deviations, and no tail leaves the box for good.
    moved = U + steps * 2.0 * (uniforms((3, count, D)).sum(axis=0) - 1.5)
    moved = np.abs(moved)
    moved = 1.0 - np.abs(1.0 - moved)  # reflected at both ends
    unordered = np.array([column.kind == "categorical" for column in space.codec.columns], dtype=np.bool_)
    fresh = np.where(unordered, uniforms((count, D)), moved)
    return pulled(space, np.where(changed, fresh, U), U)


def climb(
    space: Space,
    score: Score,
    pool: Batch,
    lengths: Floats,
    *,
    starts: int = 8,
) -> tuple[Batch, Floats]:
    """The pool and what was found from its best points, with all scores.

    Arguments:
        space: where all points lie.
        score: what is climbed.
        pool: m ≥ 1 settled candidates; the first one, the incumbent, is always a start.
        lengths: (D,) length-scales of the parameters, in which steps are measured.
        starts: how many points of the pool are climbed from.

    Returns:
        Points and their scores, in no order; the pool's points first.
    """
    ways = _Slopes(space, score, lengths)
    values = score.values(pool.U, pool.A)
    first = pool.rows(_distinct_starts(pool.U, values, starts))
    found = join(first, ways.from_starts(first, _CALLS))
    best = found.rows(np.argsort(-score.values(found.U, found.A), kind="stable")[:_EXCHANGED])
    for _ in range(_EXCHANGE_ROUNDS):
        best = _exchange(space, score, best)
    found = join(found, best, ways.from_starts(best, _POLISH_CALLS))
    return join(pool, found), np.concatenate([values, score.values(found.U, found.A)])


def _distinct_starts(U: Floats, values: Floats, count: int) -> Ints:
    """The incumbent (row 0) and the best rows that keep a distance from each other."""
    chosen = [0]
    for row in np.argsort(-values, kind="stable"):
        if len(chosen) == count:
            break
        if np.abs(U[chosen] - U[row]).max(axis=1, initial=0.0).min() > _APART:
            chosen.append(int(row))
    return np.array(chosen)


@dataclass(frozen=True, eq=False)
class _Slopes:
    """Search along the parameters fine enough to have slopes."""

    space: Space
    score: Score
    lengths: Floats
    """(D,) unit of a step."""

    def from_starts(self, starts: Batch, calls: int) -> Batch:
        """Where the starts come, all at once, with so many evaluations."""
        columns = self.space.codec.columns
        fine = [column.kind != "categorical" and not 0 < column.levels <= _GRID_LEVELS for column in columns]
        free = starts.A & np.array(fine, dtype=np.bool_)
        limited = bool(self.space.rules)

        def descend(scaled: Floats) -> tuple[Floats, Floats]:
            U = scaled * self.lengths
            values, slopes = self.score.values_and_slopes(U, starts.A)
            if limited:
                values = np.where(allowed(self.space, U), values, -np.inf)
            return -values, np.where(free, -slopes * self.lengths, 0.0)

        lower, upper = np.where(free, 0.0, starts.U), np.where(free, 1.0, starts.U)
        ends = lower / self.lengths, upper / self.lengths
        points, _ = minimize(descend, starts.U / self.lengths, *ends, calls=calls, tolerance=_FLAT)
        return settle(self.space, points * self.lengths)


def _exchange(space: Space, score: Score, batch: Batch) -> Batch:
    """Each point replaced by the best of its neighbours (one category flipped, one step up or down), or kept."""
    improved = []
    for row in range(len(batch)):
        point = batch.rows(slice(row, row + 1))
        around = join(point, settle(space, _neighbours(space, point.U[0], point.A[0])))
        improved.append(around.rows(np.array([int(np.argmax(score.values(around.U, around.A)))])))
    return join(*improved)


def _neighbours(space: Space, u: Floats, a: Bools) -> Floats:
    """(k, D) unit coordinates, each one exchange away from the point."""
    codec = space.codec
    x = codec.from_unit(u[None])[0]
    rows = []
    for d in np.flatnonzero(a):
        for value in _other_values(codec.columns[d], x[d]):
            row = x.copy()
            row[d] = value
            rows.append(row)
    return codec.to_unit(np.array(rows).reshape(-1, len(u)))


def _other_values(column: Column, value: float) -> list[float]:
    if column.kind == "categorical":
        return [float(index) for index in range(column.levels) if index != value]
    return [other for other in (value - column.step, value + column.step) if other != value] if column.levels else []
