"""Batched L-BFGS: optima, boxes, independence of starts."""

import numpy as np
import pytest

from ayar.numerics.arrays import Floats
from ayar.numerics.lbfgs import minimize


def rosenbrock(X: Floats) -> tuple[Floats, Floats]:
    x, y = X[:, 0], X[:, 1]
    value = (1 - x) ** 2 + 100 * (y - x**2) ** 2
    slope = np.stack([-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)], axis=1)
    return value, slope


def test_rosenbrock_is_solved_from_several_starts_at_once() -> None:
    starts = np.array([[-1.2, 1.0], [0.0, 0.0], [1.5, -1.0]])
    points, values = minimize(rosenbrock, starts, np.full(2, -2.0), np.full(2, 2.0), calls=80)
    np.testing.assert_allclose(points, 1.0, atol=1e-4)
    assert values.max() < 1e-8


def test_bound_minimum_is_found_on_the_bound() -> None:
    points, _ = minimize(rosenbrock, np.array([[-1.0, 1.5]]), np.full(2, -2.0), np.array([0.5, 2.0]), calls=60)
    np.testing.assert_allclose(points, [[0.5, 0.25]], atol=1e-6)


def test_start_is_not_influenced_by_its_neighbours() -> None:
    starts = np.array([[-1.2, 1.0], [0.0, 0.0]])
    box = np.full(2, -2.0), np.full(2, 2.0)
    together, _ = minimize(rosenbrock, starts, *box, calls=25)
    alone, _ = minimize(rosenbrock, starts[:1], *box, calls=25)
    np.testing.assert_array_equal(together[:1], alone)


def test_function_is_called_no_more_often_than_allowed() -> None:
    count = 0

    def counted(X: Floats) -> tuple[Floats, Floats]:
        nonlocal count
        count += 1
        return rosenbrock(X)

    minimize(counted, np.zeros((1, 2)), np.full(2, -2.0), np.full(2, 2.0), calls=7)
    assert count == 7


@pytest.mark.filterwarnings("error")
def test_values_that_are_not_finite_refuse_the_step() -> None:
    def cliff(X: Floats) -> tuple[Floats, Floats]:
        value, slope = ((X - 1.0) ** 2).sum(axis=1), 2.0 * (X - 1.0)
        return np.where(X[:, 0] > 0.6, np.nan, value), slope

    points, values = minimize(cliff, np.zeros((1, 1)), np.full(1, -2.0), np.full(1, 2.0), calls=40)
    assert 0.4 < points[0, 0] <= 0.6
    assert np.isfinite(values).all()


def test_start_without_a_finite_value_comes_back_as_infinite() -> None:
    def nowhere(X: Floats) -> tuple[Floats, Floats]:
        return np.full(len(X), np.nan), np.zeros_like(X)

    _, values = minimize(nowhere, np.zeros((2, 2)), np.zeros(2), np.ones(2), calls=5)
    assert np.isinf(values).all()
