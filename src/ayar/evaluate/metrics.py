"""Scores of predictions, as a table: name, direction, and what the model is asked for.

n  rows judged    c  classes the model knows    truth  (n,)    prediction  (n,) values, or (n, c) probabilities P

Definitions as in scikit-learn, which the golden tests compare with. Scores are floats; equal arrays give equal bits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ayar.base.errors import ArgumentError, did_you_mean, shorten
from ayar.evaluate.labels import are_classes
from ayar.evaluate.predictions import as_score, check_predictions
from ayar.evaluate.rows import Rows
from ayar.trial.goal import DIRECTIONS, Direction

Array = NDArray[Any]
Asked = Literal["predict", "predict_proba"]


@dataclass(frozen=True)
class Metric:
    """How predictions are scored.

    Arguments:
        score: (truth, prediction) -> float. With asks="predict" both are (n,): labels or targets, and what the model
            predicts. With asks="predict_proba", truth holds column numbers, -1 for a class that the model has not
            seen, and prediction is the (n, c) array of probabilities.
        direction: "maximize" or "minimize".
        name: for reports; left out, the function's own name.
        asks: the model's method to call.
        bounds: least and greatest possible score.
        proportion: whether the score is a share of rows, each right or wrong.
        labels: whether it compares class labels, so that measurements make no sense.
        by_row: (truth, prediction) -> (n,) of which `score` is the mean; may be left out.

    Raises:
        ArgumentError: an unknown direction or method, or `score` is no function.

    >>> def hits(truth, prediction):
    ...     return float(np.mean(np.abs(truth - prediction) < 1))
    >>> Metric(hits, "maximize").name
    'hits'
    """

    score: Callable[[Array, Array], float]
    direction: Direction
    name: str = ""
    asks: Asked = "predict"
    bounds: tuple[float, float] = (-np.inf, np.inf)
    proportion: bool = False
    labels: bool = False
    by_row: Callable[[Array, Array], Array] | None = None

    def __post_init__(self) -> None:
        if not callable(self.score):
            raise ArgumentError(f"metric: expected a function (truth, prediction) -> float, got {shorten(self.score)}")
        if self.direction not in DIRECTIONS:
            raise ArgumentError(f"metric: expected direction 'maximize' or 'minimize', got {shorten(self.direction)}")
        if self.asks not in ("predict", "predict_proba"):
            raise ArgumentError(f"metric: expected asks='predict' or 'predict_proba', got {shorten(self.asks)}")
        if not self.name:
            object.__setattr__(self, "name", getattr(self.score, "__name__", type(self.score).__name__))

    def judge(self, model: Any, X: Rows, y: Rows) -> float:
        """The score of a fitted model on rows.

        Raises:
            ArgumentError: as `pairs` does, or `score` gives no number.
        """
        return as_score(self.score(*self.pairs(model, X, y)), self.name)

    def pairs(self, model: Any, X: Rows, y: Rows) -> tuple[Array, Array]:
        """(truth, prediction) with one row a row of `X`: `score` takes them, or the same rows of both.

        Raises:
            ArgumentError: the model lacks the method, predicts another number of rows, NaN, or labels of another kind.
        """
        method = getattr(model, self.asks, None)
        if method is None:
            raise ArgumentError(
                f"metric {self.name!r} needs {type(model).__name__}.{self.asks}, which the model does not have; "
                "switch it on where the model is built, or choose another metric"
            )
        truth, prediction = np.asarray(y), np.asarray(method(X))
        if self.asks == "predict_proba":
            truth = _columns(truth, np.asarray(model.classes_))
        elif prediction.size == truth.size:
            # (n, 1) beside (n,) would be compared as n · n pairs.
            prediction = prediction.reshape(truth.shape)
        check_predictions(
            truth,
            prediction,
            probabilities=self.asks == "predict_proba",
            labels=self.labels,
            where=f"metric {self.name!r}, {type(model).__name__}.{self.asks}",
        )
        return truth, prediction


def _columns(truth: Array, classes: Array) -> NDArray[np.intp]:
    """The column of each label among the model's sorted `classes`; -1 where it is not among them."""
    at = np.searchsorted(classes, truth).clip(max=len(classes) - 1)
    return np.where(classes[at] == truth, at, -1)


def accuracy(truth: Array, prediction: Array) -> float:
    """Share of rows predicted right."""
    return float(np.mean(truth == prediction))


def error_rate(truth: Array, prediction: Array) -> float:
    """Share of rows predicted wrong."""
    return float(np.mean(truth != prediction))


def balanced_accuracy(truth: Array, prediction: Array) -> float:
    """Mean over the classes in `truth` of the share predicted right.

    Source: Brodersen et al. 2010, doi 10.1109/ICPR.2010.764, for several classes as the mean recall.
    """
    return float(np.mean([np.mean(prediction[truth == label] == label) for label in np.unique(truth)]))


def f1_macro(truth: Array, prediction: Array) -> float:
    """Mean over all classes, true or predicted, of 2 · hits / (rows of the class + rows predicted as it)."""
    hits = truth == prediction
    classes = np.union1d(truth, prediction)
    return float(
        np.mean([2 * np.sum(hits & (truth == c)) / (np.sum(truth == c) + np.sum(prediction == c)) for c in classes])
    )


def log_loss(truth: Array, P: Array) -> float:
    """Mean of -ln of the probability given to the true class, at least the float's epsilon.

    A class that the model has not seen counts as given probability 0.
    """
    return float(np.mean(_surprise(truth, P)))


def _surprise(truth: Array, P: Array) -> Array:
    given = np.where(truth >= 0, P[np.arange(len(truth)), truth], 0.0)
    surprise: Array = -np.log(np.clip(given, np.finfo(np.float64).eps, 1.0))
    return surprise


def roc_auc(truth: Array, P: Array) -> float:
    """Chance that a row of the second of two classes gets a higher probability than a row of the first; ties count ½.

    NaN when one of the classes is missing from `truth`.

    Source: Hanley and McNeil 1982, doi 10.1148/radiology.143.1.7063747.
    """
    if P.ndim != 2 or P.shape[1] != 2:
        raise ArgumentError(f"metric 'roc_auc' needs two classes, got probabilities of shape {P.shape}; use 'log_loss'")
    above, below = P[truth == 1, 1], np.sort(P[truth == 0, 1])
    if not (len(above) and len(below)):
        return float("nan")
    wins = np.searchsorted(below, above, "left") + np.searchsorted(below, above, "right")
    return float(wins.sum() / (2 * len(above) * len(below)))


def mse(truth: Array, prediction: Array) -> float:
    """Mean squared error, over all outputs."""
    return float(np.mean(_squares(truth, prediction)))


def rmse(truth: Array, prediction: Array) -> float:
    """Square root of the mean squared error."""
    return float(np.sqrt(mse(truth, prediction)))


def mae(truth: Array, prediction: Array) -> float:
    """Mean absolute error, over all outputs."""
    return float(np.mean(_sizes(truth, prediction)))


def r2(truth: Array, prediction: Array) -> float:
    """Share of variance explained, 1 - residual / total, mean over outputs; for constant truth 1 if exact, else 0."""
    residual = np.sum(_errors(truth, prediction) ** 2, axis=0)
    total = np.sum(_errors(truth, np.mean(truth, axis=0)) ** 2, axis=0)
    share = 1 - residual / np.where(total > 0, total, 1.0)
    return float(np.mean(np.where(total > 0, share, np.where(residual == 0, 1.0, 0.0))))


def _errors(truth: Array, prediction: Array) -> NDArray[np.float64]:
    """The difference as floats: unsigned integers would wrap around."""
    return np.subtract(truth, prediction, dtype=np.float64)


def _squares(truth: Array, prediction: Array) -> NDArray[np.float64]:
    """(n,) squared errors, each the mean over outputs."""
    return _by_row(_errors(truth, prediction) ** 2)


def _sizes(truth: Array, prediction: Array) -> NDArray[np.float64]:
    """(n,) absolute errors, each the mean over outputs."""
    return _by_row(np.abs(_errors(truth, prediction)))


def _by_row(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    means: NDArray[np.float64] = errors.reshape(len(errors), -1).mean(axis=1)
    return means


_UNIT = (0.0, 1.0)
_POSITIVE = (0.0, np.inf)

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(accuracy, "maximize", bounds=_UNIT, proportion=True, labels=True, by_row=np.equal),
        Metric(error_rate, "minimize", bounds=_UNIT, proportion=True, labels=True, by_row=np.not_equal),
        Metric(balanced_accuracy, "maximize", bounds=_UNIT, labels=True),
        Metric(f1_macro, "maximize", bounds=_UNIT, labels=True),
        Metric(log_loss, "minimize", bounds=_POSITIVE, asks="predict_proba", labels=True, by_row=_surprise),
        Metric(roc_auc, "maximize", bounds=_UNIT, asks="predict_proba", labels=True),
        Metric(mse, "minimize", bounds=_POSITIVE, by_row=_squares),
        Metric(rmse, "minimize", bounds=_POSITIVE),
        Metric(mae, "minimize", bounds=_POSITIVE, by_row=_sizes),
        Metric(r2, "maximize", bounds=(-np.inf, 1.0)),
    )
}


def read_metric(metric: object, y: Rows) -> Metric:
    """The metric of a name or a record, fit for targets `y`.

    Raises:
        ArgumentError: an unknown name, a bare function, or a metric of class labels for a `y` of measurements.

    >>> read_metric("accuracy", [0, 1, 1, 0]).direction
    'maximize'
    """
    if isinstance(metric, str):
        if metric not in METRICS:
            raise ArgumentError(f"metric: no metric is called {metric!r}{did_you_mean(metric, METRICS)}")
        metric = METRICS[metric]
    if not isinstance(metric, Metric):
        hint = "; say which way is better: Metric(function, 'minimize')" if callable(metric) else ""
        raise ArgumentError(f"metric: expected a name or a Metric, got {shorten(metric)}{hint}")
    target = np.asarray(y)
    if metric.labels and target.dtype.kind == "f" and not are_classes(target):
        raise ArgumentError(
            f"metric {metric.name!r} compares class labels, but y holds {len(np.unique(target))} different numbers in "
            f"{len(target)} rows; for measurements use metric='rmse', 'mae' or 'r2'"
        )
    return metric
