"""The shuffled-label canary flags pipelines that know the labels of rows they are judged on, and no others."""

from typing import Any

import numpy as np
import pytest
from sklearn.feature_selection import SelectKBest, f_classif, f_regression
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from ayar.base.errors import ArgumentError
from ayar.evaluate.leak_check import leak_check
from ayar.evaluate.leaks.findings import LeakFinding
from ayar.evaluate.split import KFold

RNG = np.random.default_rng(0)
NOISE, COIN = RNG.normal(size=(120, 2000)), RNG.integers(0, 2, 120)
MODEL = LogisticRegression(max_iter=1000)


def selected_before(X: Any, y: Any) -> Any:
    chosen = SelectKBest(f_classif, k=20).fit_transform(X, y)
    return cross_val_score(MODEL, chosen, y, cv=5)


def selected_inside(X: Any, y: Any) -> Any:
    return cross_val_score(make_pipeline(SelectKBest(f_classif, k=20), MODEL), X, y, cv=5)


def canary(*arguments: Any, **named: Any) -> LeakFinding | None:
    report = leak_check(*arguments, **named)
    return next((finding for finding in report.alarms if finding.kind == "canary"), None)


@pytest.mark.slow
@pytest.mark.parity("N21")
def test_a_selection_before_the_split_is_flagged_and_one_inside_the_folds_is_not() -> None:
    """Acceptance 13 of the design: above 0.7 on shuffled labels."""
    found = canary(None, (NOISE, COIN), pipeline=selected_before)
    assert found is not None
    assert found.numbers["score"] > 0.7 > 0.6 > found.numbers["dummy"]
    assert found.level == "certain"
    assert "put every fitted step" in found.advice
    assert canary(None, (NOISE, COIN), pipeline=selected_inside) is None


@pytest.mark.slow
def test_measurements_are_held_against_a_dummy_on_a_scale_without_unit() -> None:
    y = 1e6 * RNG.normal(size=120)

    def before(X: Any, y: Any) -> Any:
        chosen = SelectKBest(f_regression, k=20).fit_transform(X, y)
        return -cross_val_score(Ridge(), chosen, y, cv=5, scoring="neg_root_mean_squared_error")

    assert canary(None, (NOISE, y), pipeline=before, metric="rmse") is not None
    inside = make_pipeline(SelectKBest(f_regression, k=20), Ridge())
    assert canary(lambda: inside, (NOISE, y), metric="rmse") is None


def test_groups_that_a_split_tears_apart_are_flagged_by_their_labels() -> None:
    """Labels go from group to group, so a model that knows the group knows the label."""
    groups = np.repeat(np.arange(40), 5)
    X = RNG.normal(size=(40, 4))[groups] + 0.01 * RNG.normal(size=(200, 4))
    y = RNG.integers(0, 2, 40)[groups]
    assert canary(lambda: KNeighborsClassifier(1), (X, y), KFold(5), groups=groups) is not None
    assert canary(lambda: KNeighborsClassifier(1), (X, y), groups=groups) is None


def test_few_groups_are_too_few_to_shuffle() -> None:
    groups = np.repeat(np.arange(6), 20)
    report = leak_check(lambda: MODEL, (NOISE[:, :3], groups % 2), KFold(3), groups=groups)
    assert "6 groups are too few to shuffle them between" in report.explain()


def test_a_model_that_comes_fitted_is_possible() -> None:
    fitted = LogisticRegression().fit(NOISE[:, :3], COIN)
    saws = [finding.saw for finding in leak_check(lambda: fitted, (NOISE[:, :3], COIN)).findings]
    assert any("comes fitted: LogisticRegression has" in saw for saw in saws)
    assert "the same LogisticRegression is handed out for every fold" in saws


def test_a_pipeline_that_gives_no_number_is_said() -> None:
    with pytest.raises(ArgumentError, match=r"pipeline: expected a score, or a score of each fold, got None"):
        leak_check(None, (NOISE[:, :3], COIN), pipeline=lambda X, y: None)


@pytest.mark.slow
def test_correct_pipelines_are_flagged_in_at_most_5_percent() -> None:
    """40 correct set-ups, small ones and uneven ones among them: at most 2 flags."""
    flags = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        n = (60, 150, 300)[seed % 3]
        X, y = rng.normal(size=(n, 10)), (rng.random(n) < (0.5, 0.2)[seed % 2]).astype(int)
        metric = ("accuracy", "balanced_accuracy", "f1_macro", "roc_auc")[seed % 4]
        flags += canary(LogisticRegression, (X, y), metric=metric) is not None
    assert flags <= 2
