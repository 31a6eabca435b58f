"""Four models on data that scikit-learn ships, tuned as people tune them: 0.05 to 0.5 s of real training a trial.

Splits and the models' own seeds are fixed, as most people fix them, so that a configuration has one loss. The best is
the best of 420 trainings (`real_scale.json`, `python -m benchmarks.suites.real`); a tuner may find better.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from benchmarks.problems import Parameter, Params, Problem, Space
from benchmarks.suites.learners import CrossValidated, table
from benchmarks.suites.scale import Scale, find, read, write

FOLDS = 3

SVC: Space = (
    Parameter("C", "float", 1e-3, 1e4, log=True),
    Parameter("kernel", "categorical", values=("linear", "rbf", "poly", "sigmoid")),
    Parameter("gamma", "float", 1e-5, 1e1, log=True, when={"kernel": ("rbf", "poly", "sigmoid")}),
    Parameter("degree", "int", 2, 5, when={"kernel": ("poly",)}),
    Parameter("coef0", "float", -1.0, 1.0, when={"kernel": ("poly", "sigmoid")}),
    Parameter("balanced", "categorical", values=(False, True)),
)
BOOSTING: Space = (
    Parameter("learning_rate", "float", 1e-3, 1.0, log=True),
    Parameter("n_estimators", "int", 10, 100, log=True),
    Parameter("max_depth", "int", 1, 8),
    Parameter("subsample", "float", 0.3, 1.0),
    Parameter("max_features", "float", 0.05, 1.0),
    Parameter("min_samples_leaf", "int", 1, 50, log=True),
    Parameter("loss", "categorical", values=("log_loss", "exponential")),
)
NETWORK: Space = (
    Parameter("layers", "int", 1, 3),
    Parameter("width", "int", 16, 256, log=True),
    Parameter("learning_rate_init", "float", 1e-5, 1e-1, log=True),
    Parameter("alpha", "float", 1e-7, 1e1, log=True),
    Parameter("batch_size", "int", 16, 512, log=True),
    Parameter("activation", "categorical", values=("relu", "tanh", "logistic")),
    Parameter("solver", "categorical", values=("adam", "sgd")),
    Parameter("momentum", "float", 0.0, 0.99, when={"solver": ("sgd",)}),
)
FOREST: Space = (
    Parameter("n_estimators", "int", 10, 60, log=True),
    Parameter("max_depth", "int", 1, 20),
    Parameter("min_samples_leaf", "int", 1, 50, log=True),
    Parameter("max_features", "float", 0.05, 1.0),
    Parameter("criterion", "categorical", values=("squared_error", "absolute_error", "poisson")),
    Parameter("bootstrap", "categorical", values=(False, True)),
    Parameter("max_samples", "float", 0.1, 1.0, when={"bootstrap": (True,)}),
)


def svc(params: Params, seed: int) -> Any:
    """A support vector machine on standardised features; it stops after a while, since some kernels never converge."""
    from sklearn import svm
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    own = {name: value for name, value in params.items() if name != "balanced"}
    weight = "balanced" if params["balanced"] else None
    return make_pipeline(StandardScaler(), svm.SVC(class_weight=weight, max_iter=5_000, random_state=seed, **own))


def boosting(params: Params, seed: int) -> Any:
    """Boosted trees."""
    from sklearn.ensemble import GradientBoostingClassifier

    return GradientBoostingClassifier(random_state=seed, **params)


def network(params: Params, seed: int) -> Any:
    """A network of up to three layers, 8 epochs."""
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler

    own = {name: value for name, value in params.items() if name not in ("layers", "width")}
    sizes = (params["width"],) * params["layers"]
    return make_pipeline(MinMaxScaler(), MLPClassifier(sizes, max_iter=8, random_state=seed, **own))


def forest(params: Params, seed: int) -> Any:
    """A random forest."""
    from sklearn.ensemble import RandomForestRegressor

    return RandomForestRegressor(random_state=seed, **params)


@dataclass(frozen=True)
class Task:
    """A model on a data set."""

    space: Space
    build: Callable[[Params, int], Any]
    data: str
    metric: str

    @property
    def loss(self) -> CrossValidated:
        """Its loss."""
        return CrossValidated(self.build, self.data, self.metric, FOLDS, draws=False)


TASKS = {
    "svc-breast": Task(SVC, svc, "breast_cancer", "accuracy"),
    "boosting-breast": Task(BOOSTING, boosting, "breast_cancer", "neg_log_loss"),
    "mlp-digits": Task(NETWORK, network, "digits", "neg_log_loss"),
    "forest-diabetes": Task(FOREST, forest, "diabetes", "neg_root_mean_squared_error"),
}


def real() -> list[Problem]:
    """All four."""
    table("diabetes")  # says at once that scikit-learn is missing
    made = []
    for name, task in TASKS.items():
        scale, loss = read("real", name), task.loss
        made.append(
            Problem(name, "real", "real", False, task.space, loss.evaluate, loss.truth, scale["best"], scale["median"])
        )
    return made


def scale(task: Task) -> Scale:
    """A task's scale."""
    return find(task.space, task.loss.truths, draws=180, rounds=12, parents=4, children=5)


if __name__ == "__main__":
    write("real", ((name, partial(scale, task)) for name, task in TASKS.items()))
