"""Metrics that bounds apply to, made fit for a Gaussian process.

m  (n,) told values     low, high  bounds, infinite where open     t(m) = asinh((m − c) / s), standardised
c is the bound, or the middle of two, s the median distance from it: what happens near the bound decides, and both tails
are drawn in. The bounds go the same way, so that what is kept before is kept after.
Source: Eriksson and Poloczek 2021, SCBO, arXiv:2002.08526, section 3 (transform of constraints).
"""

import numpy as np

from ayar.numerics.arrays import Floats

_FAR = 1e300
"""Distances of more scales than this are not told apart: the quotient would overflow."""


def tame(values: Floats, low: float, high: float) -> tuple[Floats, float, float]:
    """Targets (n,) of n ≥ 1 finite values, and their two bounds, of which at least one is finite.

    >>> t, low, high = tame(np.array([1.0, 3.0, 1e9]), -np.inf, 2.0)
    >>> t.round(2).tolist(), low, round(high, 2)
    ([-0.79, -0.62, 1.41], -inf, -0.71)
    """
    every = np.array([low, high, *values])
    center = float(np.mean([end for end in (low, high) if np.isfinite(end)]))
    scale = float(np.median(np.abs(values - center))) or 1.0
    with np.errstate(over="ignore"):
        apart = np.clip((every - center) / scale, -_FAR, _FAR)
    tamed = np.arcsinh(np.where(np.isfinite(every), apart, every))
    standard = (tamed - np.mean(tamed[2:])) / (float(np.std(tamed[2:])) or 1.0)
    return standard[2:], float(standard[0]), float(standard[1])
