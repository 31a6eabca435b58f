"""A test score says in words what it found."""

from typing import Any

import pytest
from msgspec.structs import replace

from ayar.evaluate.ledger import OPENED, Ledger
from ayar.evaluate.score import TestScore, recorded_scores

SCORE = TestScore(
    metric="accuracy",
    direction="maximize",
    score=0.975,
    low=0.95,
    high=0.99,
    cv_score=0.985,
    cv_low=0.97,
    cv_high=1.0,
    gap=-0.01,
    number=31,
    n_test=360,
    fingerprint="abc",
    count=1,
    at=1_700_000_000_000_000,
)


def test_it_names_both_scores_and_the_gap() -> None:
    assert str(SCORE).splitlines() == [
        "test accuracy 0.975 (95 % interval 0.95 to 0.99) on 360 sealed rows",
        "cross-validation 0.985 (95 % interval 0.97 to 1), trial 31",
        "gap -0.01: the test score is within the interval of cross-validation",
    ]


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"gap": 0.02, "score": 1.01}, "better than cross-validation promised"),
        ({"gap": 0.0, "cv_low": None}, "just what cross-validation promised"),
        ({"gap": 0.02, "score": 1.01, "direction": "minimize"}, "worse than cross-validation promised"),
        ({"gap": -0.02, "score": 0.96, "direction": "minimize"}, "better than cross-validation promised"),
    ],
)
def test_only_outside_the_interval_it_is_better_or_worse_and_follows_the_direction(
    change: dict[str, Any], verdict: str
) -> None:
    assert f"the test score is {verdict}" in str(replace(SCORE, **change))


def test_a_later_opening_is_labelled_with_its_count_and_reason() -> None:
    words = "the test set was opened 2 times; this time, 2023-11-14 22:13:20 UTC: a reviewer asked"
    assert str(replace(SCORE, count=2, reason="a reviewer asked")).endswith(words)


def test_an_unknown_interval_is_called_so() -> None:
    assert "accuracy 0.975 (interval unknown)" in str(replace(SCORE, low=None, high=None))


def test_scores_come_back_from_the_ledger_in_order(ledger: Ledger) -> None:
    scores = [SCORE, replace(SCORE, count=2, low=None, reason="a reviewer asked")]
    for score in scores:
        ledger.record(OPENED, score.to_json())
    assert recorded_scores(ledger) == scores
