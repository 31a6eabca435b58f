"""θ by maximum a posteriori, with the whole gradient from one matrix product.

n, D  rows, parameters      U, A  (n, D) unit coordinates and activity      Z  (n, P) the same as the kernel sees them
y  (n,) standardised targets      v  (n,) = σ_n² + told variances           K = kernel matrix of Z + diag v = L Lᵀ
NLL = ½ yᵀα + Σ ln L_ii;   Q = K⁻¹ − α αᵀ;   W = Q ∘ σ_f² (1 + r) e^{−r};   G = ∂NLL/∂Z = (5/3) (W Z − diag(W 1) Z)
∂NLL/∂ln ℓ and, through the input warps, ∂NLL/∂ln a and ∂NLL/∂ln b follow from G (`scaled`);
∂NLL/∂ln σ_f² = ½ (n − yᵀα − Σ Q_ii v_i);   ∂NLL/∂ln σ_n² = ½ σ_n² tr Q
Memory O(n²), never n × n × D. Source: Rasmussen and Williams 2006, eq. (5.9).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.embedding import Embedding
from ayar.numerics.kernels import matern52_within
from ayar.numerics.lbfgs import minimize
from ayar.numerics.linalg import normal_terms, precision_less, symmetric_times
from ayar.numerics.priors import Prior
from ayar.numerics.scaled import Lens
from ayar.numerics.theta import Theta

_CALLS = 20
_TOLERANCE = 0.1
"""Largest slope, per deviation of the prior, at which a search ends: within 0.02 of what 60 evaluations reach,
after 6.5 of a warm start on average (24 histories of up to 200 trials, quiet and noisy)."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What θ is judged by: rows, their targets, the prior."""

    embedding: Embedding
    U: Floats
    A: Bools
    y: Floats
    told: Floats
    """(n,) noise variances known beforehand, 0 where unknown; σ_n² comes on top."""
    belief: Prior

    def misfit(self, vector: Floats) -> float:
        """−ln likelihood of θ up to a constant, without the prior; infinite where K has no factor."""
        theta = self.belief.theta(vector)
        K, _ = self._covariance(theta, Lens(self.embedding, theta).rows(self.U, self.A), None)
        terms = normal_terms(K, self.y)
        return np.inf if terms is None else terms.fit + terms.half_log

    def loss(self, vector: Floats, bent: bool, room: Floats | None = None) -> tuple[float, Floats]:
        """−ln posterior of θ up to a constant, and its gradient by the vector; infinite where K has no factor.

        Arguments:
            vector: of θ.
            bent: whether the gradient by input warps is wanted; else it is that of their prior.
            room: (3, n, n) memory, written over.
        """
        theta, D = self.belief.theta(vector), self.belief.parameters
        penalty, gradient = self.belief.penalty(vector)
        lens = Lens(self.embedding, theta)
        Z = lens.rows(self.U, self.A)
        K, g = self._covariance(theta, Z, room)
        terms = normal_terms(K, self.y)
        if terms is None:
            return np.inf, np.zeros_like(vector)
        Q = precision_less(terms)
        diagonal = np.diagonal(Q)
        gradient[D] += 0.5 * (len(Z) - 2.0 * terms.fit - float(diagonal @ (theta.noise + self.told)))
        gradient[D + 1] += 0.5 * theta.noise * float(diagonal.sum())
        G = _slopes(np.multiply(g.T, Q, out=g.T), Z)
        gradient[:D] += lens.slopes_by_lengths(G, Z)
        if bent:
            gradient[D + 2 :] += lens.slopes_by_shapes(G, self.U, self.A)
        return terms.fit + terms.half_log + penalty, gradient

    def _covariance(self, theta: Theta, Z: Floats, room: Floats | None) -> tuple[Floats, Floats]:
        """K and the g of its kernel."""
        K, g = matern52_within(Z, theta.signal, room)
        K[np.diag_indices_from(K)] += theta.noise + self.told
        return K, g


def _slopes(W: Floats, Z: Floats) -> Floats:
    """G = (5/3) (W Z − diag(W 1) Z), from W = Q ∘ g of which only the lower triangle is meant."""
    product = symmetric_times(W, np.column_stack([Z, np.ones(len(Z))]))
    return np.asarray((5.0 / 3.0) * (product[:, :-1] - product[:, -1:] * Z))


def fit(evidence: Evidence, starts: Sequence[Theta], *, bent: bool) -> Theta:
    """The best θ found, with at most 20 evaluations a start; the prior's mode where all fail.

    Arguments:
        evidence: what is climbed.
        starts: where searches begin, each on its own.
        bent: whether input warps are searched; else there are none.
    """
    belief, n = evidence.belief, len(evidence.y)
    room = np.empty((3, n, n))
    found = [_searched(evidence, start, bent, room) for start in starts]
    vector, value = min(found, key=lambda pair: pair[1])
    return belief.theta(vector) if np.isfinite(value) else belief.mode


def _searched(evidence: Evidence, start: Theta, bent: bool, room: Floats) -> tuple[Floats, float]:
    """Vector and value reached from one start; steps are measured in deviations of the prior."""
    unit = evidence.belief.deviation

    def scaled(points: Floats) -> tuple[Floats, Floats]:
        value, gradient = evidence.loss(points[0] * unit, bent, room)
        return np.array([value]), (gradient * unit)[None, :]

    lower, upper = evidence.belief.box(bent)
    point, value = minimize(
        scaled, (start.vector / unit)[None, :], lower / unit, upper / unit, calls=_CALLS, tolerance=_TOLERANCE
    )
    return point[0] * unit, float(value[0])
