"""Cross-validation judges on frozen folds, reports each of them, and opens the test once."""

from collections.abc import Callable
from typing import Any

import cloudpickle
import numpy as np
import pytest

from ayar.base.errors import ArgumentError, SealedTestSet, StudyChanged, TrialPruned
from ayar.evaluate.crossval import CrossValidation
from ayar.evaluate.intervals import cv_interval, standard_error, wilson_interval
from ayar.evaluate.leak_check import LEAKS
from ayar.evaluate.ledger import OPENED, OPENING, SPLIT
from ayar.evaluate.metrics import Metric
from ayar.evaluate.sealed_test import Sealed, seal
from ayar.evaluate.split import KFold, TimeSplit

NewStudy = Callable[..., Any]
NewTrial = Callable[..., Any]

NOISE = np.random.default_rng(0).normal(size=200)
X = np.linspace(-1, 1, 200).reshape(-1, 1)
Y = (X[:, 0] + 0.2 * NOISE > 0).astype(int)


class Threshold:
    """Says 1 above `at`; remembers which rows it was fitted on."""

    def __init__(self, at: float) -> None:
        self.at = at

    def fit(self, rows: Any, y: Any) -> None:
        self.rows = set(rows[:, 0])

    def predict(self, rows: Any) -> Any:
        assert not self.rows & set(rows[:, 0]), "judged on a row it was fitted on"
        return (rows[:, 0] > self.at).astype(int)


def build(params: dict[str, Any]) -> Threshold:
    return Threshold(**params)


@pytest.fixture
def data() -> Sealed:
    return seal(X, Y, test=0.2)


@pytest.fixture
def objective(data: Sealed) -> CrossValidation:
    return CrossValidation(build, data, cv=4)


def test_the_value_is_the_mean_over_folds_with_its_error(objective: CrossValidation, new_trial: NewTrial) -> None:
    trial = new_trial({"at": 0.1})
    result = objective(trial)
    scores = [value for value, _, _ in trial.reports]
    low, high = cv_interval(scores, 120, 40) or (0.0, 0.0)
    assert result.value == pytest.approx(np.mean(scores))
    assert result.sd == pytest.approx(standard_error(scores, 120, 40))
    assert result.attrs == {"cv_low": pytest.approx(low), "cv_high": pytest.approx(min(high, 1.0))}


def test_every_fold_is_reported_under_its_number(objective: CrossValidation, new_trial: NewTrial) -> None:
    trial = new_trial({"at": 0.1})
    objective(trial)
    assert [(step, fold) for _, step, fold in trial.reports] == [(0, 0), (1, 1), (2, 2), (3, 3)]


def test_it_may_be_pruned_between_folds(objective: CrossValidation, new_trial: NewTrial) -> None:
    trial = new_trial({"at": 0.1}, patience=2)
    with pytest.raises(TrialPruned, match=r"stopped after 2 of 4 folds, mean 0\.\d+"):
        objective(trial)
    assert len(trial.reports) == 2


def test_a_trial_with_all_folds_is_not_pruned(objective: CrossValidation, new_trial: NewTrial) -> None:
    trial = new_trial({"at": 0.1}, patience=4)
    objective(trial)
    assert len(trial.reports) == 4


def test_folds_are_the_same_for_all_trials_and_processes(objective: CrossValidation, data: Sealed) -> None:
    again = CrossValidation(build, seal(X.copy(), Y.copy(), test=0.2), cv=4)
    sent = cloudpickle.loads(cloudpickle.dumps(objective))
    for other in (again, sent):
        for (fit, judged), (fit_2, judged_2) in zip(objective.folds, other.folds, strict=True):
            assert (fit == fit_2).all()
            assert (judged == judged_2).all()


def test_a_worker_process_gets_the_same_result_but_no_sealed_rows(
    objective: CrossValidation, new_trial: NewTrial, new_study: NewStudy
) -> None:
    sent = cloudpickle.loads(cloudpickle.dumps(objective))
    assert sent(new_trial({"at": 0.1})) == objective(new_trial({"at": 0.1}))
    with pytest.raises(SealedTestSet, match=r"was pickled, as for a worker process"):
        sent.open_test(new_study().finish({"at": 0.1}, [0.9, 0.9, 0.8, 0.9]))


def test_a_number_of_folds_means_the_kind_the_data_was_sealed_by() -> None:
    moments = CrossValidation(build, seal(X, Y, times=np.arange(200) * 77 % 200), cv=3)
    assert moments.split == TimeSplit(3)
    assert all(fit.max() < judged.min() for fit, judged in moments.folds)


def test_groups_stay_on_one_side_in_folds_too() -> None:
    data: Any = seal(X, Y, groups=np.arange(200) // 10)
    for fit, judged in CrossValidation(build, data).folds:
        assert not set(data.groups[fit]) & set(data.groups[judged])
    with pytest.raises(ArgumentError, match=r"expected no group on both sides, .* use cv=GroupKFold\(\)"):
        CrossValidation(build, data, cv=KFold(5))


def test_fit_is_called_in_place_of_the_models_own(data: Sealed, new_trial: NewTrial) -> None:
    seen: list[int] = []

    def fit(model: Threshold, rows: Any, y: Any) -> None:
        seen.append(len(y))
        model.fit(rows, y)

    CrossValidation(build, data, cv=4, fit=fit)(new_trial({"at": 0.0}))
    assert seen == [120] * 4


def test_build_gets_a_dict_of_its_own(data: Sealed, new_trial: NewTrial) -> None:
    def greedy(params: dict[str, Any]) -> Threshold:
        return Threshold(params.pop("at"))

    trial = new_trial({"at": 0.0})
    CrossValidation(greedy, data)(trial)
    assert trial.params == {"at": 0.0}


def test_one_given_fold_has_a_value_but_no_error(data: Sealed, new_trial: NewTrial) -> None:
    result = CrossValidation(build, data, cv=[(range(100), range(100, 160))])(new_trial({"at": 0.0}))
    assert (result.sd, result.attrs) == (None, None)


def test_the_direction_is_the_metrics(data: Sealed) -> None:
    assert CrossValidation(build, data).direction == "maximize"
    assert CrossValidation(build, data, metric="error_rate").direction == "minimize"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"build": 3}, r"build: expected a function of the parameters that makes a model, got 3"),
        ({"data": (X, Y)}, r"data: expected what ayar.evaluate.seal\(X, y\) returns, got tuple"),
        ({"metric": "acc"}, r"no metric is called 'acc'"),
        ({"cv": 1}, r"expected a whole number k >= 2 of folds, got k=1"),
        ({"cv": 100}, r"expected at least k=100 rows of every class, got"),
    ],
)
def test_wrong_arguments_are_refused_in_words(data: Sealed, arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        CrossValidation(**{"build": build, "data": data, **arguments})


# -- with a study ------------------------------------------------------------------------------------------------------

SCORES = [0.875, 0.9, 0.85, 0.925]


def test_what_is_frozen_is_recorded_once(objective: CrossValidation, new_study: NewStudy) -> None:
    study = new_study()
    objective.begin(study)
    objective.begin(study)
    [facts] = study.records(SPLIT)
    assert facts["fingerprint"] == objective.data.fingerprint
    assert (facts["rows"], facts["sealed"], facts["folds"]) == (160, 40, 4)
    assert (facts["metric"], facts["cv"]) == ("accuracy", "StratifiedKFold(k=4)")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"data": seal(X + 1, Y, test=0.2)}, r"fingerprint: '\w+' -> '\w+'"),
        ({"cv": 5}, r"cv: 'StratifiedKFold\(k=4\)' -> 'StratifiedKFold\(k=5\)'\n  folds: 4 -> 5"),
        ({"metric": "f1_macro"}, r"metric: 'accuracy' -> 'f1_macro'"),
    ],
)
def test_a_study_goes_on_with_the_same_data_folds_and_metric_only(
    objective: CrossValidation, new_study: NewStudy, change: dict[str, Any], words: str
) -> None:
    study = new_study().finish({"at": 0.0}, SCORES)
    objective.begin(study)
    other = CrossValidation(**{"build": build, "data": objective.data, "cv": 4, **change})
    for step in (other.begin, other.open_test):
        with pytest.raises(StudyChanged, match=rf"(?s)that this study began with, got others:.*{words}"):
            step(study)
    assert not study.records(OPENING)


def test_a_study_that_goes_the_other_way_is_refused_in_words(objective: CrossValidation, new_study: NewStudy) -> None:
    with pytest.raises(ArgumentError, match=r"to maximize accuracy, got minimize value; pass direction='maximize'"):
        objective.begin(new_study("minimize"))


def test_the_winner_is_fitted_on_all_development_rows_and_judged_on_the_sealed(
    data: Sealed, new_study: NewStudy
) -> None:
    sizes: list[tuple[str, int]] = []

    class Counting(Threshold):
        def fit(self, rows: Any, y: Any) -> None:
            sizes.append(("fit", len(y)))
            super().fit(rows, y)

        def predict(self, rows: Any) -> Any:
            sizes.append(("predict", len(rows)))
            return super().predict(rows)

    score = CrossValidation(lambda params: Counting(**params), data).open_test(
        new_study().finish({"at": 0.0}, SCORES, number=3)
    )
    assert sizes == [("fit", 160), ("predict", 40)]
    assert (score.number, score.n_test, score.count) == (3, 40, 1)


def test_the_test_score_stands_beside_the_cross_validated_one(objective: CrossValidation, new_study: NewStudy) -> None:
    score = objective.open_test(new_study().finish({"at": 0.0}, SCORES))
    assert (score.low, score.high) == wilson_interval(round(score.score * 40), 40)
    low, high = cv_interval(SCORES, 120, 40) or (0.0, 0.0)
    assert (score.cv_score, score.cv_low, score.cv_high) == (float(np.mean(SCORES)), low, min(high, 1.0))
    assert score.gap == score.score - (score.cv_score or 0.0)


def test_the_score_is_in_the_log(objective: CrossValidation, new_study: NewStudy) -> None:
    study = new_study().finish({"at": 0.0}, SCORES)
    assert objective.test_score(study) is None
    score = objective.open_test(study)
    [record] = study.records(OPENED)
    assert {"score", "low", "high", "cv_score", "cv_low", "cv_high", "gap", "metric", "count", "reason"} <= set(record)
    assert objective.test_score(study) == score


def test_the_intent_is_in_the_log_before_the_score(objective: CrossValidation, new_study: NewStudy) -> None:
    study = new_study().finish({"at": 0.0}, SCORES)
    objective.open_test(study)
    assert [topic for topic, _ in study.saved] == [SPLIT, LEAKS, OPENING, OPENED]


def test_a_second_opening_is_refused_also_after_a_restart(objective: CrossValidation, new_study: NewStudy) -> None:
    study = new_study().finish({"at": 0.0}, SCORES)
    first = objective.open_test(study)
    restarted = new_study(saved=study.saved).finish({"at": 0.1}, SCORES, number=9)
    for again in (study, restarted):
        with pytest.raises(SealedTestSet, match=r"opened once before, .* for trial 7; .* pass reason="):
            objective.open_test(again)
    second = objective.open_test(restarted, reason="the first model could not be served")
    assert (first.count, second.count) == (1, 2)
    assert objective.test_score(restarted) == second


def test_a_refused_opening_costs_no_fit(data: Sealed, new_study: NewStudy) -> None:
    fits: list[int] = []

    def fit(model: Threshold, rows: Any, y: Any) -> None:
        fits.append(len(y))
        model.fit(rows, y)

    objective = CrossValidation(build, data, fit=fit)
    study = new_study().finish({"at": 0.0}, SCORES)
    objective.open_test(study)
    with pytest.raises(SealedTestSet, match=r"opened once before"):
        objective.open_test(study)
    assert fits == [160]


def test_a_crash_while_judging_counts_as_an_opening(data: Sealed, new_study: NewStudy) -> None:
    def crash(truth: Any, prediction: Any) -> float:
        raise RuntimeError("no memory")

    study = new_study().finish({"at": 0.0}, SCORES)
    objective = CrossValidation(build, data, metric=Metric(crash, "maximize"))
    with pytest.raises(RuntimeError, match="no memory"):
        objective.open_test(study)
    assert objective.test_score(study) is None
    with pytest.raises(SealedTestSet, match=r"opened once before"):
        objective.open_test(study)


def test_a_model_that_cannot_be_fitted_opens_nothing(data: Sealed, new_study: NewStudy) -> None:
    def fit(model: Any, rows: Any, y: Any) -> None:
        raise RuntimeError("does not converge")

    study = new_study().finish({"at": 0.0}, SCORES)
    with pytest.raises(RuntimeError, match="does not converge"):
        CrossValidation(build, data, fit=fit).open_test(study)
    assert not study.records(OPENING)


def test_a_measurement_has_a_bootstrapped_interval(new_study: NewStudy) -> None:
    class Line:
        def fit(self, rows: Any, y: Any) -> None:
            self.slope = float(rows[:, 0] @ y / (rows[:, 0] @ rows[:, 0]))

        def predict(self, rows: Any) -> Any:
            return rows[:, 0] * self.slope

    objective = CrossValidation(lambda params: Line(), seal(X, 3 * X[:, 0] + 0.2 * NOISE), metric="rmse")
    score = objective.open_test(new_study("minimize").finish({}, [0.2, 0.21, 0.19, 0.2, 0.2]))
    assert score.low is not None
    assert score.high is not None
    # The noise has a standard deviation of 0.2; the interval of 40 rows is about 0.2 ± 0.045.
    assert score.low < 0.2 < score.high
    assert 0.04 < score.high - score.low < 0.15


def test_a_winner_without_folds_has_no_cross_validated_interval(
    objective: CrossValidation, new_study: NewStudy
) -> None:
    study = new_study().finish({"at": 0.0}, SCORES)
    study.best = type(study.best)(1, study.best.state, {"at": 0.0}, values=(0.9,))
    score = objective.open_test(study)
    assert (score.cv_score, score.cv_low, score.cv_high) == (0.9, None, None)
