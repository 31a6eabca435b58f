"""Cyclical learning rate: straight up and down between two rates, again and again, momentum against it.

t  step      s  half a cycle, in steps      c  number of the cycle, from 1      x  distance from its middle, 0…1

    c = ⌊1 + t/(2s)⌋      x = |t/s − 2c + 1|      h = max(0, 1 − x)·scale
    η = η_min + (η_max − η_min) h      μ = μ_max − (μ_max − μ_min) h

    scale:  triangular 1      triangular2 2^(1−c)      exp_range γ^t

Source: Smith 2017, arXiv:1506.01186, section 3 (half a cycle of 2 to 10 epochs); momentum against the rate: Smith 2018,
arXiv:1803.09820, section 4.2.
"""

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, get_args

from ayar.base.errors import ArgumentError, did_you_mean
from ayar.training.schedule import Band, Schedule, Setting, band_of, positive, whole, within

Scale = Literal["triangular", "triangular2", "exp_range"]


@dataclass(frozen=True)
class Cyclical(Schedule):
    """Cycles of the learning rate.

    Arguments:
        steps: T.
        min_lr: the lowest learning rate, where each cycle starts and ends.
        max_lr: the highest.
        half_cycle: s, steps from the lowest to the highest; at least 0.5. Smith: 2 to 10 epochs.
        momentum: (high, low): high where the rate is lowest; None leaves the optimizer's own.
        scale: "triangular", "triangular2" (each hill half as high as the last) or "exp_range" (lower by γ a step).
        gamma: γ of "exp_range", above 0, at most 1.

    Raises:
        ArgumentError: a value outside its range.

    >>> cycles = Cyclical(steps=9, min_lr=0.1, max_lr=0.5, half_cycle=2, momentum=None)
    >>> [round(lr, 3) for lr, _ in cycles]
    [0.1, 0.3, 0.5, 0.3, 0.1, 0.3, 0.5, 0.3, 0.1]
    """

    steps: int
    min_lr: float
    max_lr: float
    half_cycle: float
    momentum: Band | None = (0.95, 0.85)
    scale: Scale = "triangular"
    gamma: float = 0.99994
    kind: ClassVar[str] = "cyclical"

    def __post_init__(self) -> None:
        self._keep(
            steps=whole(self.steps, "steps", 1),
            momentum=band_of(self.momentum),
            **{name: positive(getattr(self, name), name) for name in ("min_lr", "max_lr", "half_cycle", "gamma")},
        )
        within(self.half_cycle, "half_cycle", 0.5, math.inf)
        within(self.gamma, "gamma", 0, 1)
        if self.max_lr < self.min_lr:
            raise ArgumentError(f"max_lr must be at least min_lr, got max_lr={self.max_lr}, min_lr={self.min_lr}")
        if self.scale not in get_args(Scale):
            raise ArgumentError(f"no scale is called {self.scale!r}{did_you_mean(str(self.scale), get_args(Scale))}")

    @property
    def peak(self) -> int:
        """The step of the highest learning rate; the last of equals."""
        return max(range(self.steps), key=lambda t: (self.plan(t).lr, t))

    def plan(self, t: int) -> Setting:
        """The setting of step t, 0 ≤ t ≤ T − 1."""
        c = math.floor(1 + t / (2 * self.half_cycle))
        x = abs(t / self.half_cycle - 2 * c + 1)
        h = max(0.0, 1 - x) * self._scaled(c, t)
        lr = min(self.min_lr + (self.max_lr - self.min_lr) * h, self.max_lr)
        if self.momentum is None:
            return Setting(lr, None)
        high, low = self.momentum
        return Setting(lr, max(high - (high - low) * h, low))

    def _scaled(self, c: int, t: int) -> float:
        if self.scale == "triangular":
            return 1.0
        return 2.0 ** (1 - c) if self.scale == "triangular2" else self.gamma**t

    def for_steps(self, steps: int) -> "Cyclical":
        """As many cycles in other `steps`; fewer where a cycle would get less than 2 steps.

        Raises:
            ArgumentError: fewer than 1 step.
        """
        now, then = max(self.steps - 1, 1), max(whole(steps, "steps", 1) - 1, 1)
        cycles = now / (2 * self.half_cycle)
        if cycles > then / 2:
            cycles = max(1, then // 2)
        gamma = self.gamma ** (now / then) if self.scale == "exp_range" else self.gamma
        return replace(self, steps=steps, half_cycle=then / (2 * cycles), gamma=gamma)

    def extended(self, steps: int, at: int | None = None) -> "Cyclical":
        """The cycles go on as they are.

        Raises:
            ArgumentError: `steps` leaves no step after `at`; `at` lies after the end, where the last value was held.
        """
        at = self.steps - 1 if at is None else whole(at, "at", 0)
        if at >= self.steps:
            raise ArgumentError(
                f"at={at} lies after the last step {self.steps - 1} of these cycles, where the rate was held: "
                "going on would jump. Start a new schedule for the steps to come"
            )
        if whole(steps, "steps", 1) < at + 2:
            raise ArgumentError(f"steps={steps} leaves nothing to plan after step {at}: give at least {at + 2}")
        return replace(self, steps=steps)

    def explain(self) -> str:
        """The cycles in words, with their numbers."""
        cycles = (self.steps - 1) / (2 * self.half_cycle)
        text = (
            f"{cycles:.3g} cycles ({self.scale}) of the learning rate between {self.min_lr:.4g} and {self.max_lr:.4g} "
            f"in {self.steps} steps, {2 * self.half_cycle:.4g} steps a cycle"
        )
        if self.momentum is None:
            return f"{text}."
        high, low = self.momentum
        return f"{text}; momentum between {high:.4g} and {low:.4g}, high where the rate is low."
