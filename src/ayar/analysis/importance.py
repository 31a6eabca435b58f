"""How much of the result each parameter decides: total-effect Sobol indices of the Gaussian process.

j  parameter     f  the model's mean     x  a point drawn from the space     x^(j)  the same with parameter j drawn anew

    share_j = E[ (f(x) − f(x^(j)))² / 2 ] / Var f(x),   both over the points in which j is active

so that a conditional parameter is judged where it exists and not punished for being absent. Redrawing a parent carries
its branches along. 0: nothing changes with j; 1: everything does. Interactions count for each partner, so shares may
add up to more than 1. The interval holds the 5 % to 95 % quantiles over functions drawn from the model:
what the trials leave open, not what more parameters would add.
Not for causes: it describes the space that was searched, on the scale the model sees (bad values are capped).
Sources: Jansen 1999, doi 10.1016/S0010-4655(98)00154-4, eq. (11); Saltelli et al. 2010, doi 10.1016/j.cpc.2009.09.018,
table 2 (f); Marrel et al. 2009, doi 10.1016/j.ress.2008.07.008, section 2.3 (draws of the process).
"""

from dataclasses import dataclass

import numpy as np

from ayar.analysis.model import FEWEST_ROWS, Model, fit_model
from ayar.analysis.sample import sample
from ayar.base.rng import stream
from ayar.numerics.arrays import Bools, Floats
from ayar.space.draw import draw
from ayar.space.space import Space
from ayar.trial.fold import Fold

METHOD = "total-effect Sobol index of a Gaussian process fitted to the trials"
_POINTS = 192
_DRAWS = 48
_CHANCE = 10.0
_LEAST = 0.1
# Leaving-one-out predictions of pure noise "explained" more than 10 / n in under 5 % of 100 studies of 12 to 60 trials.


@dataclass(frozen=True)
class Share:
    """One parameter's part."""

    name: str
    share: float
    low: float
    high: float
    active: int
    """Trials in which it was active."""


@dataclass(frozen=True)
class Importance:
    """The parameters of one goal, the most important first; `shares` is empty when `why` says why."""

    goal: str
    shares: tuple[Share, ...]
    trials: int
    explained: float = 0.0
    """How much of the variation the model predicts for trials it has not seen."""
    why: str = ""
    method: str = METHOD

    @property
    def reliable(self) -> bool:
        """Whether the model explains enough for the order to mean something."""
        return bool(self.shares) and self.explained >= max(_LEAST, _CHANCE / self.trials)


def importance(fold: Fold, goal: int | str = 0) -> Importance:
    """The importance of every searched parameter for one goal; constants are left out.

    Raises:
        ArgumentError: the study has no such goal.
    """
    told = sample(fold, goal)
    if len(told) < FEWEST_ROWS:
        return Importance(told.goal.name, (), len(told), why=f"too few complete trials: {len(told)} of {FEWEST_ROWS}")
    if np.ptp(told.losses) == 0.0:
        return Importance(told.goal.name, (), len(told), why="all complete trials have the same value")
    model = fit_model(told, fold.setup.seed)
    if model is None:
        return Importance(told.goal.name, (), len(told), why="no parameter is searched")
    return importance_of(model, fold.setup.seed)


def importance_of(model: Model, seed: int) -> Importance:
    """The same, of a model that is fitted already."""
    told = model.sample
    points = Design(told.space, seed)
    names = told.space.codec.names
    shares = [_share(model, points, j, name, int(told.A[:, j].sum()), seed) for j, name in enumerate(names)]
    ranked = tuple(sorted(shares, key=lambda item: (-item.share, -item.high)))
    return Importance(told.goal.name, ranked, len(told), model.explained)


class Design:
    """Points of the space, and the same points with one parameter drawn anew."""

    def __init__(self, space: Space, seed: int, count: int = _POINTS) -> None:
        rng = stream(seed, 0, "analysis.design")
        width = len(space.codec.names)
        self.space = space
        X, self.A = draw(space, lambda m: rng.random((m, width)), count)
        U = space.codec.to_unit(X)
        # Inactive coordinates get values too: redrawing a parent may activate them.
        self.U: Floats = np.where(np.isnan(U), rng.random(U.shape), np.clip(U, 0.0, 1.0))
        self._fresh: Floats = rng.random(U.shape)

    def redrawn(self, j: int) -> tuple[Floats, Bools, Bools]:
        """(U, A, usable): column j drawn anew; usable (n,) where j is active and the new point is allowed."""
        codec = self.space.codec
        U = self.U.copy()
        U[:, j] = self._fresh[:, j]
        X = codec.from_unit(U)
        A = codec.activity(X)
        X = codec.mask(X, A)
        # Back through the codec, so that steps and whole numbers are where a trial would have them.
        rounded = np.clip(codec.to_unit(X), 0.0, 1.0)
        return np.where(np.isnan(rounded), U, rounded), A, self.A[:, j] & self.space.feasible(X, A)


def _share(model: Model, points: Design, j: int, name: str, active: int, seed: int) -> Share:
    U, A, usable = points.redrawn(j)
    count = int(usable.sum())
    if count < 2 or active == 0:
        return Share(name, 0.0, 0.0, 1.0 if active == 0 else 0.0, active)
    both_U, both_A = np.vstack([points.U[usable], U[usable]]), np.vstack([points.A[usable], A[usable]])
    mean, _ = model.predict(both_U, both_A)
    share = float(_index(mean[:, None])[0])
    normals = stream(seed, j, "analysis.importance").standard_normal((2 * count, _DRAWS))
    low, high = np.quantile(_index(model.draws(both_U, both_A, normals)), [0.05, 0.95])
    return Share(name, share, min(float(low), share), max(float(high), share), active)


def _index(f: Floats) -> Floats:
    """(S,) shares of functions f (2k, S): the points first, then the same points redrawn."""
    half = len(f) // 2
    variance = f.var(axis=0)
    changed = 0.5 * np.mean((f[:half] - f[half:]) ** 2, axis=0)
    share: Floats = np.where(variance > 0.0, np.minimum(1.0, changed / np.where(variance > 0.0, variance, 1.0)), 0.0)
    return share
