"""Vectors: several parameters of one domain under one name."""

from typing import Any

import pytest

from ayar.base.errors import SpaceError
from ayar.space.domains import Float, Int
from ayar.space.parse import space_of
from ayar.space.space import Space
from ayar.space.vector import Vector
from ayar.space.wire import space_from_json, space_to_json
from ayar.trial.state import State
from ayar.trial.trial import Trial


@pytest.mark.parametrize(
    "spec", [Vector(Float(0.0, 1.0), 2), Vector((0.0, 1.0), 2), {"low": 0.0, "high": 1.0, "size": 2}]
)
def test_a_vector_is_spelled_out_into_parameters(spec: Any) -> None:
    assert space_of({"x": spec, "n": (1, 3)}) == Space({"x[0]": Float(0, 1), "x[1]": Float(0, 1), "n": Int(1, 3)})


def test_a_vector_may_stand_under_a_condition_and_in_a_branch() -> None:
    layers = Vector(Int(8, 64, when={"kind": "net"}), 2)
    assert space_of({"kind": ["net", "tree"], "w": layers}) == space_of(
        {"kind": {"net": {"w": Vector(Int(8, 64), 2)}, "tree": {}}}
    )


def test_entries_take_part_in_constraints() -> None:
    space = space_of({"x": Vector((0.0, 1.0), 2)})
    space = Space(space.params, constraints=["x[0] + x[1] <= 1"])
    assert space.contains({"x[0]": 0.5, "x[1]": 0.5})
    assert space.explain({"x[0]": 0.6, "x[1]": 0.5}) == "breaks the rule: x[0] + x[1] <= 1"
    assert space_from_json(space_to_json(space)) == space


def test_a_trial_hands_a_vector_back_as_a_list() -> None:
    trial = Trial(0, State.COMPLETE, {"x[0]": 0.5, "x[1]": 0.25, "lr": 0.1})
    assert trial["x"] == [0.5, 0.25]
    with pytest.raises(KeyError, match=r"no active parameter 'y'"):
        trial["y"]


@pytest.mark.parametrize("size", [0, 1.5, True, "3"])
def test_a_size_that_is_none_is_refused(size: Any) -> None:
    with pytest.raises(SpaceError, match=r"Vector: size is a whole number of at least 1, got"):
        Vector((0.0, 1.0), size)
    with pytest.raises(SpaceError, match=r"\$\.space\.x: Vector: size is a whole number"):
        space_of({"x": {"low": 0.0, "high": 1.0, "size": size}})
