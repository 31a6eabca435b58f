"""Generations by the order of telling, and who survives them."""

from collections.abc import Sequence
from typing import Any

import pytest

from ayar.samplers.generations import Generations
from ayar.testing.folds import Told, fold_of
from ayar.trial.failure import Failure
from ayar.trial.state import State

SPACE = {"x": (0.0, 1.0)}
TWO = {"f": "minimize", "g": "minimize"}
BROKEN = Failure("exception", "no luck", type="ValueError")


def after(trials: Sequence[Told], population: int = 4, **settings: Any) -> Generations:
    generations = Generations(population)
    generations.extend(fold_of(SPACE, trials, **settings).history)
    return generations


def one(*values: float) -> list[Told]:
    return [Told({"x": i / 100}, value) for i, value in enumerate(values)]


def test_the_best_survive_best_first() -> None:
    generations = after(one(5.0, 3.0, 8.0, 1.0, 4.0, 9.0, 2.0, 7.0, 0.0))
    assert generations.complete == 2
    assert generations.survivors.tolist() == [3, 6, 1, 4]


def test_a_generation_that_is_not_complete_changes_nothing() -> None:
    assert after(one(5.0, 3.0, 8.0)).survivors.tolist() == []
    assert after(one(5.0, 3.0, 8.0, 1.0, 0.0, 0.0, 0.0)).survivors.tolist() == [3, 1, 0, 2]


def test_of_a_front_too_large_the_lonely_survive() -> None:
    front = [(0.0, 10.0), (1.0, 9.0), (1.1, 8.9), (5.0, 5.0), (10.0, 0.0), (9.0, 9.0), (9.5, 9.5), (9.9, 9.9)]
    trials = [Told({"x": i / 100}, values) for i, values in enumerate(front)]
    generations = after(trials, goals=TWO)
    assert set(generations.survivors.tolist()) == {0, 2, 3, 4}


def test_failed_trials_count_but_do_not_survive() -> None:
    failed = [Told({"x": 0.9}, state=State.FAILED, failure=BROKEN)] * 3
    generations = after([*failed, *one(1.0)])
    assert (generations.complete, generations.survivors.tolist()) == (1, [3])


def test_cancelled_trials_do_not_count() -> None:
    cancelled = [Told({"x": 0.9}, state=State.CANCELLED)] * 3
    assert after([*cancelled, *one(1.0)]).complete == 0


def test_feasible_trials_come_first_then_the_least_violation() -> None:
    metrics = [{"m": 3.0}, {"m": 1.0}, {"m": 2.0}, {}, {"m": 0.5}]
    trials = [Told({"x": i / 10}, float(i), metrics=given) for i, given in enumerate(metrics)]
    assert after(trials, 5, constraints=["m <= 1"]).survivors.tolist() == [1, 4, 2, 0, 3]


def test_constraints_of_any_unit_weigh_alike() -> None:
    metrics = [{"a": 1000.0, "b": 0.0}, {"a": 600.0, "b": 0.003}, {"a": 0.0, "b": 0.012}]
    trials = [Told({"x": i / 10}, 1.0, metrics=given) for i, given in enumerate(metrics)]
    # Shares of the largest: 1 + 0, 0.6 + 0.25, 0 + 1.
    assert after(trials, 3, constraints=["a <= 0", "b <= 0"]).survivors.tolist() == [1, 0, 2]


@pytest.mark.parametrize("cut", [0, 3, 4, 9])
def test_it_does_not_matter_how_often_one_looks(cut: int) -> None:
    trials = one(5.0, 3.0, 8.0, 1.0, 4.0, 9.0, 2.0, 7.0, 0.0)
    looked = Generations(4)
    # The same numbers hold the same trials in the longer history.
    looked.extend(fold_of(SPACE, trials[:cut]).history)
    looked.extend(fold_of(SPACE, trials).history)
    assert looked.survivors.tolist() == after(trials).survivors.tolist()
