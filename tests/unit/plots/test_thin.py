"""Fewer points, nothing lost that one looks for."""

import numpy as np

from ayar.base.rng import stream
from ayar.plots.thin import thin


def test_few_points_stay_as_they_are() -> None:
    assert thin(np.zeros(7), most=7).tolist() == list(range(7))
    assert thin(np.zeros(0)).tolist() == []


def test_many_points_keep_extremes_ends_of_stretches_and_what_is_asked_for() -> None:
    values = stream(0, 0, "tests.thin").standard_normal(50_000)
    kept = thin(values, keep=[123, 45_678], most=600)
    assert len(kept) <= 602
    assert {int(values.argmin()), int(values.argmax()), 0, 123, 45_678} <= set(kept.tolist())
    assert np.all(np.diff(kept) > 0)


def test_missing_values_are_no_extremes() -> None:
    values = np.full(1_000, np.nan)
    values[500] = 1.0
    assert 500 in thin(values, most=30)
