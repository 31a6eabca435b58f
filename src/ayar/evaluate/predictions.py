"""Predictions and scores, checked before they count: a NaN or a label of another kind would pass as a wrong answer."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ayar.base.errors import ArgumentError, shorten

Array = NDArray[Any]


def check_predictions(truth: Array, prediction: Array, *, probabilities: bool, labels: bool, where: str) -> None:
    """See that there is a usable prediction for every row.

    Arguments:
        truth: (n,) labels, targets or column numbers.
        prediction: n predictions; (n, c) probabilities.
        probabilities: whether these are asked for.
        labels: whether class labels are compared.
        where: metric and method, for messages.

    Raises:
        ArgumentError: another number of rows or outputs, NaN, or text where labels are numbers (or the other way).
    """
    if len(prediction) != len(truth) or (not probabilities and prediction.shape != truth.shape):
        raise ArgumentError(
            f"{where}: expected predictions for truth of shape {truth.shape}, got shape {prediction.shape}"
        )
    missing = np.isnan(prediction).sum() if prediction.dtype.kind == "f" else 0
    if missing:
        raise ArgumentError(
            f"{where}: expected numbers, got {missing} NaN in {prediction.size}; the model did not converge, or cannot "
            "take the values of these rows"
        )
    if labels and not probabilities and _is_text(truth) is not _is_text(prediction) and truth.size:
        raise ArgumentError(
            f"{where}: expected labels such as {truth.ravel().tolist()[0]!r}, got {prediction.ravel().tolist()[0]!r}; "
            "text and numbers never agree"
        )


def _is_text(values: Array) -> bool:
    return values.dtype.kind in "US" or (values.dtype.kind == "O" and isinstance(next(values.flat, None), str))


def as_score(value: Any, name: str) -> float:
    """What a metric or scorer returned, as a float.

    Raises:
        ArgumentError: it is no number.
    """
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ArgumentError(
            f"metric {name!r}: expected one number, got {shorten(value)} of type {type(value).__name__}; return a float"
        ) from None


def check_score(score: float, name: str, y: Any) -> None:
    """See that a score on rows with labels or targets `y` is finite.

    Raises:
        ArgumentError: NaN or infinite.
    """
    if np.isfinite(score):
        return
    labels = np.unique(np.asarray(y))
    hint = ", all of one class: use a stratified split, so that both are judged" if len(labels) == 1 else ""
    raise ArgumentError(
        f"metric {name!r}: expected a finite number, got {score} on {len(y)} judged rows with labels "
        f"{shorten(labels.tolist())}{hint}"
    )
