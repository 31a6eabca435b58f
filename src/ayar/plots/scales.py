"""Axes of values: logarithmic where the values span decades, and a range that outliers do not flatten."""

from typing import Any

import numpy as np

from ayar.numerics.arrays import Floats

_DECADES = 1_000.0


def value_axis(title: str, values: Floats, sign: float) -> tuple[dict[str, Any], int]:
    """(axis of a goal's values, how many of them lie outside it).

    Arguments:
        title: of the axis.
        values: (n,) as told, finite.
        sign: +1 when lower is better; bad outliers are left outside, good values never.
    """
    axis: dict[str, Any] = {"title": {"text": title}}
    if len(values) < 2:
        return axis, 0
    log = bool(values.min() > 0.0 and values.max() >= _DECADES * values.min())
    seen = np.log10(values) if log else values
    if log:
        axis["type"] = "log"
    losses = sign * seen
    low, high = np.quantile(losses, [0.25, 0.75])
    fence = high + 3.0 * (high - low)
    outside = int((losses > fence).sum()) if high > low else 0
    if outside:
        inside = losses[losses <= fence]
        pad = 0.05 * float(np.ptp(inside))
        ends = sorted((sign * (float(inside.min()) - pad), sign * (float(inside.max()) + pad)))
        axis["range"] = ends
    return axis, outside
