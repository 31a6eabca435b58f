"""Arguments of `CrossValidation`, read and checked before anything is fitted."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ayar.base.errors import ArgumentError, shorten
from ayar.evaluate.metrics import Metric
from ayar.evaluate.out_of_fold import Keeper
from ayar.evaluate.rows import Rows
from ayar.evaluate.scorers import Measure, read_measure
from ayar.evaluate.split import Folds


def read_measures(metric: object, also: Sequence[object], y: Rows) -> tuple[tuple[Measure, ...], tuple[Measure, ...]]:
    """What the study is after, one or several, and what is told beside it.

    Raises:
        ArgumentError: none, no measure, or two of one name.
    """
    wanted = metric if isinstance(metric, list | tuple) else [metric]
    metrics, others = (tuple(read_measure(item, y) for item in items) for items in (wanted, also))
    names = [measure.name for measure in (*metrics, *others)]
    if len(set(names)) < len(names) or not metrics:
        raise ArgumentError(f"metric: expected metrics of different names, got {names}; give a Metric its own name=")
    return metrics, others


def read_error_score(value: object) -> float | None:
    """The score of a fold that fails; None where its trial fails.

    Raises:
        ArgumentError: no finite number.
    """
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value):
        return float(value)
    raise ArgumentError(
        f"error_score: expected a finite number, or None for a failed trial, got {shorten(value)}; a NaN would never "
        "be compared"
    )


def read_keeper(keep: bool | str | Path, metric: Measure, y: Rows, folds: Folds) -> Keeper | None:
    """What keeps the predictions of trials; None where none are kept.

    Raises:
        ArgumentError: a scorer, which gives none; as `Keeper` does.
    """
    if keep is False:
        return None
    if not isinstance(metric, Metric):
        raise ArgumentError(
            f"keep_predictions: expected a Metric, which scores predictions, got {metric!r}, which asks the model "
            "itself"
        )
    return Keeper(metric, y, sum(len(judged) for _, judged in folds), keep)
