"""Conditions are resolved over the whole space."""

import numpy as np
import pytest

from ayar.base.errors import SpaceError
from ayar.space.domains import Categorical, Constant, Domain, Float, Int
from ayar.space.space import Space

KERNEL = Categorical(["rbf", "poly", (1, 2)])


@pytest.mark.parametrize(
    ("params", "words"),
    [
        (
            {"g": Float(0, 1, when={"kernl": "rbf"})},
            r"'g': when=\{'kernl': \.\.\.\}: no parameter .* did you mean 'kernel'",
        ),
        ({"g": Float(0, 1, when={"kernel": "rfb"})}, r"kernel cannot be 'rfb': .*did you mean 'rbf'"),
        ({"g": Float(0, 1, when={"kernel": (1, 2)})}, r"a tuple means any of its values; .* itself write \[\(1, 2\)\]"),
        ({"g": Float(0, 1, when={"n": 1.0})}, r"n cannot be 1\.0: expected an int in \[1, 3\], got float 1\.0"),
        ({"g": Float(0, 1, when={"n": 9})}, r"n cannot be 9"),
        ({"g": Float(0, 1, when={"c": "y"})}, r"c cannot be 'y': expected one of \['x'\]"),
    ],
)
def test_a_condition_that_cannot_hold_is_refused(params: dict[str, Domain], words: str) -> None:
    with pytest.raises(SpaceError, match=words):
        Space({"kernel": KERNEL, "n": (1, 3), "c": Constant("x"), **params})


def test_a_circle_is_walked_in_the_message() -> None:
    ring = {
        "a": Categorical([0, 1], when={"b": 1}),
        "b": Categorical([0, 1], when={"c": 1}),
        "c": Categorical([0, 1], when={"a": 1}),
    }
    with pytest.raises(SpaceError, match=r"run in a circle: a -> b -> c -> a"):
        Space(ring)
    with pytest.raises(SpaceError, match=r"a -> a"):
        Space({"a": Categorical([0, 1], when={"a": 1})})


def test_parents_come_first_however_they_are_declared() -> None:
    space = Space({"leaf": Int(0, 1, when={"mid": 1}), "mid": Int(0, 1, when={"top": 1}), "top": (0, 1)})
    assert space.structure.order == ("top", "mid", "leaf")
    assert space.names == ("leaf", "mid", "top")


def test_a_chain_of_two_thousand_conditions_needs_no_deep_stack() -> None:
    params = {f"p{i}": Int(0, 1, when={f"p{i - 1}": 1} if i else None) for i in range(2_000)}
    assert Space(dict(reversed(params.items()))).size == 2_001


def test_a_long_chain_of_fixed_values_needs_no_deep_stack_either() -> None:
    params = {f"p{i}": Int(0, 1, when={f"p{i - 1}": 1} if i else None) for i in range(1_500)}
    fixed = Space(params, fixed={f"p{i}": 1 for i in range(1_400)})
    assert fixed.size == 101
    assert fixed.codec.activity(fixed.codec.from_unit(np.full((1, 100), 0.9))).all()


def test_several_parents_must_all_agree() -> None:
    space = Space({"a": (0, 1), "b": (0, 1), "c": Int(0, 9, when={"a": 1, "b": [1]})})
    assert space.active({"a": 1, "b": 1, "c": 3}) == ("a", "b", "c")
    assert space.active({"a": 1, "b": 0}) == ("a", "b")


def test_labels_may_stand_for_labelled_choices() -> None:
    space = Space({"act": Categorical({"relu": object(), "tanh": object()}), "x": Float(0, 1, when={"act": "relu"})})
    assert space.active({"act": space.params["act"].value(0), "x": 0.5}) == ("act", "x")


def test_a_list_valued_choice_is_written_inside_a_list() -> None:
    space = Space({"k": KERNEL, "x": Float(0, 1, when={"k": [(1, 2)]})})
    assert space.active({"k": (1, 2)}) == ("k", "x")


def test_conditions_on_a_constant_pass_on_its_own_condition() -> None:
    space = Space(
        {
            "k": ["a", "b"],
            "c": Constant(1, when={"k": "a"}),
            "x": Int(0, 4, when={"c": 1}),
            "y": Int(0, 1, when={"c": [1]}),
        }
    )
    assert space.size == 1 + 5 * 2
    assert space.active({"k": "b"}) == ("k",)
