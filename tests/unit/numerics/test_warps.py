"""Warps of told values: caps, shape, invariance, extremes."""

import numpy as np
import pytest

from ayar.numerics.warps import fit_warp, inverse_yeo_johnson, yeo_johnson


def skewed(n: int = 40) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.random.Generator(np.random.Philox(key=0)).random(n) ** 4 * 7 + 2


@pytest.mark.parity("G5")
def test_targets_do_not_change_with_the_scale_and_offset_of_values() -> None:
    y = skewed()
    moved = 1e6 * y + 1e9
    np.testing.assert_allclose(fit_warp(moved).targets(moved), fit_warp(y).targets(y), atol=1e-6)


def test_targets_are_standardised_and_keep_the_order() -> None:
    y = skewed()
    t = fit_warp(y).targets(y)
    assert t.mean() == pytest.approx(0.0, abs=1e-12)
    assert t.std() == pytest.approx(1.0)
    kept = y < fit_warp(y).cap
    assert np.array_equal(np.argsort(t[kept]), np.argsort(y[kept]))


def test_values_undo_targets_below_the_cap() -> None:
    y = skewed()
    warp = fit_warp(y)
    kept = y < warp.cap
    np.testing.assert_allclose(warp.values(warp.targets(y[kept])), y[kept], rtol=1e-9)


def test_one_huge_bad_value_leaves_the_rest_apart() -> None:
    y = np.append(skewed(), 1e300)
    t = fit_warp(y).targets(y)
    assert t[:-1].std() > 0.5
    assert t[-1] == t.max()


def test_one_huge_good_value_stays_the_best_and_finite() -> None:
    y = np.append(skewed(), -1e300)
    t = fit_warp(y).targets(y)
    assert np.isfinite(t).all()
    assert t.argmin() == len(y) - 1


@pytest.mark.parametrize("y", [np.zeros(1), np.full(9, 3.0), np.full(12, -1e300), np.full(2, 5e-324)])
def test_constant_values_become_zeros(y: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    assert np.array_equal(fit_warp(y).targets(y), np.zeros(len(y)))


def test_few_values_are_not_bent() -> None:
    assert fit_warp(np.array([1.0, 2.0, 30.0])).exponent == 1.0


def test_mostly_equal_values_keep_their_differences() -> None:
    y = np.array([1.0] * 20 + [0.5, 0.2])
    t = fit_warp(y).targets(y)
    assert t[-1] < t[-2] < t[0]


@pytest.mark.parametrize("exponent", [-1.0, 0.0, 1.0, 2.0])
def test_inverse_beyond_the_reach_of_the_warp_is_finite(exponent: float) -> None:
    x = inverse_yeo_johnson(np.array([-1e9, -2.0, 0.0, 2.0, 1e9]), exponent)
    assert np.isfinite(x).all()
    assert (np.diff(x) >= 0).all()


def test_inverse_undoes_yeo_johnson() -> None:
    x = np.linspace(-5, 5, 21)
    np.testing.assert_allclose(inverse_yeo_johnson(yeo_johnson(x, 0.3), 0.3), x, atol=1e-12)


def test_variances_of_targets_are_squares_of_errors_times_slopes() -> None:
    y, step = skewed(), 1e-5
    warp = fit_warp(y)
    below = y[y < warp.cap - 0.1]
    slope = (warp.targets(below + step) - warp.targets(below - step)) / (2 * step)
    np.testing.assert_allclose(warp.variances(below, np.full(len(below), 0.2)), (0.2 * slope) ** 2, rtol=1e-5)


@pytest.mark.filterwarnings("error")
def test_variances_are_bounded_and_nan_where_the_error_is_unknown() -> None:
    warp = fit_warp(skewed())
    assert warp.variances(np.array([3.0, 3.0, 1e300]), np.array([1e308, np.nan, 0.0])).tolist() == pytest.approx(
        [1e4, np.nan, 0.0], nan_ok=True
    )
