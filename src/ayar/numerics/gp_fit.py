"""Length-scales and variances by maximum a posteriori, with the whole gradient from one matrix product.

D   parameters     E  (n, P) embedded points     blk  (P,) parameter of each column     Z = E / ℓ[blk]
θ   (D + 2,) = ln ℓ_1 … ln ℓ_D, ln σ_f², ln σ_n²        y  (n,) standardised targets
NLL = ½ yᵀα + Σ ln L_ii;   Q = K⁻¹ − α αᵀ;   W = Q ∘ (5/6) σ_f² (1 + r) e^{−r};   G = ∂NLL/∂Z = 2 (W Z − diag(W 1) Z)
∂NLL/∂ln ℓ_d = −Σ Z_ij G_ij over the columns j of d;  ∂/∂ln σ_f² = ½ (n − yᵀα − σ_n² tr Q);  ∂/∂ln σ_n² = ½ σ_n² tr Q
Memory O(n²), never n × n × D. Normal priors on θ; the one on ln ℓ grows like ½ ln D, without which distances in many
dimensions leave every point alone.
Sources: Rasmussen and Williams 2006, eq. (5.9); Hvarfner et al. 2024, arXiv:2402.02229, eq. (6) (growth with D).
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dpotri

from ayar.numerics.arrays import Bools, Floats, Ints
from ayar.numerics.kernels import matern52_within
from ayar.numerics.lbfgs import minimize
from ayar.numerics.linalg import cholesky

_LENGTH = (-0.87, 0.75)  # ln ℓ at D_eff = 1: mean and deviation of Gamma(3, 6)
_CATEGORY = (0.0, 0.75)
_SIGNAL = (0.0, 0.5)
_NOISE = (-6.0, 1.5)  # measured on the zoo, with and without noise: (-4, 1) starts slower, (-8, 2) chases noise
NOISE_FLOOR = 1e-6
"""Smallest σ_n², in units of the standardised targets' variance."""
_REACH = 4.0  # the search box, in prior deviations


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """Independent normal densities over θ."""

    mean: Floats
    deviation: Floats

    @property
    def box(self) -> tuple[Floats, Floats]:
        """Bounds of the search, (D + 2,) each."""
        lower = self.mean - _REACH * self.deviation
        lower[-1] = np.log(NOISE_FLOOR)
        return lower, self.mean + _REACH * self.deviation

    def penalty(self, theta: Floats) -> tuple[float, Floats]:
        """−ln density up to a constant, and its gradient."""
        z = (theta - self.mean) / self.deviation
        return float(0.5 * z @ z), z / self.deviation

    def draw(self, normals: Floats) -> Floats:
        """θ from standard normal numbers of any shape (…, D + 2)."""
        return self.mean + self.deviation * normals


def prior(categorical: Bools, active: float) -> Prior:
    """The prior over θ.

    Arguments:
        categorical: (D,) which parameters are sets without order.
        active: parameters active in an average configuration, at least 1.
    """
    numeric = (_LENGTH[0] + 0.5 * np.log(max(active, 1.0)), _LENGTH[1])
    rows = [*(_CATEGORY if unordered else numeric for unordered in categorical), _SIGNAL, _NOISE]
    mean, deviation = np.array(rows, dtype=np.float64).T
    return Prior(mean.copy(), deviation.copy())


def objective(theta: Floats, E: Floats, blk: Ints, y: Floats, belief: Prior) -> tuple[float, Floats]:
    """−ln posterior of θ up to a constant, and its gradient (D + 2,); infinite where K has no factor."""
    n, D = len(y), len(theta) - 2
    signal, noise = np.exp(theta[D:])
    Z = E / np.exp(theta[:D])[blk]
    K, slope = matern52_within(Z)
    K *= signal
    K[np.diag_indices_from(K)] += noise
    L = cholesky(K)
    if L is None:
        return np.inf, np.zeros_like(theta)
    Q = _symmetric(dpotri(L, lower=1)[0])
    alpha = Q @ y
    fit = float(y @ alpha)
    value = 0.5 * fit + float(np.log(np.diagonal(L)).sum())
    Q -= np.outer(alpha, alpha)
    trace = float(np.trace(Q))
    slope *= (5.0 / 6.0) * signal
    slope *= Q
    G = slope @ Z
    G -= slope.sum(axis=1)[:, None] * Z
    gradient = np.empty_like(theta)
    gradient[:D] = -2.0 * np.bincount(blk, weights=np.einsum("ij,ij->j", Z, G), minlength=D)
    gradient[D] = 0.5 * (n - fit - noise * trace)
    gradient[D + 1] = 0.5 * noise * trace
    penalty, penalty_slope = belief.penalty(theta)
    return value + penalty, gradient + penalty_slope


def _symmetric(lower: Floats) -> Floats:
    """A full matrix from its lower triangle."""
    full = np.tril(lower)
    full += np.tril(lower, -1).T
    return full


def fit(E: Floats, blk: Ints, y: Floats, belief: Prior, *, starts: Floats, calls: int) -> Floats:
    """The best θ found from (s, D + 2) starts with `calls` evaluations each; the prior's mode where all fail."""

    def every(thetas: Floats) -> tuple[Floats, Floats]:
        values, gradients = zip(*(objective(theta, E, blk, y, belief) for theta in thetas), strict=True)
        return np.array(values), np.array(gradients)

    points, values = minimize(every, starts, *belief.box, calls=calls, tolerance=1e-3)
    best = int(np.argmin(values))
    return points[best] if np.isfinite(values[best]) else belief.mean.copy()
