"""Throughput by batch size with the fitted curve, time to the target below it, sizes that did not fit in red."""

from collections.abc import Mapping, Sequence
from typing import Any

from ayar.plots.style import BEST, GOOD, MAIN, QUIET, axis_theme, figure, graph_objects, nothing


def batch_size(
    table: Sequence[Mapping[str, Any]],
    *,
    fitted: Mapping[str, Sequence[float]] | None = None,
    noise: Sequence[Mapping[str, Any]] = (),
) -> Any:
    """What `find_batch_size` saw.

    Arguments:
        table: a row for each size, as `BatchSize.table` gives it.
        fitted: the curve of throughput: batch_size and samples_per_s.
        noise: a row for each noise scale over the training, as `GradientNoise.table` gives it.

    Returns:
        A `plotly.graph_objects.Figure`.

    Raises:
        MissingExtra: plotly is not installed.
    """
    rows = [row for row in table if row["samples_per_s"]]
    if not rows:
        return nothing("No batch size ran.")
    timed = bool(noise) and rows[0]["seconds_to_target"] is not None
    lower = 0.5 if timed else 0.0
    picture = figure(
        height=520 if timed else 360,
        xaxis={"title": {"text": "batch size, rows"}, "type": "log", "dtick": "D2", "anchor": "y2" if timed else "y"},
        yaxis={"title": {"text": "samples per second"}, "domain": [lower, 1.0], "rangemode": "tozero"},
    )
    if fitted:
        _add(picture, fitted["batch_size"], fitted["samples_per_s"], "fit", mode="lines", line={"color": QUIET})
    sizes = [row["batch_size"] for row in rows]
    _add(picture, sizes, [row["samples_per_s"] for row in rows], "measured", marker={"color": MAIN, "size": 8})
    _chosen(picture, rows, "samples_per_s")
    lost = [row["batch_size"] for row in table if not row["fits"]]
    if lost:
        cross = {"color": BEST, "size": 9, "symbol": "x"}
        _add(picture, lost, [0.0] * len(lost), "out of memory", marker=cross)
    if timed:
        picture.update_layout(
            yaxis2={
                **axis_theme(),
                "title": {"text": "seconds to target"},
                "domain": [0.0, lower - 0.08],
                "type": "log",
            }
        )
        seconds = [row["seconds_to_target"] for row in rows]
        _add(picture, sizes, seconds, "time to target", marker={"color": GOOD, "size": 8}, yaxis="y2")
        _range(picture, noise, (min(seconds), max(seconds)))
    return picture


def _add(picture: Any, x: Sequence[float], y: Sequence[float], name: str, **how: Any) -> None:
    settled = {"mode": "markers", "hovertemplate": f"%{{x}} rows<br>%{{y:.4g}}<extra>{name}</extra>", **how}
    picture.add_trace(graph_objects().Scatter(x=list(x), y=list(y), name=name, **settled))


def _chosen(picture: Any, rows: Sequence[Mapping[str, Any]], column: str) -> None:
    for row in (row for row in rows if row["chosen"]):
        ring = {"color": "rgba(0,0,0,0)", "size": 16, "line": {"color": BEST, "width": 2}}
        _add(picture, [row["batch_size"]], [row[column]], f"chosen: {row['batch_size']}", marker=ring)


def _range(picture: Any, noise: Sequence[Mapping[str, Any]], height: tuple[float, float]) -> None:
    """The band of the noise scale over the training."""
    finite = [row["noise_scale"] for row in noise if 0.0 < row["noise_scale"] < float("inf")]
    if not finite:
        return
    left, right, (low, high) = min(finite), max(finite), height
    band = {"fill": "toself", "fillcolor": "rgba(0,158,115,0.14)", "line": {"width": 0}, "mode": "lines"}
    x, y = [left, right, right, left, left], [low, low, high, high, low]
    _add(picture, x, y, "noise scale over the training", yaxis="y2", **band, hoverinfo="skip", hovertemplate=None)
