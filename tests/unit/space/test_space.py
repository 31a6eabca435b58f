"""The space itself: what it contains and why not."""

import pickle
from typing import Any

import numpy as np
import pytest

from ayar.base.errors import SpaceError
from ayar.space.domains import Bool, Categorical, Constant, Float, Int
from ayar.space.space import Space

SPACE = Space(
    {
        "C": Float(1e-3, 1e3, log=True, default=1.0),
        "kernel": Categorical(["rbf", "poly"], default="poly"),
        "gamma": Float(1e-4, 1e1, log=True, when={"kernel": "rbf"}),
        "degree": Int(2, 5, when={"kernel": "poly"}, default=3),
        "seed": 7,
    },
    constraints=["C <= 100"],
    forbidden=[{"kernel": "poly", "degree": 5}],
)
POINT = {"C": 1.0, "kernel": "poly", "degree": 2, "seed": 7}


def test_a_configuration_holds_all_active_parameters_and_no_others() -> None:
    assert SPACE.contains(POINT)
    assert SPACE.explain(POINT) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"C": 1}, "parameter 'C': expected a float in [0.001, 1000.0], got int 1"),
        ({"C": 200.0}, "breaks the rule: C <= 100"),
        ({"degree": 5}, "breaks the rule: forbidden {'kernel': 'poly', 'degree': 5}"),
        (
            {"kernel": "rbf"},
            "parameter 'gamma' is missing; it is Float(0.0001, 10.0, log=True, when={'kernel': 'rbf'})",
        ),
        ({"gamma": 0.1}, "parameter 'gamma' is inactive here: it needs kernel='rbf'"),
        ({"kernl": "rbf"}, "no parameter is called 'kernl'; did you mean 'kernel'?"),
        ({"kernel": ...}, "parameter 'kernel' is missing; it is Categorical(['rbf', 'poly'], default='poly')"),
        ({"kernel": "linear"}, "parameter 'kernel': expected one of ['rbf', 'poly'], got str 'linear'"),
        ({"seed": 8}, "parameter 'seed': expected one of [7], got int 8"),
        ({"seed": ...}, "parameter 'seed' is missing; it is Constant(7)"),
    ],
)
def test_explain_says_in_words_why_a_configuration_is_outside(changes: dict[str, Any], words: str) -> None:
    point = {name: value for name, value in {**POINT, **changes}.items() if value is not ...}
    assert SPACE.explain(point) == words
    assert not SPACE.contains(point)


def test_check_returns_what_the_objective_would_get() -> None:
    checked = SPACE.check({"kernel": np.str_("poly"), "degree": np.int64(2), "C": 1})
    assert checked == POINT
    assert [type(value) for value in checked.values()] == [float, str, int, int]
    assert list(checked) == ["C", "kernel", "degree", "seed"]


def test_check_raises_with_the_reason() -> None:
    with pytest.raises(
        SpaceError, match=r"is not in the space: parameter 'degree': expected an int in \[2, 5\], got 9"
    ):
        SPACE.check({**POINT, "degree": 9})


def test_defaults_are_those_that_their_own_choices_make_active() -> None:
    assert SPACE.defaults() == {"C": 1.0, "kernel": "poly", "degree": 3, "seed": 7}
    assert SPACE.fix({"kernel": "rbf"}).defaults() == {"C": 1.0, "kernel": "rbf", "seed": 7}


def test_fixing_keeps_the_parameter_and_takes_its_freedom() -> None:
    fixed = SPACE.fix({"kernel": "poly"}).fix({"C": 10})
    assert fixed.names == SPACE.names
    assert fixed.fixed == {"kernel": "poly", "C": 10.0}
    assert fixed.size == 4
    assert fixed.explain({**POINT, "C": 1.0}) == "parameter 'C' is fixed at 10.0, got 1.0"
    assert [point["degree"] for point in fixed.grid()] == [2, 3, 4]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kernl": "rbf"}, r"fixed: no parameter is called 'kernl'; did you mean 'kernel'"),
        ({"degree": 9}, r"fixed: degree cannot be 9: expected an int in \[2, 5\], got 9"),
    ],
)
def test_fixing_what_is_not_there_is_refused(values: dict[str, Any], words: str) -> None:
    with pytest.raises(SpaceError, match=words):
        SPACE.fix(values)


def test_a_rule_that_the_fixed_values_break_leaves_no_configuration() -> None:
    assert list(SPACE.fix({"degree": 5, "kernel": "poly", "C": 1.0}).grid()) == []


def test_spaces_are_equal_if_they_allow_the_same() -> None:
    again = Space(SPACE.params, constraints=["C <= 100"], forbidden=[{"kernel": ["poly"], "degree": [5]}])
    assert again == SPACE
    assert hash(again) == hash(SPACE)
    assert Space({"a": (0, 1)}) != Space({"a": (0.0, 1.0)})
    assert Space({"a": (0, 1)}) != Space({"a": (0, 1)}, constraints=["a < 1"])
    assert Space({"a": (0, 1)}) != Space({"a": (0, 1)}, fixed={"a": 1})
    assert Space({"a": (0, 1), "b": (0, 1)}) != Space({"b": (0, 1), "a": (0, 1)})
    assert Space({"a": [1, 2], "b": Int(0, 1, when={"a": [1, 2]})}) == Space(
        {"a": [1, 2], "b": Int(0, 1, when={"a": [2, 1]})}
    )


def test_the_repr_is_python_that_makes_an_equal_space() -> None:
    space = SPACE.fix({"degree": 2})
    assert eval(repr(space), {"Space": Space, **globals()}) == space


def test_names_are_text() -> None:
    names: list[Any] = [1, "", "\ud800"]
    for name in names:
        with pytest.raises(SpaceError, match=r"parameter names are text"):
            Space({name: (0, 1)})


def test_a_boolean_parent_may_be_named_by_its_value() -> None:
    space = Space({"on": Bool(), "x": Float(0.0, 1.0, when={"on": True}), "k": Constant("z", when={"on": False})})
    assert space.explain({"on": True, "x": 0.5}) is None
    assert space.explain({"on": False, "k": "z"}) is None


def test_a_space_can_be_sent_to_another_process() -> None:
    space = Space(
        {**SPACE.params, "fn": [int, len]}, constraints=["C <= 100"], forbidden=[{"kernel": "poly", "degree": 5}]
    )
    again = pickle.loads(pickle.dumps(space))
    assert again == space
    point = {**POINT, "fn": len}
    assert again.codec.decode(*again.codec.encode([point])) == [point]
