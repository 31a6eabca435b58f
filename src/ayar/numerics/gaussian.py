"""The pieces of log expected improvement, safe for every z.

z  (…,) standardised improvement (f* − μ) / σ       h(z) = φ(z) + z Φ(z), so EI = σ h(z)
ψ  = Φ(z) / h(z), the slope of ln h                  ρ = φ(z) / h(z), so ∂(ln EI)/∂σ = ρ / σ

Plain EI is exactly 0 in double precision from z ≈ −38 down, and rounding spoils it from z ≈ −8: a search started there
sees a flat plain. Three branches keep ln h within 1e-14·max(1, |ln h|) and both slopes within 1e-11 relative.
Sources: Ament et al. 2023, Unexpected improvements to expected improvement, arXiv:2310.20708, eq. (9) and appendix A;
below z = −50 the asymptotic series of the Mills ratio (Abramowitz and Stegun, 26.2.12), where the paper's rule of two
branches loses up to 1e-6 of the logarithm.
"""

import numpy as np
from scipy.special import erfcx, ndtr

from ayar.numerics.arrays import Floats

_LN_SQRT_2PI = 0.5 * np.log(2.0 * np.pi)
_SQRT_HALF_PI = np.sqrt(0.5 * np.pi)
_MIDDLE, _FAR = -1.0, -50.0  # the seams between the three branches


def log_h(z: Floats) -> Floats:
    """The logarithm of h(z) for every z; the shape of z.

    >>> log_h(np.array([0.0, -1e3])).round(3).tolist()
    [-0.919, -500014.734]
    """
    return log_h_slopes(z)[0]


def log_h_slopes(z: Floats) -> tuple[Floats, Floats, Floats]:
    """The values ln h, ψ and ρ, each of the shape of z.

    >>> [part.round(4).tolist() for part in log_h_slopes(np.array([-50.0]))]
    [[-1258.7442], [50.04], [2502.9976]]
    """
    value, psi, rho = np.empty_like(z), np.empty_like(z), np.empty_like(z)
    near, far = z > _MIDDLE, z < _FAR
    for branch, where in ((_near, near), (_middle, ~near & ~far), (_far, far)):
        if where.any():
            value[where], psi[where], rho[where] = branch(z[where])
    return value, psi, rho


def _near(z: Floats) -> tuple[Floats, Floats, Floats]:
    density, mass = np.exp(-0.5 * z * z - _LN_SQRT_2PI), ndtr(z)
    h = density + z * mass
    return np.log(h), mass / h, density / h


def _middle(z: Floats) -> tuple[Floats, Floats, Floats]:
    mills = _SQRT_HALF_PI * erfcx(-z / np.sqrt(2.0))  # R = Φ / φ
    ratio = 1.0 + z * mills  # h / φ
    return -0.5 * z * z - _LN_SQRT_2PI + np.log1p(z * mills), mills / ratio, 1.0 / ratio


def _far(z: Floats) -> tuple[Floats, Floats, Floats]:
    w = 1.0 / (z * z)
    q = 1.0 + w * (-3.0 + w * (15.0 + w * (-105.0 + w * 945.0)))  # h / φ = w q
    mass = 1.0 + w * (-1.0 + w * (3.0 + w * (-15.0 + w * 105.0)))  # Φ / φ = −mass / z
    return -0.5 * z * z - _LN_SQRT_2PI + np.log(w) + np.log(q), -z * mass / q, 1.0 / (w * q)
