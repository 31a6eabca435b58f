"""The gradient noise scale: the batch size at which the noise of a gradient is as large as the gradient itself.

G  the true gradient     Σ  covariance of one row's gradient     g_B  mean gradient over B rows
b < B  two batch sizes   S ≈ tr Σ      B_simple = tr Σ / |G|²                                    (equation 2.9)

    |G|² ≈ (B |g_B|² − b |g_b|²) / (B − b)      S ≈ (|g_b|² − |g_B|²) / (1/b − 1/B)            (equation A.2)
    steps to a loss ≈ S_min (1 + B_noise / B), with B_simple for B_noise                          (section 2.2)

Each pair of norms gives unbiased |G|² and S, but their ratio is biased: means are taken before dividing. The interval
is the delete-one jackknife's in log B_simple.
Source: McCandlish et al. 2018, An Empirical Model of Large-Batch Training, arXiv:1812.06162, section 2 and appendix
A.1; Efron and Stein 1981, Annals of Statistics 9, 586-596 (jackknife).
"""

import math
from dataclasses import dataclass

import numpy as np

from ayar.numerics.arrays import Floats

_Z = 1.96


@dataclass(frozen=True)
class NoiseScale:
    """An estimate of B_simple, in rows, with its 95 % interval."""

    value: float
    """Infinite where the gradient cannot be told from its noise."""
    low: float
    high: float
    gradient: float
    """Mean |G|²."""
    noise: float
    """Mean S."""
    pairs: int


def noise_scale_of(small: Floats, large: Floats, b: int, B: int) -> NoiseScale:
    """B_simple from pairs of squared gradient norms.

    Arguments:
        small: (n,) |g_b|², n ≥ 2.
        large: (n,) |g_B|².
        b: rows of the small batches.
        B: rows of the large ones, above b.

    >>> round(noise_scale_of(np.array([3.0, 3.2]), np.array([1.5, 1.4]), 10, 40).value, 1)
    24.4
    """
    G2 = (B * large - b * small) / (B - b)
    S = (small - large) / (1.0 / b - 1.0 / B)
    n = len(G2)
    value = _ratio(float(S.mean()), float(G2.mean()))
    without = [
        _ratio(float(s), float(g)) for s, g in zip((S.sum() - S) / (n - 1), (G2.sum() - G2) / (n - 1), strict=True)
    ]
    low, high = _interval(value, np.array(without))
    return NoiseScale(value, low, high, float(G2.mean()), float(S.mean()), n)


def _ratio(S: float, G2: float) -> float:
    """S / |G|², not below 0; infinite where |G|² is lost in its noise."""
    return max(0.0, S) / G2 if G2 > 0.0 else math.inf


def _interval(value: float, without: Floats) -> tuple[float, float]:
    finite = without[(without > 0.0) & np.isfinite(without)]
    if not len(finite):
        return 0.0, math.inf
    n = len(without)
    log = np.log(finite)
    error = math.sqrt((n - 1) / len(finite) * float(((log - log.mean()) ** 2).sum()))
    middle = value if 0.0 < value < math.inf else float(np.exp(log.mean()))
    # A row without which |G|² is not above 0 leaves the scale open upwards.
    high = math.inf if np.isinf(without).any() or math.isinf(value) else middle * math.exp(_Z * error)
    return middle * math.exp(-_Z * error), high
