"""The unit cube: exact where it counts, and never outside."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ayar.space.domains import Bool, Categorical, Float, Int, Ordinal
from ayar.space.space import Space
from unit.space.test_codec import CODEC, MIXED


def test_what_is_discrete_survives_the_unit_cube_exactly_and_floats_to_rounding() -> None:
    U = np.random.default_rng(1).random((500, len(CODEC.names)))
    X = CODEC.from_unit(U)
    again = CODEC.from_unit(CODEC.to_unit(X))
    discrete = np.array([column.levels > 0 for column in CODEC.columns])
    assert np.array_equal(again[:, discrete], X[:, discrete])
    assert np.allclose(again, X, rtol=1e-12, atol=0.0)


@pytest.mark.parametrize(
    ("domain", "places"),
    [
        (Int(1, 4), [0.125, 0.375, 0.625, 0.875]),
        (Categorical(["a", "b"]), [0.25, 0.75]),
        (Ordinal([1, 10, 100]), [1 / 6, 0.5, 5 / 6]),
        (Bool(), [0.25, 0.75]),
        (Float(0.0, 1.0, step=0.5), [1 / 6, 0.5, 5 / 6]),
    ],
)
def test_values_with_steps_get_equal_room_in_the_unit_interval(domain: Any, places: list[float]) -> None:
    codec = Space({"x": domain}).codec
    X = np.array([[domain.tick(i)] for i in range(domain.levels)])
    assert codec.to_unit(X).ravel() == pytest.approx(places)


def test_log_integers_are_padded_by_half_a_step_before_the_logarithm() -> None:
    codec = Space({"x": Int(1, 100, log=True)}).codec
    expected = np.log(10 / 0.5) / np.log(100.5 / 0.5)
    assert codec.to_unit(np.array([[10.0]]))[0, 0] == pytest.approx(expected)
    assert codec.from_unit(np.array([[0.0], [1.0]])).ravel().tolist() == [1.0, 100.0]


@pytest.mark.parity("G5")
def test_ranges_of_any_size_fill_the_unit_interval() -> None:
    codec = Space({"small": (1e-9, 2e-9), "large": (1e5, 2e5)}).codec
    assert codec.to_unit(np.array([[1.5e-9, 1.5e5]]))[0] == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("u", [0.0, np.nextafter(1.0, 0.0), 1.0, 0.5])
def test_from_unit_never_leaves_the_bounds(u: float) -> None:
    X = CODEC.from_unit(np.full((1, len(CODEC.names)), u))
    for column, x in zip(CODEC.columns, X[0], strict=True):
        assert column.low <= x <= column.high
        assert MIXED.params[column.name].fault(MIXED.params[column.name].value(x)) is None


def test_inactive_stays_nan_on_the_way_to_the_cube_and_foreign_points_are_cut_to_the_bounds() -> None:
    X, _ = CODEC.encode([{"lr": 5.0, "opt": "adam", "layers": 99}])
    U = CODEC.to_unit(X)[0]
    assert U[CODEC.places["lr"]] == 1.0
    assert U[CODEC.places["layers"]] == 0.875
    assert np.isnan(U[CODEC.places["momentum"]])


@pytest.mark.parametrize(("low", "high"), [(1e-9, 2.5e5), (0.1, 0.7), (0.999, 1.001), (3.0, 1e300)])
def test_the_ends_of_a_log_scale_come_back_exactly(low: float, high: float) -> None:
    codec = Space({"x": Float(low, high, log=True)}).codec
    assert codec.from_unit(np.array([[0.0], [1.0]])).ravel().tolist() == [low, high]
    assert codec.to_unit(np.array([[low], [high]])).ravel().tolist() == [0.0, 1.0]


@given(low=st.floats(-1e6, 1e6), width=st.floats(1e-9, 1e6))
def test_the_ends_of_a_linear_scale_come_back_exactly(low: float, width: float) -> None:
    codec = Space({"x": (low, low + width)}).codec
    assert codec.from_unit(np.array([[0.0], [1.0]])).ravel().tolist() == [low, low + width]
