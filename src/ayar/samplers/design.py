"""The start: defaults, or what is believed likeliest, or the centre; then a Sobol sequence, categories dealt evenly.

D  coded columns     n₀  length of the start     U  (N, D) the study's own sequence, the same for every worker
The place in the sequence is the trial's number, so workers that start together do not collide; a place that is taken
or infeasible gives way to the next. Source of n₀ and of the shift: `numerics.qmc` and measurements on the zoo.
"""

import math

import numpy as np

from ayar.base.rng import stream
from ayar.numerics.arrays import Floats, Ints
from ayar.numerics.qmc import shifted_sobol
from ayar.samplers.belief import Belief
from ayar.samplers.candidates import Batch, admit, join, settle
from ayar.samplers.unseen import Unseen
from ayar.space.codec import Column
from ayar.space.space import Space
from ayar.trial.setup import Setup

LENGTH = 128
"""Points of the sequence; a start is at most 8 long, the rest replaces taken and infeasible ones."""
_BUDGET_SHARE = 0.2
_MEASURED = 256  # points that count the active parameters
_GATES = 4  # a category that conditions hang on has each of its values tried twice, up to so many values


def start_length(space: Space, active: float, max_trials: int | None) -> int:
    """n₀ = clip(⌈active / 4⌉ + 3, 4, 8), more where branches need it, at most a fifth of the budget; at least 1."""
    gates = {name for domain in space.params.values() for name in (domain.when or {})}
    values = [column.levels for column in space.codec.columns if column.name in gates and column.levels <= _GATES]
    length = min(max(math.ceil(active / 4) + 3, 4, 2 * max(values, default=0)), 8)
    return length if max_trials is None else max(1, min(length, int(_BUDGET_SHARE * max_trials)))


def is_starting(length: int, told: int, failed: int, pending: int) -> bool:
    """Whether a proposal still belongs to a start of that length; a model needs two told trials.

    Failed trials do not count, for a goal is not learned from them, until as many as the start is long.

    Arguments:
        length: n₀.
        told: trials told, the failed ones included.
        failed: those of them that failed.
        pending: trials that were handed out and not told.

    >>> is_starting(5, 6, 4, 0), is_starting(5, 6, 1, 0), is_starting(5, 10, 10, 0)
    (True, False, False)
    """
    return told - min(failed, length) + pending < length or told < min(length, 2)


def start_point(setup: Setup, unseen: Unseen, number: int) -> Batch | None:
    """Trial `number`'s own place in the start sequence, or the next free one; None where none is free."""
    points = sequence(setup.space, setup.seed)
    free = np.flatnonzero(unseen.accepts(points.X))
    if not len(free):
        return None
    place = free[np.searchsorted(free, number) % len(free)]
    return points.rows(slice(place, place + 1))


def sequence(space: Space, seed: int) -> Batch:
    """The study's start sequence: feasible settled points, the default, likeliest or middle one first.

    Every second point is drawn from the priors of the space, where it has any.
    """
    columns = space.codec.columns
    generator = stream(seed, 0, "design")
    U = shifted_sobol(LENGTH, generator.random(len(columns)))
    for d, column in enumerate(columns):
        if column.kind == "categorical":
            U[:, d] = (_dealt(column.levels, generator) + 0.5) / column.levels
    belief = Belief.of(space)
    if belief is not None:
        U[::2] = belief.units(U[::2])
    return join(admit(space, _first(space, belief)), settle(space, U))


def _dealt(levels: int, generator: np.random.Generator) -> Ints:
    """(LENGTH,) indices: every run of `levels` holds each index once, in random order."""
    runs = -(-LENGTH // levels)
    return np.argsort(generator.random((runs, levels)), axis=1, kind="stable").ravel()[:LENGTH]


def _first(space: Space, belief: Belief | None) -> Floats:
    """(1, D) natural values: defaults where given, else what is likeliest, else the first choice or the middle."""
    codec = space.codec
    middle = np.array([[_middle(column) for column in codec.columns]])
    likeliest = codec.nearest(middle if belief is None else belief.centered(middle))
    given, _ = codec.encode([space.defaults()])
    return np.where(np.isnan(given), likeliest, given)


def _middle(column: Column) -> float:
    return 0.5 / column.levels if column.kind == "categorical" else 0.5


def active_parameters(space: Space) -> float:
    """How many parameters are active in an average configuration; at least 1."""
    columns = space.codec.columns
    if not any(column.conditional for column in columns):
        return float(max(len(columns), 1))
    X = space.codec.from_unit(shifted_sobol(_MEASURED, np.zeros(len(columns))))
    return max(float(space.codec.activity(X).sum(axis=1).mean()), 1.0)
