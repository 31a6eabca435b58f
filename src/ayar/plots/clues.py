"""Training and validation loss over the steps, with what was noticed marked where it was seen."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ayar.plots.style import BEST, MAIN, QUIET, figure, graph_objects, nothing

_LINES = (("train", "training", MAIN), ("validation", "validation", BEST))


def clues(table: Sequence[Mapping[str, Any]], findings: Sequence[Mapping[str, Any]]) -> Any:
    """The curves that clues are read from.

    Arguments:
        table: a row for each evaluation with step, train and validation, as `Clues.table` gives it.
        findings: name, step and why of each clue.

    Returns:
        A `plotly.graph_objects.Figure`.

    Raises:
        MissingExtra: plotly is not installed.

    >>> from ayar.training import Clues
    >>> watch = Clues()
    >>> for step in range(5):
    ...     watch.add(step, train=1.0 / (1 + step), validation=1.2 / (1 + step))
    >>> [trace.name for trace in watch.plot().data]
    ['training', 'validation']
    """
    if not table:
        return nothing("Nothing was evaluated yet.")
    picture = figure(
        height=340,
        xaxis={"title": {"text": "step"}},
        yaxis={"title": {"text": "loss"}, "type": "log" if _spans_decades(table) else "linear"},
        legend={"orientation": "h", "y": 1.12},
    )
    for column, name, colour in _LINES:
        rows = [row for row in table if row[column] is not None and math.isfinite(row[column])]
        if rows:
            picture.add_trace(
                graph_objects().Scatter(
                    x=[row["step"] for row in rows],
                    y=[row[column] for row in rows],
                    name=name,
                    mode="lines+markers",
                    line={"color": colour, "width": 2},
                    hovertemplate=f"step %{{x}}<br>{name} %{{y:.4g}}<extra></extra>",
                )
            )
    for place, clue in enumerate(findings):
        picture.add_vline(
            x=clue["step"], line={"color": QUIET, "dash": "dot"}, annotation_text=clue["name"],
            annotation_position="top right", annotation_yshift=-16 * place,
        )  # fmt: skip
    return picture


def _spans_decades(table: Sequence[Mapping[str, Any]]) -> bool:
    values = [row[column] for row in table for column, *_ in _LINES if row[column] is not None]
    finite = [value for value in values if math.isfinite(value)]
    return bool(finite) and min(finite) > 0.0 and max(finite) > 30.0 * min(finite)
