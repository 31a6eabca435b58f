"""The tables of a report: trials, importance, causes of failure, the front."""

from typing import Any

from ayar.analysis.axes import labelled
from ayar.analysis.failures import Cause
from ayar.analysis.importance import Importance
from ayar.analysis.progress import evaluating_seconds
from ayar.analysis.words import count_text, listed
from ayar.plots.cards import Column, Table
from ayar.trial.fold import Fold
from ayar.trial.trial import Trial

MOST_ROWS = 500
"""Trials in one table of a report."""


def trials_table(fold: Fold, best: list[int]) -> Table:
    """One row a trial; in a large study those in `best` and the latest."""
    trials = list(fold.history.trials())
    shown = trials
    note = ""
    if len(trials) > MOST_ROWS:
        latest = [trial.number for trial in trials[-MOST_ROWS // 2 :]]
        chosen = set(list(dict.fromkeys([*latest, *best]))[:MOST_ROWS])
        shown = [trial for trial in trials if trial.number in chosen]
        note = f"The best and the latest, {len(shown)} of {count_text(len(trials), 'trial')}; study.to_frame() has all."
    return _table(fold, shown, note)


def front_table(fold: Fold, trials: list[Trial]) -> Table:
    """The trials of the front."""
    return _table(fold, trials[:MOST_ROWS], "")


def _table(fold: Fold, trials: list[Trial], note: str) -> Table:
    goals = [goal.name for goal in fold.setup.goals]
    metrics = [constraint.name for constraint in fold.setup.constraints]
    params = list(dict.fromkeys([*fold.setup.space.names, *(name for trial in trials for name in trial)]))
    columns = [
        Column("trial", numeric=True),
        Column("state"),
        *(Column(name, numeric=True) for name in [*goals, *metrics]),
        *(Column(name, numeric=_is_number(fold, name)) for name in params),
        Column("seconds", numeric=True),
    ]
    rows = [_row(fold, trial, metrics, params) for trial in trials]
    return Table(tuple(columns), rows, note)


def _is_number(fold: Fold, name: str) -> bool:
    domain = fold.setup.space.params.get(name)
    return domain is not None and domain.kind in {"float", "int"}


def _row(fold: Fold, trial: Trial, metrics: list[str], params: list[str]) -> list[Any]:
    words = labelled(fold.setup.space, trial.params)
    values = trial.values or [None] * len(fold.setup.goals)
    return [
        trial.number,
        str(trial.state),
        *values,
        *(trial.metrics.get(name) for name in metrics),
        *(trial.get(name) if _is_number(fold, name) else words.get(name) for name in params),
        evaluating_seconds(trial),
    ]


def importance_table(found: Importance) -> Table:
    """Shares with their intervals."""
    numbers = ("share, %", "from, %", "to, %", "active in trials")
    columns = (Column("parameter"), *(Column(title, numeric=True) for title in numbers))
    rows = [
        (item.name, *(round(100.0 * part, 1) for part in (item.share, item.low, item.high)), item.active)
        for item in found.shares
    ]
    return Table(columns, rows)


def causes_table(causes: list[Cause]) -> Table:
    """One row a cause."""
    columns = (Column("trials", numeric=True), Column("kind"), Column("what"), Column("where"), Column("in trials"))
    rows = [
        (
            cause.count,
            cause.kind,
            cause.headline,
            cause.where,
            listed([str(number) for number in cause.numbers], most=8),
        )
        for cause in causes
    ]
    return Table(columns, rows)
