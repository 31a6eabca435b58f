"""Matérn-5/2: values, slopes, squared distances."""

import numpy as np

from ayar.numerics.arrays import Floats
from ayar.numerics.kernels import matern52, matern52_within, squared_distances


def test_squared_distances_agree_with_differences() -> None:
    generator = np.random.Generator(np.random.Philox(key=0))
    Z, Y = generator.random((5, 3)), generator.random((4, 3))
    wanted = ((Z[:, None] - Y[None]) ** 2).sum(axis=2)
    np.testing.assert_allclose(squared_distances(Z, Y), wanted, atol=1e-14)


def test_squared_distance_of_equal_points_is_never_negative() -> None:
    Z = np.full((3, 4), 1e8) + np.arange(3)[:, None] * 1e-9
    assert (squared_distances(Z, Z) >= 0).all()


def values(apart: Floats, signal: float) -> tuple[Floats, Floats]:
    """Both functions of points on a line, `apart` from the origin."""
    k, g = matern52(np.zeros((1, 1)), apart[:, None], signal)
    return k[0], g[0]


def test_slope_is_the_derivative_by_the_squared_distance() -> None:
    squared, step = np.linspace(0.01, 4.0, 30), 1e-6
    above, below = (values(np.sqrt(squared + t), 1.7)[0] for t in (step, -step))
    np.testing.assert_allclose(-5.0 / 6.0 * values(np.sqrt(squared), 1.7)[1], (above - below) / (2 * step), rtol=1e-6)


def test_values_follow_the_formula() -> None:
    apart = np.linspace(0.0, 5.0, 40)
    r = np.sqrt(5.0) * apart
    np.testing.assert_allclose(values(apart, 2.5)[0], 2.5 * (1 + r + r**2 / 3) * np.exp(-r), rtol=1e-12)


def test_diagonal_within_is_exactly_the_signal_variance() -> None:
    Z = np.random.Generator(np.random.Philox(key=1)).random((6, 3)) * 1e3
    assert np.array_equal(np.diagonal(matern52_within(Z, 1.3)[0]), np.full(6, 1.3))


def test_room_is_used_and_changes_no_bit() -> None:
    Z, room = np.random.Generator(np.random.Philox(key=1)).random((6, 3)), np.full((3, 6, 6), np.nan)
    k, _ = matern52_within(Z, 1.3, room)
    assert k.base is room
    assert np.array_equal(k, matern52_within(Z, 1.3)[0])
