"""A study and a trial in a notebook: static HTML, a table and one small line, no script."""

from html import escape
from typing import Any

import numpy as np

from ayar.analysis.axes import labelled
from ayar.analysis.front import front
from ayar.analysis.progress import best_so_far, counts
from ayar.analysis.words import count_text, duration_text, listed, number_text, params_text, value_text
from ayar.base.errors import NoTrial
from ayar.plots.source import as_fold
from ayar.plots.thin import thin
from ayar.trial.best import best_number
from ayar.trial.fold import Fold
from ayar.trial.state import State
from ayar.trial.trial import Trial

_WIDTH, _HEIGHT, _PAD = 360, 72, 4
_MOST_POINTS = 300
_MOST_FRONT = 10


def study_html(source: Any) -> str:
    """A study as static HTML: what it is after, counts, the best so far as a line, the best trial.

    >>> from ayar.testing.folds import fold_of
    >>> "<script" in study_html(fold_of({"<script>": (0.0, 1.0)}, [({"<script>": 0.5}, 1.0)]))
    False
    """
    fold = as_fold(source)
    goals = listed([f"{goal.direction} {goal.name}" for goal in fold.setup.goals])
    states = listed([f"{count:,} {state}" for state, count in counts(fold).items()], most=len(State))
    rows = [("goal", goals), ("trials", states), *_best_rows(fold)]
    line = _line(fold) if len(fold.setup.goals) == 1 else ""
    return f"<div><strong>{escape(fold.setup.name)}</strong> (study){line}{_rows(rows)}</div>"


def trial_html(trial: Trial) -> str:
    """A trial as static HTML: state, values, parameters, time, failure.

    >>> trial_html(Trial(3, State.COMPLETE, {"x": 0.5}, values=(1.25,)))[:43]
    '<div><strong>trial 3</strong> complete<tabl'
    """
    rows = [("value", ", ".join(number_text(value, 6) for value in trial.values))] if trial.values else []
    rows += [(name, value_text(value)) for name, value in trial.params.items()]
    if trial.seconds is not None:
        rows.append(("time", duration_text(trial.seconds)))
    if trial.failure is not None:
        rows.append(("failure", f"{trial.failure.headline} {trial.failure.where}".strip()))
    return f"<div><strong>trial {trial.number}</strong> {escape(str(trial.state))}{_rows(rows)}</div>"


def _best_rows(fold: Fold) -> list[tuple[str, str]]:
    try:
        if len(fold.setup.goals) > 1:
            trials = front(fold)
            first = ", ".join(f"trial {trial.number}" for trial in trials[:_MOST_FRONT])
            return [("front", f"{count_text(len(trials), 'trial')}: {first}")]
        trial = fold.history.trial(best_number(fold.history))
    except NoTrial as error:
        return [("best", str(error).partition("\n")[0])]
    params = params_text(dict(labelled(fold.setup.space, trial.params)))
    return [("best", f"{number_text(trial.values[0], 6)} (trial {trial.number})"), ("parameters", params)]


def _rows(rows: list[tuple[str, str]]) -> str:
    body = "".join(
        f'<tr><th style="text-align:left">{escape(name)}</th><td style="text-align:left">{escape(text)}</td></tr>'
        for name, text in rows
    )
    return f"<table>{body}</table>"


def _line(fold: Fold) -> str:
    """Best so far as an SVG line; "" while there is nothing to draw."""
    curve = best_so_far(fold)
    places = np.flatnonzero(np.isfinite(curve.best))
    if len(places) < 2:
        return ""
    places = places[thin(curve.best[places], most=_MOST_POINTS)]
    best = curve.best[places]
    span = float(np.ptp(best)) or 1.0
    x = _PAD + (_WIDTH - 2 * _PAD) * places / max(1, len(curve) - 1)
    y = _HEIGHT - _PAD - (_HEIGHT - 2 * _PAD) * (best - best.min()) / span
    steps = f"M{x[0]:.1f} {y[0]:.1f}" + "".join(f"H{a:.1f}V{b:.1f}" for a, b in zip(x[1:], y[1:], strict=True))
    return (
        f'<div><svg width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="best so far over {len(curve)} results"><path d="{steps}" fill="none" stroke="#d55e00" '
        'stroke-width="2"/></svg></div>'
    )
