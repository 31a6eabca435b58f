"""Grids of decimals are exact."""

import pytest

from ayar.space.ticks import Ticks, decimal_ticks


def test_values_are_the_decimals_a_person_would_type() -> None:
    ticks = decimal_ticks(-0.3, 0.3, 0.1)
    assert ticks == Ticks(-3.0, 1.0, 10.0)
    assert [ticks.value(i) for i in range(7)] == [-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3]


@pytest.mark.parametrize(("low", "high", "step"), [(0.0, 1.0, 1 / 3), (1e-30, 3e-30, 1e-30), (0.0, 1e300, 1e299)])
def test_what_needs_too_many_digits_is_counted_in_floats(low: float, high: float, step: float) -> None:
    assert decimal_ticks(low, high, step) == Ticks(low, step)


def test_the_index_undoes_the_value() -> None:
    ticks = decimal_ticks(1e-3, 1.0, 1e-3)
    assert all(round(ticks.index(ticks.value(i))) == i for i in range(1_000))
