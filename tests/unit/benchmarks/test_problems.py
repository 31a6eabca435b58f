"""The records of problems check themselves and what tuners propose."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from benchmarks.problems import Outcome, Parameter, Problem, active, draw

KIND = Parameter("kind", "categorical", values=("a", "b"))
RATE = Parameter("rate", "float", 1e-4, 1.0, log=True, when={"kind": ("a",)})
DEPTH = Parameter("depth", "int", 1, 8)
PROBLEM = Problem(
    "p", "s", "synthetic", False, (KIND, RATE, DEPTH), lambda params, rng: Outcome(0.0), lambda params: 0.0, 1.0, 3.0
)


def test_a_number_without_bounds_is_refused() -> None:
    with pytest.raises(ValueError, match=r"parameter 'x': float needs low <= high and no values"):
        Parameter("x", "float", 1.0)


def test_a_log_scale_from_zero_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a log scale needs low > 0; got 0\.0"):
        Parameter("x", "float", 0.0, 1.0, log=True)


def test_choices_with_bounds_are_refused() -> None:
    with pytest.raises(ValueError, match=r"ordinal needs values and nothing else"):
        Parameter("x", "ordinal", 0, 1, values=(1, 2))


def test_a_child_before_its_parent_is_refused() -> None:
    with pytest.raises(ValueError, match=r"s/p: 'rate' is there twice, or before its parents"):
        replace(PROBLEM, space=(RATE, KIND))


def test_a_best_that_is_no_better_than_the_median_is_refused() -> None:
    with pytest.raises(ValueError, match=r"needs best < median; got 3\.0 and 3\.0"):
        replace(PROBLEM, best=3.0)


def test_regret_is_zero_at_the_best_and_one_at_the_median() -> None:
    assert [PROBLEM.regret(truth) for truth in (1.0, 2.0, 3.0, math.inf)] == [0.0, 0.5, 1.0, math.inf]


def test_what_is_not_active_is_dropped() -> None:
    assert active(PROBLEM.space, {"depth": 3, "rate": 0.1, "kind": "b"}) == {"kind": "b", "depth": 3}


def test_a_missing_active_parameter_is_named() -> None:
    with pytest.raises(ValueError, match=r"parameter 'rate' is active and missing"):
        active(PROBLEM.space, {"kind": "a", "depth": 3})


@pytest.mark.parametrize(("name", "value"), [("kind", "c"), ("rate", 1.1), ("depth", 2.5), ("depth", 9)])
def test_a_value_outside_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"parameter '{name}': {value!r} is no value of"):
        active(PROBLEM.space, {"kind": "a", "rate": 0.5, "depth": 1, name: value})


def test_a_rounding_error_beyond_the_bounds_is_forgiven() -> None:
    assert RATE.settle(1.0 + 1e-12) == 1.0
    assert DEPTH.settle(3.0) == 3
    assert isinstance(DEPTH.settle(3.0), int)


def test_draws_cover_each_parameter_evenly_in_its_own_scale() -> None:
    rng = np.random.default_rng(0)
    drawn = [draw(PROBLEM.space, rng) for _ in range(4_000)]
    logs = [math.log10(params["rate"]) for params in drawn if "rate" in params]
    assert abs(len(logs) - 2_000) < 5 * math.sqrt(1_000)  # five standard deviations of a fair coin
    assert abs(np.mean(logs) + 2.0) < 5 * 4 / math.sqrt(12 * len(logs))
    counts = np.bincount([params["depth"] for params in drawn], minlength=9)[1:]
    assert np.all(np.abs(counts - 500) < 5 * math.sqrt(500))
