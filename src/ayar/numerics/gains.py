"""How much a curve still gains from here to its end, learned from curves that went there.

l  (n,) losses of finished curves at the same fraction of their course      L  (n,) their losses at the end
x  loss of the curve in question there           g = l − L                  y  the loss to beat

    g_i = α + β (l_i − l̄) + e_i,    β ~ N(0, ½²),    e ~ N(0, σ²)

A curve that is behind may have more left to gain (β > 0), but few finished curves cannot say how much; the prior keeps
β near 0 until they can. Given σ all is normal; with σ² estimated from the n residuals the end of the curve, x − g,
follows Student's t with n − 1 degrees of freedom (Gelman et al. 2013, Bayesian Data Analysis, section 14.2).
"""

import math

import numpy as np

from ayar.numerics.arrays import Floats

_SLOPE_SD = 0.5
_ROUNDING = 1e-12
"""Of the losses: the least noise."""


def chance_to_end_below(x: float, y: float, l: Floats, L: Floats) -> float:  # noqa: E741 - the glossary's letter
    """P(x − g < y), from n ≥ 2 finished curves; unchanged if all losses are scaled or shifted.

    >>> l, L = np.array([0.5, 0.6, 0.7, 0.55]), np.array([0.3, 0.38, 0.5, 0.36])
    >>> chance_to_end_below(0.5, 0.3, l, L) > 0.3 > 0.01 > chance_to_end_below(0.9, 0.3, l, L)
    True
    """
    from scipy.special import stdtr

    n, g, d = len(l), l - L, l - l.mean()
    least = (_ROUNDING * float(np.ptp(np.concatenate([l, L, [x, y]])))) ** 2
    alpha = float(g.mean())
    precision = float(d @ d) + (float(g.var(ddof=1)) + least) / _SLOPE_SD**2
    beta = float(d @ g) / precision
    e = g - alpha - beta * d
    variance = float(e @ e) / (n - 1) + least
    ahead = x - float(l.mean())
    end = x - alpha - beta * ahead
    error = math.sqrt(variance * (1.0 + 1.0 / n + ahead**2 / precision))
    return float(stdtr(n - 1, (y - end) / error))
