"""ln h, ψ and ρ against mpmath 1.3, 80 digits: h = npdf(z) + z ncdf(z), ψ = ncdf / h, ρ = npdf / h."""

import mpmath
import numpy as np
import pytest

from ayar.numerics.gaussian import log_h, log_h_slopes

SEAMS = [
    -1.0,
    np.nextafter(-1.0, 0.0),
    np.nextafter(-1.0, -2.0),
    -50.0,
    np.nextafter(-50.0, 0),
    np.nextafter(-50.0, -60),
]
POINTS = [-1e6, -1e5, -1e4, -1e3, -200.0, -51.0, -49.0, -38.5, -20.0, -8.0, -3.0, -0.5, 0.0, 0.7, 3.0, 10.0, *SEAMS]


@pytest.mark.parametrize("z", POINTS)
def test_log_h_and_its_slopes_agree_with_80_digits(z: float) -> None:
    # 1e-14 and 1e-11 leave a factor ten over the errors seen (8e-16, 1e-12).
    with mpmath.workdps(80):
        exact = mpmath.mpf(float(z))
        density = mpmath.npdf(exact)
        mass = mpmath.erfc(-exact / mpmath.sqrt(2)) / 2
        h = density + exact * mass
        wanted = [float(mpmath.log(h)), float(mass / h), float(density / h)]
    value, psi, rho = (float(part[0]) for part in log_h_slopes(np.array([z])))
    assert abs(value - wanted[0]) <= 1e-14 * max(1.0, abs(wanted[0]))
    assert psi == pytest.approx(wanted[1], rel=1e-11)
    assert rho == pytest.approx(wanted[2], rel=1e-11)


def test_log_h_rises_across_both_seams() -> None:
    z = np.sort(np.concatenate([s + np.linspace(-1e-3, 1e-3, 41) for s in (-50.0, -1.0)]))
    assert (np.diff(log_h(z)) > 0).all()
