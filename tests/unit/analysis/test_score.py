"""The honest score of the winner."""

from typing import Any

import pytest

from ayar.analysis import score as recorded_as
from ayar.analysis.score import openings, score
from ayar.base.errors import NoTrial
from ayar.evaluate import ledger
from ayar.testing.folds import Told, fold_of
from ayar.trial.fold import Fold

SPACE = {"x": (0.0, 1.0)}
FOLDS = [(0, 0.98, 0), (1, 0.96, 1), (2, 0.97, 2)]
OPENED = {"number": 0, "metric": "accuracy", "score": 0.95, "low": 0.93, "high": 0.97,
          "cv_score": 0.97, "cv_low": 0.94, "cv_high": 0.99, "gap": -0.02, "count": 1}  # fmt: skip


def study(*records: tuple[str, Any]) -> Fold:
    trials = [
        Told({"x": 0.1}, 0.97, reports=FOLDS, attrs={"cv_low": 0.94, "cv_high": 0.99}),
        Told({"x": 0.2}, 0.90, reports=FOLDS),
    ]
    return fold_of(SPACE, trials, goals={"value": "maximize"}, records=records)


def test_topics_are_those_that_evaluate_writes() -> None:
    assert (recorded_as.SPLIT, recorded_as.OPENING, recorded_as.OPENED) == (ledger.SPLIT, ledger.OPENING, ledger.OPENED)


def test_cross_validation_shows_its_interval_and_that_the_test_set_is_sealed() -> None:
    found = score(study(("evaluate.split", {"metric": "accuracy"})))
    assert found.sentence == (
        "Trial 0: accuracy 0.97 (0.94 to 0.99) in 3-fold cross-validation; the test set is still sealed."
    )


def test_an_opened_test_set_shows_score_interval_and_gap() -> None:
    found = score(study(("evaluate.split", {"metric": "accuracy"}), ("evaluate.seal_opened", OPENED)))
    assert found.test is not None
    assert found.test.text == "0.95 (0.93 to 0.97)"
    assert found.gap == -0.02
    assert not found.sealed
    assert found.sentence.endswith("0.95 (0.93 to 0.97) on the sealed test set, gap -0.02.")


def test_an_opening_for_another_trial_is_no_score_of_this_winner_but_counts() -> None:
    found = score(study(("evaluate.seal_opened", {**OPENED, "number": 1})))
    assert found.test is None
    assert found.openings == 1


def test_intents_without_a_reason_were_refused_and_do_not_count() -> None:
    intents = [("evaluate.seal_opening", {"reason": reason}) for reason in (None, None, "a bug", None)]
    assert openings(study(*intents)) == 2


def test_one_value_without_folds_has_no_interval() -> None:
    found = score(fold_of(SPACE, [({"x": 0.1}, 1.5)]))
    assert found.sentence == "Trial 0: value 1.5 in the search; no test on unseen rows."


def test_a_standard_error_gives_an_interval() -> None:
    found = score(fold_of(SPACE, [Told({"x": 0.1}, 1.0, sd=0.1)]))
    assert (found.search.low, found.search.high) == pytest.approx((0.804, 1.196))


def test_records_that_hold_something_else_are_passed_over() -> None:
    found = score(study(("evaluate.seal_opened", "text"), ("evaluate.seal_opened", {"score": "x", "number": 0})))
    assert found.test is None


def test_without_a_complete_trial_there_is_no_winner() -> None:
    with pytest.raises(NoTrial, match=r"expected a complete trial, got none"):
        score(fold_of(SPACE, []))
