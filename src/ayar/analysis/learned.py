"""One goal as the trials describe it: told values, and the model of them, which may say that they are noisy.

n  told trials of the goal, by number      k  places      t  targets, warped and standardised      y  losses, own units
Targets come back by the inverse of the warp. It is monotone, so the median of a loss is the inverse of a target's mean;
means, deviations and covariances in own units are those of the mapped normal law (`numerics.moments`).
Very bad values are not told apart, so that one of them does not bend the scale of all. Predictions of any place end at
Tukey's outer fence, Q3 + 3 IQR, or at a worse value to which others lead up, each at most three times as far from the
median as the one before: a search gathers where it is good, and the fence with it; a value far from all is none. Where
the question is which place is best (`learn_best`), a fence is built from the better half first, Q2 + 3 (Q2 − Q1), so
that a third of the trials with a penalty of a million leaves the good ones as far apart as before.
Source: Tukey 1977, Exploratory Data Analysis (fences).
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from ayar.analysis.posterior import FEWEST, Posterior, Rows, posterior_of
from ayar.analysis.sample import Sample, goal_index, sample
from ayar.analysis.words import count_text
from ayar.base.errors import NoTrial
from ayar.numerics.arrays import Bools, Floats, Ints
from ayar.numerics.moments import covariance, moments
from ayar.numerics.warps import Warp, fit_warp
from ayar.trial.fold import Fold
from ayar.trial.fold_values import fold_values

_OUTER = 3.0  # quartile widths from the quartile, or the median, to a fence
_RUNG = 3.0  # how many times as far from the median as the value before it


@dataclass(frozen=True, eq=False)
class Learned:
    """A goal, its told trials, and what was learned of it."""

    sample: Sample
    warp: Warp
    posterior: Posterior | None
    """None where there is too little to learn from."""

    def expected(self, numbers: Ints) -> Floats:
        """(k,) what told trials are worth: their told loss, or their expected (median) one where values are noisy."""
        rows = np.searchsorted(self.sample.numbers, numbers)
        if self.posterior is None or not self.posterior.noisy:
            return self.sample.losses[rows]
        # Each configuration once: repeats of one get the same number to the last bit.
        joined = np.hstack([np.nan_to_num(self.sample.U[rows]), self.sample.A[rows]])
        places, back = np.unique(joined, axis=0, return_inverse=True)
        U, A = np.hsplit(places, 2)
        return self.own_units(self.posterior.latent(U, A.astype(np.bool_))[0])[back]

    def model(self) -> Posterior:
        """The posterior.

        Raises:
            NoTrial: too few trials, or all of one value.
        """
        if self.posterior is not None:
            return self.posterior
        told, name = len(self.sample), self.sample.goal.name
        if told < FEWEST:
            raise NoTrial(
                f"expected at least {count_text(FEWEST, 'complete trial')} to model {name!r}, got {told}; "
                f"run {FEWEST - told} more"
            )
        raise NoTrial(
            f"expected values of {name!r} that differ, and a parameter that varies; there is nothing to model"
        )

    def own_units(self, t: Floats) -> Floats:
        """Losses of targets, any shape."""
        return np.minimum(self.warp.values(t), self.warp.cap)

    def moments(self, U: Floats, A: Bools) -> tuple[Floats, Floats]:
        """Mean and deviation, (k,) each, of the loss without noise."""
        return moments(self.own_units, *self.model().latent(U, A))

    def covariance(self, U: Floats, A: Bools) -> Floats:
        """Covariance (k, k) of the loss without noise."""
        return covariance(self.own_units, *self.model().joint(U, A))


def learn(fold: Fold, goal: int | str = 0) -> Learned:
    """What the complete trials with a finite value say of one goal, everywhere.

    Raises:
        ArgumentError: the study has no such goal.
    """
    told = sample(fold, goal)
    return _learned(fold, told, fit_warp(_some(told.losses), cap=_last_rung(_some(told.losses))))


def learn_best(fold: Fold, goal: int | str = 0) -> Learned:
    """The same, for the question where the goal is best.

    Raises:
        ArgumentError: the study has no such goal.
    """
    told = sample(fold, goal)
    low, middle = _quantiles(told.losses, 0.25, 0.5)
    fence = middle + _OUTER * (middle - low) if middle > low else math.inf
    warp = fit_warp(np.minimum(_some(told.losses), fence))
    return _learned(fold, told, replace(warp, cap=min(warp.cap, fence)))


def _last_rung(losses: Floats) -> float:
    """The fence for predictions: the worst loss to which the others lead up, and no less than the outer fence."""
    low, middle, high = _quantiles(losses, 0.25, 0.5, 0.75)
    fence = high + _OUTER * (high - low)
    for loss in np.sort(losses[losses > fence]).tolist():
        if loss - middle > _RUNG * (fence - middle):
            break
        fence = loss
    return fence


def _some(losses: Floats) -> Floats:
    """Losses to fit a warp to: one nought where there are none."""
    return losses if len(losses) else np.zeros(1)


def _quantiles(losses: Floats, *shares: float) -> list[float]:
    found: list[float] = np.quantile(_some(losses), shares).tolist()
    return found


def _learned(fold: Fold, told: Sample, warp: Warp) -> Learned:
    sd = fold_values(fold.history)[1][told.numbers, goal_index(fold, told.goal.name)]
    rows = Rows(told.space, np.nan_to_num(told.U), told.A, warp.targets(told.losses), warp.variances(told.losses, sd))
    return Learned(told, warp, posterior_of(rows, fold.setup.seed))
