"""Does a search of `default_space` for 30 candidates beat or tie each estimator as it stands?

    python -m benchmarks.default_spaces [ESTIMATOR ...] [--trials 30] [--seed 0]

Five data sets of classification or of regression for each estimator, five folds. Printed: the score of the estimator as
it stands, and of the search's best candidate on the same folds (`best_score_`, which is what the promise is about), and
what five other folds say of both.
"""

import argparse
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn import datasets, ensemble, linear_model, neighbors, neural_network, svm
from sklearn.base import clone, is_classifier
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ayar.integrations.sklearn import SearchCV, default_space


def _scaled(model: Any) -> Any:
    return make_pipeline(StandardScaler(), model)


def _estimators() -> dict[str, Callable[[], Any]]:
    found: dict[str, Callable[[], Any]] = {
        "logistic": lambda: _scaled(linear_model.LogisticRegression(max_iter=300)),
        "ridge": lambda: _scaled(linear_model.Ridge()),
        "elasticnet": lambda: _scaled(linear_model.ElasticNet()),
        "svc": lambda: _scaled(svm.SVC()),
        "svr": lambda: _scaled(svm.SVR()),
        "knn": lambda: _scaled(neighbors.KNeighborsClassifier()),
        "forest": lambda: ensemble.RandomForestClassifier(random_state=0),
        "forest_regressor": lambda: ensemble.RandomForestRegressor(random_state=0),
        "histogram": lambda: ensemble.HistGradientBoostingClassifier(random_state=0),
        "mlp": lambda: _scaled(neural_network.MLPClassifier(random_state=0)),
    }
    try:
        import lightgbm

        found["lightgbm"] = lambda: lightgbm.LGBMClassifier(random_state=0, n_jobs=1, verbose=-1)
    except ImportError:
        pass
    try:
        import xgboost

        found["xgboost"] = lambda: xgboost.XGBClassifier(random_state=0, n_jobs=1)
    except ImportError:
        pass
    return found


def _data(classes: bool) -> dict[str, tuple[Any, Any]]:
    """Five data sets that scikit-learn ships or makes, at most 600 rows of each."""
    if classes:
        made = datasets.make_classification(600, 20, n_informative=6, flip_y=0.1, random_state=1)
        loaders = {"iris": datasets.load_iris, "wine": datasets.load_wine, "cancer": datasets.load_breast_cancer}
        found = {name: load(return_X_y=True) for name, load in loaders.items()}
        return _few({**found, "digits": datasets.load_digits(return_X_y=True), "made": made})
    X, y = datasets.load_diabetes(return_X_y=True)
    wine, iris = datasets.load_wine(), datasets.load_iris()
    return _few(
        {
            "diabetes": (X, y),
            "friedman": datasets.make_friedman1(400, noise=1.0, random_state=1),
            "sparse": datasets.make_regression(300, 40, n_informative=8, noise=20.0, random_state=1),
            "wine colour": (np.delete(wine.data, 9, axis=1), wine.data[:, 9]),
            "petal width": (iris.data[:, :3], iris.data[:, 3]),
        }
    )


def _few(found: dict[str, tuple[Any, Any]]) -> dict[str, tuple[Any, Any]]:
    few = {}
    for name, (X, y) in found.items():
        rows = np.random.default_rng(0).permutation(len(y))[:600]
        few[name] = (X[rows], y[rows])
    return few


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("estimators", nargs="*")
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    print("| estimator | data | as it stands | best of search | other folds: as it stands | best | seconds |")
    print("|---|---|---|---|---|---|---|")
    for name, make in _estimators().items():
        if args.estimators and name not in args.estimators:
            continue
        won = 0
        for data, (X, y) in _data(is_classifier(make())).items():
            model = make()
            kind = StratifiedKFold if is_classifier(model) else KFold
            folds, others = (kind(5, shuffle=True, random_state=seed) for seed in (args.seed, args.seed + 1000))
            plain = cross_val_score(model, X, y, cv=folds).mean()
            start = time.perf_counter()
            space = default_space(model)
            search = SearchCV(model, space, n_iter=args.trials, cv=folds, random_state=args.seed).fit(X, y)
            seconds = time.perf_counter() - start
            best = clone(model).set_params(**search.best_params_)
            fresh = [cross_val_score(each, X, y, cv=others).mean() for each in (model, best)]
            won += bool(search.best_score_ >= plain - 1e-12)
            cells = [
                f"{plain:.4f}",
                f"{search.best_score_:.4f}",
                *(f"{score:.4f}" for score in fresh),
                f"{seconds:.1f}",
            ]
            print(f"| {name} | {data} | {' | '.join(cells)} |", flush=True)
        print(f"| **{name}** | beats or ties on **{won} of 5** | | | | | |", flush=True)


if __name__ == "__main__":
    main()
