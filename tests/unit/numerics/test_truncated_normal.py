"""Normals cut to an interval."""

import numpy as np
import pytest
from scipy.stats import truncnorm

from ayar.numerics.truncated_normal import log_mass, unit_mass, unit_quantile


def test_masses_of_the_cells_of_a_line_sum_to_one() -> None:
    ends = np.linspace(-9.0, 9.0, 200)
    assert np.exp(log_mass(ends[:-1], ends[1:])).sum() == pytest.approx(1.0, abs=1e-14)


def test_masses_mirror() -> None:
    a, b = np.array([-3.0, 0.5, 30.0]), np.array([-2.0, 0.75, 31.0])
    np.testing.assert_allclose(log_mass(a, b), log_mass(-b, -a), rtol=1e-15)


def test_quantiles_are_those_of_scipy() -> None:
    p, mean, sd = np.linspace(0.01, 0.99, 9), 0.2, 0.3
    expected = truncnorm.ppf(p, -mean / sd, (1 - mean) / sd, loc=mean, scale=sd)
    np.testing.assert_allclose(unit_quantile(p, np.array(mean), np.array(sd)), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("mean", [0.0, 1.0])
def test_quantiles_of_a_narrow_normal_at_a_bound_stay_inside(mean: float) -> None:
    drawn = unit_quantile(np.linspace(0.0, 1.0, 101), np.array(mean), np.array(0.01))
    assert drawn.min() >= 0.0
    assert drawn.max() <= 1.0
    assert np.abs(drawn[1:-1] - mean).max() < 0.05


def test_mass_within_the_unit_interval_is_a_half_at_a_bound() -> None:
    assert unit_mass(np.array([0.0, 0.5, 1.0]), np.array(0.01)) == pytest.approx([0.5, 1.0, 0.5])
