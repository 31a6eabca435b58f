"""How sure it is that a trial keeps a result constraint, where the metric is noisy and one told value may be luck.

k  trials asked about      c  result constraints
A metric is modelled as `numerics.tamed` makes it, its bounds along with it. One in which no noise is found is taken at
its word: kept or not.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from ayar.analysis.posterior import Posterior, Rows, posterior_of
from ayar.numerics.arrays import Bools, Floats, Ints
from ayar.numerics.tamed import tame
from ayar.trial.fold import Fold
from ayar.trial.goal import Constraint
from ayar.trial.state import State


@dataclass(frozen=True, eq=False)
class Metric:
    """The metric of one result constraint, as a model describes it."""

    posterior: Posterior
    low: float
    high: float
    """The bounds, in units of the model's targets."""

    def probability(self, U: Floats, A: Bools) -> Floats:
        """(k,) that places keep the constraint; U (k, D) unit coordinates without NaN, A (k, D) activity."""
        mean, deviation = self.posterior.latent(U, A)
        return np.asarray(ndtr((self.high - mean) / deviation) - ndtr((self.low - mean) / deviation))


def kept(fold: Fold, numbers: Ints) -> Floats:
    """(k, c) probability that complete trials keep each result constraint; 0 where its metric was not told."""
    found = np.zeros((len(numbers), len(fold.setup.constraints)))
    for place, constraint in enumerate(fold.setup.constraints):
        told = _told(fold, constraint)[numbers]
        found[:, place] = [float(constraint.violation(value) == 0.0) for value in told.tolist()]
        metric = learn_metric(fold, constraint)
        if metric is not None and metric.posterior.noisy:
            known = np.isfinite(told)
            found[known, place] = metric.probability(*_coordinates(fold, numbers[known]))
    return found


def learn_metric(fold: Fold, constraint: Constraint) -> Metric | None:
    """What the complete trials say of a constraint's metric; None for too few, for equal ones, or without a bound."""
    told = _told(fold, constraint)
    rows = np.flatnonzero(np.isfinite(told))
    if not len(rows) or not np.isfinite(constraint.bounds).any():
        return None
    t, low, high = tame(told[rows], *constraint.bounds)
    space = fold.setup.space
    posterior = posterior_of(Rows(space, *_coordinates(fold, rows), t, np.full(len(t), np.nan)), fold.setup.seed)
    return None if posterior is None else Metric(posterior, low, high)


def _told(fold: Fold, constraint: Constraint) -> Floats:
    """(n,) values of the metric that complete trials told; NaN for others."""
    history = fold.history
    told = np.array([history.row(number).metrics.get(constraint.name, math.nan) for number in range(len(history))])
    return np.where(history.having(State.COMPLETE) & history.inside, told, np.nan)


def _coordinates(fold: Fold, rows: Ints) -> tuple[Floats, Bools]:
    codec = fold.setup.space.codec
    X, A = fold.history.columns(codec)
    return np.nan_to_num(np.clip(codec.to_unit(X[rows]), 0.0, 1.0)), A[rows]
