"""Edits of a space, and what they refuse."""

from collections.abc import Callable
from typing import Any

import pytest

from ayar.base.errors import SpaceError
from ayar.space.domains import Categorical, Float, Int
from ayar.space.moves_edit import renamed, with_choice, with_range, with_rules_of, without, without_choice
from ayar.space.space import Space

SPACE = Space(
    {
        "lr": Float(1e-4, 1e-1, log=True, default=1e-2),
        "n": Int(1, 9, step=2),
        "opt": Categorical(["sgd", "adam"], prior=[1, 3], default="adam"),
        "beta": Float(0.0, 1.0, when={"opt": "adam"}),
    },
    constraints=["n * lr < 1"],
    forbidden=[{"opt": "sgd", "n": 9}],
)


def test_a_range_keeps_scale_step_default_and_the_rules() -> None:
    space = with_range(with_range(SPACE, "lr", 1e-6, 1.0, wider=True), "n", 3, 9, wider=False)
    assert space.params["lr"] == Float(1e-6, 1.0, log=True, default=1e-2)
    assert space.params["n"] == Int(3, 9, step=2)
    assert list(map(str, space.constraints)) == ["n * lr < 1"]


def test_a_default_that_no_longer_lies_in_the_range_goes() -> None:
    assert with_range(SPACE, "lr", 1e-4, 1e-3, wider=False).params["lr"] == Float(1e-4, 1e-3, log=True)


def test_a_new_choice_is_as_likely_as_the_others() -> None:
    assert with_choice(SPACE, "opt", "lion").params["opt"] == Categorical(
        ["sgd", "adam", "lion"], prior=[1, 3, 2], default="adam"
    )


def test_a_choice_leaves_with_what_only_it_made_active() -> None:
    space = Space({key: domain for key, domain in SPACE.params.items() if key != "n"})
    left = without_choice(space, "opt", "adam")
    assert left.names == ("lr", "opt")
    assert left.params["opt"] == Categorical(["sgd"], prior=[1])
    assert without_choice(space, "opt", "sgd").names == ("lr", "opt", "beta")


def test_labelled_choices_go_by_their_labels() -> None:
    space = Space({"act": Categorical({"relu": object(), "tanh": object()})})
    assert without_choice(space, "act", "relu").params["act"].levels == 1


def test_a_rename_reaches_everything() -> None:
    space = renamed(SPACE.fix({"n": 3}), {"opt": "optimizer", "n": "layers"})
    assert space.params["beta"].when == {"optimizer": ("adam",)}
    assert [str(rule) for rule in space.rules] == ["layers * lr < 1", "forbidden {'optimizer': 'sgd', 'layers': 9}"]
    assert space.fixed == {"layers": 3}
    listed = Space(points=[{"x": 0.5}, {"x": 1.0}])
    assert renamed(listed, {"x": "y"}).points == ({"y": 0.5}, {"y": 1.0})


def test_other_parameters_under_the_same_rules() -> None:
    assert with_rules_of(SPACE, {**SPACE.params, "z": Int(0, 1)}).constraints == SPACE.constraints


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda: with_range(SPACE, "opt", 0, 1, wider=True), r"'opt' has no range"),
        (
            lambda: with_range(SPACE, "lr", 1e-3, 1.0, wider=True),
            r"widen 'lr': expected bounds that hold 0.0001 to 0.1",
        ),
        (lambda: with_range(SPACE, "lr", 1e-5, 1e-2, wider=False), r"narrow 'lr': expected bounds that lie within"),
        (lambda: with_range(SPACE, "lr", -1.0, 1.0, wider=True), r"parameter 'lr': .*log"),
        (lambda: with_range(SPACE, "n", 0.5, 9.5, wider=True), r"parameter 'n': expected whole bounds"),
        (lambda: with_range(SPACE, "n", 3, 7, wider=False), r"forbidden .*n cannot be 9"),
        (lambda: with_range(SPACE, "l", 0, 1, wider=True), r"no parameter is called 'l'.*'lr'"),
        (lambda: with_choice(SPACE, "opt", "sgd"), r"'opt' may be 'sgd' already"),
        (lambda: with_choice(SPACE, "lr", 3), r"'lr' has no list of choices"),
        (lambda: without_choice(SPACE, "opt", "lion"), r"'opt' cannot be 'lion'; its choices are"),
        (lambda: without_choice(Space({"o": ["a"]}), "o", "a"), r"no choice but 'a'; retire the parameter"),
        (lambda: without(SPACE, "n"), r"constraint: .*'n'"),
        (lambda: renamed(SPACE, {"x": "y"}), r"no parameter is called 'x'"),
        (lambda: renamed(SPACE, {"lr": "n"}), r"would give two parameters one name"),
    ],
)
def test_what_cannot_be_is_refused_in_words(edit: Callable[[], Any], words: str) -> None:
    with pytest.raises(SpaceError, match=f"(?s){words}"):
        edit()
