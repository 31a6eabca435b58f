"""What the trials say of one quantity everywhere in the space: the model behind predictions and recommendations.

n  told rows      k  places asked about      D  coded columns      t  targets: told values, warped and standardised
Is there noise? Two models are fitted: one whose noise is nought, one whose noise is free. Where the first explains the
targets as well, but for ½ ln n (Schwarz: the second has one number more), values are taken at their word: the model
goes through them. Else the told values are draws, and the model is an average over hyperparameters drawn from their
posterior: under noise several length-scales explain the same values, and the best one alone is too sure of itself.
Measured on tables of noisy trainings (`benchmarks/recommend.py`): the average recommends better than the best one.
Above 1,000 rows a random 1,000 with the latest ones among them; by chance and not by value, because of noisy values the
best are the lucky ones. Nothing is kept between calls, so an answer is never older than the last trial.
Cost: some 0.1 s at n = 100, 0.6 s from 1,000 on. Sources: Schwarz 1978, doi 10.1214/aos/1176344136; Murray and Adams
2010, arXiv:1006.0868 (draws of hyperparameters).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from ayar.base.rng import stream
from ayar.numerics import surrogate
from ayar.numerics.arrays import Bools, Floats, Ints
from ayar.numerics.ellipse import draws
from ayar.numerics.embedding import Embedding
from ayar.numerics.gp_fit import Evidence
from ayar.numerics.lbfgs import minimize
from ayar.numerics.priors import NOISE_FLOOR, prior
from ayar.numerics.single_thread import one_blas_thread
from ayar.numerics.surrogate import Surrogate
from ayar.numerics.theta import Theta
from ayar.space.space import Space

FEWEST = 8
"""Told rows below which there is no model."""
MOST_ROWS = 1_000
_LATEST = 100  # of a larger sample, kept for certain
_MOST_FITTED = 200
_SILENT_CALLS = 20
_STEPS, _EACH = 20, 4  # draws of θ, of which every fourth is kept: five members
_NOISE = (-3.0, 2.5)  # ln σ_n² where noise is free: the sampler's prior, which expects next to none, keeps too little


@dataclass(frozen=True, eq=False)
class Posterior:
    """A quantity's law given the trials, in units of its targets."""

    members: tuple[Surrogate, ...]
    """Equally likely models of the same rows."""
    rows: Ints
    """(r,) which of the rows it was given it holds."""
    noisy: bool
    """Whether told values are draws rather than the values themselves."""

    @property
    def targets(self) -> Floats:
        """(r,) of the rows it holds."""
        return self.members[0].process.y[:, 0]

    def latent(self, U: Floats, A: Bools) -> tuple[Floats, Floats]:
        """Mean and deviation, (k,) each, of the quantity without its noise."""
        with one_blas_thread():
            means, deviations = (np.array(part) for part in zip(*(m.predict(U, A) for m in self.members), strict=True))
        return means.mean(axis=0), np.sqrt((deviations**2).mean(axis=0) + means.var(axis=0))

    def joint(self, U: Floats, A: Bools) -> tuple[Floats, Floats]:
        """Mean (k,) and covariance (k, k) of the quantity without its noise."""
        with one_blas_thread():
            each = [member.joint(U, A) for member in self.members]
        means = np.array([mean for mean, _ in each])
        apart = means - means.mean(axis=0)
        return means.mean(axis=0), np.mean([covariance for _, covariance in each], axis=0) + apart.T @ apart / len(each)

    def leave_one_out(self) -> tuple[Floats, Floats]:
        """Mean and deviation, noise included, (r,) each, of the rows it holds, each predicted from the others."""
        means, deviations = (np.array(part) for part in zip(*(m.leave_one_out() for m in self.members), strict=True))
        return means.mean(axis=0), np.sqrt((deviations**2).mean(axis=0) + means.var(axis=0))


@dataclass(frozen=True, eq=False)
class Rows:
    """Told rows as a model takes them."""

    space: Space
    U: Floats
    """(n, D) unit coordinates, no NaN."""
    A: Bools
    t: Floats
    """(n,)"""
    noise: Floats
    """(n,) variances of the targets known beforehand; NaN where unknown."""

    def some(self, which: Ints) -> "Rows":
        """Some of the rows."""
        return Rows(self.space, self.U[which], self.A[which], self.t[which], self.noise[which])


def posterior_of(rows: Rows, seed: int) -> Posterior | None:
    """The posterior given told rows, by rising trial number; None where they are too few, or all alike."""
    if len(rows.t) < FEWEST or np.ptp(rows.t) == 0.0 or not rows.U.shape[1]:
        return None
    generator = stream(seed, len(rows.t), "analysis.posterior")
    held = _held(len(rows.t), generator)
    with one_blas_thread():
        members, noisy = _Fit(rows.some(held), generator).members()
    return Posterior(members, held, noisy)


def _held(n: int, generator: np.random.Generator) -> Ints:
    if n <= MOST_ROWS:
        return np.arange(n)
    earlier = np.argsort(generator.random(n - _LATEST), kind="stable")[: MOST_ROWS - _LATEST]
    return np.concatenate([np.sort(earlier), np.arange(n - _LATEST, n)])


class _Fit:
    """One fit: the two models, the choice between them, the draws."""

    def __init__(self, rows: Rows, generator: np.random.Generator) -> None:
        self.rows = rows
        self.generator = generator
        self.embedding = Embedding.of(rows.space.codec.columns)
        belief = prior(self.embedding.categorical, max(1.0, float(rows.A.sum(axis=1).mean())))
        self.place = belief.parameters + 1
        """Of ln σ_n² in the vector of θ."""
        belief.mean[self.place], belief.deviation[self.place] = _NOISE
        self.belief = belief
        few = rows.some(np.sort(np.argsort(generator.random(len(rows.t)), kind="stable")[:_MOST_FITTED]))
        known = np.nan_to_num(few.noise)
        self.evidence = Evidence(self.embedding, few.U, few.A, few.t, known, self.belief)

    def members(self) -> tuple[tuple[Surrogate, ...], bool]:
        """The models, and whether there is noise."""
        few, belief = self.evidence, self.belief
        loud = surrogate.fit(self.embedding, few.U, few.A, few.y, belief, [belief.mode, belief.loud], few.told)
        if not few.told.any():
            silent = self._silent(loud)
            if self._against(silent) - self._against(loud) <= 0.5 * np.log(len(few.y)):
                return (self._built(silent),), False
        return tuple(map(self._built, self._drawn(loud))), True

    def _silent(self, loud: Theta) -> Theta:
        """The best θ without noise; steps are measured in deviations of the prior."""
        unit = self.belief.deviation

        def every(points: Floats) -> tuple[Floats, Floats]:
            values, gradients = zip(*(self.evidence.loss(point * unit, loud.bent) for point in points), strict=True)
            return np.array(values), np.array(gradients) * unit

        lower, upper = self.belief.box(loud.bent)
        lower[self.place] = upper[self.place] = np.log(NOISE_FLOOR)
        starts = np.array([loud.vector, self.belief.mean]) / unit
        points, values = minimize(every, starts, lower / unit, upper / unit, calls=_SILENT_CALLS, tolerance=1e-3)
        return self.belief.theta(points[int(np.argmin(values))] * unit)

    def _against(self, theta: Theta) -> float:
        """−ln posterior of θ but for the prior of its noise, on which the two models differ."""
        of_noise = (theta.ln_noise - _NOISE[0]) / _NOISE[1]
        return self.evidence.loss(theta.vector, False)[0] - 0.5 * of_noise**2

    def _drawn(self, start: Theta) -> Sequence[Theta]:
        """Draws of θ around the best one; its input warps stay."""
        deviation = self.belief.deviation.copy()
        deviation[self.place + 1 :] = 0.0
        chain = draws(self.evidence.misfit, start.vector, self.belief.mean, deviation, self.generator)
        return [self.belief.theta(vector) for vector in islice(chain, _EACH - 1, _STEPS, _EACH)]

    def _built(self, theta: Theta) -> Surrogate:
        rows = self.rows
        return surrogate.build(self.embedding, rows.U, rows.A, rows.t, theta, rows.noise)
