"""The gradient noise scale over a training: how many rows a batch can use, early and late.

It grows as the loss falls: on digits it went from tens to hundreds within 120 steps, so a number from the start says
little. It is taken at steps spaced like 0, 1, 2, 4, ... towards the end, and reported as a range.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ayar.base.errors import ArgumentError
from ayar.numerics.noise_scale import NoiseScale, noise_scale_of
from ayar.training.base import Run, Task
from ayar.training.sandbox import sandbox

STEPS = 120
PAIRS = 24
_POINTS = 5
_SMALLER = 8
"""The small batch has this part of the task's batch size, the large one ..."""
_LARGER = 4
"""... as many times it."""


@dataclass(frozen=True)
class NoisePoint:
    """The noise scale after so many updates."""

    step: int
    scale: NoiseScale


@dataclass(frozen=True)
class GradientNoise:
    """The noise scale over a training with the task's own settings and batch size."""

    points: tuple[NoisePoint, ...]
    small: int
    """Rows of the small batches, b."""
    large: int
    """Rows of the large batches, B."""
    steps: int
    """Updates of the training."""
    rows_spent: int
    """Rows that gradients were taken of, beside those of the updates."""

    @property
    def range(self) -> tuple[float, float]:
        """Smallest and largest value over the training, in rows."""
        values = [point.scale.value for point in self.points]
        return min(values), max(values)

    @property
    def mean(self) -> float:
        """Mean over the steps (trapezoids): what the number of steps of the whole training depends on."""
        at = np.array([point.step for point in self.points], dtype=np.float64)
        value = np.array([point.scale.value for point in self.points])
        return float(np.trapezoid(value, at) / (at[-1] - at[0]))

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row for each point: step, noise_scale, low and high (95 %)."""
        return [
            {"step": p.step, "noise_scale": p.scale.value, "low": p.scale.low, "high": p.scale.high}
            for p in self.points
        ]

    def to_dict(self) -> dict[str, Any]:
        """All numbers by name."""
        return asdict(self) | {"range": self.range, "mean": self.mean}

    def explain(self) -> str:
        """The range in words."""
        low, high = self.range
        course = ", ".join(
            f"{p.scale.value:.3g} ({p.scale.low:.3g} to {p.scale.high:.3g}) at step {p.step}" for p in self.points
        )
        return (
            f"Gradient noise scale {low:.3g} to {high:.3g} rows over {self.steps} steps, mean {self.mean:.3g}: "
            f"{course} (95 % intervals). Batches well below it waste steps, batches well above it waste rows."
        )


def gradient_noise_scale(task: Task, *, steps: int = STEPS, pairs: int = PAIRS, seed: int = 0) -> GradientNoise:
    """Train with the task's own settings and take the noise scale on the way.

    Arguments:
        task: what to train; needs "gradients".
        steps: updates of the training.
        pairs: of gradients at each point, at least 3.
        seed: of the training.

    Raises:
        ArgumentError: the task cannot give gradients, or has too few rows.
    """
    if "gradients" not in task.can:
        raise ArgumentError(
            f"the noise scale needs the norms of gradients, which {task.name} does not give (`can` lacks 'gradients'); "
            "take goal='throughput' or goal='memory', or give its Run a `gradient_norms`"
        )
    small, large = _sizes(task)
    points: list[NoisePoint] = []
    done = 0
    with sandbox(task):
        run = task.start(seed)
        for moment in _moments(steps):
            for _ in range(moment - done):
                run.step()
            done = moment
            points.append(NoisePoint(moment, _scale(run, small, large, pairs)))
    return GradientNoise(tuple(points), small, large, steps, len(points) * pairs * (small + large))


def _sizes(task: Task) -> tuple[int, int]:
    large = min(_LARGER * task.batch_size, task.rows // 2)
    small = max(1, min(task.batch_size // _SMALLER, large // _SMALLER))
    if large < 2 * small:
        raise ArgumentError(f"the noise scale needs at least 4 training rows, {task.name} has {task.rows}")
    return small, large


def _moments(steps: int) -> list[int]:
    """0, steps/8, steps/4, steps/2, steps."""
    return sorted({0, *(steps >> halvings for halvings in range(_POINTS - 1))})


def _scale(run: Run, small: int, large: int, pairs: int) -> NoiseScale:
    norms = np.array([run.gradient_norms(small, large) for _ in range(pairs)])
    return noise_scale_of(norms[:, 0], norms[:, 1], small, large)
