"""Constraints and forbidden combinations."""

from typing import Any

import pytest

from ayar.base.errors import SpaceError
from ayar.space.domains import Bool, Categorical, Constant, Float, Int, Ordinal
from ayar.space.space import Space

PARAMS: dict[str, Any] = {
    "batch": Int(1, 512),
    "width": Int(1, 64),
    "kernel": ["rbf", "poly"],
    "degree": Int(2, 5, when={"kernel": "poly"}),
    "size": Ordinal(["small", "large"]),
    "shrink": Bool(),
    "c": Constant(7),
}
POINT = {"batch": 16, "width": 8, "kernel": "rbf", "size": "small", "shrink": False, "c": 7}


@pytest.mark.parametrize(
    ("constraint", "words"),
    [
        ("batch * wdth <= 10", r"no parameter is called 'wdth'; did you mean 'width'"),
        ("batch * width", r"a constraint is true or false, this is a value; compare it"),
        ("kernel * 2 < 3", r"`\*` needs what is a number here, got parameter 'kernel' = Categorical"),
        ("kernel < 3", r"< needs a number here, got parameter 'kernel'"),
        ("size >= 'large'", r">= needs a number here.*list the choices meant: size in"),
        ("kernel == 'rfb'", r"kernel is never 'rfb'; did you mean 'rbf'"),
        ("kernel in ['rbf', 'lin']", r"kernel is never 'lin'"),
        ("batch == 'all'", r"batch is never 'all'"),
        ("batch and width < 3", r"`and` needs what is true or false here, got parameter 'batch'"),
        ("not batch", r"`not` needs what is true or false"),
        ("c in [1, 7] == True", r"a list ends a comparison; write `a in \[1, 2\] and"),
        (3, r"a constraint is an expression such as \"a <= b\" or a function of the parameters, got 3"),
        ({"kernel": "rbf"}, r"combinations of values go into forbidden="),
    ],
)
def test_a_constraint_that_makes_no_sense_is_refused_when_the_space_is_made(constraint: Any, words: str) -> None:
    with pytest.raises(SpaceError, match=words):
        Space(PARAMS, constraints=[constraint])


@pytest.mark.parametrize(
    ("combination", "words"),
    [
        ({"kernl": "rbf"}, r"forbidden \{'kernl': 'rbf'\}: no parameter is called 'kernl'; did you mean 'kernel'"),
        ({"kernel": "rfb"}, r"kernel cannot be 'rfb'.*did you mean 'rbf'"),
        ({}, r"forbidden holds mappings"),
        ("kernel", r"forbidden holds mappings"),
    ],
)
def test_a_forbidden_combination_that_makes_no_sense_is_refused(combination: Any, words: str) -> None:
    with pytest.raises(SpaceError, match=words):
        Space(PARAMS, forbidden=[combination])


def test_constraints_are_a_list_not_one_text() -> None:
    with pytest.raises(SpaceError, match=r"constraints is a list, got str 'a < 1'; write constraints=\[\.\.\.\]"):
        Space({"a": (0, 3)}, constraints="a < 1")
    with pytest.raises(SpaceError, match=r"forbidden is a list, got dict"):
        Space({"a": (0, 3)}, forbidden={"a": 1})


@pytest.mark.parametrize(
    ("constraint", "met"),
    [
        ("batch * width <= 128", True),
        ("batch * width < 128", False),
        ("degree > 3", True),
        ("degree > 3 or batch > 500", True),
        ("c == 7 and shrink == False", True),
        ("shrink", False),
        ("not shrink", True),
        (lambda p: p["batch"] > p["width"], True),
        (lambda p: p["degree"] > 3, True),
        (lambda p: "degree" in p, False),
    ],
)
def test_a_rule_holds_or_does_not_apply(constraint: Any, met: bool) -> None:
    assert Space(PARAMS, constraints=[constraint]).contains(POINT) is met


def test_the_rule_that_is_broken_is_named() -> None:
    space = Space(
        PARAMS, constraints=["batch <= width"], forbidden=[{"kernel": ["rbf"], "c": 7, "batch": range(1, 20)}]
    )
    assert space.explain(POINT) == "breaks the rule: batch <= width"
    broken = space.explain({**POINT, "width": 16})
    assert broken is not None
    assert broken.startswith("breaks the rule: forbidden {'kernel': 'rbf', 'c': 7, 'batch': [1, 2, 3,")


def test_forbidden_combinations_with_an_inactive_parameter_do_not_apply() -> None:
    space = Space(PARAMS, forbidden=[{"degree": [2, 3, 4, 5], "shrink": False}])
    assert space.contains(POINT)
    assert not space.contains({**POINT, "kernel": "poly", "degree": 3})


def test_a_key_error_of_an_unknown_name_is_the_functions_own_mistake() -> None:
    with pytest.raises(SpaceError, match=r"raised KeyError: \"'dgree'\" at"):
        Space(PARAMS, constraints=[lambda p: p["dgree"] > 3]).contains(POINT)


def test_a_function_that_fails_or_forgets_to_answer_is_named() -> None:
    def broken(params: dict[str, Any]) -> bool:
        return bool(1 / 0)

    def silent(params: dict[str, Any]) -> bool:
        return None  # type: ignore[return-value]  # meant

    with pytest.raises(SpaceError, match=r"broken raised ZeroDivisionError: 'division by zero' at"):
        Space(PARAMS, constraints=[broken]).contains(POINT)
    with pytest.raises(SpaceError, match=r"silent must return True or False, got None"):
        Space(PARAMS, constraints=[silent]).contains(POINT)


def test_labelled_choices_are_compared_by_label() -> None:
    space = Space(
        {"act": Categorical({"relu": object(), "tanh": object()}), "x": (0.0, 1.0)},
        constraints=["act == 'relu' or x < 0.5"],
    )
    relu, tanh = (space.params["act"].value(i) for i in (0, 1))
    assert space.contains({"act": relu, "x": 0.9})
    assert not space.contains({"act": tanh, "x": 0.9})


def test_labelled_plain_values_are_compared_by_value() -> None:
    space = Space({"n": Categorical({"few": 2, "many": 64})}, constraints=["n < 10"])
    assert list(space.grid()) == [{"n": 2}]


def test_tuples_may_stand_among_the_choices_of_a_constrained_parameter() -> None:
    space = Space({"k": [(1, 2), (3, 4), "auto", None]}, constraints=["k != 'auto' and k != None"])
    assert list(space.grid()) == [{"k": (1, 2)}, {"k": (3, 4)}]


def test_a_constant_list_is_one_value_not_a_column() -> None:
    space = Space({"c": Constant([1, 2]), "k": [[1, 2], (1, 2), "auto"]}, constraints=["k == c", "c in [k]"])
    assert list(space.grid()) == [{"c": [1, 2], "k": [1, 2]}]


def test_numeric_choices_take_part_in_arithmetic() -> None:
    space = Space({"batch": Ordinal([32, 64, 128]), "lr": Float(0.0, 1.0)}, constraints=["lr * batch <= 32"])
    assert space.contains({"batch": 64, "lr": 0.5})
    assert not space.contains({"batch": 128, "lr": 0.5})


def test_callable_objects_take_the_name_of_their_class() -> None:
    class Small:
        def __call__(self, params: dict[str, Any]) -> bool:
            return bool(params["a"] < 2)

    assert str(Space({"a": (0, 3)}, constraints=[Small()]).constraints[0]).endswith("Small")
