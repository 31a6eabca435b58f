"""Axes of values."""

import numpy as np

from ayar.plots.scales import value_axis


def test_values_over_three_decades_get_a_log_axis() -> None:
    assert value_axis("v", np.array([1.0, 10.0, 5000.0]), 1.0)[0]["type"] == "log"
    assert "type" not in value_axis("v", np.array([-1.0, 10.0, 5000.0]), 1.0)[0]


def test_bad_outliers_are_left_outside_good_ones_never() -> None:
    values = np.concatenate([np.linspace(1.0, 2.0, 30), [-500.0]])
    axis, outside = value_axis("v", values, -1.0)
    assert outside == 1
    assert axis["range"][0] > 0.9
    assert value_axis("v", values, 1.0) == ({"title": {"text": "v"}}, 0)


def test_one_value_or_none_needs_no_range() -> None:
    assert value_axis("v", np.array([3.0]), 1.0) == ({"title": {"text": "v"}}, 0)
    assert value_axis("v", np.zeros(0), 1.0)[1] == 0
