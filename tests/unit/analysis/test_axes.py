"""Parameters as axes."""

import numpy as np
import pytest

from ayar.analysis.axes import axes, labelled, places
from ayar.space.domains import Categorical, Constant, Domain, Float, Int
from ayar.space.space import Space

SPACE = Space(
    {
        "lr": Float(1e-4, 1e-2, log=True),
        "n": Int(1, 4),
        "act": Categorical({"soft": abs, "hard": max}),
        "seed": Constant(3),
    }
)


def test_ticks_are_the_ends_and_the_middle_on_the_parameters_own_scale() -> None:
    assert axes(SPACE)[0].ticks == [(0.0, "0.0001"), (0.5, "0.001"), (1.0, "0.01")]


@pytest.mark.parametrize(("low", "high", "middle"), [(1e-300, 1e300, "1"), (1e-200, 1e-180, "1e-190")])
def test_the_middle_of_a_vast_or_tiny_log_range_is_neither_nought_nor_infinite(
    low: float, high: float, middle: str
) -> None:
    assert axes(Space({"x": Float(low, high, log=True)}))[0].ticks[1] == (0.5, middle)


def test_stepped_ranges_end_half_a_step_inside() -> None:
    assert axes(SPACE)[1].ticks == [(0.125, "1"), (0.875, "4")]


def test_choices_are_ticked_by_label() -> None:
    assert axes(SPACE)[2].ticks == [(0.25, "soft"), (0.75, "hard")]


@pytest.mark.parametrize("domain", [Int(1, 4, log=True), Int(1, 4), Categorical(["a", "b", "c"]), Float(0.0, 1.0)])
def test_places_along_an_axis_are_its_own_values(domain: Domain) -> None:
    space = Space({"p": domain})
    along = places(space, axes(space)[0], 4)
    codes = space.codec.from_unit(along[:, None])[:, 0]
    assert codes.tolist() == ([domain.tick(i) for i in range(domain.levels)] or np.linspace(0.0, 1.0, 4).tolist())


def test_constants_have_no_axis_but_are_shown() -> None:
    assert [axis.name for axis in axes(SPACE)] == ["lr", "n", "act"]
    assert labelled(SPACE, {"act": max, "seed": 3, "foreign": 1.5}) == {"act": "hard", "seed": "3", "foreign": "1.5"}
