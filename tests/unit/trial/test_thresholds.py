"""Thresholds of goals: which part of the front is wanted."""

import pytest

from ayar.base.errors import NoTrial
from ayar.trial.best import front_numbers
from ayar.trial.goal import Goal
from unit.trial.logs import LogBook


def book_of(goals: list[Goal], *told: tuple[float, ...]) -> LogBook:
    book = LogBook(goals=goals)
    for values in told:
        book.tell(book.ask(x=0.5, kind="a"), *values)
    return book


@pytest.mark.parity("SO3")
def test_the_front_holds_only_what_meets_every_threshold() -> None:
    goals = [Goal("loss", threshold=0.3), Goal("speed", "maximize", threshold=5.0)]
    book = book_of(goals, (0.1, 4.0), (0.2, 5.0), (0.4, 9.0), (0.3, 4.5))
    assert front_numbers(book.history) == [1]


def test_a_goal_without_a_threshold_takes_any_value() -> None:
    book = book_of([Goal("loss", threshold=0.3), Goal("size")], (0.1, 9e9), (0.4, 1.0))
    assert front_numbers(book.history) == [0]


def test_when_no_trial_meets_the_thresholds_the_message_says_how_far_they_are() -> None:
    goals = [Goal("loss", threshold=0.05), Goal("speed", "maximize", threshold=12.0), Goal("size")]
    book = book_of(goals, (0.1, 4.0, 1.0), (0.4, 9.0, 1.0))
    words = (
        r"thresholds, got none of 2\n"
        r"  loss: expected at most 0\.05, the best is 0\.1\n  speed: expected at least 12, the best is 9$"
    )
    with pytest.raises(NoTrial, match=words):
        front_numbers(book.history)
