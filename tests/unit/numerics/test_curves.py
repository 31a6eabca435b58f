"""Noise, zero-lag fits and averages of curves, against curves whose truth is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ayar.base.rng import stream
from ayar.numerics.curves import Average, averaged, local_lines, local_noise, noise

X = np.linspace(0, 8, 200)


def test_noise_is_found_under_any_trend_and_spikes() -> None:
    draws = stream(0, 0, "curve").normal(size=200)
    for trend in (0 * X, 5 * X, 20 / (1 + np.exp(4 * (X - 4)))):
        y = trend + 0.1 * draws
        y[[30, 90]] += 50
        assert noise(y) == pytest.approx(0.1, rel=0.25)


def test_local_noise_follows_a_noise_that_falls() -> None:
    sigma = np.where(X < 4, 1.0, 0.1)
    y = X + sigma * stream(1, 0, "curve").normal(size=200)
    found = local_noise(y, window=31)
    assert np.median(found[:80]) == pytest.approx(1.0, rel=0.3)
    assert np.median(found[120:]) == pytest.approx(0.1, rel=0.3)


def test_noise_of_short_and_constant_curves_is_nothing() -> None:
    assert noise(np.array([1.0, 2.0])) == 0.0
    assert local_noise(np.array([1.0, 2.0])).tolist() == [0.0, 0.0]
    assert local_noise(np.full(9, 2.3)).tolist() == [0.0] * 9


def test_a_straight_line_is_fitted_exactly_up_to_both_ends() -> None:
    fit = local_lines(X, 3 - 2 * X, h=0.4)
    np.testing.assert_allclose(fit.value, 3 - 2 * X, atol=1e-6)
    np.testing.assert_allclose(fit.slope, -2, atol=1e-6)


def test_the_fit_does_not_lag_where_the_average_does() -> None:
    y = 1 / (1 + np.exp(4 * (X - 4)))  # steepest at 4
    steepest = X[np.argmin(local_lines(X, y, h=0.4).slope)]
    lagging = X[np.argmin(np.gradient(averaged(y)))]
    assert abs(steepest - 4) < 0.05
    assert lagging > 4.15


def test_errors_cover_the_truth_as_often_as_they_say() -> None:
    inside = []
    truth = np.sin(X / 3)
    for seed in range(100):
        y = truth + 0.2 * stream(seed, 0, "curve").normal(size=200)
        fit = local_lines(X, y, h=0.3)
        inside.append(np.abs(fit.value - truth)[::20] < 2 * fit.value_error[::20])
    assert 0.90 <= np.mean(inside) <= 0.99


def test_one_value_is_its_own_fit() -> None:
    fit = local_lines(np.array([1.0]), np.array([5.0]), h=0.1)
    assert (fit.value[0], fit.slope[0], fit.points[0]) == (5.0, 0.0, 1.0)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-10, 10), min_size=1, max_size=40), st.floats(0, 0.99))
def test_the_average_of_a_constant_is_the_constant_and_stays_inside(values: list[float], beta: float) -> None:
    average = Average(beta)
    assert all(average(2.3) == pytest.approx(2.3) for _ in values)
    taken = averaged(np.array(values), beta)
    assert taken.min() >= min(values) - 1e-9
    assert taken.max() <= max(values) + 1e-9


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-10, 10), min_size=3, max_size=40), st.sampled_from([1e-3, 1e3]))
def test_everything_scales_with_the_loss(values: list[float], scale: float) -> None:
    y = np.array(values)
    x = np.arange(len(y), dtype=float)
    a, b = local_lines(x, y, h=2.0), local_lines(x, scale * y, h=2.0)
    np.testing.assert_allclose(b.value, scale * a.value, rtol=1e-9, atol=1e-9 * scale)
    np.testing.assert_allclose(b.slope_error, scale * a.slope_error, rtol=1e-9, atol=1e-9 * scale)
    assert noise(scale * y) == pytest.approx(scale * noise(y))
