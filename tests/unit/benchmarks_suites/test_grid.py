"""Losses that are looked up in a table."""

import math

import numpy as np
import pytest
from benchmarks.problems import Outcome, Parameter
from benchmarks.suites.grid import choice, filled, grid, table_problem

nan = float("nan")
SPACE = (choice("a", [10, 20, 30]), choice("b", ["x", "y"]))
DRAWS = np.array([[1.0, 2.0, nan, 4.0, nan, 6.0], [3.0, nan, nan, 5.0, 0.5, 9.0], [8.0, nan, nan, 4.5, nan, 7.0]])


def test_columns_are_in_c_order_of_the_parameters() -> None:
    table = grid(SPACE, DRAWS)
    assert [table.index({"a": a, "b": b}) for a in (10, 20, 30) for b in "xy"] == list(range(6))


def test_truth_is_the_median_of_the_draws_that_were_made() -> None:
    table = grid(SPACE, DRAWS)
    assert [table.truth({"a": a, "b": b}) for a in (10, 20, 30) for b in "xy"] == [3.0, 2.0, math.inf, 4.5, 0.5, 7.0]


def test_an_observation_is_one_of_the_draws_that_were_made() -> None:
    table, rng = grid(SPACE, DRAWS), np.random.default_rng(0)
    assert {table.evaluate({"a": 10, "b": "x"}, rng).loss for _ in range(50)} == {1.0, 3.0, 8.0}
    assert {table.evaluate({"a": 30, "b": "x"}, rng).loss for _ in range(5)} == {0.5}


def test_a_combination_that_was_never_measured_fails() -> None:
    assert grid(SPACE, DRAWS).evaluate({"a": 20, "b": "x"}, np.random.default_rng(0)) == Outcome(None)


def test_a_table_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\[3, 2\] choices needs 6 columns; got \(1, 5\)"):
        grid(SPACE, np.zeros((1, 5)))


def test_rows_fill_a_table_and_leave_the_rest_unmeasured() -> None:
    draws = filled(SPACE, [np.array([20, 10]), np.array(["y", "x"])], np.array([7.0, 8.0]))
    assert np.array_equal(draws, [[8.0, nan, nan, 7.0, nan, nan]], equal_nan=True)


def test_best_and_median_are_read_off_the_table() -> None:
    problem = table_problem("s", "p", SPACE, DRAWS, noisy=True)
    assert (problem.best, problem.median, problem.family, problem.noisy) == (0.5, 3.0, "real", True)


def test_switches_and_words_have_no_order() -> None:
    assert [choice("p", values).kind for values in ([0, 1], ["a", "b", "c"], [1, 2, 4])] == [
        "categorical", "categorical", "ordinal",
    ]  # fmt: skip
    assert choice("p", [1, 2, 4]) == Parameter("p", "ordinal", values=(1, 2, 4))
