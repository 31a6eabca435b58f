"""Grids: everything once, lazily, rules minded."""

import itertools

import pytest

from ayar.base.errors import SpaceError
from ayar.space.domains import Categorical, Float, Int
from ayar.space.space import Space


def test_every_configuration_comes_once_and_the_last_parameter_turns_fastest() -> None:
    space = Space({"a": (1, 2), "k": ["x", "y"], "n": Int(0, 10, step=5, when={"k": "y"})})
    assert list(space.grid()) == [
        {"a": a, **rest}
        for a in (1, 2)
        for rest in ({"k": "x"}, {"k": "y", "n": 0}, {"k": "y", "n": 5}, {"k": "y", "n": 10})
    ]


@pytest.mark.parity("TA3")
def test_a_grid_of_a_million_million_starts_at_once() -> None:
    space = Space({f"p{i}": (0, 9) for i in range(12)})
    assert space.size == 10**12
    assert next(itertools.islice(space.grid(), 1234, None)) == {f"p{i}": int(d) for i, d in enumerate("000000001234")}


@pytest.mark.parity("TA2")
def test_rules_are_kept_and_hopeless_corners_left_early() -> None:
    calls = []

    def even(params: dict[str, int]) -> bool:
        calls.append(params)
        return sum(params.values()) % 2 == 0

    space = Space({f"p{i}": (0, 9) for i in range(12)}, constraints=[*(f"p{i} == 1" for i in range(11)), even])
    assert [point["p11"] for point in space.grid()] == [1, 3, 5, 7, 9]
    assert len(calls) == 10


def test_a_rule_about_a_conditional_parameter_waits_for_what_makes_it_active() -> None:
    space = Space(
        {"n": Int(0, 3, when={"k": "y"}), "k": ["x", "y"]}, constraints=["n > 1"], forbidden=[{"k": "y", "n": 3}]
    )
    assert list(space.grid()) == [{"k": "x"}, {"n": 2, "k": "y"}]


def test_a_continuous_parameter_says_what_to_do() -> None:
    with pytest.raises(SpaceError, match=r"grid: 'x' = Float\(0\.0, 1\.0\) is continuous; .*Ordinal.*grid\(points=5\)"):
        Space({"x": (0.0, 1.0)}).grid()


def test_points_are_spread_evenly_on_the_parameters_own_scale_with_both_bounds() -> None:
    space = Space({"x": Float(1e-4, 1.0, log=True), "y": Float(0.0, 1.0, step=0.5)})
    xs = sorted({point["x"] for point in space.grid(points=5)})
    assert xs == pytest.approx([1e-4, 1e-3, 1e-2, 1e-1, 1.0])
    assert (xs[0], xs[-1]) == (1e-4, 1.0)
    assert sorted({point["y"] for point in space.grid(points=5)}) == [0.0, 0.5, 1.0]
    assert len(list(space.grid(points=5))) == 15


def test_one_point_is_too_few() -> None:
    with pytest.raises(SpaceError, match=r"points must be at least 2, .* got 1"):
        Space({"x": (0.0, 1.0)}).grid(points=1)


def test_spaces_without_freedom_have_one_point_unless_a_rule_forbids_it() -> None:
    assert list(Space({}).grid()) == [{}]
    assert list(Space({"c": 3}).grid()) == [{"c": 3}]
    assert list(Space({"c": 3}, constraints=["c > 3"]).grid()) == []


def test_two_walks_do_not_disturb_each_other() -> None:
    space = Space({"a": (1, 3), "k": Categorical(["x", "y"])})
    first, second = space.grid(), space.grid()
    assert [next(first), next(second), next(first)] == [{"a": 1, "k": "x"}, {"a": 1, "k": "x"}, {"a": 1, "k": "y"}]
