"""`GridSearchCV`: the table of scikit-learn's own, row for row."""

from typing import Any

import numpy as np
import pytest
from sklearn import model_selection
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC

from ayar.integrations.sklearn import GridSearchCV

X, Y = load_iris(return_X_y=True)
STEPS = Pipeline([("scale", StandardScaler()), ("model", SVC())])
GRIDS: dict[str, tuple[Any, Any]] = {
    "lists": (SVC(), {"kernel": ["rbf", "poly"], "C": [10, 0.1, 1.0]}),
    "a tuple of two numbers is two values": (SVC(), {"C": (0.1, 10.0), "gamma": np.logspace(-2, 0, 3)}),
    "several grids": (SVC(), [{"kernel": ["linear"]}, {"kernel": ["rbf"], "gamma": [0.1, 1.0], "C": [1, 10]}]),
    "steps and mixed values": (
        STEPS,
        {"scale": [StandardScaler(), MinMaxScaler(), "passthrough"], "model__class_weight": [None, "balanced"]},
    ),
    "one value": (LogisticRegression(max_iter=1000), {"C": [1.0]}),
}


def words(candidates: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Candidates to compare: steps by their repr, NumPy's numbers as Python's."""
    return [{name: str(value) for name, value in params.items()} for params in candidates]


@pytest.mark.parity("SK1")
@pytest.mark.parametrize("name", GRIDS)
def test_it_has_the_rows_scores_and_winner_of_scikit_learns_own(name: str) -> None:
    estimator, grid = GRIDS[name]
    theirs = model_selection.GridSearchCV(estimator, grid, cv=3, return_train_score=True).fit(X, Y)
    ours = GridSearchCV(estimator, param_grid=grid, cv=3, return_train_score=True).fit(X, Y)
    assert words(ours.cv_results_["params"]) == words(theirs.cv_results_["params"])
    for column in ("mean_test_score", "std_test_score", "rank_test_score", "mean_train_score"):
        np.testing.assert_allclose(ours.cv_results_[column], theirs.cv_results_[column])
    assert ours.best_index_ == theirs.best_index_
    assert (ours.predict(X) == theirs.predict(X)).all()


def test_a_grid_that_is_none_is_refused_in_scikit_learns_words() -> None:
    with pytest.raises((TypeError, ValueError), match="C"):
        GridSearchCV(SVC(), {"C": 1.0}).fit(X, Y)
