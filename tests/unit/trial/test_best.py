"""Which trials are best."""

import math

import pytest

from ayar.base.errors import NoTrial
from ayar.trial.best import best_number, front_numbers
from ayar.trial.state import State
from unit.trial.logs import LogBook


def told(book: LogBook, *values: float, **fields: object) -> None:
    book.tell(book.ask(x=0.5, kind="a"), *values, **fields)  # type: ignore[arg-type]  # fields of TrialTold


def test_the_least_loss_is_best_and_the_earlier_of_equals() -> None:
    book = LogBook()
    for value in (0.3, 0.1, 0.1):
        told(book, value)
    assert best_number(book.history) == 1


def test_to_maximise_the_greatest_value_is_best() -> None:
    book = LogBook(goals={"accuracy": "maximize"})
    for value in (0.3, 0.9, 0.1):
        told(book, value)
    assert best_number(book.history) == 1


@pytest.mark.parity("G3")
@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_an_infinite_value_never_beats_a_finite_one(direction: str) -> None:
    book = LogBook(goals={"v": direction})
    for value in ("-inf", 7.0, "inf"):
        told(book, value)  # type: ignore[arg-type]  # as the log writes infinities
    assert book.history.values[:, 0].tolist() == [-math.inf, 7.0, math.inf]
    assert best_number(book.history) == 1


def test_of_infinite_values_alone_the_first_stands() -> None:
    book = LogBook()
    told(book, "inf")  # type: ignore[arg-type]
    assert best_number(book.history) == 0


def test_failed_and_pruned_trials_are_not_best() -> None:
    book = LogBook()
    told(book, 0.1, state=State.PRUNED)
    book.fail()
    told(book, 0.5)
    assert best_number(book.history) == 2


@pytest.mark.parity("OP7")
def test_a_trial_that_breaks_a_constraint_or_says_nothing_of_it_is_not_best() -> None:
    book = LogBook(constraints=["m <= 1"])
    told(book, 0.1, constraints={"m": 2.0})
    told(book, 0.2)
    told(book, 0.5, constraints={"m": 1.0})
    assert best_number(book.history) == 2


def test_without_a_complete_trial_the_error_counts_what_there_is_and_why() -> None:
    book = LogBook()
    book.fail("CUDA out of memory")
    book.fail("CUDA out of memory")
    told(book, 0.1, state=State.PRUNED)
    with pytest.raises(NoTrial, match=r"got none \(1 pruned, 2 failed\)\n  2 failed: ValueError: CUDA out of memory"):
        best_number(book.history)


def test_without_a_feasible_trial_the_error_names_the_constraints() -> None:
    book = LogBook(constraints=["m <= 1"])
    told(book, 0.1)
    with pytest.raises(NoTrial, match=r"got none \(1 complete\)\n  m: no trial told it; return it beside the goals"):
        best_number(book.history)


def test_an_empty_study_says_so() -> None:
    with pytest.raises(NoTrial, match=r"no trials yet"):
        best_number(LogBook().history)


@pytest.mark.parity("OP7")
def test_the_front_is_what_no_other_beats() -> None:
    book = LogBook(goals={"loss": "minimize", "gain": "maximize"})
    for values in ((1.0, 1.0), (2.0, 5.0), (2.0, 4.0), (0.5, 0.0), (1.0, 1.0), ("inf", 9.0)):
        told(book, *values)
    assert front_numbers(book.history) == [0, 1, 3, 4]
