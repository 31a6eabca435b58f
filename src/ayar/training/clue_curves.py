"""The curves that clues are read from, and what is asked of them: their noise, their trend, their spikes.

σ  noise of a curve, from its neighbours (`numerics.curves`)      L₀  its first value
x  how far training has travelled: the sum of the learning rates so far, or the step where rates are not known

All of it is relative to σ or L₀, so a loss a thousand times as large gives the same clues.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.curves import noise

ROUNDING = 1e-9
"""Of a curve's values: noise below this is rounding, or nothing but a formula."""


class Evaluation(NamedTuple):
    """One look at a training; None where something was not measured."""

    step: int
    train: float | None
    validation: float | None
    lr: float | None


class Trend(NamedTuple):
    """A straight line through a piece of a curve."""

    change: float
    """From its first to its last point."""
    error: float
    """Standard error of that."""


@dataclass(frozen=True, eq=False)
class Curve:
    """One loss over the evaluations at which it was measured."""

    steps: Floats
    """(n,)."""
    x: Floats
    """(n,) rising."""
    y: Floats
    """(n,) losses, finite."""

    def __len__(self) -> int:
        return len(self.y)

    @property
    def sigma(self) -> float:
        """σ; never quite 0."""
        return max(noise(self.y), ROUNDING * float(np.abs(self.y).max(initial=0.0)))

    def last(self, count: int) -> "Curve":
        """The newest `count` evaluations."""
        return self.part(np.arange(len(self)) >= len(self) - count)

    def part(self, rows: Bools) -> "Curve":
        """Some of the evaluations."""
        return Curve(self.steps[rows], self.x[rows], self.y[rows])

    def trend(self, sigma: float) -> Trend:
        """The line of least squares through all of it, for noise σ; needs two evaluations."""
        away = self.x - self.x.mean()
        spread = float(away @ away)
        if spread <= 0.0:
            return Trend(0.0, math.inf)
        width = float(np.ptp(self.x))
        return Trend(float(away @ self.y) / spread * width, sigma / math.sqrt(spread) * width)

    def smoothed(self) -> Floats:
        """(n,) medians of three neighbours: a spike leaves no trace; the ends stay as they are."""
        if len(self) < 3:
            return self.y
        middle = np.median(np.stack([self.y[:-2], self.y[1:-1], self.y[2:]]), axis=0)
        return np.concatenate([self.y[:1], middle, self.y[-1:]])


@dataclass(frozen=True, eq=False)
class Training:
    """What is known of a training so far."""

    train: Curve
    validation: Curve
    both: Floats
    """(m,) training loss less validation loss, where both were measured."""
    broken: int | None
    """Step of the first loss that is not finite."""
    peak: int | None
    """Step of the highest learning rate, if the rate changes and is known; the newest one while it still rises."""
    annealed: bool
    """Whether the rate has fallen below a tenth of its highest: a flat curve is then the end that was planned."""
    chance: float | None
    reachable: float | None


def read(
    evaluations: Sequence[Evaluation], peak: int | None, chance: float | None, reachable: float | None
) -> Training:
    """The evaluations as curves.

    Arguments:
        evaluations: in the order of their steps.
        peak: the schedule's step of highest rate; None: read off the rates that were given.
        chance: loss of a model that knows nothing.
        reachable: a training loss that this model is known to reach.
    """
    rates = [each.lr for each in evaluations]
    known = bool(rates) and all(rate is not None and math.isfinite(rate) for rate in rates)
    lr = np.array(rates, dtype=float) if known else np.ones(len(evaluations))
    steps = np.array([each.step for each in evaluations], dtype=float)
    x = np.cumsum(lr * np.diff(steps, prepend=steps[:1] - 1)) if len(steps) else steps
    train, validation = (_column(evaluations, name) for name in ("train", "validation"))
    values = np.where(np.isnan(train), 0.0, train) + np.where(np.isnan(validation), 0.0, validation)
    broken = np.flatnonzero(~np.isfinite(values))
    alive = slice(0, int(broken[0]) if len(broken) else None)
    changes = known and len(lr) > 0 and float(lr.max()) > float(lr.min())
    if peak is None and changes:
        peak = int(steps[len(lr) - 1 - int(np.argmax(lr[::-1]))])
    return Training(
        train=_curve(steps[alive], x[alive], train[alive]),
        validation=_curve(steps[alive], x[alive], validation[alive]),
        both=_both(train[alive], validation[alive]),
        broken=int(steps[broken[0]]) if len(broken) else None,
        peak=peak,
        annealed=bool(changes and lr[-1] < 0.1 * lr.max()),
        chance=chance,
        reachable=reachable,
    )


def _column(evaluations: Sequence[Evaluation], name: str) -> Floats:
    """(n,) one loss; NaN where it was not measured, ∞ where it was measured as no number."""
    values = [getattr(each, name) for each in evaluations]
    return np.array(
        [math.nan if value is None else value if math.isfinite(value) else math.inf for value in values], dtype=float
    )


def _both(train: Floats, validation: Floats) -> Floats:
    return np.asarray((train - validation)[~np.isnan(train) & ~np.isnan(validation)])


def _curve(steps: Floats, x: Floats, y: Floats) -> Curve:
    here = ~np.isnan(y)
    return Curve(steps[here], x[here], y[here])
