"""Arms: ways to train the same task, compared by complete short trainings on the same seeds.

    recipe      what the probes found, as one cycle
    constant    the best of a few constant rates about the found one: tuned too, or the comparison would flatter
    default     what the user's code would have trained with
    baseline    optimizers that promise to need no rate, where the task knows some (`Task.baselines`)

d  paired differences of final loss, arm less the arm in question, one a seed      s  their standard error

An arm is better than another if the mean of d lies beyond s; else it is a tie. With one seed, or where that is larger,
s is the standard error of the validation loss itself.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from ayar.base.registry import door
from ayar.training.base import Task
from ayar.training.schedule import Schedule
from ayar.training.short_run import RunResult, run_schedule

Kind = Literal["recipe", "constant", "default", "baseline"]
_CHECKPOINTS = 8
"""Validations on the way, which clues are read from."""


@dataclass(frozen=True)
class Arm:
    """One way to train."""

    name: str
    kind: Kind
    task: Task
    schedule: Schedule
    """For the full training; a comparison runs it complete in fewer steps."""
    weight_decay: float | None = None
    """None: the task's own."""


@dataclass(frozen=True)
class ArmScores:
    """What one arm reached, in the order of the seeds."""

    name: str
    kind: Kind
    schedule: Schedule
    weight_decay: float | None
    runs: tuple[RunResult, ...]

    @property
    def loss(self) -> float:
        """Mean final loss; infinite if a run diverged."""
        return float(np.mean([run.loss for run in self.runs]))

    @property
    def metric(self) -> float | None:
        """Mean final metric; None where the task has none."""
        metrics = [run.scores.metric for run in self.runs if run.scores.metric is not None]
        return float(np.mean(metrics)) if len(metrics) == len(self.runs) else None


@dataclass(frozen=True)
class Comparison:
    """All arms, complete short trainings of `share` of a full one on the same seeds; the first arm is the recipe's."""

    arms: tuple[ArmScores, ...]
    seeds: tuple[int, ...]
    share: float
    """Length of each run as a share of a full training."""

    @property
    def best(self) -> ArmScores:
        """The arm of the least mean loss; the earlier one if equal."""
        return min(self.arms, key=lambda arm: arm.loss)

    def difference(self, arm: ArmScores) -> tuple[float, float]:
        """How much more loss `arm` has than the recipe's, and its standard error.

        NaN where neither arrived; infinite where one did not.
        """
        ours = self.arms[0]
        if math.isinf(ours.loss) or math.isinf(arm.loss):
            return (arm.loss - ours.loss if ours.loss != arm.loss else math.nan), 0.0
        d = np.array([b.loss - a.loss for a, b in zip(ours.runs, arm.runs, strict=True)])
        spread = float(np.std(d, ddof=1) / math.sqrt(len(d))) if len(d) > 1 else math.nan
        return float(d.mean()), spread if math.isfinite(spread) else _of_rows(arm.runs)

    def verdict(self, arm: ArmScores) -> str:
        """Whether the recipe is "better" than the arm, "worse", or it is a "tie"."""
        mean, error = self.difference(arm)
        if math.isnan(mean) or abs(mean) <= error:
            return "tie"
        return "better" if mean > 0 else "worse"

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row an arm: arm, kind, loss, metric, more loss than the recipe's, its standard error, the verdict."""
        rows = []
        for arm in self.arms:
            mean, error = self.difference(arm)
            row: dict[str, Any] = {"arm": arm.name, "kind": arm.kind, "loss": arm.loss, "metric": arm.metric}
            ours = arm is self.arms[0]
            row |= {"more_loss": None if ours else mean, "error": None if ours else error}
            rows.append(row | {"recipe_is": "" if ours else self.verdict(arm)})
        return rows

    @property
    def curves(self) -> list[dict[str, Any]]:
        """A row for each step of each run: arm, kind, seed, step, lr, loss; for pictures."""
        return [
            {"arm": arm.name, "kind": arm.kind, "seed": run.seed, "step": t, "lr": setting.lr, "loss": loss}
            for arm in self.arms
            for run in arm.runs
            for t, (setting, loss) in enumerate(zip(run.settings, run.losses, strict=True))
        ]

    def explain(self) -> str:
        """The arms in words, the best one first."""
        ranked = sorted(self.arms, key=lambda arm: arm.loss)
        said = ", ".join(f"{arm.name}: {arm.loss:.4g}" for arm in ranked)
        return f"Final loss after {self.share:.2g} of a full training, {len(self.seeds)} seeds: {said}."

    def plot(self) -> Any:
        """Training loss of each arm, as a Plotly figure; needs the extra `plots`."""
        return door("arms")(self.curves)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values, each run's losses included."""
        return {
            "share": self.share,
            "seeds": list(self.seeds),
            "best": self.best.name,
            "arms": self.table,
            "runs": {arm.name: [run.to_dict() for run in arm.runs] for arm in self.arms},
        }


def compare(arms: Sequence[Arm], share: float, seeds: Sequence[int]) -> Comparison:
    """Train every arm on every seed, complete, in `share` of its schedule's steps.

    Arguments:
        arms: the first is the one that the others are held against.
        share: length of a run, above 0, at most 1.
        seeds: the same for all arms.
    """
    return Comparison(tuple(_scores(arm, share, seeds) for arm in arms), tuple(seeds), share)


def with_arm(told: Comparison, arm: Arm) -> Comparison:
    """The comparison with one more arm, trained as the others were."""
    return replace(told, arms=(*told.arms, _scores(arm, told.share, told.seeds)))


def _scores(arm: Arm, share: float, seeds: Sequence[int]) -> ArmScores:
    schedule = arm.schedule.for_steps(short_steps(arm.schedule.steps, share))
    every = max(1, schedule.steps // _CHECKPOINTS)
    runs = [
        run_schedule(arm.task, schedule, seed, weight_decay=arm.weight_decay, validate_every=every) for seed in seeds
    ]
    return ArmScores(arm.name, arm.kind, arm.schedule, arm.weight_decay, tuple(runs))


def short_steps(steps: int, share: float) -> int:
    """Steps of a run of `share` of a full training: rounded down, at least 1.

    >>> short_steps(200, 0.3)
    60
    """
    return max(1, int(steps * share + 1e-9))


def _of_rows(runs: Sequence[RunResult]) -> float:
    """Standard error of the validation loss; 0 where the task does not say."""
    errors = [run.scores.error for run in runs if math.isfinite(run.scores.error)]
    return float(np.mean(errors)) if errors else 0.0
