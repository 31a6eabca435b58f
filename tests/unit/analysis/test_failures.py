"""Failures by kind and cause."""

from ayar.analysis.failures import causes
from ayar.testing.folds import Told, fold_of
from ayar.trial.failure import Failure
from ayar.trial.state import State

SPACE = {"x": (0.0, 1.0)}


def failed(x: float, **failure: str) -> Told:
    return Told({"x": x}, state=State.FAILED, failure=Failure(**{"message": "", **failure}))  # type: ignore[arg-type]  # kinds of failure are text here


def test_failures_of_one_digest_are_one_cause_the_most_frequent_first() -> None:
    trials = [
        failed(0.1, kind="timeout", digest="t"),
        failed(0.2, kind="exception", type="ValueError", message="7 rows", where="a.py:3", digest="v"),
        failed(0.3, kind="exception", type="ValueError", message="9 rows", where="a.py:3", digest="v"),
    ]
    found = causes(fold_of(SPACE, trials))
    assert [(cause.kind, cause.count, cause.numbers) for cause in found] == [
        ("exception", 2, (1, 2)),
        ("timeout", 1, (0,)),
    ]
    assert (found[0].headline, found[0].where) == ("ValueError: 7 rows", "a.py:3")


def test_one_digest_under_two_kinds_is_two_causes() -> None:
    trials = [failed(0.1, kind="timeout", digest="d"), failed(0.2, kind="memory", digest="d")]
    assert len(causes(fold_of(SPACE, trials))) == 2


def test_a_failure_without_a_cause_says_so() -> None:
    found = causes(fold_of(SPACE, [Told({"x": 0.1}, state=State.FAILED)]))
    assert found[0].headline == "exception: no cause was told"


def test_nothing_failed_gives_no_causes() -> None:
    assert causes(fold_of(SPACE, [({"x": 0.1}, 1.0)])) == []
