"""The table behind `default_space`: what is searched, by class name. The sources are named in `defaults`.

An entry starts where the estimator stands; `start` says where else, if that lies outside (None, "scale", 0 on a log
scale).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import UNSET

from ayar.space.domains import Categorical, Domain, Float, Int

Make = Callable[[Any], Domain]
"""From the estimator's own value to the domain."""
When = Mapping[str, Any] | None


def _starting(make: Callable[[Any], Domain], own: Any, start: Any) -> Domain:
    plain = make(UNSET)
    value = plain.adopt(own)
    return make(start if plain.fault(value) else value)


def _real(low: float, high: float, start: float, when: When = None) -> Make:
    return lambda own: _starting(lambda default: Float(low, high, default=default, when=when), own, start)


def _log(low: float, high: float, start: float, when: When = None) -> Make:
    return lambda own: _starting(lambda default: Float(low, high, log=True, default=default, when=when), own, start)


def _whole(low: int, high: int, start: int, when: When = None) -> Make:
    return lambda own: _starting(lambda default: Int(low, high, default=default, when=when), own, start)


def _log_whole(low: int, high: int, start: int, when: When = None) -> Make:
    return lambda own: _starting(lambda default: Int(low, high, log=True, default=default, when=when), own, start)


def _choice(choices: Sequence[Any], when: When = None) -> Make:
    return lambda own: _starting(lambda default: Categorical(choices, default=default, when=when), own, choices[0])


# Linear models: Tunability's λ is an α here; C = 2^-5 ... 2^15 [A], wider below for few rows.
_INVERSE = {"C": _log(1e-4, 2.0**15, 1.0)}
_PENALTY = {"alpha": _log(1e-5, 1e3, 1.0)}
_ELASTIC = {"alpha": _log(1e-5, 1e1, 1.0), "l1_ratio": _real(0.01, 1.0, 0.5)}
_SGD = {
    "alpha": _log(1e-7, 1e-1, 1e-4),
    "penalty": _choice(["l2", "l1", "elasticnet"]),
    "l1_ratio": _real(0.01, 0.99, 0.15, when={"penalty": "elasticnet"}),
}

# Support vector machines [H], [P]: C = 2^-5 ... 2^15, γ = 2^-15 ... 2^3. Above C = 2^10, and above degree 3, libsvm may
# run for hours on columns that are not scaled.
_SVM = {
    "C": _log(2.0**-5, 2.0**10, 1.0),
    "kernel": _choice(["rbf", "poly"]),
    "gamma": _log(2.0**-15, 2.0**3, 0.03, when={"kernel": "rbf"}),
    "degree": _whole(2, 3, 3, when={"kernel": "poly"}),
    "coef0": _real(0.0, 1.0, 0.0, when={"kernel": "poly"}),
}
# A regression of a third degree took minutes for one fit of 400 rows, so only the widths of `rbf` are searched there.
_SVR = {
    "C": _SVM["C"],
    "gamma": _log(2.0**-15, 2.0**3, 0.03),
    "epsilon": _log(1e-3, 1.0, 0.1),
}

_NEIGHBORS = {  # [A], [P]
    "n_neighbors": _log_whole(1, 50, 5),
    "weights": _choice(["uniform", "distance"]),
    "p": _choice([2, 1]),
}

_TREE = {  # [P]
    "max_depth": _whole(1, 30, 30),
    "min_samples_leaf": _log_whole(1, 60, 1),
    "min_samples_split": _log_whole(2, 60, 2),
}
_FOREST = {  # [F]: columns tried, rows drawn, size of leaves; more trees are never worse, so their number is not
    "max_features": _real(0.05, 1.0, 0.3),
    "min_samples_leaf": _log_whole(1, 20, 1),
    "bootstrap": _choice([True, False]),
    "max_samples": _real(0.3, 1.0, 1.0, when={"bootstrap": True}),
}

_HISTOGRAM = {  # [A], [G]
    "learning_rate": _log(0.01, 1.0, 0.1),
    "max_iter": _log_whole(32, 512, 100),
    "max_leaf_nodes": _log_whole(3, 255, 31),
    "min_samples_leaf": _log_whole(1, 200, 20),
    "l2_regularization": _log(1e-10, 1e2, 1e-10),
    "max_features": _real(0.1, 1.0, 1.0),
}
_BOOSTING = {  # [A], [G]
    "learning_rate": _log(0.01, 1.0, 0.1),
    "n_estimators": _log_whole(32, 512, 100),
    "max_depth": _whole(1, 10, 3),
    "min_samples_leaf": _log_whole(1, 100, 1),
    "subsample": _real(0.3, 1.0, 1.0),
    "max_features": _real(0.1, 1.0, 1.0),
}

_NETWORK = {  # [A]; shapes as choices
    "hidden_layer_sizes": _choice([(100,), (32,), (256,), (32, 32), (100, 100), (256, 256)]),
    "activation": _choice(["relu", "tanh"]),
    "alpha": _log(1e-7, 1e1, 1e-4),
    "solver": _choice(["adam", "lbfgs"]),
    "learning_rate_init": _log(1e-4, 1e-1, 1e-3, when={"solver": "adam"}),
    "batch_size": _log_whole(16, 256, 200, when={"solver": "adam"}),
}

_XGBOOST = {  # [P]
    "learning_rate": _log(2.0**-8, 1.0, 0.3),
    "n_estimators": _log_whole(32, 512, 100),
    "max_depth": _whole(1, 15, 6),
    "min_child_weight": _log(1.0, 2.0**7, 1.0),
    "subsample": _real(0.3, 1.0, 1.0),
    "colsample_bytree": _real(0.1, 1.0, 1.0),
    "reg_lambda": _log(2.0**-10, 2.0**10, 1.0),
    "reg_alpha": _log(2.0**-10, 2.0**10, 2.0**-10),
}
_LIGHTGBM = {  # [P], by its own names
    "learning_rate": _log(2.0**-8, 1.0, 0.1),
    "n_estimators": _log_whole(32, 512, 100),
    "num_leaves": _log_whole(3, 255, 31),
    "min_child_samples": _log_whole(1, 100, 20),
    "subsample_freq": _choice([0, 1]),
    "subsample": _real(0.3, 1.0, 1.0, when={"subsample_freq": 1}),
    "colsample_bytree": _real(0.1, 1.0, 1.0),
    "reg_lambda": _log(1e-8, 2.0**10, 1e-8),
    "reg_alpha": _log(1e-8, 2.0**10, 1e-8),
}
_CATBOOST = {  # [P], by its own names
    "learning_rate": _log(2.0**-8, 1.0, 0.1),
    "iterations": _log_whole(32, 512, 100),
    "depth": _whole(1, 10, 6),
    "l2_leaf_reg": _log(2.0**-4, 2.0**10, 3.0),
    "random_strength": _log(1e-3, 10.0, 1.0),
}

RANGES: Mapping[str, Mapping[str, Make]] = {
    name: ranges
    for names, ranges in (
        ("LogisticRegression LinearSVC", _INVERSE),
        ("LinearSVR", {**_INVERSE, "epsilon": _log(1e-3, 1.0, 1e-3)}),
        ("Ridge RidgeClassifier KernelRidge", _PENALTY),
        ("Lasso", {"alpha": _log(1e-5, 1e1, 1.0)}),
        ("ElasticNet", _ELASTIC),
        ("SGDClassifier SGDRegressor", _SGD),
        ("SVC", _SVM),
        ("SVR", _SVR),
        ("KNeighborsClassifier KNeighborsRegressor", _NEIGHBORS),
        ("DecisionTreeClassifier DecisionTreeRegressor", _TREE),
        ("RandomForestClassifier RandomForestRegressor ExtraTreesClassifier ExtraTreesRegressor", _FOREST),
        ("HistGradientBoostingClassifier HistGradientBoostingRegressor", _HISTOGRAM),
        ("GradientBoostingClassifier GradientBoostingRegressor", _BOOSTING),
        ("MLPClassifier MLPRegressor", _NETWORK),
        ("XGBClassifier XGBRegressor", _XGBOOST),
        ("LGBMClassifier LGBMRegressor", _LIGHTGBM),
        ("CatBoostClassifier CatBoostRegressor", _CATBOOST),
    )
    for name in names.split()
}
"""Class name -> parameter -> the domain, from the estimator's own value."""
