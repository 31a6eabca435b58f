"""Whatever an objective returns becomes a definite outcome."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from ayar.base.errors import ArgumentError
from ayar.study.outcome import Outcome, failed, pruned, read_outcome
from ayar.trial.failure import Failure
from ayar.trial.goal import Constraint, Goal
from ayar.trial.result import Result
from ayar.trial.state import State
from ayar.trial.trial import Report

ONE = [Goal("loss")]
TWO = [Goal("loss"), Goal("gain", "maximize")]


class Tensor:
    """As deep-learning libraries have them: a number by `float()`, and by nothing else."""

    def __float__(self) -> float:
        return 0.5


@pytest.mark.parametrize("value", [0.5, np.float32(0.5), np.array(0.5), Fraction(1, 2), Tensor(), {"loss": 0.5}])
def test_whatever_float_takes_is_a_value(value: Any) -> None:
    assert read_outcome(value, ONE) == Outcome(State.COMPLETE, (0.5,))


@pytest.mark.parity("G3")
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (math.nan, r"expected a number for 'loss', got NaN"),
        (None, r"expected a number for 'loss', got NoneType None; return a float"),
        ("0.5", r"expected a number for 'loss', got str '0\.5'; return a float"),
        ([0.5], r"expected a number for 'loss', got \[0\.5\]"),
        ((0.5, 0.6), r"expected a number for 'loss', got \(0\.5, 0\.6\)"),
        (1j, r"expected a number for 'loss', got 1j"),
        (10**400, r"expected a number for 'loss'.*too large"),
        ({"lss": 0.5}, r"expected a value for each of \['loss'\].*\['loss'\] is missing"),
    ],
)
def test_what_is_no_number_fails_the_trial_with_its_reason(value: Any, message: str) -> None:
    outcome = read_outcome(value, ONE)
    assert outcome.failure is not None
    assert (outcome.state, outcome.failure.kind, outcome.values) == (State.FAILED, "bad_value", ())
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(outcome.failure.message)


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_an_infinite_value_is_stored(value: float) -> None:
    assert read_outcome(value, ONE).values == ("inf" if value > 0 else "-inf",)


@pytest.mark.parametrize("value", [(0.5, 0.9), [0.5, 0.9], np.array([0.5, 0.9]), {"gain": 0.9, "loss": 0.5}])
def test_several_values_come_in_order_or_by_name(value: Any) -> None:
    assert read_outcome(value, TWO).values == (0.5, 0.9)


@pytest.mark.parametrize("value", [0.5, (0.5,), (1, 2, 3), "ab"])
def test_a_wrong_number_of_values_fails_the_trial(value: Any) -> None:
    failure = read_outcome(value, TWO).failure
    assert failure is not None
    assert failure.message.startswith("expected 2 values (loss, gain), got ")


def test_constraint_metrics_are_told_apart_from_attributes() -> None:
    outcome = read_outcome({"loss": 0.5, "latency": 9, "rows": 3}, ONE, [Constraint("latency", high=10.0)])
    assert (outcome.constraints, outcome.attrs) == ({"latency": 9.0}, {"rows": 3})


def test_a_metric_that_is_missing_stays_unknown() -> None:
    assert read_outcome(0.5, ONE, [Constraint("latency", high=10.0)]).constraints == {}


def test_a_metric_that_is_no_number_fails_the_trial() -> None:
    failure = read_outcome({"loss": 0.5, "latency": None}, ONE, [Constraint("latency", high=10.0)]).failure
    assert failure is not None
    assert "'latency'" in failure.message


def test_a_result_brings_standard_errors_and_attributes() -> None:
    outcome = read_outcome(Result({"gain": 0.9, "loss": 0.5}, sd={"loss": 0.1}, attrs={"rows": 3}), TWO)
    assert (outcome.values, outcome.sd, outcome.attrs) == ((0.5, 0.9), (0.1, "nan"), {"rows": 3})
    assert read_outcome(Result(0.5, sd=0.1), ONE).sd == (0.1,)
    assert read_outcome(Result((0.5, 0.9), sd=(0.1, 0.2)), TWO).sd == (0.1, 0.2)


def test_an_attribute_that_json_cannot_hold_is_named() -> None:
    with pytest.raises(ArgumentError, match=r"attribute 'model': expected something JSON can hold"):
        read_outcome({"loss": 0.5, "model": object()}, ONE)


def test_a_pruned_attempt_stands_with_its_last_report() -> None:
    assert pruned([Report(0, 0.9), Report(1, 0.7)], {"a": 1}) == Outcome(State.PRUNED, (0.7,), attrs={"a": 1})
    assert pruned([], {}).values == ()
    assert pruned([Report(0, math.nan)], {}).values == ()


def test_a_pruned_cross_validation_stands_with_the_mean_of_its_folds() -> None:
    reports = [Report(0, 0.5, 0), Report(1, 0.6, 0), Report(0, 0.8, 1), Report(0, math.nan, 2)]
    assert pruned(reports, {}).values == (0.7,)


def test_a_failed_attempt_has_no_value() -> None:
    assert failed(Failure("lost", "gone")).values == ()
