"""What a cross-validated trial leaves behind."""

from typing import Any

from ayar.trial.crossval import FOLDS, FoldPlan, fold_plan, fold_scores
from ayar.trial.trial import Report


def test_the_last_finite_score_of_a_fold_stands() -> None:
    reports = [Report(0, 1.0, 0), Report(1, 2.0, 0), Report(0, float("nan"), 1), Report(0, 5.0)]
    assert fold_scores(reports) == {0: 2.0}


def test_a_plan_comes_back_from_its_attribute() -> None:
    plan = FoldPlan(5, 2, "8a1f")
    assert fold_plan({FOLDS: plan.to_json()}) == plan
    assert plan.total == 10
    assert fold_plan({FOLDS: {"k": 5}}) == FoldPlan(5)


def test_what_is_no_plan_is_none() -> None:
    odd: tuple[Any, ...] = (None, "five", 5, [], {}, {"k": 0}, {"k": True}, {"k": 5, "repeats": "two"}, {"k": 2.5})
    for stored in odd:
        assert fold_plan({FOLDS: stored}) is None
    assert fold_plan({}) is None
