"""The records of the executors' contract check themselves."""

import math

import pytest

from ayar.base.errors import ArgumentError, AyarError
from ayar.executors.base import Task, refusal


@pytest.mark.parametrize("timeout", [0, -1.0, math.nan])
def test_a_time_limit_is_a_positive_number(timeout: float) -> None:
    with pytest.raises(ArgumentError, match=r"Task\(number=3\): timeout must be seconds > 0 or None, got"):
        Task(3, {}, timeout=timeout)


def test_a_refusal_repeats_the_words_of_the_error() -> None:
    error = refusal(LookupError("gone"))
    assert isinstance(error, AyarError)
    assert str(error) == "the study did not take this message of the trial: LookupError: gone"
