"""Opening the sealed test set for a study's winner."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ayar.base.errors import ArgumentError
from ayar.evaluate.intervals import Interval
from ayar.evaluate.judging import judged
from ayar.evaluate.ledger import OPENED
from ayar.evaluate.rows import Rows
from ayar.evaluate.score import TestScore
from ayar.evaluate.scorers import Measure
from ayar.evaluate.sealed_test import Sealed
from ayar.evaluate.tuned import Tuned
from ayar.trial.trial import Trial


def open_for_winner(
    study: Tuned,
    data: Sealed,
    measures: Sequence[Measure],
    fitted: Callable[[Mapping[str, Any], Rows, Rows], Any],
    interval: Callable[[Sequence[float]], Interval | None],
    reason: str | None,
    trial: Trial | None,
) -> TestScore:
    """Fit the winner on all development rows, open the set, and record the score.

    Arguments:
        study: whose best trial is judged, and whose log keeps the opening.
        data: what `seal` returned.
        measures: the metric, and those that are told beside it.
        fitted: (parameters, X, y) -> fitted model.
        interval: of the mean of a trial's fold scores.
        reason: why it is opened again.
        trial: the one to judge, in place of the best.

    Raises:
        SealedTestSet: opened before and no reason given.
        ArgumentError: the study has a front, and no trial is given.
    """
    data.check(study, reason)
    winner = study.best if trial is None else trial
    if not isinstance(winner, Trial):
        raise ArgumentError("open_test: expected one trial to judge, the study has a front; pass trial=")
    # First the fit: a model that cannot be fitted opens nothing.
    model = fitted(winner.params, data.X, data.y)
    rows = data.open(study, number=winner.number, reason=reason)
    cv = winner.values[0], interval([report.value for report in winner.reports])
    score = judged(model, data, rows, measures, winner.params, winner, cv)
    study.record(OPENED, score.to_json())
    return score
