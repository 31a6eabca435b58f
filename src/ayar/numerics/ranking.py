"""Which of a few candidates is truly best, from noisy scores on the same folds: a small hierarchical model.

k  candidates    J  folds, the same for all (NaN where a candidate was dropped)    x_ij  score
x_ij = b_j + a_i + e_ij,  Σ a_i = 0,  e_ij ~ N(0, σ²);  a_i ~ N(0, τ²): candidates differ by an unknown amount τ

Scores on splits of the same rows share luck that more splits do not take away, so the estimate of a has the covariance
σ² (V + ρ C): V of least squares, C = I − 11ᵀ/k, ρ = n_test/n_train (Nadeau and Bengio 2003, eq. 9). Without the prior
on a the luckiest of equal candidates would be called best far too surely; with it the estimates shrink towards each
other by as much as their spread says. Given (σ, τ) everything is normal; σ² is drawn from its scaled inverse χ², τ from
a grid under a half-Cauchy prior.
Sources: Gelman 2006, doi 10.1214/06-BA117A (prior of τ); Montgomery 2017, chapter 4 (two-way table).
"""

from dataclasses import dataclass

import numpy as np

from ayar.numerics.arrays import Floats

DRAWS = 4000
_SIGMAS, _TAUS = 200, 48
_PRIOR_SCALE = 3.0
"""Of τ, in standard errors of an estimate: candidates may differ by little or by much."""


@dataclass(frozen=True)
class Effects:
    """Least squares of the two-way table."""

    level: float
    """Mean over folds of what an average candidate scores."""
    estimates: Floats
    """(k,) a, which sum to 0."""
    V: Floats
    """(k, k) their covariance in units of σ²."""
    variance: float
    """Estimate of σ²."""
    freedom: int
    """Degrees of freedom of it."""


def effects(table: Floats) -> Effects:
    """The additive fit of a (k, J) table; NaN where there is no score.

    The first fold must have all k scores. Below one degree of freedom the variance is 0.
    """
    here = ~np.isnan(table)
    x = np.where(here, table, 0.0)
    each, many = here.sum(axis=1).astype(float), here.sum(axis=0).astype(float)
    # Normal equations of a, with the folds swept out.
    swept = here / many
    A = np.diag(each) - here @ swept.T
    V = np.linalg.pinv(A, hermitian=True)
    a = V @ (x.sum(axis=1) - swept @ x.sum(axis=0))
    b = (x.sum(axis=0) - here.T @ a) / many
    residual = np.where(here, x - a[:, None] - b, 0.0)
    freedom = int(here.sum()) - len(each) - len(many) + 1
    variance = float((residual**2).sum() / freedom) if freedom > 0 else 0.0
    return Effects(float(b.mean()), a, V, variance, freedom)


def posterior(found: Effects, ratio: float, rng: np.random.Generator, draws: int = DRAWS) -> Floats:
    """(draws, k) draws of the candidates' true effects.

    Arguments:
        found: the fit.
        ratio: ρ = n_test/n_train; 0 where scores share no rows.
        rng: makes the draws.
        draws: how many.

    >>> table = np.array([[0.90, 0.91, 0.92], [0.80, 0.79, 0.83]])
    >>> drawn = posterior(effects(table), 0.25, np.random.default_rng(0))
    >>> float((drawn[:, 0] > drawn[:, 1]).mean()) > 0.9
    True
    """
    k = len(found.estimates)
    if found.variance <= 0.0 or found.freedom < 1:
        return np.tile(found.estimates, (draws, 1))
    covariance = found.V + ratio * (np.eye(k) - 1.0 / k)
    values, vectors = np.linalg.eigh(covariance)
    v, Q = values[1:], vectors[:, 1:]  # the first is 0: effects sum to 0
    z = Q.T @ found.estimates
    sigma2 = found.freedom * found.variance / rng.chisquare(found.freedom, size=_SIGMAS)
    scale = np.sqrt(found.variance * v.mean())
    # Half-Cauchy quantiles: each grid point stands for as much of the prior.
    tau2 = (_PRIOR_SCALE * scale * np.tan(0.5 * np.pi * (np.arange(_TAUS) + 0.5) / _TAUS)) ** 2
    spread = tau2[None, :, None] + sigma2[:, None, None] * v
    likelihood = -0.5 * (np.log(spread) + z**2 / spread).sum(axis=2)
    weight = np.exp(likelihood - likelihood.max()).ravel()
    which = rng.choice(len(weight), size=draws, p=weight / weight.sum())
    s2, t2 = sigma2[which // _TAUS][:, None], tau2[which % _TAUS][:, None]
    kept = t2 / (t2 + s2 * v)
    drawn = kept * z + np.sqrt(kept * s2 * v) * rng.standard_normal((draws, k - 1))
    effects_drawn: Floats = drawn @ Q.T
    return effects_drawn


def probability_best(drawn: Floats) -> Floats:
    """(k,) share of the draws in which each is greatest; equal ones share it."""
    top = drawn == drawn.max(axis=1, keepdims=True)
    shares: Floats = (top / top.sum(axis=1, keepdims=True)).mean(axis=0)
    return shares
