"""One fit of one configuration, and its scores on rows that it was not fitted on."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ayar.base.errors import ArgumentError, shorten
from ayar.evaluate.predictions import check_score
from ayar.evaluate.rows import Indices, Rows, take
from ayar.evaluate.scorers import Measure

Fit = Callable[[Any, Rows, Rows], object]
"""(model, X, y), called in place of `model.fit(X, y)`."""


def fit_model(
    build: Callable[[dict[str, Any]], Any], params: Mapping[str, Any], X: Rows, y: Rows, fit: Fit | None
) -> Any:
    """A model of these parameters, fitted; `build` gets a dict of its own.

    Raises:
        ArgumentError: what `build` returned cannot be fitted.
    """
    model = build(dict(params))
    if fit is None:
        if not hasattr(model, "fit"):
            raise ArgumentError(
                f"build: expected it to return a model with a method fit, got {shorten(model)}; return the model, or "
                "pass fit= to CrossValidation, a function (model, X, y)"
            )
        model.fit(X, y)
    else:
        fit(model, X, y)
    return model


def score_model(model: Any, X: Rows, y: Rows, rows: Indices, measures: Sequence[Measure]) -> list[float]:
    """Scores of a fitted model on `rows` of X and y, by each measure.

    Raises:
        ArgumentError: a score that is no finite number.
    """
    X, y = take(X, rows), take(y, rows)
    scores = [measure.judge(model, X, y) for measure in measures]
    for measure, score in zip(measures, scores, strict=True):
        check_score(score, measure.name, y)
    return scores
