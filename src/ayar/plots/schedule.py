"""Learning rate and momentum of a training, step by step: two panels over one axis."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ayar.plots.style import BEST, MAIN, axis_theme, figure, graph_objects, nothing
from ayar.plots.thin import thin

FEW = 60
"""Up to as many steps each is a dot: a line alone hides how few they are."""


def schedule(table: Sequence[Mapping[str, Any]]) -> Any:
    """The course of a schedule.

    Arguments:
        table: a row for each step with step, lr and momentum (None without), as `Schedule.table` gives it.

    Returns:
        A `plotly.graph_objects.Figure`.

    Raises:
        MissingExtra: plotly is not installed.

    >>> from ayar.training import OneCycle
    >>> [trace.name for trace in OneCycle(steps=20, max_lr=0.1).plot().data]
    ['learning rate', 'momentum']
    """
    if not table:
        return nothing("A schedule without steps.")
    with_momentum = table[0]["momentum"] is not None
    lower = 0.46 if with_momentum else 0.0
    picture = figure(
        height=380 if with_momentum else 260,
        xaxis={"title": {"text": "step"}, "anchor": "y2" if with_momentum else "y"},
        yaxis={"title": {"text": "learning rate"}, "domain": [lower, 1.0], "rangemode": "tozero"},
        showlegend=False,
    )
    _line(picture, table, "lr", "learning rate", MAIN, "y")
    if with_momentum:
        picture.update_layout(yaxis2={**axis_theme(), "title": {"text": "momentum"}, "domain": [0.0, lower - 0.08]})
        _line(picture, table, "momentum", "momentum", BEST, "y2")
    return picture


def _line(picture: Any, table: Sequence[Mapping[str, Any]], column: str, name: str, colour: str, axis: str) -> None:
    values = np.array([row[column] for row in table], dtype=np.float64)
    steps = np.array([row["step"] for row in table])
    keep = thin(values, keep=(0, len(values) - 1))
    picture.add_trace(
        graph_objects().Scatter(
            x=steps[keep],
            y=values[keep],
            yaxis=axis,
            name=name,
            mode="lines+markers" if len(values) <= FEW else "lines",
            line={"color": colour, "width": 2},
            hovertemplate=f"step %{{x}}<br>{name} %{{y:.4g}}<extra></extra>",
        )
    )
