"""Several metrics, scorers, folds that fail, and predictions that are kept: what `CrossValidation` can be asked for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import get_scorer, make_scorer, recall_score

import ayar
from ayar.base.errors import ArgumentError
from ayar.evaluate import CrossValidation, GivenSplit, Metric, RepeatedSplit, Scorer, StratifiedKFold, seal
from ayar.evaluate.fold_score import fit_model
from ayar.evaluate.out_of_fold import ATTRIBUTE, Keeper
from ayar.evaluate.scorers import read_measure

NewTrial = Callable[..., Any]

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 3))
Y = (X[:, 0] + RNG.normal(size=120) > 0).astype(int)
TEXT = np.where(Y == 1, "yes", "no")


def build(params: dict[str, Any]) -> Any:
    return LogisticRegression(C=params.get("C", 1.0))


def test_further_metrics_are_kept_with_their_spread_and_choose_nothing(new_trial: NewTrial) -> None:
    objective = CrossValidation(build, seal(X, Y), also=["log_loss", "roc_auc"])
    result = objective(new_trial({}))
    assert isinstance(result.value, float)
    kept = result.attrs["cv_metrics"]  # type: ignore[index]
    assert set(kept) == {"log_loss", "roc_auc"}
    alone = CrossValidation(build, seal(X, Y), metric="log_loss")(new_trial({}))
    assert kept["log_loss"] == {"mean": pytest.approx(alone.value), "sd": pytest.approx(alone.sd)}


def test_several_metrics_are_as_many_goals() -> None:
    objective = CrossValidation(build, seal(X, Y), metric=["accuracy", "log_loss"])
    assert objective.goals == {"accuracy": "maximize", "log_loss": "minimize"}
    study = ayar.create_study({"C": (0.01, 10.0)}, goals=objective.goals, sampler="random", seed=0, max_trials=3)
    study.optimize(objective)
    assert all(len(trial.values) == 2 for trial in study.trials)
    with pytest.raises(ArgumentError, match=r"expected one trial to judge, the study has a front; pass trial="):
        objective.open_test(study)
    score = objective.open_test(study, trial=study.best[0])
    assert (score.metric, list(score.also)) == ("accuracy", ["log_loss"])
    assert score.params == study.best[0].params
    with pytest.raises(
        ArgumentError, match=r"to maximize accuracy, to minimize log_loss, got minimize value; pass goal"
    ):
        objective.begin(ayar.create_study({"C": (0.01, 10.0)}))


@pytest.mark.parametrize("name", ["accuracy", "neg_log_loss", "roc_auc", "f1_macro"])
def test_a_scorer_of_sklearn_gives_its_own_score(name: str, new_trial: NewTrial) -> None:
    data = seal(X, Y)
    objective = CrossValidation(build, data, metric=get_scorer(name))
    model = build({}).fit(data.X, data.y)
    assert objective.direction == "maximize"
    assert objective.metric.judge(model, data.X, data.y) == pytest.approx(get_scorer(name)(model, data.X, data.y))
    assert len(new_trial({}).reports) == 0
    trial = new_trial({})
    objective(trial)
    assert len(trial.reports) == 5


def test_a_scorer_that_asks_for_labels_is_a_metric_whose_predictions_can_be_kept() -> None:
    measure = read_measure(make_scorer(recall_score, pos_label="yes"), TEXT)
    assert isinstance(measure, Metric)
    assert measure.name == "recall_score"
    assert isinstance(read_measure(get_scorer("roc_auc"), TEXT), Scorer)
    with pytest.raises(ArgumentError, match=r"expected a Metric, which scores predictions, got Scorer"):
        CrossValidation(build, seal(X, Y), metric=get_scorer("roc_auc"), keep_predictions=True)


def test_a_function_of_model_and_rows_is_a_scorer() -> None:
    def own(model: Any, rows: Any, y: Any) -> float:
        return float(model.score(rows, y))

    study = ayar.maximize(
        CrossValidation(build, seal(X, Y), metric=own), {"C": (0.1, 1.0)}, max_trials=1, sampler="random", seed=0
    )
    assert study.best.value > 0.5
    score = CrossValidation(build, seal(X, Y), metric=own).open_test(study)
    assert score.low is not None
    assert score.low < score.score < (score.high or 0.0)


def fails_on(fold: int, what: Callable[[], float]) -> Metric:
    calls: list[int] = []

    def score(truth: Any, prediction: Any) -> float:
        calls.append(len(truth))
        return what() if len(calls) == fold + 1 else 0.75

    return Metric(score, "maximize", "fragile")


def boom() -> float:
    raise RuntimeError("no such label")


def test_a_scorer_that_raises_says_in_which_fold(new_trial: NewTrial) -> None:
    with pytest.raises(RuntimeError, match="no such label") as caught:
        CrossValidation(build, seal(X, Y), metric=fails_on(2, boom))(new_trial({}))
    assert caught.value.__notes__ == ["in fold 2 of 5; error_score=NUMBER would go on with that score"]


def test_a_score_that_is_nan_is_an_error_in_words(new_trial: NewTrial) -> None:
    objective = CrossValidation(build, seal(X, Y), metric=fails_on(1, lambda: float("nan")))
    with pytest.raises(
        ArgumentError, match=r"metric 'fragile': expected a finite number, got nan on 19 judged rows with labels"
    ):
        objective(new_trial({}))


def test_error_score_stands_for_a_fold_that_fails(new_trial: NewTrial) -> None:
    for what in (boom, lambda: float("nan")):
        trial = new_trial({})
        objective = CrossValidation(build, seal(X, Y), metric=fails_on(3, what), error_score=0.0, keep_predictions=True)
        result = objective(trial)
        assert [value for value, _, _ in trial.reports] == [0.75, 0.75, 0.75, 0.0, 0.75]
        assert result.value == pytest.approx(0.6)
        assert ATTRIBUTE not in (result.attrs or {})
    with pytest.raises(ArgumentError, match=r"error_score: expected a finite number, .* got nan"):
        CrossValidation(build, seal(X, Y), error_score=float("nan"))


@pytest.mark.parametrize("metric", ["accuracy", "log_loss", "roc_auc", "balanced_accuracy"])
@pytest.mark.parametrize("labels", [Y, TEXT], ids=["numbers", "text"])
@pytest.mark.parametrize("folder", [False, True])
def test_kept_predictions_score_as_the_folds_did(
    metric: str, labels: Any, folder: bool, tmp_path: Path, new_trial: NewTrial
) -> None:
    data = seal(X, labels)
    where = tmp_path / "predictions" if folder else True
    objective = CrossValidation(build, data, metric=metric, keep_predictions=where)
    trial = new_trial({})
    attrs: Any = objective(trial).attrs
    assert objective.keeper is not None
    assert ("file" in attrs[ATTRIBUTE]) == folder
    kept = objective.keeper.unpack(attrs[ATTRIBUTE])
    truth = objective.keeper.truth(data.y)
    start = 0
    for (value, _, fold), (_, judged) in zip(trial.reports, objective.folds, strict=True):
        part = kept[start : start + len(judged)]
        start += len(judged)
        assert objective.metric.score(truth[judged], part) == pytest.approx(value, abs=1e-6), fold  # type: ignore[union-attr]


def test_too_many_rows_for_an_attribute_are_refused_before_the_search() -> None:
    with pytest.raises(ArgumentError, match=r"at most 64 KB a trial, got 109 KB for 21000 .* give a folder that all"):
        Keeper(Metric(lambda t, p: 0.0, "minimize", "own"), np.linspace(0, 1, 21000), 21000, True)


def test_the_corrected_score_comes_from_the_log_and_is_below_the_best(tmp_path: Path) -> None:
    noise = np.random.default_rng(3)
    rows, labels = noise.normal(size=(150, 12)), noise.integers(2, size=150)
    objective = CrossValidation(
        lambda params: LogisticRegression(C=params["C"]),
        seal(rows[:, :], labels),
        cv=RepeatedSplit(StratifiedKFold(4), 2),
        keep_predictions=True,
    )
    storage = f"sqlite:///{tmp_path / 'study.db'}"
    space = {"C": ayar.Float(1e-3, 1e3, log=True)}
    study = ayar.maximize(objective, space, max_trials=12, storage=storage, sampler="random", seed=1)
    found = objective.corrected(study)
    assert found.winner in {trial.number for trial in study.trials}
    assert (found.configurations, found.rows) == (12, 120)
    assert found.optimism > 0
    assert found.low < 0.5 + 0.05 < found.high + 0.1
    assert objective.corrected(ayar.load_study(storage)) == found
    assert "corrected for the choice among 12 configurations on 120 rows" in str(found)


def test_groups_are_drawn_whole_where_there_are_any() -> None:
    groups = np.repeat(np.arange(24), 5)
    objective = CrossValidation(build, seal(X, Y, groups=groups), cv=3, keep_predictions=True)
    study = ayar.maximize(objective, {"C": (0.01, 10.0)}, max_trials=4, sampler="random", seed=0)
    assert objective.corrected(study).rows == objective.data.n_development


def test_what_was_not_kept_cannot_be_corrected() -> None:
    objective = CrossValidation(build, seal(X, Y))
    study = ayar.maximize(objective, {"C": (0.01, 10.0)}, max_trials=2, sampler="random", seed=0)
    with pytest.raises(ArgumentError, match=r"expected kept predictions; give CrossValidation keep_predictions=True"):
        objective.corrected(study)


def test_measurements_are_kept_as_numbers(new_trial: NewTrial) -> None:
    data = seal(X, X[:, 0] * 2.0 + 0.1)
    objective = CrossValidation(lambda params: Ridge(), data, metric="rmse", keep_predictions=True)
    trial = new_trial({})
    attrs: Any = objective(trial).attrs
    assert objective.keeper is not None
    assert objective.keeper.unpack(attrs[ATTRIBUTE]).shape == (96,)


def test_new_folds_are_other_folds_of_the_same_kind_and_the_same_each_time() -> None:
    objective = CrossValidation(build, seal(X, Y))
    first, again, other = objective.on_new_folds(1), objective.on_new_folds(1), objective.on_new_folds(2)
    assert [j.tolist() for _, j in first.folds] == [j.tolist() for _, j in again.folds]
    for a, b in ((objective, first), (first, other)):
        assert [j.tolist() for _, j in a.folds] != [j.tolist() for _, j in b.folds]
    given = CrossValidation(build, seal(X, Y), cv=GivenSplit([(range(50), range(50, 96))]))
    with pytest.raises(
        ArgumentError, match=r"expected folds that are drawn, .* got GivenSplit\(\); judge the winner on"
    ):
        given.on_new_folds(1)


def test_metrics_of_one_name_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"expected metrics of different names, got \['accuracy', 'accuracy'\]"):
        CrossValidation(build, seal(X, Y), also=["accuracy"])


def test_a_build_that_returns_no_model_is_named() -> None:
    with pytest.raises(
        ArgumentError, match=r"build: expected it to return a model with a method fit, got None; return"
    ):
        fit_model(lambda params: None, {}, np.zeros((2, 1)), np.zeros(2), None)
