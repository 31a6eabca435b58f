"""What rules of thumb read off one sweep: each gives a learning rate, on the same zero-lag curve.

η  learning rate, x = log₁₀ η     f, f'  value and slope of local lines (`numerics.curves`), widths 0.25 and 0.4 decades
s  level at the start of the sweep      e  standard errors

An average of the losses lags: read off it the minimum came out 6 to 7 times too high in 300 synthetic sweeps of 100
steps over 8 decades, and the steepest point was right within a factor 2 in 3 to 9% of them. Local lines were right in
93 to 100%. Losses are clipped at 1.5 times the start before the fit, or the cliff would hide the curve.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ayar.numerics.arrays import Floats
from ayar.numerics.curves import LocalLines, local_lines, local_noise
from ayar.training.range_sweep import Sweep

SLOPE_WIDTH, VALUE_WIDTH = 0.4, 0.25
"""Decades; standard deviations of the weights. Slopes need more values; a wide fit cuts through a narrow minimum."""
_CLIP = 1.5
_ROUNDING = 1e-9
_FEWEST = 5
"""Losses that the level at the start is taken from, at least."""


@dataclass(frozen=True)
class Reading:
    """One sweep with its fit: what the rules look at."""

    lrs: Floats
    """(n,) learning rates."""
    losses: Floats
    """(n,) finite losses, clipped."""
    fit: LocalLines
    """(n,) the curve: values."""
    slope: Floats
    """(n,) its slope per decade, from a wider fit."""
    slope_error: Floats
    """(n,) standard error of the slope."""
    start: float
    """Level at the start."""
    start_error: float
    """Its standard error."""
    bottom: int
    """Where the curve is lowest, before divergence."""
    divergence: float | None
    """η at which the sweep broke; None if it did not."""

    @property
    def diverged(self) -> bool:
        """Whether the sweep was stopped."""
        return self.divergence is not None

    @property
    def fall(self) -> float:
        """From the start to the lowest point."""
        return self.start - float(self.fit.value[self.bottom])

    @property
    def fall_error(self) -> float:
        """Standard error of the fall, never below what rounding does."""
        rounding = _ROUNDING * float(np.abs(self.losses).max())
        return math.hypot(self.start_error, float(self.fit.value_error[self.bottom]), rounding)

    @property
    def signal(self) -> float:
        """The fall in standard errors; 0 where nothing fell."""
        return self.fall / self.fall_error if self.fall > 0 else 0.0

    @property
    def rise(self) -> float:
        """How far the curve climbs again after its lowest point, in units of the fall."""
        return float(self.fit.value[self.bottom :].max() - self.fit.value[self.bottom]) / max(self.fall, 1e-300)


def read(sweep: Sweep) -> Reading | None:
    """The fitted curve of a sweep; None for fewer than three finite losses."""
    finite = np.isfinite(sweep.losses)
    lrs, losses = np.array(sweep.lrs)[finite], np.array(sweep.losses)[finite]
    if len(losses) < 3:
        return None
    x = np.log10(lrs)
    narrow = min(1.0, float(x[-1] - x[0]) / (4 * SLOPE_WIDTH))
    first = max(int((x <= x[0] + narrow * SLOPE_WIDTH).sum()), min(_FEWEST, len(x)))
    start = float(np.median(losses[:first]))
    top = start + (_CLIP - 1) * max(abs(start), start - float(losses.min()))
    clipped = np.minimum(losses, top)
    sigma = local_noise(clipped)
    fit = local_lines(x, clipped, narrow * VALUE_WIDTH, sigma=sigma)
    slopes = local_lines(x, clipped, narrow * SLOPE_WIDTH, sigma=sigma)
    error = float(np.sqrt((sigma[:first] ** 2).sum())) / first
    return Reading(
        lrs=lrs,
        losses=clipped,
        fit=fit,
        slope=slopes.slope,
        slope_error=slopes.slope_error,
        start=start,
        start_error=error,
        bottom=int(np.argmin(fit.value[: _good(lrs, sweep.divergence)])),
        divergence=sweep.divergence,
    )


def _good(lrs: Floats, divergence: float | None) -> int:
    """How many losses lie before divergence: no minimum is looked for behind it, where a wide fit may have one."""
    return len(lrs) if divergence is None else max(int(np.searchsorted(lrs, divergence)), 1)


def _floor(r: Reading) -> float | None:
    """Smallest η from which on, up to the minimum, the curve is below the start by 2e."""
    before = slice(0, r.bottom + 1)
    below = r.fit.value[before] < r.start - 2 * np.hypot(r.start_error, r.fit.value_error[before])
    if not below[-1]:
        return None
    above = np.flatnonzero(~below)
    return float(r.lrs[above[-1] + 1 if len(above) else 0])


def _steepest(r: Reading) -> float:
    """η of the least f', up to the minimum."""
    return float(r.lrs[np.argmin(r.slope[: r.bottom + 1])])


def _minimum(r: Reading) -> float:
    """η of the least f."""
    return float(r.lrs[r.bottom])


def _tenth(r: Reading) -> float:
    """A tenth of the minimum."""
    return _minimum(r) / 10


def _valley(r: Reading) -> float | None:
    """Midpoint, in log η, of the longest stretch on which f' is below 0 by 2e."""
    falling = np.concatenate([[False], r.slope < -2 * r.slope_error, [False]])
    edges = np.flatnonzero(np.diff(falling.astype(int)))
    begins, ends = edges[::2], edges[1::2] - 1
    if not len(begins):
        return None
    longest = int(np.argmax(r.fit.x[ends] - r.fit.x[begins]))
    return float(10 ** ((r.fit.x[begins[longest]] + r.fit.x[ends[longest]]) / 2))


def _slide(r: Reading) -> float | None:
    """From the right, the first η at which f' is 0 within its error; None where f does not rise at the end."""
    rising = r.slope > 2 * r.slope_error
    if not rising.any():
        return None
    last = int(np.flatnonzero(rising)[-1])
    level = np.flatnonzero(~rising[:last])
    return float(r.lrs[level[-1]]) if len(level) else None


def _last_good(r: Reading) -> float:
    """Largest η up to which f stays within 2e of the minimum."""
    lowest = r.fit.value[r.bottom]
    error = np.hypot(r.fit.value_error[r.bottom], r.fit.value_error[r.bottom :])
    worse = np.flatnonzero(r.fit.value[r.bottom :] > lowest + 2 * error)
    return float(r.lrs[r.bottom + worse[0] - 1] if len(worse) else r.lrs[-1])


def _divergence(r: Reading) -> float | None:
    """η from which on a twentieth of the fall was given back, up to the stop."""
    return r.divergence


RULES: Mapping[str, tuple[Callable[[Reading], float | None], str]] = {
    "floor": (_floor, "learning begins: the loss is below its start by 2 standard errors"),
    "steepest": (_steepest, "the loss falls fastest per decade"),
    "minimum": (_minimum, "the loss is lowest"),
    "minimum/10": (_tenth, "a tenth of the minimum"),
    "valley": (_valley, "midpoint of the longest falling stretch"),
    "slide": (_slide, "from the right, the slope first vanishes"),
    "last good": (_last_good, "up to here the loss stays within 2 standard errors of its lowest"),
    "divergence": (_divergence, "the loss climbs for good: a twentieth of its fall is given back"),
}
"""Name -> (rule, what it means)."""
