"""Goals and constraints on results."""

import math
from typing import Any

import pytest

from ayar.base.errors import ArgumentError
from ayar.trial.goal import Constraint, Goal, read_constraints, read_goals


def test_without_words_a_study_minimises_one_value() -> None:
    assert read_goals() == (Goal("value", "minimize"),)


def test_goals_keep_their_order() -> None:
    assert read_goals(goals={"loss": "minimize", "accuracy": "maximize"}) == (
        Goal("loss"),
        Goal("accuracy", "maximize"),
    )
    assert read_goals(goals=[Goal("b"), ("a", "maximize")]) == (Goal("b"), Goal("a", "maximize"))


def test_the_sign_turns_values_so_that_less_is_better() -> None:
    assert [goal.sign for goal in read_goals(goals={"loss": "minimize", "accuracy": "maximize"})] == [1.0, -1.0]


@pytest.mark.parametrize(
    ("direction", "goals", "message"),
    [
        ("minimise", None, r"goal 'value': expected direction.*got 'minimise'; did you mean 'minimize'\?"),
        (None, {"loss": "up"}, r"goal 'loss': expected direction 'minimize' or 'maximize', got 'up'"),
        ("minimize", {"loss": "minimize"}, r"expected direction= or goals=, got both"),
        (None, {}, r"goals: expected one or more different names, got \[\]"),
        (None, [Goal("a"), Goal("a")], r"different names, got \['a', 'a'\]"),
        (None, "loss", r"goals: expected a mapping of name to direction, got 'loss'"),
        (None, [3], r"goals: expected name and direction, got 3"),
        (None, [Goal("a", threshold=2.0)], r"goal 'a': a threshold narrows the front of several goals.*leave out"),
    ],
)
def test_goals_that_make_no_sense_are_refused(direction: Any, goals: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        read_goals(direction, goals)


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("latency <= 10", (-math.inf, 10.0)),
        ("recall >= 0.9", (0.9, math.inf)),
        ("-1e-3 <= drift <= .5", (-1e-3, 0.5)),
        (" m.size<=2.5E+3 ", (-math.inf, 2500.0)),
    ],
)
def test_a_constraint_is_read_from_text(text: str, bounds: tuple[float, float]) -> None:
    [constraint] = read_constraints([text])
    assert constraint.bounds == bounds


def test_a_constraint_is_read_from_a_pair_of_bounds() -> None:
    [low, high] = read_constraints({"recall": (0.9, None), "latency": (None, 10)})
    assert (low.bounds, high.bounds) == ((0.9, math.inf), (-math.inf, 10.0))


@pytest.mark.parametrize(
    ("constraints", "message"),
    [
        (["latency < 10"], r"expected 'metric <= number'.*got 'latency < 10'"),
        (["latency"], r"expected 'metric <= number'"),
        (["1 <= x >= 2"], r"expected 'metric <= number'"),
        ("latency <= 10", r"expected a mapping of name to direction|got 'latency <= 10'"),
        (["a <= 1", "a >= 0"], r"constraints: expected different names.*write both bounds in one"),
        ({"a": (2, 1)}, r"constraint 'a': expected low <= high, got low=2\.0, high=1\.0"),
        ([7], r"constraints: expected 'metric <= number' or name: \(low, high\), got 7"),
    ],
)
def test_constraints_that_make_no_sense_are_refused(constraints: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        read_constraints(constraints)


def test_a_violation_is_the_distance_outside() -> None:
    constraint = Constraint("m", low=1.0, high=2.0)
    assert [constraint.violation(v) for v in (0.5, 1.0, 1.5, 2.0, 4.0)] == [0.5, 0.0, 0.0, 0.0, 2.0]


def test_the_violation_of_an_unknown_metric_is_unknown() -> None:
    assert math.isnan(Constraint("m", high=2.0).violation(math.nan))


@pytest.mark.parametrize("threshold", [math.nan, math.inf, "0.5", True])
def test_a_threshold_is_a_finite_number(threshold: Any) -> None:
    with pytest.raises(ArgumentError, match=r"goal 'a': expected a finite number as threshold, got"):
        Goal("a", threshold=threshold)


@pytest.mark.parity("SP4")
def test_a_confidence_is_read_from_text() -> None:
    [latency, recall, size] = read_constraints(
        ["P(latency <= 10) >= 0.95", "P( 0.2 <= recall <= 0.9 )>=.5", Constraint("size", high=3.0, confidence=0.9)]
    )
    assert latency == Constraint("latency", high=10.0, confidence=0.95)
    assert recall == Constraint("recall", 0.2, 0.9, confidence=0.5)
    assert size.confidence == 0.9


@pytest.mark.parametrize(
    ("constraint", "message"),
    [
        (
            "P(latency <= 10) >= 1.5",
            r"constraint 'latency': expected a confidence above 0 and below 1, got 1\.5; 0\.95",
        ),
        ("P(latency) >= 0.9", r"expected 'metric <= number'.*'P\(metric <= number\) >= 0\.95', got 'latency'"),
        ("P(latency <= 10)", r"got 'P\(latency <= 10\)'"),
    ],
)
def test_a_confidence_that_makes_no_sense_is_refused(constraint: str, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        read_constraints([constraint])
