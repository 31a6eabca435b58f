"""One search of one problem in one process: `python -m benchmarks.searchcv_arms METHOD PROBLEM SEED SECONDS`, JSON out.

Imports the method's own package alone, so it runs in any environment that has scikit-learn and that package.
"""

import json
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats
from sklearn import datasets, ensemble, linear_model, neighbors, neural_network, svm
from sklearn.base import is_classifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 - as scikit-learn wants it
from sklearn.model_selection import (
    HalvingRandomSearchCV,
    KFold,
    RandomizedSearchCV,
    StratifiedKFold,
    train_test_split,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

Range = tuple[float, float, str] | list[Any]
"""(low, high, "log" or "flat"), whole numbers where both bounds are; or choices."""


def _scaled(model: Any) -> Any:
    return make_pipeline(StandardScaler(), model)


_BOOST: dict[str, Range] = {
    "learning_rate": (0.01, 1.0, "log"),
    "max_leaf_nodes": (3, 63, "log"),
    "min_samples_leaf": (1, 100, "log"),
    "l2_regularization": (1e-8, 1e2, "log"),
}
_FOREST: dict[str, Range] = {"max_features": (0.05, 1.0, "flat"), "min_samples_leaf": (1, 20, "log")}

PROBLEMS: dict[str, tuple[Callable[[], Any], Callable[[], Any], dict[str, Range]]] = {
    "cancer svm": (
        datasets.load_breast_cancer,
        lambda: _scaled(svm.SVC()),
        {"svc__C": (2**-5, 2**12, "log"), "svc__gamma": (2**-15, 8.0, "log")},
    ),
    "digits svm": (
        datasets.load_digits,
        svm.SVC,
        {"C": (2**-5, 2**12, "log"), "gamma": (1e-6, 1.0, "log"), "kernel": ["rbf", "poly"]},
    ),
    "diabetes svr": (
        datasets.load_diabetes,
        lambda: _scaled(svm.SVR()),
        {"svr__C": (1e-2, 1e3, "log"), "svr__gamma": (1e-5, 1.0, "log"), "svr__epsilon": (1e-2, 50.0, "log")},
    ),
    "wine mlp": (
        datasets.load_wine,
        lambda: _scaled(neural_network.MLPClassifier(max_iter=60, random_state=0)),
        {
            "mlpclassifier__alpha": (1e-7, 1e1, "log"),
            "mlpclassifier__learning_rate_init": (1e-4, 0.3, "log"),
            "mlpclassifier__activation": ["relu", "tanh", "logistic"],
        },
    ),
    "cancer boosting": (
        datasets.load_breast_cancer,
        lambda: ensemble.HistGradientBoostingClassifier(max_iter=30, random_state=0),
        _BOOST,
    ),
    "diabetes boosting": (
        datasets.load_diabetes,
        lambda: ensemble.HistGradientBoostingRegressor(max_iter=30, random_state=0),
        _BOOST,
    ),
    "wine forest": (
        datasets.load_wine,
        lambda: ensemble.RandomForestClassifier(n_estimators=25, random_state=0),
        _FOREST,
    ),
    "digits logistic": (
        datasets.load_digits,
        lambda: _scaled(linear_model.LogisticRegression(max_iter=100)),
        {"logisticregression__C": (1e-5, 1e4, "log")},
    ),
    "cancer neighbours": (
        datasets.load_breast_cancer,
        lambda: _scaled(neighbors.KNeighborsClassifier()),
        {
            "kneighborsclassifier__n_neighbors": (1, 60, "log"),
            "kneighborsclassifier__weights": ["uniform", "distance"],
            "kneighborsclassifier__p": (1.0, 5.0, "flat"),
        },
    ),
    "diabetes elastic": (
        datasets.load_diabetes,
        lambda: _scaled(linear_model.ElasticNet()),
        {"elasticnet__alpha": (1e-5, 1e1, "log"), "elasticnet__l1_ratio": (0.01, 1.0, "flat")},
    ),
}
"""Name -> data, model, ranges."""

MOST = 100_000
"""More candidates than any time allows."""


def _is_whole(spec: Range) -> bool:
    return isinstance(spec[0], int) and isinstance(spec[1], int)


def _drawn(spec: Range) -> Any:
    if isinstance(spec, list):
        return spec
    low, high, scale = spec
    if _is_whole(spec):
        spread = np.unique(np.geomspace(low, high, 60).round().astype(int)) if scale == "log" else range(low, high + 1)
        return [int(value) for value in spread]
    return stats.loguniform(low, high) if scale == "log" else stats.uniform(low, high - low)


def _tuple(spec: Range) -> Any:
    return spec if isinstance(spec, list) else (*spec[:2], "log-uniform" if spec[2] == "log" else "uniform")


class Runs:
    """Searches of a fixed length, one after the other until the time is over; the best of all counts."""

    def __init__(self, make: Callable[[int], Any], seed: int, seconds: float) -> None:
        self.make, self.seed, self.seconds = make, seed, seconds

    def fit(self, X: Any, y: Any) -> "Runs":
        """Search until the time is over, then fit the best."""
        start, turn, best, tried = time.perf_counter(), 0, None, 0
        while best is None or time.perf_counter() - start < self.seconds:
            search = self.make(1000 * self.seed + turn).fit(X, y)
            tried += len(search.cv_results_["params"])
            best = search if best is None or search.best_score_ > best.best_score_ else best
            turn += 1
        self.best_score_, self.tried = best.best_score_, tried
        self.best_estimator_ = best.estimator.set_params(**best.best_params_).fit(X, y)
        return self


def search_of(method: str, model: Any, ranges: dict[str, Range], cv: Any, seed: int, seconds: float) -> Any:
    """The search, unfitted."""
    drawn = {name: _drawn(spec) for name, spec in ranges.items()}
    tuples = {name: _tuple(spec) for name, spec in ranges.items()}
    if method in ("ayar", "ayar race"):
        from ayar.integrations.sklearn import SearchCV

        race = "fold_race" if method == "ayar race" else None
        return SearchCV(model, tuples, n_iter=None, max_seconds=seconds, cv=cv, random_state=seed, scheduler=race)
    if method == "random":
        return Runs(
            lambda s: RandomizedSearchCV(model, drawn, n_iter=5, cv=cv, random_state=s, refit=False), seed, seconds
        )
    if method == "halving":
        return Runs(
            lambda s: HalvingRandomSearchCV(model, drawn, n_candidates=18, cv=cv, random_state=s, refit=False),
            seed,
            seconds,
        )
    if method == "skopt":
        from skopt import BayesSearchCV

        return BayesSearchCV(model, tuples, n_iter=MOST, cv=cv, random_state=seed, error_score=np.nan)
    if method == "optuna":
        from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
        from optuna.logging import WARNING, set_verbosity
        from optuna_integration.sklearn import OptunaSearchCV

        set_verbosity(WARNING)
        read: dict[str, Any] = {}
        for name, spec in ranges.items():
            if isinstance(spec, list):
                read[name] = CategoricalDistribution(spec)
            else:
                kind: Any = IntDistribution if _is_whole(spec) else FloatDistribution
                read[name] = kind(spec[0], spec[1], log=spec[2] == "log")
        return OptunaSearchCV(model, read, n_trials=None, timeout=seconds, cv=cv, random_state=seed, error_score=np.nan)
    raise SystemExit(f"no method is called {method!r}")


def main() -> None:
    method, problem, seed_text, seconds_text = sys.argv[1:5]
    seed, seconds = int(seed_text), float(seconds_text)
    warnings.simplefilter("ignore")
    load, make, ranges = PROBLEMS[problem]
    X, y = load().data, load().target
    model = make()
    classes = is_classifier(model)
    parts = train_test_split(X, y, test_size=0.3, random_state=seed, stratify=y if classes else None)
    X_train, X_test, y_train, y_test = parts
    cv = (StratifiedKFold if classes else KFold)(5, shuffle=True, random_state=seed)
    search = search_of(method, model, ranges, cv, seed, seconds)
    start = time.perf_counter()
    if method == "skopt":
        search.fit(X_train, y_train, callback=lambda _: time.perf_counter() - start > seconds)
    else:
        search.fit(X_train, y_train)
    spent = time.perf_counter() - start
    best = getattr(search, "best_estimator_", None)
    tried = getattr(search, "tried", None)
    if tried is None:
        tried = len(search.trials_) if method == "optuna" else len(search.cv_results_["params"])
    answer = {
        "score": float(best.score(X_test, y_test)),
        "cv": float(search.best_score_),
        "seconds": spent,
        "tried": int(tried),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
