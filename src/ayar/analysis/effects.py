"""What one parameter does: the told values along it, and the model's average with a band.

The average runs over points of the space with this parameter set and the others as drawn (partial dependence), in the
units of the goal. It is a description of the model, least sure where there are few trials.
Source: Friedman 2001, doi 10.1214/aos/1013203451, section 8.2.
"""

from dataclasses import dataclass

import numpy as np

from ayar.analysis.axes import Axis, axes, places
from ayar.analysis.importance import Design
from ayar.analysis.model import Model
from ayar.base.errors import ArgumentError, did_you_mean
from ayar.base.rng import stream
from ayar.numerics import surrogate
from ayar.numerics.arrays import Floats, Ints
from ayar.trial.fold import Fold
from ayar.trial.state import State

_GRID = 21
_POINTS = 24
_DRAWS = 32


@dataclass(frozen=True, eq=False)
class Slice:
    """Trials along one parameter, those in which it is active; arrays (m,)."""

    axis: Axis
    number: Ints
    x: Floats
    """The parameter's value; the place of the choice for choices."""
    value: Floats
    """The goal as told."""


def axis_of(fold: Fold, name: str) -> Axis:
    """The axis of one parameter.

    Raises:
        ArgumentError: the space searches no such parameter.
    """
    found = {axis.name: axis for axis in axes(fold.setup.space)}
    if name not in found:
        raise ArgumentError(f"no searched parameter is called {name!r}{did_you_mean(name, found)}")
    return found[name]


def slice_of(fold: Fold, name: str, goal: int = 0) -> Slice:
    """The complete trials along one parameter.

    Raises:
        ArgumentError: the space searches no such parameter.
    """
    axis = axis_of(fold, name)
    X, A = fold.history.columns(fold.setup.space.codec)
    values = fold.history.values[:, goal]
    rows = np.flatnonzero(fold.history.having(State.COMPLETE) & np.isfinite(values) & A[:, axis.index])
    return Slice(axis, rows, X[rows, axis.index], values[rows])


@dataclass(frozen=True, eq=False)
class Effect:
    """The average result along one parameter, in the goal's units; arrays (k,)."""

    axis: Axis
    x: Floats
    mean: Floats
    low: Floats
    high: Floats


def effect_of(model: Model, name: str, seed: int) -> Effect | None:
    """The average with its 5 % to 95 % band; None where the parameter is active in no drawn point."""
    space = model.sample.space
    axis = next(axis for axis in axes(space) if axis.name == name)
    points = Design(space, seed, _POINTS)
    active = np.flatnonzero(points.A[:, axis.index])
    if len(active) == 0:
        return None
    along = places(space, axis, _GRID)
    U = np.repeat(points.U[active][None, :, :], len(along), axis=0)
    U[:, :, axis.index] = along[:, None]
    flat = U.reshape(-1, U.shape[2])
    X = space.codec.from_unit(flat)
    drawn = model.draws(
        flat,
        space.codec.activity(X),
        stream(seed, axis.index, "analysis.effect").standard_normal((len(flat), _DRAWS)),
    )
    average = drawn.reshape(len(along), len(active), _DRAWS).mean(axis=1)
    _, warp = surrogate.targets(model.sample.losses)
    sign = model.sample.goal.sign
    low, mean, high = (sign * warp.values(line) for line in np.quantile(average, [0.05, 0.5, 0.95], axis=1))
    x = X[:: len(active), axis.index]
    return Effect(axis, x, mean, np.minimum(low, high), np.maximum(low, high))
