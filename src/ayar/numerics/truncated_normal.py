"""The normal distribution cut to an interval: mass of a cell, and draws, safe in both tails.

a, b  ends of a cell in standard deviations from the mean, a < b       Φ  the normal distribution function
Differences of Φ lose all digits above the mean and vanish beyond 38 deviations; those of ln Φ below the mean do not.
"""

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri

from ayar.numerics.arrays import Floats

_FAR = -30.0  # below it Φ nears the smallest floats, and its logarithm, at twice the cost, serves


def log_mass(a: Floats, b: Floats) -> Floats:
    """The logarithm ln(Φ(b) − Φ(a)), elementwise, for a < b; finite wherever both are.

    >>> log_mass(np.array([-1.0, 40.0]), np.array([1.0, 41.0])).round(4).tolist()
    [-0.3817, -804.6084]
    """
    above = a + b > 0.0  # mirrored, so that the nearer end is the upper one
    low, high = np.where(above, -b, a), np.where(above, -a, b)
    far = high < _FAR
    found = np.log(np.where(far, 1.0, ndtr(high) - ndtr(low)))
    if far.any():
        top = log_ndtr(high[far])
        found[far] = top + np.log(-np.expm1(log_ndtr(low[far]) - top))
    return np.asarray(found)


def unit_mass(mean: Floats, sd: Floats) -> Floats:
    """Mass of N(mean, sd²) within [0, 1], for means within it.

    >>> unit_mass(np.array([0.5]), np.array([1.0])).round(4).tolist()
    [0.3829]
    """
    return np.asarray(ndtr((1.0 - mean) / sd) - ndtr(-mean / sd))


def unit_quantile(p: Floats, mean: Floats, sd: Floats) -> Floats:
    """The p-quantile of N(mean, sd²) cut to [0, 1], for means within it.

    >>> unit_quantile(np.array([0.0, 0.5, 1.0]), np.array(0.5), np.array(1.0)).round(4).tolist()
    [0.0, 0.5, 1.0]
    """
    low, high = ndtr(-mean / sd), ndtr((1.0 - mean) / sd)
    return np.clip(mean + sd * ndtri(low + p * (high - low)), 0.0, 1.0)
