"""When a study ends by itself, and what is tried again."""

from dataclasses import replace

import pytest

from ayar.study.rules import failure_stop, is_tried_again
from ayar.trial import events as ev
from ayar.trial.failure import Failure
from unit.trial.logs import LogBook


def stop_of(book: LogBook, max_failures: float = 0.5) -> ev.StudyStopped | None:
    fold = book.fold
    return failure_stop(replace(fold.setup, max_failures=max_failures), fold.history, fold.opened)


@pytest.mark.parity("G3")
def test_three_first_failures_alike_end_the_study() -> None:
    book = LogBook()
    book.fail()
    book.fail()
    assert stop_of(book) is None
    book.fail("the last words")
    assert stop_of(book) == ev.StudyStopped("failures", "the first 3 trials failed alike: ValueError: the last words")


def test_a_fourth_failure_that_came_at_once_changes_nothing() -> None:
    book = LogBook()
    for _ in range(4):
        book.fail()
    assert stop_of(book) is not None


def test_failures_of_different_causes_do_not_end_it() -> None:
    book = LogBook()
    for cause in ("ValueError", "KeyError", "ValueError"):
        book.fail(cause=cause)
    assert stop_of(book) is None


def test_one_success_among_the_first_is_enough() -> None:
    book = LogBook()
    book.run(0.5)
    for _ in range(4):
        book.fail()
    assert stop_of(book) is None


def test_from_ten_trials_on_a_rate_ends_it() -> None:
    book = LogBook()
    for _ in range(4):
        book.run(0.5)
    for _ in range(5):
        book.fail()
    assert stop_of(book) is None
    book.fail()
    stop = stop_of(book)
    assert stop is not None
    assert stop.detail == "6 of 10 trials failed; the last: ValueError: no"


def test_a_count_ends_it_when_it_is_passed() -> None:
    book = LogBook()
    book.run(0.5)
    book.fail()
    book.fail()
    assert stop_of(book, max_failures=2) is None
    book.fail()
    assert stop_of(book, max_failures=2) is not None


def test_after_a_success_nothing_ends() -> None:
    book = LogBook()
    for _ in range(9):
        book.fail(cause="A")
    book.fail(cause="B")
    book.run(0.5)
    assert stop_of(book) is None


def test_a_study_opened_again_counts_anew() -> None:
    book = LogBook()
    for _ in range(3):
        book.fail()
    book.write(ev.StudyStopped("failures"), ev.StudyReopened("mended"))
    book.fail()
    assert stop_of(book) is None
    book.fail()
    book.fail()
    assert stop_of(book) is not None


def test_a_kind_of_failure_is_tried_again_as_often_as_allowed() -> None:
    setup = replace(LogBook().fold.setup, retries=(("timeout", 2),))
    assert [is_tried_again(setup, Failure("timeout", "slow"), attempt) for attempt in (1, 2, 3)] == [True, True, False]
    assert not is_tried_again(setup, Failure("exception", "no"), 1)
