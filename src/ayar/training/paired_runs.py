"""Settings compared by short trainings: for each a range test, then a complete cycle from the same seeds.

The same seed gives the same weights and data order to every setting, so seeds drop out of the differences.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ayar.base.errors import ArgumentError
from ayar.numerics.paired import Paired, compare_paired
from ayar.training.base import Task
from ayar.training.held import HeldTask
from ayar.training.metered import Meter, MeteredTask
from ayar.training.range_test import lr_range_test
from ayar.training.sandbox import sandbox
from ayar.training.schedule import Band
from ayar.training.schedules import OneCycle
from ayar.training.short_run import run_schedule

SEEDS = 3
RANGE_STEPS = 100
EPOCHS = 3
LEAST_STEPS = 200
_LOW = 1e-5
"""Where sweeps begin: below it nothing is learnt in a short run, and a sweep has few steps."""


@dataclass(frozen=True)
class Setting:
    """What one arm trains with."""

    label: str
    momentum: Band | None = None
    """(high, low) of the cycle; equal for a constant; None where the task takes none."""
    weight_decay: float | None = None
    """None leaves the task's own."""


@dataclass(frozen=True)
class Arm:
    """What the runs of one setting gave."""

    setting: Setting
    range_lr: float | None
    """Largest rate by its own range test; None where that had none, or was not run."""
    lr: float
    """Peak of its cycles."""
    losses: tuple[float, ...]
    """Validation loss of each seed; infinite where the run diverged."""
    metrics: tuple[float | None, ...]

    @property
    def loss(self) -> float:
        """Mean over seeds."""
        return statistics.fmean(self.losses)

    @property
    def metric(self) -> float | None:
        """Mean over seeds; None where the task has none."""
        known = [value for value in self.metrics if value is not None]
        return statistics.fmean(known) if known else None


@dataclass(frozen=True)
class Budget:
    """What each arm may take."""

    steps: int
    """Of each complete cycle."""
    seeds: int
    range_steps: int
    seed: int


def budget_of(task: Task, steps: int | None, seeds: int, range_steps: int, seed: int) -> Budget:
    """The budget, checked; three epochs a cycle if `steps` is not given.

    Raises:
        ArgumentError: fewer than 3 steps or 2 seeds; a task without validation rows.
    """
    if not task.validation_rows:
        raise ArgumentError(
            f"settings are compared by the loss on rows not trained on, and {task.name} has no validation rows: "
            "hold some out"
        )
    if seeds < 2:
        raise ArgumentError(f"seeds must be at least 2, or nothing says what is luck; got {seeds}")
    planned = steps if steps is not None else max(LEAST_STEPS, EPOCHS * task.steps_per_epoch)
    if planned < 3:
        raise ArgumentError(f"a complete cycle has at least 3 steps, got {planned}")
    return Budget(planned, seeds, range_steps, seed)


class PairedRuns:
    """Arms of one comparison, run one after the other."""

    def __init__(self, task: Task, budget: Budget) -> None:
        self.meter = Meter(math.inf)
        self.arms: list[Arm] = []
        self._task, self._budget = MeteredTask(task, self.meter), budget

    def test_rates(self, settings: Sequence[Setting]) -> list[float | None]:
        """The largest rate of each setting, by one short sweep."""
        return [self._range(setting) for setting in settings]

    def run(self, setting: Setting, lr: float, range_lr: float | None) -> None:
        """Train a complete cycle from every seed."""
        schedule = OneCycle(self._budget.steps, lr, momentum=setting.momentum)
        seeds = range(self._budget.seed, self._budget.seed + self._budget.seeds)
        with sandbox(self._task):
            results = [run_schedule(self._task, schedule, s, weight_decay=setting.weight_decay) for s in seeds]
        losses, metrics = [r.loss for r in results], [r.scores.metric for r in results]
        self.arms.append(Arm(setting, range_lr, lr, tuple(losses), tuple(metrics)))

    def compared(self) -> Paired:
        """The arms so far, seed by seed.

        Raises:
            ArgumentError: every arm diverged.
        """
        losses = np.array([arm.losses for arm in self.arms])
        if not np.isfinite(losses).all(axis=1).any():
            raise ArgumentError(
                f"expected one setting at least that trains; all of {', '.join(a.setting.label for a in self.arms)} "
                f"diverged at rates about {self.arms[0].lr:.3g}: give a smaller max_lr"
            )
        return compare_paired(losses)

    def _range(self, setting: Setting) -> float | None:
        # The rate is largest where momentum is lowest, so that is the momentum to test it with.
        momentum = None if setting.momentum is None else setting.momentum[1]
        held = HeldTask(self._task, momentum=momentum, weight_decay=setting.weight_decay)
        budget = self._budget
        found = lr_range_test(held, low=_LOW, steps=budget.range_steps, repeats=1, seed=budget.seed, confirm=False)
        return found.max_lr


def rows_of(arms: Sequence[Arm], compared: Paired, chosen: int) -> list[dict[str, Any]]:
    """A row for each arm: what it trained with, its loss, and its paired difference from the best."""
    tied = set(compared.tied)
    return [
        {
            "setting": arm.setting.label,
            "range_lr": arm.range_lr,
            "lr": arm.lr,
            "loss": arm.loss,
            "difference": float(compared.differences[i]),
            "error": float(compared.errors[i]),
            "metric": arm.metric,
            "tied": i in tied,
            "chosen": i == chosen,
            "losses": list(arm.losses),
        }
        for i, arm in enumerate(arms)
    ]
