"""The judgement of one model on sealed rows: its score, how sure it is, and what it stands beside."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ayar.base.errors import shorten
from ayar.base.rng import stream
from ayar.evaluate.intervals import Interval, bootstrap_interval, wilson_interval
from ayar.evaluate.ledger import OPENED, Ledger
from ayar.evaluate.metrics import Metric
from ayar.evaluate.predictions import as_score
from ayar.evaluate.rows import take
from ayar.evaluate.score import LEVEL, TestScore
from ayar.evaluate.scorers import Measure, read_measure
from ayar.evaluate.sealed_test import OpenedRows, Sealed
from ayar.trial.trial import Trial

_SCORER_DRAWS = 200  # each asks the model again


def judge_sealed(
    model: Any,
    data: Sealed,
    ledger: Ledger,
    *,
    metric: object = "accuracy",
    params: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> TestScore:
    """Open a sealed test set for a fitted model that came from no study: a ledger file keeps the record.

    Arguments:
        model: fitted on `data.X` and `data.y`.
        data: what `seal` returned.
        ledger: a `LedgerFile`, or a study.
        metric: as for `CrossValidation`.
        params: the model's configuration, for the record.
        reason: why it is opened again; needed from the second opening on.

    Raises:
        SealedTestSet: opened before and no reason given.
    """
    measure = read_measure(metric, data.y)
    rows = data.open(ledger, number=-1, reason=reason)
    score = judged(model, data, rows, (measure,), params or {})
    ledger.record(OPENED, score.to_json())
    return score


def judged(
    model: Any,
    data: Sealed,
    rows: OpenedRows,
    measures: Sequence[Measure],
    params: Mapping[str, Any],
    winner: Trial | None = None,
    cv: tuple[float, Interval | None] | None = None,
) -> TestScore:
    """The score of a fitted model on opened rows.

    Arguments:
        model: fitted on all development rows.
        data: where the rows come from.
        rows: the opened ones.
        measures: the metric, and those that are told beside it.
        params: the model's configuration.
        winner: the trial that it comes from.
        cv: what cross-validation said, and how surely.
    """
    measure, *others = measures
    score, interval = _score(measure, model, data, rows)
    low, high = interval or (None, None)
    cv_score, cv_interval = cv or (None, None)
    cv_low, cv_high = cv_interval or (None, None)
    opening = rows.opening
    return TestScore(
        metric=measure.name,
        direction=measure.direction,
        score=score,
        low=low,
        high=high,
        cv_score=cv_score,
        cv_low=cv_low,
        cv_high=cv_high,
        gap=None if cv_score is None or math.isnan(score) else score - cv_score,
        number=-1 if winner is None else winner.number,
        n_test=data.n_test,
        fingerprint=data.fingerprint,
        count=opening.count,
        at=opening.at,
        reason=opening.reason,
        opening=opening.id,
        params={name: _plain(value) for name, value in params.items()},
        also={other.name: other.judge(model, rows.X, rows.y) for other in others},
    )


def _plain(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    return value if value is None or isinstance(value, bool | int | float | str) else shorten(value)


def _score(measure: Measure, model: Any, data: Sealed, rows: OpenedRows) -> tuple[float, Interval | None]:
    """Wilson for a share of independent rows; bootstrap for other scores, and by groups where rows share one."""
    rng = stream(data.seed, 0, f"evaluate.bootstrap|{data.fingerprint}")
    if not isinstance(measure, Metric):
        numbers = np.arange(data.n_test)

        def on_rows(drawn: Any, _: Any) -> float:
            return measure.judge(model, take(rows.X, drawn), take(rows.y, drawn))

        score = measure.judge(model, rows.X, rows.y)
        return score, bootstrap_interval(on_rows, numbers, numbers, rng, rows.groups, LEVEL, _SCORER_DRAWS)
    truth, prediction = measure.pairs(model, rows.X, rows.y)
    score = as_score(measure.score(truth, prediction), measure.name)
    if math.isnan(score):
        return score, None
    if measure.proportion and rows.groups is None:
        return score, wilson_interval(score * len(truth), len(truth), LEVEL)
    return score, bootstrap_interval(measure.score, truth, prediction, rng, rows.groups, LEVEL)
