"""Arms of a comparison: the training loss of each over its steps, smoothed, one line a run."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ayar.plots.style import BEST, GOOD, MAIN, QUIET, SERIES, figure, graph_objects, nothing, safe
from ayar.plots.thin import thin

COLOURS = {"default": QUIET, "constant": BEST, "baseline": GOOD}


def arms(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Training loss by step.

    Arguments:
        rows: one for each step of each run: arm, kind, seed, step, loss, as `Comparison.curves` gives them.

    Returns:
        A `plotly.graph_objects.Figure`; the losses are means over a tenth of the run, as an average in the middle.

    Raises:
        MissingExtra: plotly is not installed.
    """
    runs: dict[tuple[str, str, int], list[float]] = {}
    for row in rows:
        runs.setdefault((row["arm"], row["kind"], row["seed"]), []).append(row["loss"])
    if not runs:
        return nothing("No arms were compared.")
    picture = figure(height=380, xaxis={"title": {"text": "step"}}, yaxis=_loss_axis(runs.values()))
    names = list(dict.fromkeys(name for name, _, _ in runs))
    same_kind = len({kind for _, kind, _ in runs}) == 1
    for (name, kind, seed), losses in runs.items():
        place = names.index(name)
        colour = SERIES[place % len(SERIES)] if same_kind else COLOURS.get(kind, MAIN)
        smooth = _smoothed(np.array(losses))
        keep = thin(smooth, keep=(0, len(smooth) - 1))
        picture.add_trace(
            graph_objects().Scatter(
                x=keep,
                y=smooth[keep],
                name=safe(name),
                legendgroup=name,
                showlegend=seed == min(s for n, _, s in runs if n == name),
                mode="lines",
                line={"color": colour, "width": 2},
                hovertemplate=f"{safe(name)}, seed {seed}<br>step %{{x}}<br>loss %{{y:.4g}}<extra></extra>",
            )
        )
    return picture


def _loss_axis(runs: Any) -> dict[str, Any]:
    losses = np.array([loss for run in runs for loss in run if np.isfinite(loss)])
    log = len(losses) > 0 and float(losses.min()) > 0
    axis: dict[str, Any] = {"title": {"text": "training loss"}, "type": "log" if log else "linear"}
    return axis


def _smoothed(losses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means over windows of a tenth of the run, shorter at the ends; what is not finite stays a gap."""
    half = max(1, len(losses) // 20)
    windows = [losses[max(0, t - half) : t + half + 1] for t in range(len(losses))]
    return np.array([np.mean(window) if np.isfinite(window).all() else np.nan for window in windows])
