"""A slot's records; what slots do is told in tests/story/test_isolation.py."""

from ayar.executors.base import Ended, Task
from ayar.executors.slot import Attempt, Ending
from ayar.trial.failure import Failure


def test_an_attempt_without_a_limit_is_never_late() -> None:
    assert not Attempt(Task(0, {}), submitted=0.0, started=1.0).is_late(1e9)


def test_the_limit_counts_from_the_start() -> None:
    attempt = Attempt(Task(0, {}, timeout=5.0), submitted=0.0, started=100.0)
    assert not attempt.is_late(105.0)
    assert attempt.is_late(105.1)


def test_loading_the_objective_has_two_minutes_or_the_limit_if_that_is_longer() -> None:
    assert not Attempt(Task(0, {}, timeout=5.0), submitted=0.0).is_late(119.0)
    assert Attempt(Task(0, {}, timeout=5.0), submitted=0.0).is_late(121.0)
    assert not Attempt(Task(0, {}, timeout=500.0), submitted=0.0).is_late(499.0)


def _failed(where: str = "") -> Ended:
    return Ended(0, failure=Failure("timeout", "too slow", where=where))


def test_a_stopped_attempt_tells_where_it_was_and_stays_in_its_group_of_causes() -> None:
    told = Ending(_failed(), kill_at=1.0).with_place({"where": "svm.py:3 in loss", "traceback": "..."})
    assert told.ended is not None
    assert told.ended.failure is not None
    assert (told.ended.failure.kind, told.ended.failure.where) == ("timeout", "svm.py:3 in loss")
    assert told.ended.failure.digest == Failure("timeout", "too slow").digest


def test_a_failure_that_has_a_place_keeps_it() -> None:
    ending = Ending(_failed("svm.py:3 in loss"), kill_at=1.0)
    assert ending.with_place({"where": "elsewhere"}) is ending
    assert Ending(None, kill_at=1.0).with_place({"where": "x"}).ended is None
