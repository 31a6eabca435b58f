"""What fits gave, as scikit-learn lists it, and as a trial keeps it so that a search can go on.

A row is one fit on one fold. A trial keeps the rows of its folds under the attribute "fits"; from there `cv_results_`
is made, whether the fits happened now or before a restart.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ayar.trial.state import State
from ayar.trial.trial import Trial

Row = dict[str, Any]
"""test_scores (a number, or a dict of them), fit_time, score_time, fit_error; train_scores where asked for."""

FITS = "fits"
_KEPT = ("test_scores", "train_scores", "fit_time", "score_time")


@dataclass(frozen=True)
class Searched:
    """Candidates, their rows fold by fold, and further columns of `cv_results_`."""

    candidates: list[dict[str, Any]]
    rows: list[Row]
    columns: dict[str, list[Any]]
    fitted: int | None
    """A candidate that has a score; None where none has."""
    incomplete_by_design: bool
    """Whether scores are missing only because a scheduler stopped candidates."""


def failed_row(error_score: float, text: str) -> Row:
    """The row of a fit that failed."""
    return {
        "test_scores": error_score,
        "train_scores": error_score,
        "fit_time": math.nan,
        "score_time": math.nan,
        "fit_error": text,
    }


def kept(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """What a trial keeps of its rows."""
    fits = {key: [row[key] for row in rows] for key in _KEPT if key in rows[0]}
    return {**fits, "failed": [bool(row.get("fit_error")) for row in rows]}


def has_fitted(trial: Trial) -> bool:
    """Whether any fit of the trial succeeded, be its score a number or not."""
    return not all(trial.attrs.get(FITS, {}).get("failed", [True]))


def rows_of(trial: Trial, n_folds: int) -> list[Row]:
    """The rows of a trial, with those that never took place filled in."""
    fits: Any = trial.attrs.get(FITS, {})
    count = len(fits.get("fit_time", ()))
    known = [{key: fits[key][i] for key in _KEPT if key in fits} for i in range(count)]
    absent = {"test_scores": math.nan, "fit_time": math.nan, "score_time": math.nan}
    return [*known, *(dict(absent) for _ in range(n_folds - count))]


def searched(trials: Sequence[tuple[Trial, dict[str, Any]]], n_folds: int) -> Searched:
    """The table of all candidates, in the order of their trials.

    Arguments:
        trials: each with the estimator's parameters.
        n_folds: rows of a candidate.
    """
    rows = [row for trial, _ in trials for row in rows_of(trial, n_folds)]
    full = [i for i, (trial, _) in enumerate(trials) if trial.state is State.COMPLETE]
    return Searched(
        candidates=[params for _, params in trials],
        rows=_alike(rows),
        columns={
            "trial_number": [trial.number for trial, _ in trials],
            "state": [str(trial.state) for trial, _ in trials],
            "rung": [len(trial.attrs.get(FITS, {}).get("fit_time", ())) for trial, _ in trials],
        },
        fitted=full[0] if full else None,
        incomplete_by_design=all(trial.state in (State.COMPLETE, State.PRUNED) for trial, _ in trials),
    )


def _alike(rows: Sequence[Row]) -> list[Row]:
    """The rows with equal keys, and a score under each name where there are several scores."""
    keys = [key for key in _KEPT if any(key in row for row in rows)]
    out = [{key: row.get(key, math.nan) for key in keys} for row in rows]
    for key in ("test_scores", "train_scores"):
        names: dict[str, float] = next((row[key] for row in out if isinstance(row.get(key), dict)), {})
        for row in out if names else ():
            if not isinstance(row[key], dict):
                row[key] = dict.fromkeys(names, row[key])
    return out
