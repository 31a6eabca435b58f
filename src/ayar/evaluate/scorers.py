"""Scorers: functions (model, X, y) -> float, greater is better, as scikit-learn makes and takes them.

A scorer calls the model itself, so its predictions cannot be kept or drawn again: use a `Metric` where that matters.
Nothing of scikit-learn is imported; its scorers are known by what they carry.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ayar.base.errors import ArgumentError, shorten
from ayar.evaluate.metrics import Metric, read_metric
from ayar.evaluate.predictions import as_score
from ayar.evaluate.rows import Rows
from ayar.trial.goal import DIRECTIONS, Direction


@dataclass(frozen=True)
class Scorer:
    """How a fitted model is scored on rows.

    Arguments:
        function: (model, X, y) -> float.
        direction: "maximize" (scikit-learn's way) or "minimize".
        name: for reports; left out, the function's own name.
        bounds: least and greatest possible score.

    Raises:
        ArgumentError: an unknown direction, or no function.

    >>> Scorer(lambda model, X, y: model.score(X, y), name="own score").direction
    'maximize'
    """

    function: Callable[[Any, Rows, Rows], float]
    direction: Direction = "maximize"
    name: str = ""
    bounds: tuple[float, float] = (-np.inf, np.inf)

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise ArgumentError(f"Scorer: expected a function (model, X, y) -> float, got {shorten(self.function)}")
        if self.direction not in DIRECTIONS:
            raise ArgumentError(f"Scorer: expected direction 'maximize' or 'minimize', got {shorten(self.direction)}")
        if not self.name:
            object.__setattr__(self, "name", getattr(self.function, "__name__", type(self.function).__name__))

    def judge(self, model: Any, X: Rows, y: Rows) -> float:
        """The score of a fitted model on rows.

        Raises:
            ArgumentError: the function gives no number.
        """
        return as_score(self.function(model, X, y), self.name)


Measure = Metric | Scorer
"""Either has a name, a direction, bounds, and `judge(model, X, y)`."""


_GUEST = ("_score_func", "_sign", "_kwargs")
"""What the scorers that scikit-learn makes carry, since 0.14."""


def read_measure(measure: object, y: Rows) -> Measure:
    """The measure that `metric=` says.

    A name of `METRICS`, a `Metric`, a `Scorer`, a scorer of scikit-learn, or a function (model, X, y) -> float of
    which greater is better.

    Raises:
        ArgumentError: something else, or a metric of class labels for a `y` of measurements.
    """
    if isinstance(measure, Scorer):
        return measure
    if callable(measure) and not isinstance(measure, Metric):
        if all(hasattr(measure, name) for name in _GUEST):
            return _guest(measure)
        if _takes_a_model(measure):
            return Scorer(measure)
    return read_metric(measure, y)


def _guest(scorer: Any) -> Measure:
    """A scorer of scikit-learn: a metric where it asks for labels, so that predictions can be kept."""
    function, sign, settings = (vars(scorer)[name] for name in _GUEST)
    name = getattr(function, "__name__", "scorer")
    name = name if sign > 0 else f"neg_{name}"
    if vars(scorer).get("_response_method") != "predict":
        return Scorer(scorer, name=name)
    return Metric(partial(_signed, function, sign, settings), "maximize", name=name)


def _signed(function: Any, sign: int, settings: dict[str, Any], truth: Any, prediction: Any) -> float:
    return sign * float(function(truth, prediction, **settings))


def _takes_a_model(function: Callable[..., Any]) -> bool:
    """Whether a function needs three arguments, which are then (model, X, y)."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some built-in functions do not tell
        return False
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    needed = [p for p in parameters if p.default is inspect.Parameter.empty and p.kind in positional]
    return len(needed) == 3
