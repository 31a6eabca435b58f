"""Sizes are exact and quick."""

import itertools
import math

import pytest

from ayar.space.domains import Bool, Categorical, Float, Int
from ayar.space.space import Space


def test_a_continuous_parameter_makes_the_space_infinite_only_if_it_can_be_active() -> None:
    params = {"k": ["a", "b"], "x": Float(0.0, 1.0, when={"k": "a"}), "n": (1, 3)}
    assert Space(params).size == math.inf
    assert Space(params, fixed={"k": "b"}).size == 3


def test_sizes_are_exact_beyond_floats() -> None:
    assert Space({f"p{i}": Int(0, 2**53) for i in range(30)}).size == (2**53 + 1) ** 30


def test_a_child_of_thirty_switches_is_counted_at_once() -> None:
    params = {f"s{i}": Bool() for i in range(30)} | {"x": Int(1, 10, when={f"s{i}": True for i in range(30)})}
    assert Space(params).size == 2**30 - 1 + 10


def test_many_independent_switches_are_counted_at_once() -> None:
    params = {name: domain for i in range(40) for name, domain in _switch(i).items()}
    assert Space(params).size == 6**40


def _switch(i: int) -> dict[str, Categorical | Int]:
    return {f"s{i}": Categorical(["on", "off"]), f"x{i}": Int(1, 5, when={f"s{i}": "on"})}


def test_constants_and_single_values_count_once() -> None:
    assert Space({"c": 3, "one": (2, 2), "f": Float(1.0, 1.0), "k": ["a", "b"]}).size == 2
    assert Space({}).size == 1


@pytest.mark.parametrize("deep", range(1, 6))
def test_the_size_is_that_of_the_grid(deep: int) -> None:
    params: dict[str, Int] = {}
    for level in range(deep):
        when = {f"p{level - 1}": [0, 2]} if level else None
        params[f"p{level}"] = Int(0, 2 + level % 2, when=when)
        params[f"q{level}"] = Int(0, level, when={f"p{level}": 1, **(when or {})})
    space = Space(params)
    points = [tuple(sorted(point.items())) for point in space.grid()]
    assert len(points) == len(set(points)) == space.size
    assert all(space.contains(dict(point)) for point in itertools.islice(points, 50))
