"""Yeo-Johnson against scipy.stats.yeojohnson: values at given λ, and λ by maximum likelihood with our penalty off."""

import numpy as np
import pytest
from scipy import stats

from ayar.numerics.warps import best_exponent, yeo_johnson


@pytest.mark.parametrize("exponent", [-1.0, 0.0, 0.4, 1.0, 2.0])
def test_values_agree_with_scipy(exponent: float) -> None:
    x = np.linspace(-4.0, 6.0, 41)
    np.testing.assert_allclose(yeo_johnson(x, exponent), stats.yeojohnson(x, lmbda=exponent), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("power", [0.6, 1.0, 1.5])
def test_exponent_agrees_with_scipy_without_penalty(power: float) -> None:
    uniforms = np.random.Generator(np.random.Philox(key=5)).random(60)
    x = uniforms**power * 3.0 - 1.0
    # Both find the top of a parabola from values rounded at 1e-16: its place is known to about 1e-7.
    assert best_exponent(x, spread=1e9) == pytest.approx(stats.yeojohnson_normmax(x), abs=1e-6)
