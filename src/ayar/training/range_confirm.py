"""Complete short one-cycles decide where the rules of thumb disagree: a wrong range is the dearest mistake here.

Every maximum trains along a whole cycle, from the same weights and in the same data order as the others. Cut-off runs
are never compared: they favour high learning rates.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ayar.training.base import Run, Scores, Task
from ayar.training.schedules import OneCycle
from ayar.training.short_run import run_schedule

FEWEST, MOST = 3, 5
_WIDER = 2.0
_APART = 3.0
"""Neighbouring maxima differ by about this factor, where `MOST` allows."""


@dataclass(frozen=True)
class Cycle:
    """One maximum, trained with."""

    max_lr: float
    losses: tuple[float, ...]
    """Loss at the end, one for each seed; infinite where it diverged."""
    metrics: tuple[float | None, ...]
    """What people quote, one for each seed."""

    @property
    def loss(self) -> float:
        """Mean over the seeds."""
        return sum(self.losses) / len(self.losses)

    @property
    def metric(self) -> float | None:
        """Mean over the seeds; None where there is none."""
        known = [metric for metric in self.metrics if metric is not None]
        return sum(known) / len(known) if known else None


def maxima(bracket: tuple[float, float], low: float, high: float) -> list[float]:
    """3 to 5 log-spaced learning rates over the bracket, widened by 2 on both sides but never past [low, high].

    >>> maxima((0.05, 0.1), 1e-7, 10)
    [0.025, 0.0707107, 0.2]
    """
    a, b = max(bracket[0] / _WIDER, low), min(bracket[1] * _WIDER, high)
    count = min(max(math.ceil(math.log(b / a, _APART) - 1e-9) + 1, FEWEST), MOST)
    return [min(max(float(f"{lr:.6g}"), low), high) for lr in np.geomspace(a, b, count)]


def run_cycles(
    task: Task, candidates: Sequence[float], steps: int, seeds: Sequence[int]
) -> tuple[tuple[Cycle, ...], int]:
    """A complete cycle of `steps` for each candidate and seed; and the updates that it took."""
    spent, cycles = 0, []
    for max_lr in candidates:
        results = [run_schedule(task, OneCycle(steps, max_lr), seed) for seed in seeds]
        spent += sum(result.steps for result in results)
        cycles.append(
            Cycle(
                max_lr, tuple(r.loss for r in results), tuple(None if r.diverged else r.scores.metric for r in results)
            )
        )
    return tuple(cycles), spent


def best_cycle(cycles: Sequence[Cycle]) -> Cycle | None:
    """The cycle of the lowest loss; of those within one standard error of it the one with the smallest maximum.

    The standard error is that of the paired differences between seeds; with one seed nothing but equal losses tie.
    None where every cycle diverged.
    """
    whole = [cycle for cycle in cycles if math.isfinite(cycle.loss)]
    if not whole:
        return None
    best = min(whole, key=lambda cycle: (cycle.loss, cycle.max_lr))
    for cycle in sorted(whole, key=lambda cycle: cycle.max_lr):
        gaps = np.array(cycle.losses) - np.array(best.losses)
        error = float(gaps.std(ddof=1)) / math.sqrt(len(gaps)) if len(gaps) > 1 else 0.0
        if gaps.mean() <= error:
            return cycle
    return best


class Again(Task):
    """A live run seen as a task: every start goes back to the state it was found in."""

    def __init__(self, run: Run) -> None:
        self.name = "this run"
        self.can = frozenset()
        self.batch_size = self.rows = 1
        scores = scores_or_none(run)
        self.validation_rows = 0 if scores is None else scores.rows
        self._run = run
        self._found = run.state()

    def start(self, seed: int) -> Run:  # noqa: ARG002 - a live run has one state, whatever the seed
        """The run, back where it was."""
        self._run.load(self._found)
        return self._run


def scores_or_none(run: Run) -> Scores | None:
    """The run's validation scores, None where it has no validation rows."""
    try:
        scores = run.validate("validation")
    except (ValueError, NotImplementedError):
        return None
    return scores if scores.rows else None
