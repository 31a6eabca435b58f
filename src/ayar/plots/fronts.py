"""The front of a study with several goals, against all its trials."""

from typing import Any

import numpy as np

from ayar.analysis.front import front
from ayar.analysis.sample import goal_index
from ayar.base.errors import ArgumentError
from ayar.plots.hover import hover_texts
from ayar.plots.scales import value_axis
from ayar.plots.source import as_fold
from ayar.plots.style import BEST, MAIN, figure, graph_objects, nothing, short
from ayar.plots.thin import thin
from ayar.trial.state import State


def pareto_front(source: Any, x: int | str = 0, y: int | str = 1) -> Any:
    """Two goals against each other, the front standing out.

    Arguments:
        source: a Study or a Fold with at least two goals.
        x, y: the two goals, by place or name.

    Returns:
        A `plotly.graph_objects.Figure`.

    Raises:
        MissingExtra: plotly is not installed.
        ArgumentError: not a study, or it has one goal only.

    >>> from ayar.testing.folds import fold_of
    >>> goals = {"loss": "minimize", "size": "minimize"}
    >>> trials = [({"x": 0.5}, (2.0, 1.0)), ({"x": 0.1}, (3.0, 3.0))]
    >>> pareto_front(fold_of({"x": (0.0, 1.0)}, trials, goals=goals)).data[-1].x.tolist()
    [2.0]
    """
    fold = as_fold(source)
    if len(fold.setup.goals) < 2:
        raise ArgumentError(f"expected a study with several goals, got one with {fold.setup.goals[0].name!r} alone")
    pair = [goal_index(fold, x), goal_index(fold, y)]
    values = fold.history.values[:, pair]
    rows = np.flatnonzero(fold.history.having(State.COMPLETE) & fold.history.inside & np.isfinite(values).all(axis=1))
    if not len(rows):
        return nothing("No complete trial yet.")
    best = [trial.number for trial in front(fold)] if (fold.history.feasible[rows]).any() else []
    axes = [
        value_axis(short(fold.setup.goals[index].name), fold.history.values[rows, index], fold.setup.goals[index].sign)[
            0
        ]
        for index in pair
    ]
    picture = figure(xaxis=axes[0], yaxis=axes[1])
    rows = rows[thin(values[rows, 0], keep=np.flatnonzero(np.isin(rows, best)))]
    _add(picture, values, rows, hover_texts(fold, rows), "trials", {"color": MAIN, "size": 6, "opacity": 0.5})
    _add(picture, values, np.array(best, dtype=np.intp), hover_texts(fold, best), "front", {"color": BEST, "size": 9})
    return picture


def _add(picture: Any, values: Any, rows: Any, texts: list[str], name: str, marker: dict[str, Any]) -> None:
    picture.add_trace(
        graph_objects().Scatter(
            x=values[rows, 0],
            y=values[rows, 1],
            mode="markers",
            name=name,
            marker=marker,
            hovertext=texts,
            hoverinfo="text",
        )
    )
