"""Validation loss by setting: a line for each seed, which all settings share, the mean, and what is tied."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ayar.plots.style import BEST, GOOD, MAIN, QUIET, figure, graph_objects, nothing, short


def paired_runs(table: Sequence[Mapping[str, Any]], name: str) -> Any:
    """What `momentum_test` and `weight_decay_test` compared.

    Arguments:
        table: a row for each setting, as their `table` gives it.
        name: of what was compared, for the axis.

    Returns:
        A `plotly.graph_objects.Figure`.

    Raises:
        MissingExtra: plotly is not installed.
    """
    finite = [row for row in table if math.isfinite(row["loss"])]
    if not finite:
        return nothing("No setting trained.")
    go = graph_objects()
    picture = figure(
        xaxis={"title": {"text": short(name)}, "type": "category", "categoryarray": [r["setting"] for r in table]},
        yaxis={"title": {"text": "validation loss"}, "type": "log"},
    )
    at = [row["setting"] for row in finite]
    for i, losses in enumerate(zip(*(row["losses"] for row in finite), strict=True)):
        seed = {"color": QUIET, "width": 1}
        picture.add_trace(
            go.Scatter(x=at, y=losses, mode="lines", line=seed, name="one seed", legendgroup="seed", showlegend=i == 0)
        )
    for label, tied, colour in (("mean, tied with the best", True, GOOD), ("mean, clearly worse", False, MAIN)):
        rows = [row for row in finite if row["tied"] == tied]
        if rows:
            picture.add_trace(_means(rows, label, colour))
    ring = {"color": "rgba(0,0,0,0)", "size": 20, "line": {"color": BEST, "width": 2}}
    chosen = next(row for row in finite if row["chosen"])
    picture.add_trace(go.Scatter(x=[chosen["setting"]], y=[chosen["loss"]], mode="markers", marker=ring, name="chosen"))
    lost = [row["setting"] for row in table if row not in finite]
    if lost:
        picture.add_annotation(
            text=f"diverged: {short(', '.join(lost))}", showarrow=False, x=1.0, y=1.0, xref="paper", yref="paper"
        )
    return picture


def _means(rows: Sequence[Mapping[str, Any]], label: str, colour: str) -> Any:
    return graph_objects().Scatter(
        x=[row["setting"] for row in rows],
        y=[row["loss"] for row in rows],
        error_y={"type": "data", "array": [row["error"] for row in rows], "color": colour},
        customdata=[[row["lr"], row["difference"], row["error"]] for row in rows],
        mode="markers",
        marker={"color": colour, "size": 10},
        name=label,
        hovertemplate="%{x}: loss %{y:.4g}<br>%{customdata[1]:.2g} ± %{customdata[2]:.1g} from the best"
        "<br>learning rate up to %{customdata[0]:.3g}<extra></extra>",
    )
