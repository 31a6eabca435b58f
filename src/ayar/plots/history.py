"""The picture of the search: every result in the order it was told, and the best so far."""

from typing import Any

import numpy as np

from ayar.analysis.progress import Curve, best_so_far
from ayar.analysis.sample import goal_index
from ayar.analysis.words import count_text
from ayar.plots.hover import hover_texts
from ayar.plots.scales import value_axis
from ayar.plots.source import as_fold
from ayar.plots.style import BEST, MAIN, QUIET, figure, graph_objects, nothing, short
from ayar.plots.thin import thin
from ayar.trial.fold import Fold
from ayar.trial.state import State

_LOOKS = (
    (State.COMPLETE, True, "complete", {"color": MAIN, "size": 7, "opacity": 0.65}),
    (State.COMPLETE, False, "not feasible", {"color": QUIET, "size": 7, "opacity": 0.7, "symbol": "circle-open"}),
    (State.PRUNED, False, "pruned", {"color": QUIET, "size": 6, "opacity": 0.6, "symbol": "x-thin-open"}),
)


def optimization_history(source: Any, goal: int | str = 0) -> Any:
    """Every result in the order it was told, with the best so far; one goal of a study.

    Failed trials stand as small marks at the bottom. Above 5,000 results the picture keeps the extremes and the best.

    Arguments:
        source: a Study or a Fold.
        goal: by place or name.

    Returns:
        A `plotly.graph_objects.Figure`.

    Raises:
        MissingExtra: plotly is not installed.
        ArgumentError: not a study, or it has no such goal.

    >>> from ayar.testing.folds import fold_of
    >>> picture = optimization_history(fold_of({"x": (0.0, 1.0)}, [({"x": 0.5}, 2.0), ({"x": 0.1}, 1.0)]))
    >>> picture.layout.xaxis.title.text
    'results, in the order told'
    """
    fold = as_fold(source)
    curve = best_so_far(fold, goal)
    if not len(curve):
        return nothing("No trial has finished yet.")
    known = curve.value[np.isfinite(curve.value)]
    title = f"{short(curve.name)} ({'lower' if curve.direction == 'minimize' else 'higher'} is better)"
    sign = fold.setup.goals[goal_index(fold, goal)].sign
    axis, outside = value_axis(title, known, sign)
    told = "results, in the order told"
    if outside:
        told += f"; {count_text(outside, 'bad result')} outside the picture"
    picture = figure(xaxis={"title": {"text": told}, "rangemode": "tozero"}, yaxis=axis)
    keep = thin(curve.value, keep=curve.improvements)
    _add_results(picture, fold, curve, keep)
    _add_best(picture, curve)
    _add_failures(picture, fold, curve)
    return picture


def _add_results(picture: Any, fold: Fold, curve: Curve, keep: Any) -> None:
    go = graph_objects()
    for state, counts, name, marker in _LOOKS:
        mask = (curve.state[keep] == state.code) & np.isfinite(curve.value[keep])
        rows = keep[mask & (curve.counts[keep] == counts)]
        if len(rows):
            picture.add_trace(
                go.Scatter(
                    x=rows + 1,
                    y=curve.value[rows],
                    mode="markers",
                    name=name,
                    marker=marker,
                    hovertext=hover_texts(fold, curve.number[rows]),
                    hoverinfo="text",
                )
            )


def _add_best(picture: Any, curve: Curve) -> None:
    steps = curve.improvements
    if not len(steps):
        return
    x = np.append(steps, len(curve) - 1) + 1
    y = np.append(curve.best[steps], curve.best[-1])
    picture.add_trace(
        graph_objects().Scatter(
            x=x,
            y=y,
            mode="lines",
            name="best so far",
            hoverinfo="y",
            line={"color": BEST, "width": 2.5, "shape": "hv"},
        )
    )


def _add_failures(picture: Any, fold: Fold, curve: Curve) -> None:
    rows = np.flatnonzero(curve.state == State.FAILED.code)
    rows = rows[thin(np.zeros(len(rows)))]
    if not len(rows):
        return
    picture.add_trace(
        graph_objects().Scatter(
            x=rows + 1,
            y=np.zeros(len(rows)),
            yaxis="y2",
            mode="markers",
            name="failed",
            marker={"color": QUIET, "symbol": "line-ns-open", "size": 9, "line": {"width": 1.5}},
            hovertext=hover_texts(fold, curve.number[rows]),
            hoverinfo="text",
        )
    )
    picture.update_layout(
        yaxis2={"overlaying": "y", "range": [-0.02, 1.0], "visible": False, "fixedrange": True, "showgrid": False}
    )
