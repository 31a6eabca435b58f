"""Differences read like a change list."""

import pytest

from ayar.space.difference import difference
from ayar.space.domains import Float, Int
from ayar.space.space import Space
from ayar.space.wire import space_from_json, space_to_json

OLD = Space({"lr": Float(1e-5, 0.1, log=True), "decay": [0, 1], "k": ["a", "b"]}, constraints=["decay < 1"])


@pytest.mark.parametrize(
    ("new", "lines"),
    [
        (OLD, []),
        (
            Space({**OLD.params, "lr": Float(1e-6, 0.1, log=True)}, constraints=["decay < 1"]),
            ["lr: Float(1e-05, 0.1, log=True) -> Float(1e-06, 0.1, log=True)"],
        ),
        (
            Space({"lr": OLD.params["lr"], "k": ["a", "b"], "momentum": (0.0, 1.0)}),
            ["- decay: Categorical([0, 1])", "+ momentum: Float(0.0, 1.0)", "- rule: decay < 1"],
        ),
        (
            Space(OLD.params, constraints=["decay < 2"], forbidden=[{"k": "a"}], fixed={"k": "b"}),
            ["- rule: decay < 1", "+ rule: decay < 2", "+ rule: forbidden {'k': 'a'}", "fixed k: free -> 'b'"],
        ),
        (
            Space(dict(reversed(list(OLD.params.items()))), constraints=["decay < 1"]),
            ["order: lr, decay, k -> k, decay, lr"],
        ),
    ],
)
def test_each_change_is_one_line(new: Space, lines: list[str]) -> None:
    assert difference(OLD, new) == lines


def test_a_condition_that_changed_is_shown() -> None:
    old = Space({"k": ["a", "b"], "n": Int(0, 1, when={"k": "a"})})
    assert difference(old, Space({"k": ["a", "b"], "n": Int(0, 1)})) == ["n: Int(0, 1, when={'k': 'a'}) -> Int(0, 1)"]


def test_a_stored_space_differs_in_nothing_from_the_one_it_came_from() -> None:
    space = Space(
        {"f": [int, len], "x": Float(0.0, 1.0, when={"f": [len, int]})},
        constraints=[lambda p: True],
        forbidden=[{"f": int, "x": 0.5}],
    )
    assert difference(space_from_json(space_to_json(space)), space) == []
