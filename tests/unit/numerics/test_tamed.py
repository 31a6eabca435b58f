"""Metrics made fit for a model, with their bounds."""

import math

import numpy as np
import pytest

from ayar.numerics.tamed import tame

VALUES = np.array([1.0, 4.0, -3.0, 1e9])


@pytest.mark.parametrize(("low", "high"), [(-math.inf, 2.0), (2.0, math.inf), (1.5, 5.0)])
def test_order_and_what_is_kept_stay(low: float, high: float) -> None:
    t, below, above = tame(VALUES, low, high)
    assert np.argsort(t).tolist() == np.argsort(VALUES).tolist()
    assert ((below <= t) & (t <= above)).tolist() == ((low <= VALUES) & (high >= VALUES)).tolist()
    assert (math.isinf(below), math.isinf(above)) == (math.isinf(low), math.isinf(high))


def test_targets_are_standardised() -> None:
    t, _, _ = tame(VALUES, -math.inf, 2.0)
    assert (t.mean(), t.std()) == (pytest.approx(0.0, abs=1e-12), pytest.approx(1.0))


def test_unit_of_the_metric_decides_nothing() -> None:
    # Equal up to the rounding of products.
    np.testing.assert_allclose(tame(1e6 * VALUES, -math.inf, 2e6)[0], tame(VALUES, -math.inf, 2.0)[0], rtol=1e-12)


@pytest.mark.parametrize("values", [[2.0, 2.0, 2.0], [1e308, -1e308, 0.0], [1e-300, 1e300, 1e-300]])
def test_odd_values_give_finite_targets(values: list[float]) -> None:
    t, low, high = tame(np.array(values), 0.0, math.inf)
    assert np.isfinite(t).all()
    assert math.isfinite(low)
    assert high == math.inf
