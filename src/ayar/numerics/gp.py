"""Exact Gaussian-process posterior, as pure functions on scaled points.

n, m, b  trials told, candidates, pending trials        S  fantasies (1 without pending trials)
Z   (n, P) points divided by their length-scales         y  (n, S) targets, one column a fantasy
σ_f² signal variance     v  (n,) noise variances          K  kernel matrix + diag v = L Lᵀ,  N = L⁻¹
α   (n, S) = K⁻¹ y       μ  (m, S) latent means           σ  (m,) latent deviation, shared by all fantasies
Zero prior mean. σ² = σ_f² − ‖N k‖², not σ_f² − kᵀ K⁻¹ k, which is 1,000 times less exact near the data.
Cost: one factorisation 2n³/3 flops, m predictions n²m.
Sources: Rasmussen and Williams 2006, alg. 2.1, eqs. (5.10)-(5.12) (leave-one-out); Snoek et al. 2012, arXiv:1206.2944,
section 3.2 (fantasies).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ayar.numerics.arrays import Floats
from ayar.numerics.kernels import matern52, matern52_within
from ayar.numerics.linalg import append, factor, triangular_times

_SMALLEST_VARIANCE = 1e-12
"""Floor of σ², as a share of σ_f²: what rounding leaves of it on a told point."""


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """A Gaussian process that has seen its data."""

    Z: Floats
    y: Floats
    noise: Floats
    variance: float
    L: Floats
    N: Floats
    alpha: Floats
    jitter: float

    @property
    def means(self) -> Floats:
        """(n, S) latent means at the data themselves: y − v α."""
        return self.y - (self.noise + self.jitter)[:, None] * self.alpha


def posterior(Z: Floats, y: Floats, variance: float, noise: Floats) -> Posterior:
    """Condition the process on (n, S) targets.

    Raises:
        LinAlgError: the kernel matrix holds a NaN, or no jitter makes it positive definite.
    """
    k, _ = matern52_within(Z, variance)
    k[np.diag_indices_from(k)] += noise
    L, N, jitter = factor(k)
    return Posterior(Z, y, noise, variance, L, N, N.T @ (N @ y), jitter)


def predict(model: Posterior, Z: Floats) -> tuple[Floats, Floats]:
    """Latent means (m, S) and deviations (m,) at the points Z (m, P)."""
    k, _ = matern52(Z, model.Z, model.variance)
    return k @ model.alpha, _deviation(model, triangular_times(model.N, k.T))


def joint(model: Posterior, Z: Floats) -> tuple[Floats, Floats]:
    """Latent means (m, S) and covariance (m, m) at the points Z (m, P).

    Source: Rasmussen and Williams 2006, eqs. (2.23) and (2.24).
    """
    k, _ = matern52(Z, model.Z, model.variance)
    V = triangular_times(model.N, k.T)
    covariance, _ = matern52_within(Z, model.variance)
    covariance -= V.T @ V
    return k @ model.alpha, covariance


def predict_with_slopes(model: Posterior, Z: Floats) -> tuple[Floats, Floats, Callable[[Floats, Floats], Floats]]:
    """`predict`, and a function that pulls slopes back to the points.

    The function takes ∂f/∂μ (m, S) and ∂f/∂σ (m,) of any f and returns ∂f/∂Z (m, P), by one matrix product.
    """
    k, g = matern52(Z, model.Z, model.variance)
    V = triangular_times(model.N, k.T)
    deviation = _deviation(model, V)

    def pull_back(by_mean: Floats, by_deviation: Floats) -> Floats:
        explained = triangular_times(model.N, V, transposed=True).T  # k K⁻¹
        weights = by_mean @ model.alpha.T - (by_deviation / deviation)[:, None] * explained
        weights *= (-5.0 / 3.0) * g
        return np.asarray(weights.sum(axis=1)[:, None] * Z - weights @ model.Z)

    return k @ model.alpha, deviation, pull_back


def _deviation(model: Posterior, V: Floats) -> Floats:
    explained = np.einsum("ij,ij->j", V, V)
    return np.asarray(np.sqrt(np.maximum(model.variance - explained, _SMALLEST_VARIANCE * model.variance)))


def fantasize(model: Posterior, Z: Floats, noise: float, normals: Floats) -> Posterior:
    """The process after b pending points have answered, in S imagined ways that share one factor.

    Arguments:
        model: one target column.
        Z: (b, P) pending points.
        noise: variance of their answers' noise.
        normals: (b, S) standard normal numbers, one column a fantasy.

    Raises:
        LinAlgError: as `posterior`.
    """
    cross, _ = matern52(Z, model.Z, model.variance)
    corner, _ = matern52_within(Z, model.variance)
    corner[np.diag_indices_from(corner)] += noise + model.jitter
    L, N = append(model.L, model.N, cross, corner)
    n = len(model.Z)
    # The last rows of the joint factor are the Cholesky factor of the pending points' predictive covariance.
    answers = cross @ model.alpha + L[n:, n:] @ normals
    y = np.vstack([np.repeat(model.y, normals.shape[1], axis=1), answers])
    everywhere = np.concatenate([model.noise, np.full(len(Z), noise)])
    return Posterior(np.vstack([model.Z, Z]), y, everywhere, model.variance, L, N, N.T @ (N @ y), model.jitter)


def leave_one_out(model: Posterior) -> tuple[Floats, Floats]:
    """What the others say of each told value: means (n, S) and deviations (n,), noise included."""
    precision = np.einsum("ij,ij->j", model.N, model.N)  # the diagonal of K⁻¹
    return model.y - model.alpha / precision[:, None], 1.0 / np.sqrt(precision)
