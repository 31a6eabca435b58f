"""Failures as text."""

import pytest

from ayar.base.errors import ArgumentError
from ayar.trial.failure import Failure


def test_equal_causes_have_equal_digests_whatever_they_say() -> None:
    one = Failure("exception", "rate 0.1 diverged", type="ValueError", where="f.py:3 in loss")
    two = Failure("exception", "rate 0.7 diverged", type="ValueError", where="f.py:3 in loss")
    assert one.digest == two.digest


@pytest.mark.parametrize(
    "other",
    [
        Failure("timeout", "m"),
        Failure("exception", "m", type="KeyError"),
        Failure("exception", "m", type="ValueError", where="f.py:4 in loss"),
        Failure("signal", "m", signal=9),
        Failure("exit", "m", exit_code=1),
    ],
)
def test_other_causes_have_other_digests(other: Failure) -> None:
    assert other.digest != Failure("exception", "m", type="ValueError", where="f.py:3 in loss").digest


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"expected a kind among exception, timeout.*got 'bad luck'"):
        Failure("bad luck", "m")


def test_the_headline_is_one_line() -> None:
    assert Failure("exception", "first\nsecond", type="ValueError").headline == "ValueError: first"
    assert Failure("lost", "").headline == "lost"


def test_text_that_no_database_takes_is_made_harmless() -> None:
    assert Failure("exception", "no file 'a\udcff'").message == "no file 'a?'"
    assert Failure("exception", "größer").message == "größer"
