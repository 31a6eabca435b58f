"""SearchCV with fold racing: bad candidates see few folds, and none of them wins."""

from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.svm import SVC

from ayar.base.errors import UnknownName
from ayar.integrations.sklearn import SearchCV

X, Y = load_iris(return_X_y=True)
GAMMA = {"gamma": (1e-6, 1e3, "log-uniform"), "C": (1e-2, 1e2, "log-uniform")}


class EasyStart(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Right on all rows above a threshold, wrong below."""

    def __init__(self, at: float = 0.0) -> None:
        self.at = at

    def fit(self, X: Any, y: Any) -> "EasyStart":
        self.classes_ = np.unique(y)
        return self

    def predict(self, X: Any) -> Any:
        return (X[:, 0] > self.at).astype(int)


def raced(**settings: Any) -> SearchCV:
    return SearchCV(SVC(), GAMMA, **{"n_iter": 24, "random_state": 0, "scheduler": "fold_race", **settings})


@pytest.mark.parity("N6")
def test_bad_candidates_see_fewer_folds_and_never_win() -> None:
    search = raced().fit(X, Y)
    table = search.cv_results_
    stopped = table["state"] == "pruned"
    assert 0 < stopped.sum() < 24
    assert set(table["rung"][~stopped]) == {5}
    assert table["rung"][stopped].max() < 5
    assert np.array_equal(np.isnan(table["mean_test_score"]), stopped)
    assert table["rank_test_score"][stopped].min() > table["rank_test_score"][~stopped].max()
    assert table["rung"][search.best_index_] == 5
    assert (search.n_splits_, search.study_.trials[0].attrs["ayar.folds"]["k"]) == (5, 5)
    assert all(trial.note for trial in search.study_.trials)


@pytest.mark.parity("N6")
def test_the_best_first_fold_does_not_win_by_itself() -> None:
    # The first fold judges rows above 0.5 only: "at" below it is right there, and wrong on the next fold.
    rows = np.linspace(0.0, 1.0, 100).reshape(-1, 1)
    y = (rows[:, 0] > 0.3).astype(int)
    order = np.arange(100)
    folds = [(order[:50], order[50:]), (order[50:], order[:50]), (order[::2], order[1::2])]
    search = SearchCV(EasyStart(), {"at": (0.0, 0.6)}, n_iter=20, cv=folds, scheduler="fold_race", random_state=0)
    with pytest.warns(UserWarning, match="fold 1: expected rows of two classes to fit on, got 50 rows all of class 1"):
        table = search.fit(rows, y).cv_results_
    assert search.best_score_ == np.nanmax(table["mean_test_score"])
    assert abs(search.best_params_["at"] - 0.3) < 0.1


def test_a_race_is_the_same_for_any_number_of_processes() -> None:
    one, two = (raced(n_jobs=n, n_iter=10).fit(X, Y).cv_results_ for n in (1, 2))
    assert one["params"] == two["params"]
    assert np.array_equal(one["state"], two["state"])
    assert np.array_equal(one["mean_test_score"], two["mean_test_score"], equal_nan=True)


def test_a_race_goes_on_where_its_storage_left_it(tmp_path: Any) -> None:
    storage = f"sqlite:///{tmp_path / 'race.db'}"
    raced(n_iter=8, storage=storage).fit(X, Y)
    later, whole = (raced(n_iter=16, storage=each).fit(X, Y).cv_results_ for each in (storage, None))
    assert later["params"] == whole["params"]
    assert np.array_equal(later["rung"], whole["rung"])


def test_an_unknown_scheduler_is_named() -> None:
    with pytest.raises(UnknownName, match="fold_rase"):
        raced(scheduler="fold_rase").fit(X, Y)
