"""Fold racing on five real problems: configurations per hour and the final test score, with and without.

    python -m benchmarks.folds                             # 10 seeds, 6 seconds of processor a search
    python -m benchmarks.folds --seeds 3 --seconds 4 --rule mean --sampler auto

Both searches of a seed have the same data, seed, sampler and processor seconds, so that other work on the machine takes
part in neither.
A quarter of the rows is sealed; the winner of 5-fold cross-validation is fitted on the others and judged there once.
`gain` is the ratio of configurations tried, `test` the mean score on sealed rows, `difference` its mean over seeds with
its standard error, better is positive.
"""

import argparse
import os
import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import ayar
from ayar import Categorical, Float, Int
from ayar.evaluate import METRICS, CrossValidation, seal
from ayar.schedulers.fold_race import RULES, FoldRace
from benchmarks.timing import table


@dataclass(frozen=True)
class Problem:
    """A data set of scikit-learn, a model and its space."""

    data: str
    model: Callable[[dict[str, Any]], Any]
    space: dict[str, Any]
    metric: str = "accuracy"


def svm(params: dict[str, Any]) -> Any:
    from sklearn.svm import SVC

    return SVC(**params)


def boosting(params: dict[str, Any]) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(random_state=0, early_stopping=False, **params)


def network(params: dict[str, Any]) -> Any:
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    settings = {**params, "hidden_layer_sizes": (params["hidden_layer_sizes"],)}
    return make_pipeline(StandardScaler(), MLPClassifier(random_state=0, max_iter=100, **settings))


def trees(params: dict[str, Any]) -> Any:
    from sklearn.ensemble import GradientBoostingRegressor

    return GradientBoostingRegressor(random_state=0, **params)


def forest(params: dict[str, Any]) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_estimators=50, random_state=0, **params)


PROBLEMS = {
    "digits, svm": Problem("digits", svm, {"C": Float(1e-2, 1e3, log=True), "gamma": Float(1e-6, 1e-1, log=True)}),
    "breast cancer, boosting": Problem(
        "breast_cancer",
        boosting,
        {
            "learning_rate": Float(0.01, 1.0, log=True),
            "max_iter": Int(5, 80, log=True),
            "max_leaf_nodes": Int(2, 32, log=True),
            "min_samples_leaf": Int(2, 100, log=True),
        },
    ),
    "wine, network": Problem(
        "wine",
        network,
        {
            "hidden_layer_sizes": Int(2, 64, log=True),
            "alpha": Float(1e-6, 10.0, log=True),
            "learning_rate_init": Float(1e-4, 1e-1, log=True),
            "activation": Categorical(["relu", "tanh"]),
        },
        "log_loss",
    ),
    "diabetes, trees": Problem(
        "diabetes",
        trees,
        {
            "learning_rate": Float(0.01, 1.0, log=True),
            "n_estimators": Int(10, 200, log=True),
            "max_depth": Int(1, 8),
            "subsample": Float(0.3, 1.0),
        },
        "rmse",
    ),
    "digits, forest": Problem(
        "digits",
        forest,
        {"max_features": Float(0.02, 1.0, log=True), "max_depth": Int(2, 20), "min_samples_leaf": Int(1, 50, log=True)},
    ),
}


def searched(problem: Problem, seed: int, seconds: float, sampler: str, scheduler: Any) -> tuple[int, int, float]:
    """(configurations tried, models fitted, score on the sealed rows) of one search."""
    from sklearn import datasets

    X, y = getattr(datasets, f"load_{problem.data}")(return_X_y=True)
    objective = CrossValidation(problem.model, seal(X, y, test=0.25, seed=seed), metric=problem.metric)
    study = ayar.create_study(
        problem.space, direction=objective.direction, sampler=sampler, scheduler=scheduler, seed=seed
    )
    begin = time.process_time()
    study.optimize(objective, watch=lambda _: study.leave() if time.process_time() - begin >= seconds else None)
    trials = study.trials
    return len(trials), sum(len(trial.reports) for trial in trials), objective.open_test(study).score


def row(name: str, problem: Problem, given: argparse.Namespace) -> list[str]:
    """One problem: means over seeds."""
    plain, raced = [], []
    for seed in range(given.seeds):
        for found, scheduler in ((plain, None), (raced, FoldRace(rule=given.rule))):
            found.append(searched(problem, seed, given.seconds, given.sampler, scheduler))
    sign = 1.0 if METRICS[problem.metric].direction == "maximize" else -1.0
    gains = [b[0] / a[0] for a, b in zip(plain, raced, strict=True)]
    better = [sign * (b[2] - a[2]) for a, b in zip(plain, raced, strict=True)]
    error = statistics.stdev(better) / len(better) ** 0.5 if len(better) > 1 else float("nan")
    hourly = [3600.0 * statistics.fmean(found[0] for found in arm) / given.seconds for arm in (plain, raced)]
    folds = [statistics.fmean(found[1] / found[0] for found in arm) for arm in (plain, raced)]
    scores = [statistics.fmean(found[2] for found in arm) for arm in (plain, raced)]
    return [
        f"{name} ({problem.metric})",
        *(f"{rate:,.0f}" for rate in hourly),
        f"{statistics.fmean(gains):.2f} ({min(gains):.2f} – {max(gains):.2f})",
        f"{folds[1]:.1f}",
        *(f"{score:.4f}" for score in scores),
        f"{statistics.fmean(better):+.4f} ± {error:.4f}",
    ]


def main() -> None:
    """Prints a row a problem."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--sampler", default="random")
    parser.add_argument("--rule", default="auto", choices=RULES)
    parser.add_argument("--problem", choices=list(PROBLEMS))
    given = parser.parse_args()
    warnings.filterwarnings("ignore")
    head = (
        f"{given.sampler}, {given.seconds:g} s, {given.seeds} seeds", "configurations an hour", "with racing", "gain",
        "folds a trial", "test", "with racing", "difference",
    )  # fmt: skip
    rows = []
    for name, problem in PROBLEMS.items():
        if given.problem in (None, name):
            rows.append(row(name, problem, given))
            print(table(head, rows) if len(rows) == 1 else "| " + " | ".join(rows[-1]) + " |", flush=True)


if __name__ == "__main__":
    main()
