"""Input warp: a parameter that matters most near one end of its range is stretched there, so one length-scale fits.

u  (…, D_w) unit coordinates, clipped to [1e-9, 1 − 1e-9]      a, b  (D_w,) shape, given by their logarithms
w(u) = 1 − (1 − u^a)^b maps [0, 1] onto itself and rises; a = b = 1 changes nothing. NaN stays NaN.
Sources: Kumaraswamy 1980, doi 10.1016/0022-1694(80)90036-0, eq. (2.1); Snoek et al. 2014, Input warping for Bayesian
optimization of non-stationary functions, PMLR 32(2), 1674-1682, section 3 (there with the Beta distribution).
"""

import numpy as np

from ayar.numerics.arrays import Floats

_EDGE = 1e-9
"""Nearer to an end of the range slopes of powers overflow."""


def kumaraswamy(u: Floats, ln_a: Floats, ln_b: Floats) -> Floats:
    """w(u), the shape of u.

    >>> kumaraswamy(np.array([0.5]), np.log([2.0]), np.zeros(1)).round(6).tolist()
    [0.25]
    """
    ln_u = np.log(np.clip(u, _EDGE, 1.0 - _EDGE))
    return np.asarray(-np.expm1(np.exp(ln_b) * _ln_rest(np.exp(ln_a) * ln_u)))


def kumaraswamy_slopes(u: Floats, ln_a: Floats, ln_b: Floats) -> tuple[Floats, Floats, Floats]:
    """The slopes ∂w/∂u, ∂w/∂ln a and ∂w/∂ln b, each of the shape of u."""
    a, b = np.exp(ln_a), np.exp(ln_b)
    ln_u = np.log(np.clip(u, _EDGE, 1.0 - _EDGE))
    power = a * ln_u  # ln u^a
    rest = _ln_rest(power)
    by_power = a * b * np.exp(power + (b - 1.0) * rest)  # a b u^a (1 − u^a)^{b − 1}
    return by_power * np.exp(-ln_u), by_power * ln_u, -b * rest * np.exp(b * rest)


def _ln_rest(power: Floats) -> Floats:
    """ln(1 − e^power) for power < 0."""
    return np.log(-np.expm1(power))
