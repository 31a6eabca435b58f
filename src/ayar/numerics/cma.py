"""CMA-ES: one Gaussian search distribution, and how it learns from a ranked generation.

N  ordered coordinates      λ  population            μ = ⌊λ/2⌋  parents          w  (λ,) weights, best first
m  (N,) mean                σ  step size             C = B diag(D²) Bᵀ  (N, N) covariance
a  (N,) stretch of each coordinate: ones, but where `numerics.margin` keeps a coordinate from freezing
p_σ, p_c  (N,) paths        y_i = (x_i − m) / (σ a)  (λ, N) steps             z_i = D⁻¹ Bᵀ y_i, their lengths in C
g  generations learned      μ_e  effective number of parents                  χ = E‖N(0, I)‖
A point is x = m + σ a ∘ y with y ~ N(0, C). Cost of one generation: one eigendecomposition and λ N² flops.
Sources: Hansen 2016, The CMA Evolution Strategy: A Tutorial, arXiv:1604.00772 (equation numbers below are its own);
Hansen 2011, Injecting external solutions into CMA-ES, arXiv:1110.4181; for `around`, Nomura et al. 2021, Warm starting
CMA-ES for hyperparameter optimization, arXiv:2012.06932.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from ayar.numerics.arrays import Bools, Floats

_WARM_SPREAD = 0.1  # α of the warm start: deviation added to that of the best points
_TINY = 1e-8  # keeps a step of length 0 from dividing by 0, and c_μ below 1 − c₁
_MOST_CONDITION = 1e30  # of C; a smaller eigenvalue is rounding
LARGEST_STEP_SIZE = 1e32
"""σ is cut here, far beyond any use, so that it never overflows."""


@dataclass(frozen=True, eq=False)
class Strategy:
    """The constants of one population size in one dimension."""

    population: int
    parents: int
    weights: Floats
    """(λ,) best first; the first μ sum to 1, those after them are negative."""
    effective: float
    """μ_e."""
    c_1: float
    c_mu: float
    c_sigma: float
    d_sigma: float
    c_c: float
    chi: float

    @classmethod
    def of(cls, dimension: int, population: int) -> "Strategy":
        """The standard constants, eqs. (49) to (58).

        Arguments:
            dimension: N; where it is 0 there is no Gaussian, and only the positive weights mean something.
            population: λ, at least 4.
        """
        N, parents = max(dimension, 1), population // 2
        raw = math.log((population + 1) / 2) - np.log(np.arange(1, population + 1))  # eq. (49)
        effective, effective_rest = (
            float(part.sum() ** 2 / (part**2).sum()) for part in (raw[:parents], raw[parents:])
        )
        c_1 = 2.0 / ((N + 1.3) ** 2 + effective)  # eq. (57)
        c_mu = min(
            1.0 - c_1 - _TINY, 2.0 * (effective - 2.0 + 1.0 / effective) / ((N + 2.0) ** 2 + effective)
        )  # eq. (58)
        negative = min(
            1.0 + c_1 / c_mu,  # eq. (50)
            1.0 + 2.0 * effective_rest / (effective + 2.0),  # eq. (51)
            (1.0 - c_1 - c_mu) / (N * c_mu),  # eq. (52)
        )
        positive_sum, negative_sum = raw[raw > 0].sum(), -raw[raw < 0].sum()
        c_sigma = (effective + 2.0) / (N + effective + 5.0)  # eq. (55)
        return cls(
            population=population,
            parents=parents,
            weights=np.where(raw >= 0, raw / positive_sum, raw * (negative / negative_sum)),  # eq. (53)
            effective=effective,
            c_1=c_1,
            c_mu=c_mu,
            c_sigma=c_sigma,
            d_sigma=1.0 + 2.0 * max(0.0, math.sqrt((effective - 1.0) / (N + 1.0)) - 1.0) + c_sigma,  # eq. (55)
            c_c=(4.0 + effective / N) / (N + 4.0 + 2.0 * effective / N),  # eq. (56)
            chi=math.sqrt(N) * (1.0 - 1.0 / (4.0 * N) + 1.0 / (21.0 * N**2)),
        )


def usual_population(dimension: int) -> int:
    """λ = 4 + ⌊3 ln N⌋, eq. (48).

    >>> [usual_population(n) for n in (1, 10, 40)]
    [4, 10, 15]
    """
    return 4 + math.floor(3.0 * math.log(max(dimension, 1)))


@dataclass(frozen=True, eq=False)
class Gaussian:
    """The search distribution and its memory."""

    mean: Floats
    sigma: float
    C: Floats
    B: Floats
    """(N, N) eigenvectors of C in columns."""
    D: Floats
    """(N,) square roots of its eigenvalues."""
    p_sigma: Floats
    p_c: Floats
    stretch: Floats
    generation: int = 0

    @classmethod
    def start(cls, mean: Floats, sigma: float, C: Floats | None = None) -> "Gaussian":
        """Before the first generation; C is the identity where left out."""
        N = len(mean)
        C, B, D = _decomposed(np.eye(N) if C is None else C)
        return cls(mean.copy(), sigma, C, B, D, np.zeros(N), np.zeros(N), np.ones(N))

    @property
    def deviations(self) -> Floats:
        """(N,) standard deviation of each coordinate, stretch included."""
        return np.asarray(self.sigma * self.stretch * np.sqrt(np.diag(self.C)))

    def points(self, Z: Floats) -> Floats:
        """(k, N) points from (k, N) standard normal numbers, eqs. (38) to (40)."""
        return np.asarray(self.mean + self.sigma * self.stretch * ((Z * self.D) @ self.B.T))

    def steps(self, X: Floats) -> Floats:
        """(k, N) steps y from the mean to points."""
        return np.asarray((X - self.mean) / (self.sigma * self.stretch))

    def shortened(self, X: Floats) -> Floats:
        """(k, N) points that this distribution did not draw, brought to a distance that it could have drawn.

        A step longer than √N + 2N/(N + 2) in the metric of C is cut to that. Source: Hansen 2011, eqs. (3) and (4).
        """
        N = len(self.mean)
        Y = self.steps(X)
        lengths = np.linalg.norm((Y @ self.B) / self.D, axis=1)
        longest = math.sqrt(N) + 2.0 * N / (N + 2.0)
        shares = np.minimum(1.0, longest / np.maximum(lengths, _TINY))
        return np.asarray(self.mean + self.sigma * self.stretch * Y * shares[:, None])


def around(best: Floats) -> Gaussian:
    """A start from good points, (k, N): their mean, and their covariance widened by 0.1 on each side.

    C is scaled to determinant 1. Source: Nomura et al. 2021, eqs. (7) to (9) with α = 0.1.
    """
    spread = _WARM_SPREAD**2 * np.eye(best.shape[1]) + (best - best.mean(axis=0)).T @ (best - best.mean(axis=0)) / len(
        best
    )
    size = math.exp(float(np.linalg.slogdet(spread)[1]) / best.shape[1])
    return Gaussian.start(best.mean(axis=0), math.sqrt(size), spread / size)


def learn(
    before: Gaussian, strategy: Strategy, X: Floats, weights: Floats | None = None, counts: Bools | None = None
) -> Gaussian:
    """The distribution after one generation.

    Arguments:
        before: the distribution so far.
        strategy: constants for λ points in N dimensions.
        X: (λ, N) points, best first.
        weights: (λ,) in place of the strategy's own.
        counts: (λ, N) which coordinates of which points had a say in their rank; the others do not move the mean.
    """
    s, N = strategy, len(before.mean)
    w = s.weights if weights is None else weights
    Y = before.steps(X)
    Z = (Y @ before.B) / before.D
    parents = w[: s.parents]
    y_w = parents @ Y[: s.parents]  # eq. (41)
    moved = y_w if counts is None else parents @ np.where(counts[: s.parents], Y[: s.parents], 0.0)
    p_sigma = (1.0 - s.c_sigma) * before.p_sigma + math.sqrt(s.c_sigma * (2.0 - s.c_sigma) * s.effective) * (
        before.B @ (parents @ Z[: s.parents])
    )  # eq. (43)
    length = float(np.linalg.norm(p_sigma))
    generation = before.generation + 1
    settled = length / math.sqrt(1.0 - (1.0 - s.c_sigma) ** (2 * (generation + 1)))
    h_sigma = 1.0 if settled < (1.4 + 2.0 / (N + 1.0)) * s.chi else 0.0
    p_c = (1.0 - s.c_c) * before.p_c + h_sigma * math.sqrt(s.c_c * (2.0 - s.c_c) * s.effective) * y_w  # eq. (45)
    w_C = np.where(w >= 0.0, w, w * N / ((Z**2).sum(axis=1) + _TINY))  # eq. (46)
    kept = 1.0 + s.c_1 * (1.0 - h_sigma) * s.c_c * (2.0 - s.c_c) - s.c_1 - s.c_mu * w.sum()
    C, B, D = _decomposed(kept * before.C + s.c_1 * np.outer(p_c, p_c) + s.c_mu * (Y.T * w_C) @ Y)  # eq. (47)
    return Gaussian(
        mean=before.mean + before.sigma * moved,  # eq. (42)
        sigma=min(before.sigma * math.exp(s.c_sigma / s.d_sigma * (length / s.chi - 1.0)), LARGEST_STEP_SIZE),  # (44)
        C=C,
        B=B,
        D=D,
        p_sigma=p_sigma,
        p_c=p_c,
        stretch=before.stretch,
        generation=generation,
    )


def _decomposed(C: Floats) -> tuple[Floats, Floats, Floats]:
    """C made symmetric and positive, its eigenvectors, and the roots of its eigenvalues."""
    C = (C + C.T) / 2.0
    if not len(C):
        return C, C, np.zeros(0)
    squares, B = np.linalg.eigh(C)
    least = squares[-1] / _MOST_CONDITION
    if squares[0] >= least:
        return C, B, np.sqrt(squares)
    squares = np.maximum(squares, least)
    return np.asarray((B * squares) @ B.T), B, np.sqrt(squares)


def folded(g: Gaussian, free: Bools) -> Gaussian:
    """The same distribution seen in the unit cube's mirror, with its mean inside.

    A landscape that is mirrored at 0 and at 1 looks the same from the mean's mirror image, once the coordinate's sign
    is turned in C and in the paths.

    Arguments:
        g: a distribution over such a landscape.
        free: (N,) the coordinates that are mirrored.
    """
    outside = free & ((g.mean < 0.0) | (g.mean > 1.0))
    if not outside.any():
        return g
    turned = np.where(outside & (np.floor(g.mean) % 2.0 == 1.0), -1.0, 1.0)
    return replace(
        g,
        mean=np.where(outside, mirrored(g.mean), g.mean),
        C=g.C * np.outer(turned, turned),
        B=g.B * turned[:, None],
        p_sigma=g.p_sigma * turned,
        p_c=g.p_c * turned,
    )


def mirrored(x: Floats) -> Floats:
    """Where x lies in [0, 1] once the line is folded at every whole number.

    >>> mirrored(np.array([0.75, 1.25, -0.25, 2.5])).tolist()
    [0.75, 0.75, 0.25, 0.5]
    """
    return np.asarray(1.0 - np.abs(1.0 - np.abs(x) % 2.0))
