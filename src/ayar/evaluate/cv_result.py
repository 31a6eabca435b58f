"""What a trial tells of its fold scores: means, corrected standard errors, an interval."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ayar.evaluate.intervals import cv_interval, standard_error, within
from ayar.evaluate.score import LEVEL
from ayar.evaluate.scorers import Measure
from ayar.trial.result import Result


def cv_result(
    metrics: Sequence[Measure],
    also: Sequence[Measure],
    scores: Sequence[Sequence[float]],
    sizes: tuple[float, float],
    attrs: dict[str, Any],
) -> Result:
    """The result of a trial that went through all folds.

    Arguments:
        metrics: what the study is after.
        also: what is told beside it.
        scores: of each fold, by all of these.
        sizes: mean number of rows (to fit, to judge) over folds.
        attrs: further attributes.
    """
    columns = dict(zip([measure.name for measure in (*metrics, *also)], np.array(scores).T.tolist(), strict=True))
    means = {name: float(np.mean(found)) for name, found in columns.items()}
    known = len(scores) > 1
    errors = {name: standard_error(found, *sizes) if known else None for name, found in columns.items()}
    if also:
        attrs = {**attrs, "cv_metrics": {m.name: {"mean": means[m.name], "sd": errors[m.name]} for m in also}}
    if len(metrics) == 1:
        [metric] = metrics
        interval = within(cv_interval(columns[metric.name], *sizes, level=LEVEL), metric.bounds)
        if interval is not None:
            attrs = {"cv_low": interval[0], "cv_high": interval[1], **attrs}
        return Result(means[metric.name], sd=errors[metric.name], attrs=attrs or None)
    values = {metric.name: means[metric.name] for metric in metrics}
    sds = {name: error for name in values if (error := errors[name]) is not None}
    return Result(values, sd=sds or None, attrs=attrs or None)
