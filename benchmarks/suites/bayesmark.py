"""bayesmark, made again on today's scikit-learn: 9 models, 5 data sets, 2 metrics; 90 functions of 2 to 9 parameters.

The loss is minus the mean score over five folds of four fifths of the data. Where bayesmark searches on a logit scale a
float stands between the logits of the bounds (`logit_...`), so that uniform draws are those of its baseline.
Normalisation as published: `best` is the best known loss, `median` the median of one random configuration, and truths
are clipped there. bayesmark's score of a function is 100 (1 - normalised regret).
Source: Turner et al. 2021, arXiv:2104.10201; spaces and baseline are those of bayesmark 0.0.8.

What differs. The Boston data are gone. Lasso and Ridge lost `normalize` (the diabetes data are normalised). Logistic
regression on several classes is one against the rest by hand. Models that draw get their seed from the trial; their
truth is the mean over three fixed seeds. Two models are no longer the same: AdaBoost classifiers know SAMME only, and
a support vector machine's probabilities come from a sigmoid fitted on all training data (CalibratedClassifierCV); for
these twelve functions best and median are our own (`bayesmark_scale.json`, `python -m benchmarks.suites.bayesmark`).
A trial takes 0.02 to 1 s; up to 5 s for networks and lasso on digits.
"""

import math
from functools import partial
from typing import Any

import numpy as np

from benchmarks.problems import Parameter, Params, Problem, Space
from benchmarks.suites.data import arrays
from benchmarks.suites.learners import CrossValidated, table
from benchmarks.suites.scale import Scale, find, read, write

FOLDS = 5
DATA = {"breast": "breast_cancer", "diabetes": "diabetes", "digits": "digits", "iris": "iris", "wine": "wine"}
REGRESSION = {"diabetes"}
METRICS = {
    "acc": "accuracy",
    "nll": "neg_log_loss",
    "mae": "neg_mean_absolute_error",
    "mse": "neg_mean_squared_error",
}
DRAWS = {"DT", "RF", "MLP-adam", "MLP-sgd", "ada"}
"""Models that draw random numbers."""


def logit(name: str, low: float, high: float) -> Parameter:
    """A float between the logits of two shares."""
    return Parameter(f"logit_{name}", "float", math.log(low / (1 - low)), math.log(high / (1 - high)))


def log(name: str, low: float, high: float) -> Parameter:
    """A float on a log scale."""
    return Parameter(name, "float", low, high, log=True)


def whole(name: str, low: int, high: int, *, scaled: bool = False) -> Parameter:
    """A whole number."""
    return Parameter(name, "int", low, high, log=scaled)


def flag(name: str) -> Parameter:
    """Yes or no."""
    return Parameter(name, "categorical", values=(False, True))


TREE = (
    whole("max_depth", 1, 15),
    logit("min_samples_split", 0.01, 0.99),
    logit("min_samples_leaf", 0.01, 0.49),
    logit("min_weight_fraction_leaf", 0.01, 0.49),
    logit("max_features", 0.01, 0.99),
    Parameter("min_impurity_decrease", "float", 0.0, 0.5),
)
NETWORK = (
    whole("hidden_layer_sizes", 50, 200),
    log("alpha", 1e-5, 1e1),
    whole("batch_size", 10, 250),
    log("learning_rate_init", 1e-5, 1e-1),
    log("tol", 1e-5, 1e-1),
    logit("validation_fraction", 0.1, 0.9),
)
LOGISTIC = (log("C", 1e-2, 1e2), log("intercept_scaling", 1e-2, 1e2))
RIDGE = (log("alpha", 1e-2, 1e2), flag("fit_intercept"), whole("max_iter", 10, 5000, scaled=True))

SPACES: dict[str, Space] = {
    "kNN": (whole("n_neighbors", 1, 25), whole("p", 1, 4)),
    "SVM": (log("C", 1.0, 1e3), log("gamma", 1e-4, 1e-3), log("tol", 1e-5, 1e-1)),
    "DT": TREE,
    "RF": TREE,
    "MLP-adam": (*NETWORK, logit("beta_1", 0.5, 0.99), logit("beta_2", 0.9, 1 - 1e-6), log("epsilon", 1e-9, 1e-6)),
    "MLP-sgd": (*NETWORK, logit("power_t", 0.1, 0.9), logit("momentum", 0.001, 0.999)),
    "ada": (whole("n_estimators", 10, 100), log("learning_rate", 1e-4, 1e1)),
    "lasso": LOGISTIC,
    "linear": LOGISTIC,
}
REGRESSION_SPACES: dict[str, Space] = SPACES | {
    "lasso": (*RIDGE, log("tol", 1e-5, 1e-1), flag("positive")),
    "linear": (*RIDGE, log("tol", 1e-4, 1e-1)),
}


FIXED: dict[str, dict[str, Any]] = {
    "MLP-adam": {"solver": "adam", "early_stopping": True},
    "MLP-sgd": {
        "solver": "sgd",
        "early_stopping": True,
        "learning_rate": "invscaling",
        "nesterovs_momentum": True,
    },
}


def plain(params: Params) -> dict[str, Any]:
    """The model's own arguments."""
    return {
        name.removeprefix("logit_"): 1 / (1 + math.exp(-value)) if name.startswith("logit_") else value
        for name, value in params.items()
    }


def classifier(name: str, probabilities: bool, params: Params, seed: int) -> Any:
    """A classifier that is not fitted."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.ensemble import AdaBoostClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.neural_network import MLPClassifier
    from sklearn.svm import SVC
    from sklearn.tree import DecisionTreeClassifier

    own = plain(params)
    match name:
        case "kNN":
            return KNeighborsClassifier(**own)
        case "SVM":
            return CalibratedClassifierCV(SVC(**own), ensemble=False) if probabilities else SVC(**own)
        case "DT":
            return DecisionTreeClassifier(**own, random_state=seed)
        case "RF":
            return RandomForestClassifier(10, **own, random_state=seed)
        case "ada":
            return AdaBoostClassifier(**own, random_state=seed)
        case "lasso" | "linear":
            l1 = 1.0 if name == "lasso" else 0.0
            return OneVsRestClassifier(LogisticRegression(l1_ratio=l1, solver="liblinear", random_state=0, **own))
    return MLPClassifier(**own, **FIXED[name], random_state=seed)


def regressor(name: str, params: Params, seed: int) -> Any:
    """A regressor that is not fitted."""
    from sklearn.ensemble import AdaBoostRegressor, RandomForestRegressor
    from sklearn.linear_model import Lasso, Ridge
    from sklearn.neighbors import KNeighborsRegressor
    from sklearn.neural_network import MLPRegressor
    from sklearn.svm import SVR
    from sklearn.tree import DecisionTreeRegressor

    own = plain(params)
    match name:
        case "kNN":
            return KNeighborsRegressor(**own)
        case "SVM":
            return SVR(**own)
        case "DT":
            return DecisionTreeRegressor(**own, random_state=seed)
        case "RF":
            return RandomForestRegressor(10, **own, random_state=seed)
        case "ada":
            return AdaBoostRegressor(**own, random_state=seed)
        case "lasso":
            return Lasso(**own)
        case "linear":
            return Ridge(**own)
        case "MLP-sgd":  # with rectifiers it diverges
            return MLPRegressor(activation="tanh", **own, **FIXED[name], random_state=seed)
    return MLPRegressor(**own, **FIXED[name], random_state=seed)


def changed(key: str) -> bool:
    """Whether a function's model is no longer the one of the baseline."""
    model, data, metric = key.split("_")
    return data not in REGRESSION and (model == "ada" or (model == "SVM" and metric == "nll"))


def parts(key: str, clip: float = math.inf) -> tuple[Space, CrossValidated]:
    """A function by its published name, such as RF_wine_nll."""
    model, data, metric = key.split("_")
    if data in REGRESSION:
        space, build = REGRESSION_SPACES[model], partial(regressor, model)
    else:
        space, build = SPACES[model], partial(classifier, model, metric == "nll")
    # Boosted stumps of a classifier draw nothing that counts.
    draws = model in DRAWS and not changed(key)
    return space, CrossValidated(build, DATA[data], METRICS[metric], FOLDS, draws, clip)


def problem(key: str, best: float, clip: float) -> Problem:
    """A function with its scale."""
    space, task = parts(key, clip)
    return Problem(key, "bayesmark", "real", task.draws, space, task.evaluate, task.truth, best, clip)


def published() -> dict[str, tuple[float, float]]:
    """Name -> best and clip of the loss that tuners see, of the functions whose data are still there."""
    baseline = arrays("bayesmark", "baseline_100x1.npz")
    best, clip = (baseline[name][:, 0].astype(np.float64).tolist() for name in ("best", "clip"))
    named = zip(map(str, baseline["function"]), zip(best, clip, strict=True), strict=True)
    return {key: scale for key, scale in named if key.split("_")[1] in DATA}


def bayesmark() -> list[Problem]:
    """All that can be made again."""
    table("iris")  # says at once that scikit-learn is missing
    scales = published()
    for key in scales:
        if changed(key):
            own = read("bayesmark", key)
            scales[key] = own["best"], own["median"]
    return [problem(key, best, clip) for key, (best, clip) in scales.items()]


def scale(key: str) -> Scale:
    """The scale of a function that has changed."""
    space, task = parts(key)
    return find(space, task.truths, draws=40, rounds=6, parents=2, children=3)


if __name__ == "__main__":
    write("bayesmark", ((key, partial(scale, key)) for key in published() if changed(key)))
