"""Independent categories and how they learn from a ranked generation: natural gradient with a step that adapts.

c  categories       K_i  their levels, at most K       q  (c, K) probabilities, 0 past a category's own levels
μ  parents          w  (μ,) positive weights           q_min  (c,) least probability of a level (the margin)
G  (c, K) natural gradient    P = Σ (K_i − 1) free probabilities    Δ  the learning rate's divisor
s  (c, K − 1), γ  the averaged gradient, whitened, and how long it should be were there no signal
Sources: Hamano et al. 2024, CatCMA, arXiv:2405.09962; Akimoto et al. 2019, Adaptive stochastic natural gradient method,
PMLR 97, alg. 1 and appendix B (the root of the Fisher matrix).
"""

from dataclasses import dataclass

import numpy as np

from ayar.numerics.arrays import Bools, Floats, Ints

_SIGNAL = 1.5  # α: the gradient's squared length over chance's above which the step grows
_TINY = 1e-8


@dataclass(frozen=True, eq=False)
class Categories:
    """The distribution and its memory."""

    q: Floats
    levels: Ints
    """(c,) K_i."""
    least: Floats
    """(c,) q_min."""
    path: Floats
    """(c, K − 1), s; 0 past a category's own."""
    gain: float
    """γ."""
    divisor: float
    """Δ."""

    @classmethod
    def start(cls, levels: Ints, chance: float, q: Floats | None = None) -> "Categories":
        """Before the first generation.

        Arguments:
            levels: (c,) how many levels each category has, at least 2.
            chance: least probability that a category is not at its likeliest level.
            q: (c, K) first probabilities, moved off the margin; even where left out.
        """
        K = int(levels.max(initial=2))
        within = np.arange(K) < levels[:, None]
        even = np.where(within, 1.0 / levels[:, None], 0.0)
        least = np.divide(chance, levels - 1.0, dtype=np.float64)
        return cls(
            _kept_off(even if q is None else q, least, within), levels, least, np.zeros((len(levels), K - 1)), 0.0, 1.0
        )

    def choices(self, uniforms: Floats) -> Ints:
        """(k, c) levels from (k, c) uniform numbers."""
        reached = self.q.cumsum(axis=1)[:, :-1]
        return np.asarray(np.minimum((reached <= uniforms[:, :, None]).sum(axis=2), self.levels - 1))


def learn(before: Categories, weights: Floats, choices: Ints, counts: Bools) -> Categories:
    """The distribution after one generation.

    Arguments:
        before: the distribution so far.
        weights: (μ,) of the parents, best first.
        choices: (μ, c) their levels.
        counts: (μ, c) which of those had a say in the rank; the others teach nothing.
    """
    K = before.q.shape[1]
    within = np.arange(K) < before.levels[:, None]
    hits = np.arange(K) == choices[:, :, None]
    G = np.einsum("i,ij,ijk->jk", weights, counts, hits - before.q)
    whitened = _whitened(before.q, G, before.levels)
    length = float(np.sqrt((whitened**2).sum()))
    if length == 0.0:
        return before
    step = 1.0 / before.divisor
    q = _kept_off(before.q + step / (length + _TINY) * G, before.least, within)
    rate = min(step / np.sqrt(float((before.levels - 1).sum())), 1.0)
    path = (1.0 - rate) * before.path + np.sqrt(rate * (2.0 - rate)) * whitened / length
    gain = (1.0 - rate) ** 2 * before.gain + rate * (2.0 - rate)
    divisor = before.divisor * np.exp(rate * (gain - float((path**2).sum()) / _SIGNAL))
    return Categories(q, before.levels, before.least, path, gain, float(divisor))


def _whitened(q: Floats, G: Floats, levels: Ints) -> Floats:
    """(c, K − 1) the gradient times a root of the Fisher matrix; a category's last level follows from the others."""
    rows, last = np.arange(len(q)), levels - 1
    free = np.arange(q.shape[1] - 1) < last[:, None]
    q_last, roots = q[rows, last][:, None], np.sqrt(np.where(free, q[:, :-1], 1.0))
    others = -G[rows, last][:, None]  # the gradient of the free levels, summed
    return np.where(free, G[:, :-1] / roots + roots * others / (q_last + np.sqrt(q_last)), 0.0)


def _kept_off(q: Floats, least: Floats, within: Bools) -> Floats:
    """Probabilities raised to the margin; those above it pay in proportion, so that each row sums to 1."""
    low = least[:, None]
    q = np.where(within, np.maximum(q, low), 0.0)
    above = np.where(within, q - low, 0.0)
    q = q + above * (1.0 - q.sum(axis=1, keepdims=True)) / above.sum(axis=1, keepdims=True)
    return np.asarray(q / q.sum(axis=1, keepdims=True))
