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
    _, rest = _powers(_inside(u), ln_a)
    return np.asarray(-np.expm1(np.exp(ln_b) * rest))


def slopes_by_unit(u: Floats, ln_a: Floats, ln_b: Floats) -> Floats:
    """∂w/∂u = a b u^{a − 1} (1 − u^a)^{b − 1}, the shape of u."""
    u = _inside(u)
    power, rest = _powers(u, ln_a)
    b = np.exp(ln_b)
    return np.asarray(np.exp(ln_a + power + (b - 1.0) * rest) * b / u)


def slopes_by_shape(u: Floats, ln_a: Floats, ln_b: Floats) -> tuple[Floats, Floats]:
    """∂w/∂ln a = b (1 − u^a)^{b − 1} u^a ln u^a and ∂w/∂ln b = −b (1 − u^a)^b ln(1 − u^a), each of the shape of u."""
    power, rest = _powers(_inside(u), ln_a)
    b = np.exp(ln_b)
    above = b * np.exp(b * rest)  # b (1 − u^a)^b
    return above * np.exp(power - rest) * power, -above * rest


def _inside(u: Floats) -> Floats:
    return np.clip(u, _EDGE, 1.0 - _EDGE)


def _powers(u: Floats, ln_a: Floats) -> tuple[Floats, Floats]:
    """ln u^a and ln(1 − u^a)."""
    power = np.exp(ln_a) * np.log(u)
    return power, np.log(-np.expm1(power))
