"""Slices: the results along each parameter, and what the model says it does on average."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ayar.analysis.axes import Axis
from ayar.analysis.effects import Effect, Slice, effect_of, slice_of
from ayar.analysis.model import Model, fit_model
from ayar.analysis.sample import Sample, goal_index, sample
from ayar.numerics.arrays import Floats
from ayar.plots.hover import hover_texts
from ayar.plots.scales import value_axis
from ayar.plots.source import as_fold
from ayar.plots.style import BEST, MAIN, axis_theme, figure, graph_objects, nothing, short
from ayar.plots.thin import thin
from ayar.trial.fold import Fold

_ACROSS = 3
_MOST_PANELS = 12
_BAND = "rgba(31,134,199,0.16)"


def slice(source: Any, params: Sequence[str] | None = None, goal: int | str = 0) -> Any:  # noqa: A001  # the field's word
    """Results along each parameter, one panel each, with the model's average and its 5 % to 95 % band.

    A conditional parameter's panel holds the trials in which it was active.

    Arguments:
        source: a Study or a Fold.
        params: which parameters; the first 12 of the space if left out.
        goal: by place or name.

    Returns:
        A `plotly.graph_objects.Figure`.

    Raises:
        MissingExtra: plotly is not installed.
        ArgumentError: not a study, or it has no such goal or searched parameter.

    >>> from ayar.testing.folds import fold_of
    >>> picture = slice(fold_of({"x": (0.0, 1.0)}, [({"x": 0.5}, 2.0), ({"x": 0.1}, 1.0)]))
    >>> picture.layout.xaxis.title.text
    'x'
    """
    fold = as_fold(source)
    names = list(fold.setup.space.codec.names[:_MOST_PANELS] if params is None else params)
    told = sample(fold, goal)
    if not names or not len(told):
        return nothing("No complete trial yet." if names else "The space has no parameter that is searched.")
    index = goal_index(fold, goal)
    return _panels(fold, [slice_of(fold, name, index) for name in names], told, fit_model(told, fold.setup.seed))


def slice_panel(fold: Fold, name: str, model: Model | None) -> Any:
    """One parameter's panel for the first goal, with its model, which is fitted already."""
    return _panels(fold, [slice_of(fold, name)], sample(fold), model, height=260)


def _panels(fold: Fold, slices: list[Slice], told: Sample, model: Model | None, height: int = 280) -> Any:
    across = min(_ACROSS, len(slices))
    down = -(-len(slices) // across)
    picture = figure(
        height=height * down,
        showlegend=False,
        grid={"rows": down, "columns": across, "pattern": "independent", "xgap": 0.14, "ygap": 0.3},
    )
    best = int(told.numbers[told.order()[0]]) if len(told) else -1
    values, _ = value_axis(short(told.goal.name), told.losses * told.goal.sign, told.goal.sign)
    for place, found in enumerate(slices, 1):
        suffix = "" if place == 1 else str(place)
        effect = None if model is None else effect_of(model, found.axis.name, fold.setup.seed)
        _add_panel(picture, fold, found, effect, best, {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"})
        picture.update_layout(
            {f"xaxis{suffix}": _parameter_axis(found.axis), f"yaxis{suffix}": {**axis_theme(), **values}}
        )
    return picture


def _add_panel(picture: Any, fold: Fold, found: Slice, effect: Effect | None, best: int, at: dict[str, str]) -> None:
    if effect is not None and len(found.number):
        _add_effect(picture, effect, at)
    rows = thin(found.value, keep=np.flatnonzero(found.number == best))
    rows = rows[np.argsort(found.number[rows] == best, kind="stable")]  # the best last, so that it lies on top
    chosen = found.number[rows] == best
    picture.add_trace(
        graph_objects().Scatter(
            x=_places(found.axis, found.x[rows]),
            y=found.value[rows],
            mode="markers",
            marker={
                "color": np.where(chosen, BEST, MAIN).tolist(),
                "size": np.where(chosen, 11, 6).tolist(),
                "opacity": np.where(chosen, 1.0, 0.55).tolist(),
                "line": {"width": 0},
            },
            hovertext=hover_texts(fold, found.number[rows]),
            hoverinfo="text",
            **at,
        )
    )


def _add_effect(picture: Any, effect: Effect, at: dict[str, str]) -> None:
    go = graph_objects()
    x = _places(effect.axis, effect.x)
    if effect.axis.labels is not None:
        picture.add_trace(
            go.Scatter(
                x=x,
                y=effect.mean,
                mode="markers",
                hoverinfo="skip",
                **at,
                marker={"symbol": "line-ew-open", "size": 26, "color": MAIN, "line": {"width": 2}},
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "thickness": 1.2,
                    "width": 6,
                    "color": MAIN,
                    "array": effect.high - effect.mean,
                    "arrayminus": effect.mean - effect.low,
                },
            )
        )
        return
    picture.add_trace(
        go.Scatter(
            x=np.concatenate([x, x[::-1]]),
            y=np.concatenate([effect.high, effect.low[::-1]]),
            fill="toself",
            fillcolor=_BAND,
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
            **at,
        )
    )
    picture.add_trace(
        go.Scatter(x=x, y=effect.mean, mode="lines", line={"color": MAIN, "width": 2}, hoverinfo="skip", **at)
    )


def _places(axis: Axis, x: Floats) -> Any:
    """Where values stand on the axis; choices get a little room side by side, the same for the same row."""
    if axis.labels is None or len(x) <= len(axis.labels):
        return x
    golden = (np.arange(len(x)) * 0.618034) % 1.0
    return x + 0.3 * (golden - 0.5)


def _parameter_axis(axis: Axis) -> dict[str, Any]:
    shown: dict[str, Any] = {**axis_theme(), "title": {"text": short(axis.name), "standoff": 8}}
    if axis.labels is not None:
        shown |= {
            "tickvals": list(range(len(axis.labels))),
            "ticktext": [short(label) for label in axis.labels],
            "range": [-0.5, len(axis.labels) - 0.5],
        }
    elif axis.log:
        shown |= {"type": "log", "dtick": _decades(axis)}
    return shown


def _decades(axis: Axis) -> int:
    """Powers of ten between ticks, so that no more than six stand on the axis."""
    return max(1, int(np.ceil((np.log10(axis.high) - np.log10(axis.low)) / 6)))
