"""Matérn-5/2: values, slopes, squared distances."""

import numpy as np

from ayar.numerics.kernels import matern52, matern52_within, squared_distances


def test_squared_distances_agree_with_differences() -> None:
    generator = np.random.Generator(np.random.Philox(key=0))
    Z, Y = generator.random((5, 3)), generator.random((4, 3))
    wanted = ((Z[:, None] - Y[None]) ** 2).sum(axis=2)
    np.testing.assert_allclose(squared_distances(Z, Y), wanted, atol=1e-14)


def test_squared_distance_of_equal_points_is_never_negative() -> None:
    Z = np.full((3, 4), 1e8) + np.arange(3)[:, None] * 1e-9
    assert (squared_distances(Z, Z) >= 0).all()


def test_slope_is_the_derivative_by_the_squared_distance() -> None:
    squared, step = np.linspace(0.01, 4.0, 30), 1e-6
    numeric = (matern52(squared + step)[0] - matern52(squared - step)[0]) / (2 * step)
    np.testing.assert_allclose(-5.0 / 6.0 * matern52(squared)[1], numeric, rtol=1e-6)


def test_diagonal_within_is_exactly_one() -> None:
    Z = np.random.Generator(np.random.Philox(key=1)).random((6, 3)) * 1e3
    assert np.array_equal(np.diagonal(matern52_within(Z)[0]), np.ones(6))
