"""Kumaraswamy's warp: ends, order, slopes."""

import numpy as np
import pytest

from ayar.numerics.arrays import Floats
from ayar.numerics.input_warp import kumaraswamy, slopes_by_shape, slopes_by_unit

LN_A, LN_B = np.array([0.0, -0.8, 0.5, 1.1]), np.array([0.0, 0.4, -0.9, 1.1])


def grid(n: int) -> Floats:
    return np.repeat(np.linspace(0.0, 1.0, n)[:, None], 4, axis=1)


def slopes(u: Floats, ln_a: Floats, ln_b: Floats) -> tuple[Floats, Floats, Floats]:
    return slopes_by_unit(u, ln_a, ln_b), *slopes_by_shape(u, ln_a, ln_b)


def test_no_shape_changes_nothing() -> None:
    np.testing.assert_allclose(kumaraswamy(grid(9), LN_A, LN_B)[:, 0], np.linspace(0.0, 1.0, 9), atol=2e-9)


def test_ends_stay_and_order_is_kept() -> None:
    w = kumaraswamy(grid(101), LN_A, LN_B)
    assert (np.diff(w, axis=0) > 0.0).all()
    np.testing.assert_allclose(w[0], 0.0, atol=1e-3)  # 1e-9 to the power of e^-0.8 is 9e-5
    np.testing.assert_allclose(w[-1], 1.0, atol=1e-3)


@pytest.mark.parametrize("which", [0, 1, 2], ids=["u", "ln a", "ln b"])
def test_slopes_agree_with_fourth_order_differences(which: int) -> None:
    u, step = 0.02 + 0.96 * grid(15), 1e-4
    arguments = [u, np.broadcast_to(LN_A, u.shape), np.broadcast_to(LN_B, u.shape)]

    def f(t: float) -> Floats:
        return kumaraswamy(*(x + t * step * (i == which) for i, x in enumerate(arguments)))

    numeric = (8 * (f(1) - f(-1)) - (f(2) - f(-2))) / (12 * step)
    np.testing.assert_allclose(slopes(u, LN_A, LN_B)[which], numeric, rtol=1e-7, atol=1e-9)


@pytest.mark.filterwarnings("error")
def test_everything_is_finite_at_the_ends_and_nan_stays_nan() -> None:
    u = np.array([[0.0], [1.0], [np.nan]])
    for part in (kumaraswamy(u, LN_A[1:2], LN_B[2:3]), *slopes(u, LN_A[1:2], LN_B[2:3])):
        assert np.isfinite(part[:, 0]).tolist() == [True, True, False]
