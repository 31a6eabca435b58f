"""Values as people read them."""

import math

import pytest

from ayar.analysis.words import count_text, duration_text, listed, number_text, percent_text, value_text


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "–"), (math.nan, "–"), (math.inf, "inf"), (0.0, "0"), (1e300, "1e+300"), (-12345.6, "-12346")],
)
def test_odd_numbers_have_words(value: float | None, words: str) -> None:
    assert number_text(value) == words


def test_values_of_choices_are_shown_without_quotes_and_numbers_short() -> None:
    shown = [value_text(value) for value in (True, 7, 0.123456, "a b", [1, 2], math.sqrt)]
    assert shown == ["True", "7", "0.1235", "a b", "[1, 2]", "sqrt"]


def test_durations_take_the_unit_that_fits() -> None:
    assert [duration_text(s) for s in (0.0, 0.25, 59.0, 90.0, 7200.0, 200_000.0)] == [
        "0 s", "250 ms", "59 s", "1.5 min", "2 h", "2.31 d",
    ]  # fmt: skip


def test_lists_and_counts_read_as_sentences() -> None:
    assert listed([]) == "none"
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert count_text(0, "trial") == "0 trials"


def test_percentages_never_round_to_nothing_or_all() -> None:
    assert [percent_text(s) for s in (-0.5, 0.001, 0.5, 0.999)] == ["0 %", "under 1 %", "50 %", "over 99 %"]
