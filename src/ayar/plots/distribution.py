"""The distribution of the values told: how often a trial of this study does at least so well."""

from typing import Any

import numpy as np

from ayar.analysis.sample import sample
from ayar.plots.source import as_fold
from ayar.plots.style import MAIN, figure, graph_objects, nothing, short
from ayar.plots.thin import thin


def edf(source: Any, goal: int | str = 0) -> Any:
    """Empirical distribution of one goal: the share of complete trials with a value up to x.

    Arguments:
        source: a Study or a Fold.
        goal: by place or name.

    Returns:
        A `plotly.graph_objects.Figure`.

    Raises:
        MissingExtra: plotly is not installed.
        ArgumentError: not a study, or it has no such goal.

    >>> from ayar.testing.folds import fold_of
    >>> picture = edf(fold_of({"x": (0.0, 1.0)}, [({"x": 0.5}, 2.0), ({"x": 0.1}, 1.0)]))
    >>> picture.data[0].y.tolist()
    [0.5, 1.0]
    """
    fold = as_fold(source)
    told = sample(fold, goal)
    if not len(told):
        return nothing("No complete trial yet.")
    values = np.sort(told.losses * told.goal.sign)
    share = np.arange(1, len(values) + 1) / len(values)
    keep = thin(values, keep=(0, len(values) - 1))
    picture = figure(
        xaxis={"title": {"text": short(told.goal.name)}},
        yaxis={"title": {"text": "share of trials up to this value"}, "tickformat": ".0%", "range": [0.0, 1.02]},
        showlegend=False,
    )
    line = {"color": MAIN, "width": 2, "shape": "hv"}
    picture.add_trace(graph_objects().Scatter(x=values[keep], y=share[keep], mode="lines", line=line))
    return picture
