"""θ by maximum a posteriori, with the whole gradient from one matrix product.

n, D  rows, parameters      U, A  (n, D) unit coordinates and activity      Z  (n, P) the same as the kernel sees them
y  (n,) standardised targets      v  (n,) = σ_n² + told variances           K = kernel matrix of Z + diag v = L Lᵀ
NLL = ½ yᵀα + Σ ln L_ii;   Q = K⁻¹ − α αᵀ;   W = Q ∘ (5/6) σ_f² (1 + r) e^{−r};   G = ∂NLL/∂Z = 2 (W Z − diag(W 1) Z)
∂NLL/∂ln ℓ and, through the input warps, ∂NLL/∂ln a and ∂NLL/∂ln b follow from G (`scaled`);
∂NLL/∂ln σ_f² = ½ (n − yᵀα − Σ Q_ii v_i);   ∂NLL/∂ln σ_n² = ½ σ_n² tr Q
Memory O(n²), never n × n × D. Source: Rasmussen and Williams 2006, eq. (5.9).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dpotri

from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.embedding import Embedding
from ayar.numerics.kernels import matern52_within
from ayar.numerics.lbfgs import minimize
from ayar.numerics.linalg import cholesky
from ayar.numerics.priors import Prior
from ayar.numerics.scaled import scaled, slopes_by_lengths, slopes_by_warps
from ayar.numerics.theta import Theta

_TOLERANCE = 1e-3  # of the gradient, per unit of θ: a finer search does not show in proposals


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What θ is judged by."""

    embedding: Embedding
    U: Floats
    A: Bools
    y: Floats
    told: Floats
    """(n,) noise variances known beforehand, 0 where unknown; σ_n² comes on top."""
    belief: Prior

    def loss(self, vector: Floats, bent: bool) -> tuple[float, Floats]:
        """−ln posterior of θ up to a constant, and its gradient by the vector; infinite where K has no factor.

        Arguments:
            vector: of θ.
            bent: whether the gradient by input warps is wanted; else it is that of their prior.
        """
        theta, D = self.belief.theta(vector), self.belief.parameters
        penalty, gradient = self.belief.penalty(vector)
        Z = scaled(self.embedding, theta, self.U, self.A)
        noise = theta.noise + self.told
        K, slope = matern52_within(Z)
        K *= theta.signal
        K[np.diag_indices_from(K)] += noise
        L = cholesky(K)
        if L is None:
            return np.inf, np.zeros_like(vector)
        Q = _symmetric(dpotri(L, lower=1)[0])
        alpha = Q @ self.y
        fit = float(self.y @ alpha)
        Q -= np.outer(alpha, alpha)
        diagonal = np.diagonal(Q)
        gradient[D] += 0.5 * (len(Z) - fit - float(diagonal @ noise))
        gradient[D + 1] += 0.5 * theta.noise * float(diagonal.sum())
        slope *= (5.0 / 3.0) * theta.signal
        slope *= Q
        G = slope @ Z - slope.sum(axis=1)[:, None] * Z
        gradient[:D] += slopes_by_lengths(G, Z, self.embedding)
        if bent:
            gradient[D + 2 :] += np.concatenate(slopes_by_warps(G, self.embedding, theta, self.U, self.A))
        return 0.5 * fit + float(np.log(np.diagonal(L)).sum()) + penalty, gradient


def _symmetric(lower: Floats) -> Floats:
    """A full matrix from its lower triangle."""
    full = np.tril(lower)
    full += np.tril(lower, -1).T
    return full


def fit(evidence: Evidence, starts: Sequence[Theta], *, calls: int, bent: bool) -> Theta:
    """The best θ found, with `calls` evaluations a start; the prior's mode where all fail.

    Arguments:
        evidence: what is climbed.
        starts: where the search begins.
        calls: evaluations for each start.
        bent: whether input warps are searched; else they stay as they are in a start within none.
    """

    def every(vectors: Floats) -> tuple[Floats, Floats]:
        values, gradients = zip(*(evidence.loss(vector, bent) for vector in vectors), strict=True)
        return np.array(values), np.array(gradients)

    belief = evidence.belief
    first = np.array([theta.vector for theta in starts])
    points, values = minimize(every, first, *belief.box(bent), calls=calls, tolerance=_TOLERANCE)
    best = int(np.argmin(values))
    return belief.theta(points[best]) if np.isfinite(values[best]) else belief.mode
