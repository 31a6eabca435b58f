"""The folds of a search: drawn from data and seed alone, so that all its trials and processes have the same."""

from collections.abc import Sequence

import numpy as np

from ayar.base.rng import stream
from ayar.evaluate.labels import are_classes
from ayar.evaluate.metrics import METRICS, Metric
from ayar.evaluate.rows import Rows
from ayar.evaluate.scorers import Measure
from ayar.evaluate.sealed_test import Sealed
from ayar.evaluate.split import Folds, Split
from ayar.evaluate.split_table import check_classes, check_folds


def draw_folds(split: Split, data: Sealed, measures: Sequence[Measure], turn: int = 0, what: str = "cv") -> Folds:
    """Folds of the development rows: of the search (turn 0), of a later turn, or of trial `turn` where `what` says so.

    Raises:
        ArgumentError: folds that cannot be made, or that no model should be judged on.
    """
    folds = split.split(data.y, data.groups, stream(data.seed, turn, f"evaluate.{what}|{data.fingerprint}"))
    check_folds(folds, data.groups)
    if any(_compares_labels(measure, data.y) for measure in measures):
        check_classes(folds, data.y)
    return folds


def _compares_labels(measure: Measure, y: Rows) -> bool:
    """Whether it does, or may: of a scorer made elsewhere only the labels tell."""
    if isinstance(measure, Metric) and measure in METRICS.values():
        return measure.labels
    return are_classes(y) or (isinstance(measure, Metric) and measure.labels)


def fold_sizes(folds: Folds) -> tuple[float, float]:
    """Mean number of rows (to fit, to judge) over folds."""
    return float(np.mean([len(fit) for fit, _ in folds])), float(np.mean([len(judged) for _, judged in folds]))
