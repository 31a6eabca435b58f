"""Leak checks on planted leaks and on clean, real set-ups: found, false alarms, seconds.

    python -m benchmarks.leaks          the table
    python -m benchmarks.leaks --rows   seconds of the data checks on 100,000 rows

A planted leak is put into a real data set, with five seeds. A clean set-up is a data set that scikit-learn ships with
an estimator, canary included. Needs the extra `sklearn`.
"""

import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from sklearn.base import is_regressor
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_linnerud, load_wine
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from ayar.evaluate import KFold, leak_check
from benchmarks.timing import table

CLASSES = {"iris": load_iris, "wine": load_wine, "breast cancer": load_breast_cancer, "digits": load_digits}
VALUES = {"diabetes": load_diabetes, "linnerud": load_linnerud}
CLASSIFIERS: dict[str, Callable[[], Any]] = {
    "logistic": lambda: make_pipeline(StandardScaler(), LogisticRegression()),
    "nearest": lambda: make_pipeline(StandardScaler(), KNeighborsClassifier()),
    "tree": lambda: DecisionTreeClassifier(random_state=0),
    "bayes": GaussianNB,
    "forest": lambda: RandomForestClassifier(30, random_state=0),
}
REGRESSORS: dict[str, Callable[[], Any]] = {
    "ridge": Ridge,
    "least squares": LinearRegression,
    "nearest": KNeighborsRegressor,
    "forest": lambda: RandomForestRegressor(30, random_state=0),
}


def clean() -> Iterator[tuple[str, Callable[[], Any], Any]]:
    """The clean set-ups: name, maker of the model, data. 4 x 5 of classes and 2 x 4 of measurements."""
    for load, models in ((CLASSES, CLASSIFIERS), (VALUES, REGRESSORS)):
        for name, get in load.items():
            for model, build in models.items():
                yield f"{name}, {model}", build, get(return_X_y=True)


def planted(kind: str, seed: int) -> Any:
    """The report on breast cancer with one kind of leak in it."""
    rng = np.random.default_rng(seed)
    X, y = load_breast_cancer(return_X_y=True)
    n = len(y)
    copies = rng.choice(n, 60, replace=False)
    shared = rng.permutation(np.arange(n) // 10)
    towns = rng.integers(0, 40, n)
    if kind == "duplicates":
        return leak_check(None, (np.r_[X, X[copies]], np.r_[y, y[copies]]))
    if kind == "near duplicates":
        jitter = 1e-3 * X.std(axis=0) * rng.normal(size=(60, X.shape[1]))
        return leak_check(None, (np.r_[X, X[copies] + jitter], np.r_[y, y[copies]]))
    if kind in ("groups", "files"):
        files = shared if kind == "files" else None
        return leak_check(None, (X, y), KFold(5), inner=KFold(3), groups=shared, files=files)
    if kind == "time":
        return leak_check(None, (X, y), KFold(5), times=rng.permutation(n))
    if kind == "identifier":
        return leak_check(None, (np.c_[X, rng.permutation(n)], y))
    if kind == "target":
        return leak_check(None, (np.c_[X, y + 0.1 * rng.normal(size=n)], y))
    if kind == "preprocessing":
        return leak_check(None, (np.c_[X, np.array([y[towns == town].mean() for town in range(40)])[towns]], y))
    noise, coin = rng.normal(size=(120, 2000)), rng.integers(0, 2, 120)
    return leak_check(None, (noise, coin), pipeline=_selected_before)


def _selected_before(X: Any, y: Any) -> Any:
    return cross_val_score(LogisticRegression(max_iter=1000), SelectKBest(k=20).fit_transform(X, y), y, cv=5)


KINDS = ("duplicates", "near duplicates", "groups", "files", "time", "identifier", "target", "preprocessing", "canary")


def main() -> None:
    if "--rows" in sys.argv:
        rng = np.random.default_rng(0)
        X = rng.normal(size=(100_000, 20))
        began = time.perf_counter()
        leak_check(None, (X, (X[:, 0] > rng.normal(size=len(X))).astype(int)))
        print(f"100,000 rows of 20 columns: {time.perf_counter() - began:.1f} s")
        return
    rows = []
    for kind in KINDS:
        began = time.perf_counter()
        found = sum(any(alarm.kind == kind for alarm in planted(kind, seed).alarms) for seed in range(5))
        rows.append([kind, f"{found} of 5", f"{(time.perf_counter() - began) / 5:.2f}"])
    print(table(["planted", "found", "seconds each"], rows))
    alarms, hints = [], 0
    began = time.perf_counter()
    setups = list(clean())
    for name, build, data in setups:
        report = leak_check(build, data, metric="r2" if is_regressor(build()) else None)
        alarms += [f"{name}: {alarm}" for alarm in report.alarms]
        hints += len(report.findings) - len(report.alarms)
    print(f"\nclean: {len(alarms)} alarms, {hints} hints in {len(setups)} set-ups, {time.perf_counter() - began:.0f} s")
    print("\n".join(alarms))


if __name__ == "__main__":
    main()
