"""Axes of values: logarithmic where the values span decades, and a range that outliers do not flatten."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ayar.numerics.arrays import Floats

_DECADES = 1_000.0


@dataclass(frozen=True)
class Scale:
    """What part of an axis shows a goal's values; its ends are logarithms to base 10 if `log`."""

    log: bool
    low: float
    high: float
    outside: int = 0
    """How many bad values lie beyond; good ones never do."""

    def of(self, values: Floats) -> Floats:
        """(n,) places of values: 0 at `low`, 1 at `high`, at the end what lies beyond; 0.5 if the ends are one."""
        if self.low == self.high:
            return np.full(len(values), 0.5)
        seen = np.log10(values) if self.log else values
        return np.asarray(np.clip((seen - self.low) / (self.high - self.low), 0.0, 1.0))

    def value(self, place: float) -> float:
        """The value that stands at a place from 0 to 1."""
        seen = self.low + place * (self.high - self.low)
        return float(10.0**seen) if self.log else seen


def value_scale(values: Floats, sign: float) -> Scale:
    """The scale of one goal's values.

    Arguments:
        values: (n,) as told, finite; at least one.
        sign: +1 when lower is better; bad outliers are left outside, good values never.
    """
    log = bool(values.min() > 0.0 and values.max() >= _DECADES * values.min())
    losses = sign * (np.log10(values) if log else values)
    low, high = np.quantile(losses, [0.25, 0.75])
    fence = high + 3.0 * (high - low)
    kept = losses[losses <= fence] if high > low else losses
    ends = sorted((sign * float(kept.min()), sign * float(kept.max())))
    return Scale(log, ends[0], ends[1], len(losses) - len(kept))


def value_axis(title: str, values: Floats, sign: float) -> tuple[dict[str, Any], int]:
    """(axis of a goal's values, how many of them lie outside it); arguments as for `value_scale`, and a title."""
    axis: dict[str, Any] = {"title": {"text": title}}
    if len(values) < 2:
        return axis, 0
    scale = value_scale(values, sign)
    if scale.log:
        axis["type"] = "log"
    if scale.outside:
        pad = 0.05 * (scale.high - scale.low)
        axis["range"] = [scale.low - pad, scale.high + pad]
    return axis, scale.outside
