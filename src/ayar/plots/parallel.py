"""Parallel coordinates: one line a trial, one axis a parameter; the best stand out."""

from typing import Any

import numpy as np

from ayar.analysis.parallel import Lanes, lanes
from ayar.analysis.sample import goal_index
from ayar.analysis.words import number_text
from ayar.numerics.arrays import Floats
from ayar.plots.scales import Scale, value_scale
from ayar.plots.source import as_fold
from ayar.plots.style import BEST, GRID, MAIN, QUIET, figure, graph_objects, nothing, short
from ayar.plots.thin import thin
from ayar.trial.fold import Fold

Ticks = list[tuple[float, str]]
"""(height from 0 to 1, words) each."""

_INACTIVE = -0.14
_MOST_LINES = 1_000
_MOST_AXES = 14
_MOST_TICKS = 6
_CLASSES = (
    (0.5, 1.01, "the worse half", {"color": QUIET, "width": 1.0}, 0.35),
    (0.1, 0.5, "the better half", {"color": MAIN, "width": 1.2}, 0.4),
    (-1.0, 0.1, "the best tenth", {"color": BEST, "width": 2.2}, 0.9),
)
"""(rank above, rank up to, name, line, opacity), the later drawn over the earlier."""


def parallel_coordinates(source: Any, goal: int | str = 0) -> Any:
    """One line a complete trial across all parameters; a line dips to the bottom where a parameter is inactive.

    Terrible values stand at the bad end of the goal's axis. Above 1,000 trials the picture keeps the best, the worst
    and an even choice. At most 14 parameters.

    Arguments:
        source: a Study or a Fold.
        goal: by place or name.

    Returns:
        A `plotly.graph_objects.Figure`; lines are plain scatter traces, which need no WebGL.

    Raises:
        MissingExtra: plotly is not installed.
        ArgumentError: not a study, or it has no such goal.

    >>> from ayar.testing.folds import fold_of
    >>> study = fold_of({"x": (0.0, 1.0), "act": ["relu", "tanh"]}, [({"x": 0.5, "act": "relu"}, 2.0)])
    >>> parallel_coordinates(study).layout.xaxis.ticktext
    ('x', 'act', 'value')
    """
    fold = as_fold(source)
    found = lanes(fold, goal)
    if not found.axes or not len(found.value):
        return nothing("No complete trial yet." if found.axes else "The space has no parameter that is searched.")
    shown = found.axes[:_MOST_AXES]
    sign = fold.setup.goals[goal_index(fold, goal)].sign
    scale = value_scale(found.value, sign)
    height = np.column_stack([_heights(found, len(shown)), scale.of(found.value)])
    dips = bool(np.isnan(found.height[:, : len(shown)]).any())
    titles = [short(axis.name) for axis in shown] + [short(_goal_name(fold, goal))]
    picture = figure(
        height=420,
        xaxis={
            "tickvals": list(range(len(titles))),
            "ticktext": titles,
            "range": [-0.3, len(titles) - 0.6],
            "showgrid": False,
            "side": "top",
        },
        yaxis={"visible": False, "range": [_INACTIVE - 0.06 if dips else -0.06, 1.06]},
        legend={"orientation": "h", "yanchor": "top", "y": -0.02, "x": 0.0},
        margin={"l": 24, "r": 56, "t": 40, "b": 40},
    )
    _draw_axes(picture, [*(axis.ticks for axis in shown), _goal_ticks(scale, sign)], dips)
    _draw_lines(picture, found, height)
    return picture


def _goal_name(fold: Fold, goal: int | str) -> str:
    return goal if isinstance(goal, str) else fold.setup.goals[goal].name


def _heights(found: Lanes, shown: int) -> Floats:
    """(m, shown) heights of the parameters."""
    return np.where(np.isnan(found.height[:, :shown]), _INACTIVE, found.height[:, :shown])


def _goal_ticks(scale: Scale, sign: float) -> Ticks:
    """Ticks of the goal's axis; its bad end says when worse values stand there too."""
    if scale.low == scale.high:
        return [(0.5, number_text(scale.low))]
    places = (0.0, 0.5, 1.0) if scale.log else (0.0, 1.0)
    worst = 1.0 if sign > 0 else 0.0
    worse = " and worse" if scale.outside else ""
    return [(place, number_text(scale.value(place)) + (worse if place == worst else "")) for place in places]


def _draw_axes(picture: Any, ticks: list[Ticks], dips: bool) -> None:
    for place, marks in enumerate(ticks):
        picture.add_shape(
            type="line", x0=place, x1=place, y0=0.0, y1=1.0, line={"color": GRID, "width": 2}, layer="below"
        )
        for height, label in marks if len(marks) <= _MOST_TICKS else (marks[0], marks[len(marks) // 2], marks[-1]):
            picture.add_annotation(
                x=place,
                y=height,
                text=short(label),
                showarrow=False,
                xanchor="left",
                xshift=5,
                font={"size": 11},
                name="tick",
            )
    if dips:
        picture.add_annotation(
            x=-0.28, y=_INACTIVE, text="inactive", showarrow=False, xanchor="left", font={"size": 11}
        )


def _draw_lines(picture: Any, found: Lanes, height: Floats) -> None:
    go = graph_objects()
    kept = thin(found.rank, keep=np.flatnonzero(found.rank <= 0.02)[:200], most=_MOST_LINES)
    for above, upto, name, line, opacity in _CLASSES:
        rows = kept[(found.rank[kept] > above) & (found.rank[kept] <= upto)]
        if not len(rows):
            continue
        places = np.append(np.arange(height.shape[1], dtype=np.float64), np.nan)
        y = np.column_stack([height[rows], np.full(len(rows), np.nan)])
        texts = [f"trial {found.number[row]}: {number_text(float(found.value[row]), 6)}" for row in rows]
        picture.add_trace(
            go.Scatter(
                x=np.tile(places, len(rows)),
                y=y.ravel(),
                mode="lines",
                name=name,
                line=line,
                opacity=opacity,
                hovertext=np.repeat(texts, height.shape[1] + 1).tolist(),
                hoverinfo="text",
            )
        )
