"""The picture of importance: one bar a parameter, with what the trials leave open."""

from typing import Any

from ayar.analysis.importance import Importance
from ayar.analysis.importance import importance as importance_table
from ayar.plots.source import as_fold
from ayar.plots.style import MAIN, QUIET, figure, graph_objects, nothing, short

_MOST_BARS = 30


def importance(source: Any, goal: int | str = 0) -> Any:
    """How much of one goal each parameter decides, the most important on top, with 90 % intervals.

    Method and limits: `ayar.analysis.importance`. Bars are grey when the model explains too little for the order to
    mean something.

    Arguments:
        source: a Study or a Fold.
        goal: by place or name.

    Returns:
        A `plotly.graph_objects.Figure`; with fewer than 8 complete trials one that says so.

    Raises:
        MissingExtra: plotly is not installed.
        ArgumentError: not a study, or it has no such goal.

    >>> from ayar.testing.folds import fold_of
    >>> importance(fold_of({"x": (0.0, 1.0)}, [])).layout.annotations[0].text
    'Nothing to weigh yet: too few complete trials: 0 of 8.'
    """
    return importance_bars(importance_table(as_fold(source), goal))


def importance_bars(found: Importance) -> Any:
    """The picture of a table that is made already."""
    if not found.shares:
        return nothing(f"Nothing to weigh yet: {found.why}.")
    shares = found.shares[:_MOST_BARS][::-1]
    picture = figure(
        height=90 + 30 * len(shares),
        xaxis={
            "title": {"text": f"share of the variation of {short(found.goal)}"},
            "tickformat": ".0%",
            "range": [0.0, min(1.0, 0.03 + max(item.high for item in shares))],
            "nticks": 6,
        },
        yaxis={
            "tickvals": list(range(len(shares))),
            "ticktext": [short(item.name) for item in shares],
            "showgrid": False,
        },
        showlegend=False,
    )
    colour = MAIN if found.reliable else QUIET
    picture.add_trace(
        graph_objects().Bar(
            x=[item.share for item in shares],
            y=list(range(len(shares))),
            orientation="h",
            marker={"color": colour, "opacity": 0.85},
            width=0.55,
            hoverinfo="text",
            hovertext=[
                f"{short(item.name)}: {item.share:.1%} ({item.low:.1%} to {item.high:.1%}), in {item.active} trials"
                for item in shares
            ],
            textposition="none",
            error_x={
                "type": "data",
                "symmetric": False,
                "thickness": 1.5,
                "width": 4,
                "color": QUIET,
                "array": [item.high - item.share for item in shares],
                "arrayminus": [item.share - item.low for item in shares],
            },
        )
    )
    return picture
