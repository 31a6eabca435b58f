"""Default spaces: every estimator takes what its space proposes, and starts as it stands."""

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn import ensemble, linear_model, neighbors, neural_network, svm, tree
from sklearn.base import clone, is_classifier
from sklearn.datasets import load_iris
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

import ayar
from ayar.base.errors import UnknownName
from ayar.integrations.sklearn import SearchCV, default_space

X, Y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)


def estimators() -> list[Any]:
    found: list[Any] = [
        linear_model.LogisticRegression(),
        linear_model.Ridge(),
        linear_model.RidgeClassifier(),
        linear_model.Lasso(),
        linear_model.ElasticNet(),
        linear_model.SGDClassifier(),
        linear_model.SGDRegressor(),
        svm.SVC(),
        svm.SVR(),
        svm.LinearSVC(),
        svm.LinearSVR(),
        neighbors.KNeighborsClassifier(),
        neighbors.KNeighborsRegressor(),
        tree.DecisionTreeClassifier(),
        tree.DecisionTreeRegressor(),
        ensemble.RandomForestClassifier(n_estimators=5),
        ensemble.RandomForestRegressor(n_estimators=5),
        ensemble.ExtraTreesClassifier(n_estimators=5),
        ensemble.ExtraTreesRegressor(n_estimators=5),
        ensemble.GradientBoostingClassifier(),
        ensemble.HistGradientBoostingRegressor(),
        neural_network.MLPClassifier(max_iter=5),
        neural_network.MLPRegressor(max_iter=5),
    ]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("model", estimators(), ids=lambda model: type(model).__name__)
def test_the_estimator_can_be_fitted_anywhere_in_its_space(model: Any) -> None:
    space = ayar.Space(default_space(model))
    study = ayar.create_study(space, sampler="qmc", seed=0)
    for _ in range(4):
        params = study.ask().params
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            clone(model).set_params(**params).fit(X, Y if is_classifier(model) else X[:, 0])


@pytest.mark.parametrize("module", ["xgboost", "lightgbm", "catboost"])
def test_guests_that_boost_can_be_fitted(module: str) -> None:
    guest = pytest.importorskip(module)
    name, quiet = {"xgboost": ("XGB", {}), "lightgbm": ("LGBM", {"verbose": -1}), "catboost": ("CatBoost", {})}[module]
    model = getattr(guest, f"{name}Classifier")(**quiet)
    params = ayar.create_study(default_space(model), sampler="qmc", seed=0).ask().params
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert clone(model).set_params(**params).fit(X, Y).predict(X).shape == Y.shape


def test_the_first_candidate_is_the_estimator_as_it_stands() -> None:
    model = neighbors.KNeighborsClassifier(n_neighbors=7, weights="distance")
    search = SearchCV(model, default_space(model), n_iter=1, random_state=0).fit(X, Y)
    assert search.best_params_ == {"n_neighbors": 7, "weights": "distance", "p": 2}


def test_steps_of_a_pipeline_give_their_names() -> None:
    model = Pipeline([("scale", StandardScaler()), ("skip", "passthrough"), ("svc", svm.SVC(C=3.0))])
    space = default_space(model)
    assert space["svc__C"].default == 3.0
    assert space["svc__gamma"].when == {"svc__kernel": ("rbf",)}
    search = SearchCV(model, space, n_iter=6, random_state=0).fit(X, Y)
    assert np.array_equal(search.cv_results_["param_svc__gamma"].mask, search.cv_results_["param_svc__kernel"] != "rbf")


def test_a_subclass_has_the_space_of_its_base() -> None:
    class Own(svm.SVC):  # type: ignore[misc]  # scikit-learn has no types
        pass

    assert default_space(Own()).keys() == default_space(svm.SVC()).keys()


def test_an_estimator_without_a_space_is_named() -> None:
    with pytest.raises(UnknownName, match="no default space for GaussianProcessClassifier"):
        default_space(GaussianProcessClassifier())
    with pytest.raises(UnknownName, match="no default space for Pipeline"):
        default_space(Pipeline([("scale", StandardScaler())]))
