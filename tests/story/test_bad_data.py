"""Data, metrics and folds that are bad, as a user hands them in: refused in words or recorded, never a wrong number."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer
from sklearn.model_selection import GroupKFold as SklearnGroupKFold
from sklearn.model_selection import KFold as SklearnKFold
from sklearn.model_selection import TimeSeriesSplit

import ayar
from ayar.base.errors import ArgumentError, ObjectiveFailed
from ayar.evaluate import (
    CrossValidation,
    GivenSplit,
    HoldOut,
    KFold,
    LedgerFile,
    Metric,
    Scorer,
    TimeSplit,
    judge_sealed,
    nested_cv,
    seal,
)  # fmt: skip
from ayar.integrations.sklearn import SearchCV

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
Y = (X[:, 0] + RNG.normal(size=60) > 0).astype(int)
GROUPS = np.repeat(np.arange(12), 5)
ONE_SIDED = (GROUPS > 8).astype(int)
"""Labels of which most groups know one only."""
LATE = np.r_[np.zeros(30), np.ones(30)].astype(int)
MOMENTS = np.arange(60)
SPACE = {"C": ayar.Float(0.01, 10.0, log=True)}

SEARCH = partial(ayar.maximize, space=SPACE, sampler="random", seed=0)


class Says:
    """Says the same of every row."""

    def __init__(self, answer: object) -> None:
        self.answer = answer
        self.classes_ = np.array([0, 1])

    def fit(self, rows: Any, _: Any) -> "Says":
        return self

    def predict(self, rows: Any) -> Any:
        return np.full(len(rows), self.answer)

    def predict_proba(self, rows: Any) -> Any:
        return np.full((len(rows), 2), self.answer)


def build(params: dict[str, Any]) -> Any:
    return LogisticRegression(C=params["C"])


def fails(*_: object) -> float:
    raise RuntimeError("no score today")


def nested(rows: Any = X, y: Any = Y, **settings: Any) -> Any:
    given = {"build": build, "max_trials": 2, "cv": 3, "inner_cv": 3, "watch": None, **settings}
    return nested_cv(SEARCH, rows, y, **given)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: seal(X[:1], Y[:1]), "expected at least 2 rows left to fit, got 1 rows"),
        (lambda: CrossValidation(build, seal(X[:6], X[:6, 0]), cv=20, metric="rmse"), "at least k=20 rows, got 5"),
        (lambda: CrossValidation(build, seal(X[:8], Y[:8])), "at least k=5 rows of every class, got 1 of class"),
        (
            lambda: CrossValidation(build, seal(X, Y), cv=SklearnKFold(99)),
            r"cv: expected folds from KFold\(n_splits=99.* for 48 rows .*Cannot have number of splits",
        ),
        (lambda: nested(X[:0], Y[:0]), "StratifiedKFold: expected at least k=3 rows, got 0; lower k"),
        (lambda: nested(X[:6], X[:6, 0], metric="rmse", inner_cv=8), "KFold: expected at least k=8 rows, got 4"),
    ],
)
def test_fewer_rows_than_folds(make: Callable[[], object], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        make()


@pytest.mark.parametrize("metric", ["accuracy", get_scorer("accuracy"), Scorer(get_scorer("roc_auc"))])
def test_one_class_to_fit_on_is_refused_for_any_metric_of_labels(metric: Any) -> None:
    with pytest.raises(ArgumentError, match="two classes or more, got 48 rows all of class 0, of which every model"):
        CrossValidation(build, seal(X, np.zeros(60, int)), metric=metric)
    by_time = seal(X, LATE, times=MOMENTS)
    with pytest.raises(ArgumentError, match=r"cv: fold 0: expected rows of two classes to fit on, got 8 .* of class 0"):
        CrossValidation(build, by_time, metric=metric)
    with pytest.raises(ArgumentError, match="two classes"):
        nested(X, np.zeros(60, int), metric=metric)


def test_one_class_to_judge_is_a_recorded_failure_where_the_metric_needs_two() -> None:
    data = seal(X, ONE_SIDED, groups=GROUPS)
    objective = CrossValidation(build, data, metric="roc_auc")
    study = ayar.create_study(SPACE, direction="maximize", sampler="random", seed=0, max_trials=2)
    study.optimize(objective)
    words = "metric 'roc_auc': expected a finite number, got nan on .* with labels .0., all of one class: use a strati"
    assert [str(trial.state) for trial in study.trials] == ["failed", "failed"]
    assert study.trials[0].failure is not None
    assert re.search(words, study.trials[0].failure.message)


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        (Metric(lambda *_: float("nan"), "maximize", "mine"), "metric 'mine': expected a finite number, got nan"),
        (Metric(lambda *_: float("inf"), "maximize", "mine"), "metric 'mine': expected a finite number, got inf"),
        (Metric(lambda *_: "good", "maximize", "mine"), "'mine': expected one number, got 'good' of type str"),  # type: ignore[arg-type]
        (Scorer(lambda *_: None, name="mine"), "'mine': expected one number, got None of type NoneType"),  # type: ignore[arg-type]
        (Metric(fails, "maximize"), "no score today"),
        (Scorer(fails), "no score today"),
    ],
)
def test_a_score_that_is_none_fails_the_trial_or_counts_as_error_score(metric: Any, words: str) -> None:
    data = seal(X, Y)
    with pytest.raises(ObjectiveFailed, match=words):
        SEARCH(CrossValidation(build, data, metric=metric), max_trials=3)
    with pytest.raises(ObjectiveFailed, match=words):
        SEARCH(CrossValidation(build, data, also=[metric]), max_trials=3)
    study = SEARCH(CrossValidation(build, data, metric=metric, error_score=-1.0), max_trials=3)
    assert [trial.values for trial in study.trials] == [(-1.0,)] * 3


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "raise", True])
def test_an_error_score_is_a_finite_number(value: Any) -> None:
    with pytest.raises(ArgumentError, match="error_score: expected a finite number"):
        CrossValidation(build, seal(X, Y), error_score=value)


@pytest.mark.parametrize(
    ("answer", "metric", "words"),
    [
        (float("nan"), "accuracy", r"'accuracy', Says.predict: expected numbers, got 10 NaN in 10"),
        (float("nan"), "roc_auc", r"'roc_auc', Says.predict_proba: expected numbers, got 20 NaN in 20"),
        ("1", "accuracy", r"expected labels such as \d, got '1'; text and numbers never agree"),
    ],
)
def test_predictions_that_are_none_are_not_counted_as_wrong_answers(answer: object, metric: str, words: str) -> None:
    with pytest.raises(ObjectiveFailed, match=words):
        SEARCH(CrossValidation(lambda _: Says(answer), seal(X, Y), metric=metric), max_trials=3)


def test_a_test_score_that_is_not_defined_says_so_and_stays_on_record(tmp_path: Path) -> None:
    y = np.r_[np.tile([0, 1], 25), np.ones(10)].astype(int)
    data = seal(X, y, times=MOMENTS, test=10)
    study = SEARCH(objective := CrossValidation(build, data, metric="roc_auc", cv=TimeSplit(2)), max_trials=2)
    score = objective.open_test(study)
    assert np.isnan(score.score)
    assert (score.low, score.gap, score.count) == (None, None, 1)
    assert "roc_auc is not defined on the sealed rows" in str(objective.test_score(study))
    ledger = LedgerFile(tmp_path / "openings.jsonl")
    again = judge_sealed(build({"C": 1.0}).fit(data.X, data.y), data, ledger, metric="roc_auc")
    assert "roc_auc is not defined on the sealed rows" in str(again)


def test_nested_scores_leave_no_fold_out() -> None:
    search = SearchCV(LogisticRegression(), {"C": (0.1, 1.0)}, n_iter=2, cv=2, random_state=0)
    undefined = Metric(lambda truth, _: float("nan") if truth[0] else 0.5, "maximize", "half")
    with pytest.raises(
        ArgumentError, match=r"outer fold \d: expected a score by 'half' on 20 rows .*, got nan and 0\."
    ):
        nested_cv(search, X, Y, cv=3, metric=undefined, watch=None)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: seal(X, Y, split="group"), "split='group' needs a group for every row, got none; pass groups="),
        (lambda: seal(X, Y, groups=GROUPS[:5]), "expected as many rows in each of X, y, groups, got X 60, y 60, gro"),
        (lambda: seal(X, Y, groups=np.where(GROUPS == 3, np.nan, GROUPS)), "groups: .* got 5 missing of 60, .* row 15"),
        (lambda: CrossValidation(build, seal(X, Y), cv="group"), "GroupKFold: expected groups, one a row, got none"),
        (
            lambda: CrossValidation(build, seal(X, Y), cv=SklearnGroupKFold(3)),
            r"folds from GroupKFold\(n_splits=3.* for 48 rows with no groups",
        ),
        (lambda: CrossValidation(build, seal(X, Y, groups=GROUPS), cv=KFold(3)), "expected no group on both sides"),
        (lambda: nested(inner_cv="group"), "GroupKFold: expected groups, one a row, got none"),
    ],
)
def test_groups_missing(make: Callable[[], object], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        make()


@pytest.mark.parametrize("cv", [TimeSplit(3), HoldOut(0.2, "time"), TimeSeriesSplit(3), "time"])
def test_folds_by_time_want_times(cv: Any) -> None:
    words = "cv: expected rows in order of time for .*, but the data is 'stratified', and may be unsorted; pass times="
    with pytest.raises(ArgumentError, match=words):
        CrossValidation(build, seal(X, Y), cv=cv)
    with pytest.raises(ArgumentError, match=words):
        nested(cv=cv)


def test_unsorted_times_are_sorted_and_those_that_cannot_be_are_refused() -> None:
    times = RNG.permutation(60)
    assert np.array_equal(seal(X, Y, times=times).y, Y[np.argsort(times)][:48])
    with pytest.raises(
        ArgumentError, match=r"times: .* got '1\.1\.2020', and text sorts by its letters; write dates as"
    ):
        seal(X, Y, times=[f"{day}.1.2020" for day in range(1, 61)])
    with pytest.raises(ArgumentError, match="times: expected values of one kind, got int, str mixed"):
        seal(X, Y, times=np.array([1, "a"] * 30, dtype=object))
    days = [f"2020-{1 + day // 28:02}-{1 + day % 28:02}" for day in range(60)]
    assert np.array_equal(seal(X, Y, times=days[::-1]).y, Y[::-1][:48])


@pytest.mark.parametrize("which", ["cv", "inner_cv"])
def test_nested_folds_never_judge_the_past_where_times_are_given(which: str) -> None:
    with pytest.raises(ArgumentError, match=rf"{which}: expected folds that judge what comes after all they fit"):
        nested(times=MOMENTS, **{which: KFold(3)})


def test_a_confirmation_whose_runs_fail_is_no_verdict() -> None:
    objective = CrossValidation(build, seal(X, Y))
    study = SEARCH(objective, max_trials=4)
    objective.build = fails
    with pytest.raises(ObjectiveFailed, match=r"at least 2 candidates that run again, got 0: .*'no score today'"):
        study.confirm(objective, k=3, repeats=1, watch=None)


def test_a_confirmation_needs_folds_that_can_be_drawn_anew() -> None:
    given = CrossValidation(build, seal(X, Y), cv=GivenSplit([(np.arange(24), np.arange(24, 48))]))
    study = SEARCH(given, max_trials=4)
    with pytest.raises(ArgumentError, match="expected folds that are drawn, so that there are new ones"):
        study.confirm(given, k=3, repeats=1, watch=None)


def test_a_search_of_sklearn_warns_of_a_fold_with_one_class() -> None:
    search = SearchCV(DummyClassifier(), {"strategy": ["prior", "uniform"]}, n_iter=2, cv=SklearnKFold(2))
    with pytest.warns(
        UserWarning, match="cv: fold 0: expected rows of two classes to fit on, got 30 rows all of class"
    ):
        search.fit(X, LATE)
