"""Moves between two spaces: found, named, refused in words."""

from typing import Any

import pytest
from msgspec import UNSET

from ayar.base.errors import SpaceError
from ayar.space.domains import Bool, Categorical, Constant, Float, Int, Ordinal
from ayar.space.moves import Move, moves_between
from ayar.space.moves_words import call_text, move_text
from ayar.space.space import Space


def ops(old: Space, new: Space, **said: Any) -> list[tuple[str, str]]:
    return [(move.op, move.name) for move in moves_between(old, new, **said)]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (Float(0.1, 1.0), Float(0.1, 2.0), ["widen"]),
        (Float(0.1, 1.0), Float(0.2, 0.9), ["narrow"]),
        (Float(0.1, 1.0), Float(0.2, 2.0), ["widen", "narrow"]),
        (Float(0.1, 1.0), Float(0.1, 1.0, log=True), ["restate"]),
        (Float(0.1, 1.0), Float(0.1, 1.0, default=0.5), ["restate"]),
        (Float(0.0, 1.0), Float(0.0, 1.0, step=0.25), ["narrow"]),
        (Float(0.0, 1.0, step=0.25), Float(0.0, 1.0), ["widen"]),
        (Int(1, 9), Int(1, 9, step=2), ["narrow"]),
        (Int(1, 9), Int(0, 9), ["widen"]),
        (Int(1, 9), Float(1.0, 9.0), ["widen"]),
        (Int(1, 10**9), Int(1, 10**9 + 1), ["widen"]),
        (Float(0.1, 1.0), Constant(0.5), ["narrow"]),
        (Constant("adam"), Categorical(["adam", "sgd"]), ["widen"]),
        (Categorical(["a", "b"]), Categorical(["b", "a"]), ["restate"]),
        (Categorical(["a", "b"]), Ordinal(["a", "b"]), ["restate"]),
        (Categorical(["a", "b"]), Categorical(["a", "c"]), ["add_choice", "retire_choice"]),
        (Categorical([1, 2]), Categorical([1.0, 2]), ["add_choice", "retire_choice"]),
        (Categorical([False, True]), Bool(), ["restate"]),
        (Categorical([abs, None]), Categorical([abs, None, max]), ["add_choice"]),
    ],
    ids=str,
)
def test_a_parameter_that_stays_is_moved_by_name(before: Any, after: Any, found: list[str]) -> None:
    assert ops(Space({"p": before}), Space({"p": after})) == [(op, "p") for op in found]


def test_equal_spaces_need_no_move() -> None:
    space = Space({"x": (0.0, 1.0), "n": (1, 3)}, constraints=["x < n"])
    assert moves_between(space, Space({"x": (0.0, 1.0), "n": (1, 3)}, constraints=["x < n"])) == ()


def test_the_order_of_parameters_alone_is_a_move_too() -> None:
    assert ops(Space({"x": (0, 1), "n": (1, 3)}), Space({"n": (1, 3), "x": (0, 1)})) == [("restate", "")]


def test_fixing_and_freeing_is_narrowing_and_widening() -> None:
    free = Space({"x": (0.0, 1.0)})
    assert ops(free, free.fix({"x": 0.5})) == [("narrow", "x")]
    assert ops(free.fix({"x": 0.5}), free) == [("widen", "x")]


def test_rules_and_conditions_are_named() -> None:
    old = Space({"k": ["a", "b"], "g": Float(0.0, 1.0, when={"k": "a"})}, constraints=["g < 0.9"])
    new = Space({"k": ["a", "b"], "g": (0.0, 1.0)}, forbidden=[{"k": "b", "g": 0.5}])
    found = ops(old, new, fill={"g": 0.25})
    assert found == [
        ("condition", "g"), ("retire_rule", "g < 0.9"), ("add_rule", "forbidden {'k': 'b', 'g': 0.5}"),
    ]  # fmt: skip


def test_a_rename_reaches_conditions_and_rules() -> None:
    old = Space({"k": ["a", "b"], "g": Float(0.0, 1.0, when={"k": "a"})}, constraints=["g < 0.9"])
    new = Space({"kind": ["a", "b"], "gap": Float(0.0, 1.0, when={"kind": "a"})}, constraints=["gap < 0.9"])
    assert ops(old, new, rename={"k": "kind", "g": "gap"}) == [("rename", "k"), ("rename", "g")]


def test_two_names_may_be_exchanged() -> None:
    old, new = Space({"a": (0, 1), "b": (0, 9)}), Space({"b": (0, 1), "a": (0, 9)})
    assert ops(old, new, rename={"a": "b", "b": "a"}) == [("rename", "a"), ("rename", "b")]


def test_what_is_added_takes_its_fill_from_the_user_then_from_its_default() -> None:
    old = Space({"x": (0.0, 1.0)})
    new = Space({"x": (0.0, 1.0), "a": (0.0, 1.0), "b": Int(1, 3, default=2), "c": Constant("on")})
    assert [move.fill for move in moves_between(old, new, fill={"a": 0.25})] == [0.25, 2, "on"]


def test_a_parameter_that_no_old_trial_can_reach_needs_no_fill() -> None:
    old = Space({"opt": ["sgd"]})
    new = Space({"opt": ["sgd", "lion"], "beta": Float(0.0, 1.0, when={"opt": "lion"})})
    assert moves_between(old, new)[-1].fill is UNSET


def test_below_a_new_parent_its_fill_decides() -> None:
    old = Space({"x": (0.0, 1.0)})
    new = Space({"x": (0.0, 1.0), "mode": ["old", "new"], "rate": Float(0.0, 1.0, when={"mode": "new"})})
    assert [move.fill for move in moves_between(old, new, fill={"mode": "old"})] == ["old", UNSET]
    with pytest.raises(SpaceError, match=r"'rate' is new: give it a default, or fill=\{'rate': VALUE\}"):
        moves_between(old, new, fill={"mode": "new"})


def test_a_missing_fill_is_asked_for_in_words() -> None:
    with pytest.raises(SpaceError) as refused:
        moves_between(Space({"lr": (0.0, 1.0)}), Space({"rate": (0.0, 1.0)}))
    assert str(refused.value) == (
        "how are earlier trials to be read?\n"
        "  'rate' is new: give it a default, or fill={'rate': VALUE}: what the objective used before it was a "
        "parameter\n"
        "  'lr' is gone: give fill={'lr': VALUE}, what the objective uses from now on (trials of other values are "
        "kept, and not learned from), or fill={'lr': ...} if its value never mattered\n"
        "  or, where it is one parameter under a new name: rename={'lr': 'rate'}"
    )


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"fill": {"x": 0.5}}, r"fill: 'x' is neither added nor retired here.*among \['y'\]"),
        ({"fill": {"y": 7.0}}, r"earlier trials would lie outside the new space: parameter 'y': expected a float in"),
        ({"fill": {"y": ...}}, r"`\.\.\.` says nothing"),
        ({"rename": {"z": "y"}}, r"the old space has no parameter 'z'"),
        ({"rename": {"x": "z"}}, r"the new space has no parameter 'z'"),
        ({"rename": {"x": "y"}}, r"how are earlier trials"),
    ],
)
def test_what_makes_no_sense_is_refused(said: dict[str, Any], words: str) -> None:
    with pytest.raises(SpaceError, match=words):
        moves_between(Space({"x": (0.0, 1.0)}), Space({"x": (0.0, 1.0), "y": (0.0, 1.0)}), **said)


def test_a_range_that_becomes_a_list_is_refused_with_the_way_out() -> None:
    with pytest.raises(SpaceError, match=r"'lr' was Float.* and is Categorical.*now: no move.*another name"):
        moves_between(Space({"lr": (0.1, 1.0)}), Space({"lr": [0.1, 1.0]}))


def test_the_call_that_is_shown_has_a_place_for_each_answer() -> None:
    old = Space({"x": (0.0, 1.0), "m": (0.0, 1.0)})
    assert call_text(old, Space({"x": (0.0, 2.0), "m": (0.0, 1.0)})) == "change_space(space)"
    asked = call_text(old, Space({"x": (0.0, 1.0), "d": (0.0, 1.0)}))
    assert asked == 'change_space(space, fill={"m": WHAT_IT_IS_FROM_NOW_ON, "d": WHAT_EARLIER_TRIALS_HAD})'
    assert call_text(old, Space({"x": [0.0, 1.0], "m": (0.0, 1.0)})) == ""


@pytest.mark.parametrize(
    ("move", "words"),
    [
        (Move("rename", "lr", "rate"), "lr is called rate now"),
        (Move("widen", "lr", {"type": "float", "low": 0.0, "high": 1.0}), "lr widened to Float(0.0, 1.0)"),
        (Move("narrow", "n", {"type": "int", "low": 0, "high": 1}), "n narrowed to Int(0, 1)"),
        (Move("add_choice", "opt", "lion"), "opt may be 'lion' too"),
        (Move("retire_choice", "act", {"label": "torch.relu"}), "act may no longer be torch.relu"),
        (Move("add", "b", {"type": "bool"}), "b added: Bool()"),
        (Move("retire", "m"), "m retired: its value never mattered"),
        (Move("retire", "m", fill={"choice": 1, "label": "(64, 32)"}), "m retired: it is (64, 32) from now on"),
        (Move("condition", "g"), "g is active under other conditions"),
        (Move("add_rule", "a < b"), "rule added: a < b"),
        (Move("retire_rule", "a < b"), "rule dropped: a < b"),
        (Move("restate"), "parameters in another order"),
        (Move("restate", "b", {"type": "bool"}), "b restated: Bool()"),
        (Move("split", "b"), "split b"),
    ],
    ids=lambda it: it.op if isinstance(it, Move) else "",
)
def test_every_move_has_words(move: Move, words: str) -> None:
    assert move_text(move) == words
