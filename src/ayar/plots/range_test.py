"""The learning-rate range test: every sweep, its fitted curve, the bracket, the rules and the complete cycles."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ayar.plots.style import BEST, GOOD, INK, MAIN, QUIET, figure, graph_objects, nothing, safe

_HEADROOM = 1.6
"""The losses shown end so far above the start: what follows divergence would flatten the rest."""
Rows = Sequence[Mapping[str, Any]]


def range_test(
    table: Rows, rules: Rows, cycles: Rows, *, bracket: tuple[float, float] | None, max_lr: float | None, title: str
) -> Any:
    """Losses over the learning rate of a `RangeTest`, which hands in its own tables.

    Returns:
        A `plotly.graph_objects.Figure`.

    Raises:
        MissingExtra: plotly is not installed.
    """
    shown = [row for row in table if math.isfinite(row["loss"])]
    if not shown:
        return nothing(f"No finite loss: {title}.")
    levels = _levels(shown)
    picture = figure(
        height=520,
        xaxis={"title": {"text": "learning rate (log)"}, "type": "log", "exponentformat": "power", "anchor": "y2"},
        yaxis={"title": {"text": "loss of the batch"}, "range": levels, "domain": [0.38, 1.0]},
        yaxis2={"type": "category", "domain": [0.0, 0.33], "automargin": True},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.1, "x": 0.0},
        margin={"l": 56, "r": 16, "t": 84, "b": 48},
    )
    for repeat in sorted({row["repeat"] for row in shown}):
        _add_sweep(picture, [row for row in shown if row["repeat"] == repeat], levels[1], repeat == 0)
    if bracket is not None:
        _add_bracket(picture, bracket)
    _add_rules(picture, rules)
    _add_cycles(picture, cycles)
    if max_lr is not None:
        picture.add_vline(x=max_lr, line={"color": BEST, "width": 2})
        _label(picture, max_lr, f"max {max_lr:.2g}", 1.08, BEST)
    else:
        _label(picture, shown[0]["lr"], safe(title), 1.08, BEST)
    return picture


def _levels(rows: Rows) -> list[float]:
    """Lowest and highest loss shown."""
    first = [row["loss"] for row in rows if row["step"] < 5]
    losses = [row["loss"] for row in rows]
    low, start = min(losses), max(first)
    reach = max(start - low, abs(start) * 0.05, 1e-12)
    return [low - 0.12 * reach, min(max(losses), low + _HEADROOM * reach) + 0.05 * reach]


def _add_sweep(picture: Any, rows: Rows, top: float, first: bool) -> None:
    scatter = graph_objects().Scatter
    dots = [row for row in rows if row["loss"] <= top]
    picture.add_trace(
        scatter(
            x=[row["lr"] for row in dots],
            y=[row["loss"] for row in dots],
            mode="markers",
            marker={"color": QUIET, "size": 3, "opacity": 0.5},
            name="loss",
            legendgroup="loss",
            showlegend=first,
        )
    )
    fitted = [row for row in rows if row["fitted"] is not None]
    picture.add_trace(
        scatter(
            x=[row["lr"] for row in fitted],
            y=[row["fitted"] for row in fitted],
            mode="lines",
            line={"color": MAIN, "width": 2},
            name="fitted, no lag",
            legendgroup="fit",
            showlegend=first,
            hoverinfo="skip",
        )
    )
    held = [row for row in rows if row["validation"] is not None and row["validation"] <= top]
    if held:
        picture.add_trace(
            scatter(
                x=[row["lr"] for row in held],
                y=[row["validation"] for row in held],
                mode="markers",
                marker={"color": GOOD, "size": 7, "symbol": "circle-open"},
                name="validation loss",
                legendgroup="validation",
                showlegend=first,
            )
        )


def _add_bracket(picture: Any, bracket: tuple[float, float]) -> None:
    picture.add_vrect(x0=bracket[0], x1=bracket[1], fillcolor=GOOD, opacity=0.12, line_width=0)


def _add_rules(picture: Any, rules: Rows) -> None:
    """A line a rule, below: a bar from the lowest to the highest repeat's answer, and a mark at the median."""
    for rule in reversed([rule for rule in rules if rule["median"] is not None]):
        picture.add_trace(
            graph_objects().Scatter(
                x=[rule["lowest"], rule["median"], rule["highest"]],
                y=[f"{safe(rule['rule'])}  {rule['median']:.2g}"] * 3,
                yaxis="y2",
                mode="lines+markers",
                marker={"color": INK, "size": [1, 8, 1], "symbol": "diamond"},
                line={"color": INK, "width": 1.5},
                name=safe(rule["rule"]),
                hovertext=safe(rule["meaning"]),
                showlegend=False,
            )
        )


def _add_cycles(picture: Any, cycles: Rows) -> None:
    whole = [cycle for cycle in cycles if math.isfinite(cycle["loss"])]
    if not whole:
        return
    picture.add_trace(
        graph_objects().Scatter(
            x=[cycle["max_lr"] for cycle in whole],
            y=[cycle["loss"] for cycle in whole],
            mode="markers",
            marker={"color": BEST, "size": 9, "symbol": "x-thin", "line": {"color": BEST, "width": 2}},
            name="loss after a complete cycle",
        )
    )


def _label(picture: Any, lr: float, text: str, y: float, colour: str) -> None:
    picture.add_annotation(
        x=math.log10(lr), y=y, yref="paper", text=text, showarrow=False, font={"size": 12, "color": colour}
    )
