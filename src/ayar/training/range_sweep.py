"""One sweep of the range test: a short training whose learning rate rises at every step until the loss breaks.

η_t  learning rate of step t, 0…N − 1      a, b  lowest and highest      ℓ_t  the batch's loss before step t

    exponential   η_t = a (b/a)^{t/(N−1)}            linear   η_t = a + (b − a) t/(N−1)

The usual rule, to stop at 4 times the best raw loss, fires on one noisy batch once the best nears 0. Here the loss is
lightly averaged first, and it must also have given back half of what it had fallen.
Source: Smith 2017, arXiv:1506.01186, section 3.3 (linear); the stop rule is Ayar's.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ayar.numerics.arrays import Floats
from ayar.numerics.curves import Average
from ayar.training.base import Run, Scores

Shape = Literal["exponential", "linear"]
_BETA = 0.8
_RISE = 1.5
_GIVEN_BACK = 0.05
_EARLIEST = 5
"""Values that the average needs before it can stop a sweep: fewer are not one yet."""


@dataclass(frozen=True)
class SweepScores:
    """Scores taken during a sweep, after the step with learning rate `lr`."""

    lr: float
    scores: Scores


@dataclass(frozen=True)
class Sweep:
    """What one sweep measured."""

    seed: int
    lrs: tuple[float, ...]
    """Learning rate of each step taken."""
    losses: tuple[float, ...]
    """The batch's loss before each of these steps, as it came; only the last may be non-finite."""
    checkpoints: tuple[SweepScores, ...] = ()
    """Validation scores on the way, where they were asked for."""
    stopped: str = ""
    """Why it ended before the highest learning rate, in words; empty if it did not."""

    @property
    def divergence(self) -> float | None:
        """The learning rate from which on, to the stop, a twentieth of the fall was given back; None if not stopped.

        The stop itself comes later: it waits for half of the fall, to be sure, and an average lags.
        """
        if not self.stopped:
            return None
        losses = np.array(self.losses)
        lowest = int(np.nanargmin(np.where(np.isfinite(losses), losses, math.inf)))
        best = losses[lowest]
        if not math.isfinite(best):
            return self.lrs[-1]
        level = best + max((_RISE - 1) * abs(best), _GIVEN_BACK * (losses[0] - best))
        below = np.flatnonzero(losses[lowest:] <= level)
        return self.lrs[min(lowest + int(below[-1]) + 1, len(self.lrs) - 1)]


def learning_rates(low: float, high: float, steps: int, shape: Shape) -> Floats:
    """(steps,) the learning rates of a sweep, both ends exact.

    >>> learning_rates(1e-3, 10, 5, "exponential").round(6).tolist()
    [0.001, 0.01, 0.1, 1.0, 10.0]
    """
    q = np.linspace(0.0, 1.0, steps)
    lrs = low * (high / low) ** q if shape == "exponential" else low + (high - low) * q
    lrs[0], lrs[-1] = low, high
    return np.asarray(np.clip(lrs, low, high))


class StopRule:
    """Reads the losses of one sweep and says when it has diverged."""

    def __init__(self) -> None:
        self._average = Average(_BETA)
        self._seen = 0
        self._start = self._best = math.inf

    def __call__(self, loss: float) -> str:
        """Why to stop now, in words, or "" to go on."""
        if not math.isfinite(loss):
            return f"the loss was {loss}"
        level = self._average(loss)
        self._seen += 1
        if self._seen < _EARLIEST:
            self._start = self._best = level
            return ""
        self._best = min(self._best, level)
        above = level > self._best + (_RISE - 1) * abs(self._best)
        given_back = level > self._best + (self._start - self._best) / 2
        if not (above and given_back):
            return ""
        return f"the averaged loss was {level:.4g}, over {_RISE} times its best of {self._best:.4g}, half its fall back"


def take_sweep(run: Run, lrs: Floats, seed: int, validate_every: int | None) -> Sweep:
    """Train `run` with one learning rate of `lrs` after the other, until the end or divergence."""
    stop = StopRule()
    losses: list[float] = []
    checkpoints: list[SweepScores] = []
    reason = ""
    for lr in lrs.tolist():
        losses.append(float(run.step(lr=lr)))
        reason = stop(losses[-1])
        if reason:
            break
        if validate_every is not None and len(losses) % validate_every == 0:
            checkpoints.append(SweepScores(lr, run.validate()))
    return Sweep(seed, tuple(lrs[: len(losses)].tolist()), tuple(losses), tuple(checkpoints), reason)
