"""SearchCV as users of scikit-learn meet it."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import GroupKFold, KFold, ShuffleSplit
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import ayar
from ayar import Float, Int
from ayar.base.errors import ArgumentError, SpaceError, StudyChanged, UnknownName
from ayar.integrations.sklearn import NoScore, SearchCV

X, Y = load_iris(return_X_y=True)
C = {"C": (1e-2, 1e2, "log-uniform")}
BRANCHES = {
    "svc__C": (1e-2, 1e2, "log-uniform"),
    "svc__kernel": ["rbf", "poly"],
    "svc__gamma": Float(1e-3, 1e1, log=True, when={"svc__kernel": "rbf"}),
    "svc__degree": Int(2, 4, when={"svc__kernel": "poly"}),
}


def piped(**settings: Any) -> SearchCV:
    model = make_pipeline(StandardScaler(), SVC())
    return SearchCV(model, BRANCHES, **{"n_iter": 9, "random_state": 0, **settings})


def same(one: Any, other: Any) -> bool:
    """Whether two tables agree in all but times."""
    return one.keys() == other.keys() and all(
        np.array_equal(np.ma.filled(np.ma.array(one[key], dtype=object), "-"), _filled(other[key]))
        for key in one
        if "time" not in key and key != "params"
    )


def _filled(column: Any) -> Any:
    return np.ma.filled(np.ma.array(column, dtype=object), "-")


class Fails(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Cannot be fitted above a threshold."""

    def __init__(self, at: float = 0.0) -> None:
        self.at = at

    def fit(self, X: Any, y: Any) -> "Fails":
        if self.at > 0.5:
            raise RuntimeError(f"at {self.at} is too high")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X: Any) -> Any:
        return np.zeros(len(X), dtype=int)


@pytest.mark.parity("SK1")
def test_one_seed_gives_one_table_for_any_number_of_processes() -> None:
    one, four, again = (piped(n_jobs=n).fit(X, Y).cv_results_ for n in (1, 4, 1))
    assert one["params"] == four["params"] == again["params"]
    assert same(one, four)
    assert same(one, again)


def test_a_later_fit_of_the_same_object_repeats() -> None:
    search = piped(n_iter=5)
    first = search.fit(X, Y).cv_results_
    assert same(first, search.fit(X, Y).cv_results_)


@pytest.mark.parity("SK1")
def test_inactive_parameters_are_masked_and_all_columns_are_there() -> None:
    search = piped().fit(X, Y)
    table = search.cv_results_
    rbf = table["param_svc__kernel"] == "rbf"
    assert np.array_equal(table["param_svc__degree"].mask, rbf)
    assert np.array_equal(table["param_svc__gamma"].mask, ~rbf)
    splits = np.array([table[f"split{i}_test_score"] for i in range(5)])
    assert np.allclose(splits.mean(axis=0), table["mean_test_score"])
    assert np.allclose(splits.std(axis=0), table["std_test_score"])
    assert list(table["trial_number"]) == list(range(9))
    assert set(table["state"]) == {"complete"}
    assert set(table["rung"]) == {5}
    assert {"mean_fit_time", "std_score_time", "rank_test_score", "params"} <= table.keys()
    assert search.best_params_ == table["params"][search.best_index_]
    assert search.best_score_ == table["mean_test_score"].max()
    assert search.best_estimator_.predict(X[:1]) == search.predict(X[:1])
    assert (search.n_splits_, search.multimetric_, search.n_features_in_) == (5, False, 4)
    assert list(search.classes_) == [0, 1, 2]


def test_it_clones_pickles_and_draws_itself() -> None:
    search = piped(n_iter=3)
    assert clone(search).get_params()["estimator__svc__C"] == 1.0
    search.set_params(n_iter=4, estimator__svc__C=2.0)
    fitted = search.fit(X, Y)
    loaded = pickle.loads(pickle.dumps(fitted))
    assert np.array_equal(loaded.predict(X), fitted.predict(X))
    assert not hasattr(loaded, "study_")
    assert "StandardScaler" in fitted._repr_html_()
    assert fitted.study_.best.value == fitted.best_score_


@pytest.mark.parity("SK1")
def test_several_scores_with_refit_by_name() -> None:
    search = SearchCV(SVC(), C, n_iter=4, scoring=["accuracy", "f1_macro"], refit="f1_macro", random_state=0)
    table = search.fit(X, Y).cv_results_
    assert search.best_score_ == table["mean_test_f1_macro"].max()
    assert [goal.name for goal in search.study_.setup.goals] == ["f1_macro"]
    assert {"split0_test_accuracy", "rank_test_accuracy"} <= table.keys()


@pytest.mark.parity("SK1")
def test_several_scores_with_refit_by_a_function_search_their_front() -> None:
    def cheapest(table: Any) -> int:
        return int(np.argmin(table["param_C"]))

    search = SearchCV(SVC(), C, n_iter=6, scoring=["accuracy", "f1_macro"], refit=cheapest, random_state=0).fit(X, Y)
    assert search.best_params_["C"] == min(search.cv_results_["param_C"])
    assert [goal.name for goal in search.study_.setup.goals] == ["accuracy", "f1_macro"]


def test_several_scores_without_refit_name_no_best() -> None:
    search = SearchCV(SVC(), C, n_iter=3, scoring={"a": "accuracy", "f": "f1_macro"}, refit=False, random_state=0)
    search.fit(X, Y)
    assert not hasattr(search, "best_index_")
    assert "mean_test_f" in search.cv_results_


def test_a_function_may_give_several_scores() -> None:
    def both(model: Any, X: Any, y: Any) -> dict[str, float]:
        right = accuracy_score(y, model.predict(X))
        return {"right": right, "wrong": -1.0 + right}

    search = SearchCV(SVC(), C, n_iter=3, scoring=both, refit="wrong", random_state=0).fit(X, Y)
    assert search.best_score_ == search.cv_results_["mean_test_wrong"].max()
    with pytest.raises(
        ArgumentError, match=r"refit: expected a name among the scores \['right', 'wrong'\], got 'rite'"
    ):
        SearchCV(SVC(), C, n_iter=3, scoring=both, refit="rite", random_state=0).fit(X, Y)


@pytest.mark.parity("SK1")
def test_groups_reach_the_splitter_and_weights_the_fit() -> None:
    groups = np.repeat(np.arange(30), 5)[np.random.default_rng(0).permutation(150)]
    search = SearchCV(LogisticRegression(max_iter=500), C, n_iter=3, cv=GroupKFold(3), random_state=0)
    plain = search.fit(X, Y, groups=groups).cv_results_
    weighted = search.fit(X, Y, groups=groups, sample_weight=np.where(Y == 0, 1.0, 100.0)).cv_results_
    assert search.n_splits_ == 3
    assert plain["params"][0] == weighted["params"][0]
    assert not np.array_equal(
        search.best_estimator_.coef_, clone(search).fit(X, Y, groups=groups).best_estimator_.coef_
    )
    with pytest.raises(ValueError, match="groups"):
        search.fit(X, Y)


def test_metadata_is_routed_where_that_is_switched_on() -> None:
    from sklearn import config_context

    with config_context(enable_metadata_routing=True):
        model = LogisticRegression(max_iter=500).set_fit_request(sample_weight=True)
        scorer = make_scorer(accuracy_score).set_score_request(sample_weight=True)
        search = SearchCV(model, C, n_iter=2, cv=GroupKFold(3), scoring=scorer, random_state=0)
        groups, weights = np.arange(150) // 5, np.ones(150)
        search.fit(X, Y, groups=groups, sample_weight=weights)
        assert search.n_splits_ == 3
        assert clone(search).cv.__class__ is GroupKFold


def test_columns_of_a_table_are_tuned_by_step() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("abcd"))
    columns = ColumnTransformer([("scaled", StandardScaler(), ["a", "b"])], remainder="passthrough")
    model = Pipeline([("columns", columns), ("svc", SVC())])
    space = {"columns__scaled__with_mean": [True, False], "svc__C": (1e-2, 1e2, "log-uniform")}
    search = SearchCV(model, space, n_iter=4, random_state=0).fit(frame, Y)
    assert list(search.feature_names_in_) == list("abcd")
    assert search.best_score_ > 0.9


@pytest.mark.parity("SK1")
def test_steps_are_exchanged_by_a_list_of_dicts() -> None:
    model = Pipeline([("scale", StandardScaler()), ("model", SVC())])
    space = [
        {"model": [SVC()], "model__C": (1e-2, 1e2, "log-uniform")},
        {"model": [KNeighborsClassifier()], "model__n_neighbors": (1, 20)},
    ]
    search = SearchCV(model, space, n_iter=10, random_state=0).fit(X, Y)
    assert (
        search.cv_results_["param_model__C"].mask.sum() == (~search.cv_results_["param_model__n_neighbors"].mask).sum()
    )
    assert 0 < search.cv_results_["param_model__C"].mask.sum() < 10


def test_a_random_splitter_is_asked_once() -> None:
    # The memory a machine may use changes no score, so only other folds could.
    memory = {"cache_size": [100, 200, 300]}
    search = SearchCV(SVC(), memory, n_iter=3, cv=ShuffleSplit(3), sampler="grid").fit(X, Y)
    assert search.n_splits_ == 3
    parts = [set(search.cv_results_[f"split{i}_test_score"]) for i in range(3)]
    assert [len(scores) for scores in parts] == [1, 1, 1]


def test_a_generator_of_folds_is_used_up_once() -> None:
    search = SearchCV(SVC(), C, n_iter=3, cv=KFold(3, shuffle=True, random_state=0).split(X), random_state=0).fit(X, Y)
    assert search.n_splits_ == 3


@pytest.mark.parity("SK1")
def test_a_candidate_that_cannot_be_fitted_is_failed_and_the_search_goes_on() -> None:
    search = SearchCV(Fails(), {"at": (0.0, 1.0)}, n_iter=8, random_state=0, sampler="random")
    with pytest.warns((FitFailedWarning, UserWarning)):
        table = search.fit(X, Y).cv_results_
    high = np.array(table["param_at"] > 0.5, dtype=bool)
    assert 0 < high.sum() < 8
    assert np.array_equal(np.isnan(table["mean_test_score"]), high)
    assert set(table["state"][high]) == {"failed"}
    assert not high[search.best_index_]
    failure = next(trial.failure for trial in search.study_.trials if trial.failure)
    assert "is too high" in failure.message
    assert failure.type == "RuntimeError"


def test_where_no_candidate_can_be_fitted_the_error_says_why() -> None:
    search = SearchCV(Fails(), {"at": (0.6, 1.0)}, n_iter=3, random_state=0)
    with (
        pytest.warns(FitFailedWarning),
        pytest.raises(NoScore, match=r"(?s)got none: 3 of 3 failed; .*RuntimeError: at .* is too high"),
    ):
        search.fit(X, Y)


def test_an_error_is_raised_where_that_is_asked_for() -> None:
    search = SearchCV(Fails(), {"at": (0.6, 1.0)}, n_iter=3, random_state=0, error_score="raise")
    with pytest.raises(RuntimeError, match="is too high"):
        search.fit(X, Y)


def test_a_failed_fit_may_have_a_score_of_its_own() -> None:
    search = SearchCV(Fails(), {"at": (0.0, 1.0)}, n_iter=6, random_state=0, sampler="random", error_score=-1.0)
    with pytest.warns(FitFailedWarning):
        table = search.fit(X, Y).cv_results_
    assert set(table["mean_test_score"][table["param_at"] > 0.5]) == {-1.0}


def test_a_scorer_that_gives_nan_everywhere_is_an_error() -> None:
    def nan(model: Any, X: Any, y: Any) -> float:
        return float("nan")

    with (
        pytest.warns(UserWarning, match="non-finite"),
        pytest.raises(NoScore, match="got NaN in some fold of each"),
    ):
        SearchCV(SVC(), C, n_iter=2, scoring=nan, random_state=0).fit(X, Y)


def test_a_scorer_that_raises_fails_its_candidates() -> None:
    def picky(model: Any, X: Any, y: Any) -> float:
        if model.C > 1.0:
            raise RuntimeError("no score for this")
        return 0.5

    with pytest.warns(UserWarning, match="(Scoring failed|non-finite)"):
        search = SearchCV(SVC(), C, n_iter=6, scoring=picky, random_state=0, sampler="qmc").fit(X, Y)
    assert set(search.cv_results_["state"]) == {"complete", "failed"}
    assert search.best_params_["C"] <= 1.0


def test_fewer_rows_than_folds_are_refused_before_anything_runs() -> None:
    with pytest.raises(ValueError, match="Cannot have number of splits n_splits=5 greater than the number of samples"):
        SearchCV(SVC(), C, cv=KFold(5)).fit(X[:3], Y[:3])


def test_a_fold_of_one_class_is_a_recorded_failure() -> None:
    rows = Y < 2
    search = SearchCV(SVC(), C, n_iter=2, cv=KFold(2), random_state=0)
    with (
        pytest.warns((FitFailedWarning, UserWarning)),
        pytest.raises(NoScore, match="number of classes has to be greater than one"),
    ):
        search.fit(X[rows], Y[rows])


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"sampler": "gpp"}, UnknownName, "no sampler is called 'gpp'; did you mean 'gp'"),
        ({"n_iter": 0}, ValueError, "n_iter"),
        ({"n_iter": None}, ArgumentError, "expected a budget"),
        ({"cv": []}, ArgumentError, "cv: expected at least one fold, got none"),
        ({"cv": [(np.arange(9), np.arange(0))]}, ArgumentError, "rows to judge in every fold, got none in fold 0"),
        ({"param_distributions": {"C": "high"}, "n_iter": 1}, SpaceError, None),
        ({"param_distributions": {"Z": (0.1, 1.0)}}, ValueError, "Invalid parameter 'Z'"),
        ({"param_distributions": []}, SpaceError, "expected a dict of parameters"),
        ({"scoring": ["accuracy", "f1_macro"], "refit": True}, ValueError, "refit"),
    ],
)
def test_slips_are_named(settings: dict[str, Any], error: type[Exception], words: str | None) -> None:
    search = SearchCV(**{"estimator": SVC(), "param_distributions": C, "n_iter": 3, **settings})
    if words is None:  # a constant, which is no mistake of the spelling; scikit-learn refuses the value
        with pytest.warns(FitFailedWarning), pytest.raises(NoScore, match="'C' parameter of SVC must be a float"):
            search.fit(X, Y)
    else:
        with pytest.raises(error, match=words):
            search.fit(X, Y)


def test_a_small_space_ends_the_search_early() -> None:
    with pytest.warns(UserWarning, match="3 of 10 candidates: the space is exhausted"):
        search = SearchCV(SVC(), {"C": [0.1, 1.0, 10.0]}, random_state=0).fit(X, Y)
    assert len(search.cv_results_["params"]) == 3


def test_time_ends_the_search() -> None:
    search = SearchCV(SVC(), C, n_iter=None, max_seconds=0.05, random_state=0, sampler="random").fit(X, Y)
    assert len(search.cv_results_["params"]) >= 1


def test_a_search_goes_on_where_its_storage_left_it(tmp_path: Path) -> None:
    storage = f"sqlite:///{tmp_path / 'search.db'}"
    whole = piped(n_iter=8).fit(X, Y)
    piped(n_iter=4, storage=storage, name="svm").fit(X, Y)
    later = piped(n_iter=8, storage=storage, name="svm").fit(X, Y)
    assert same(whole.cv_results_, later.cv_results_)
    assert whole.best_params_ == later.best_params_
    done = piped(n_iter=8, storage=storage, name="svm").fit(X, Y)
    assert same(whole.cv_results_, done.cv_results_)
    assert len(ayar.load_study(storage, "svm").trials) == 8


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cv": 4}, "cv_fingerprint"),
        ({"scoring": "f1_macro"}, "metric"),
        ({"estimator__svc__class_weight": "balanced"}, "estimator"),
    ],
)
def test_a_stored_search_refuses_what_cannot_be_compared(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    storage = f"sqlite:///{tmp_path / 'search.db'}"
    piped(n_iter=2, storage=storage).fit(X, Y)
    with pytest.raises(StudyChanged, match=words):
        piped(n_iter=3, storage=storage).set_params(**change).fit(X, Y)
    with pytest.raises(StudyChanged, match="fingerprint"):
        piped(n_iter=3, storage=storage).fit(X[:-1], Y[:-1])


def test_train_scores_are_there_on_request() -> None:
    table = piped(n_iter=2, return_train_score=True).fit(X, Y).cv_results_
    assert table["mean_train_score"].shape == (2,)
    assert "split4_train_score" in table


def test_dicts_and_lists_of_models_are_choices() -> None:
    """Keys that are no text, and objects within lists, are told apart by what they are."""
    weights = {"class_weight": [None, "balanced", {0: 1, 1: 2, 2: 1}, {0: 1, 1: 3, 2: 1}]}
    search = SearchCV(SVC(), weights, n_iter=4, random_state=0).fit(X, Y)
    tried = [params["class_weight"] for params in search.cv_results_["params"]]
    assert all(choice in tried for choice in weights["class_weight"])
