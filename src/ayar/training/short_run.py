"""A complete training along a schedule, from new weights: what probes compare and confirm with.

Cut-off runs favour high learning rates and little decay, so nothing is judged by them: a short run has a short schedule
and goes all the way to its end (`Schedule.for_steps`).
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ayar.base.errors import ArgumentError
from ayar.training.base import Part, Scores, Task
from ayar.training.schedule import Schedule, Setting, whole


@dataclass(frozen=True)
class Checkpoint:
    """Scores after so many updates."""

    steps: int
    scores: Scores


@dataclass(frozen=True)
class RunResult:
    """What one short run saw."""

    task: str
    """The task's name."""
    schedule: Mapping[str, Any]
    """`Schedule.to_dict` of the schedule."""
    seed: int
    settings: tuple[Setting, ...]
    """What each step trained with, as many as `losses`; momentum None where the task takes none."""
    losses: tuple[float, ...]
    """The batch's loss before each update."""
    checkpoints: tuple[Checkpoint, ...]
    """Scores on the way, as asked for."""
    scores: Scores
    """Scores at the end, on `part`; of a run that was stopped, of the weights as they were then."""
    part: Part
    """The rows of `scores`: "validation", or "training" for a task without validation rows."""
    stopped: str = ""
    """Why the run ended early, in words; empty if it was complete."""
    notes: tuple[str, ...] = ()
    """What the task could not do as asked, in words."""

    @property
    def steps(self) -> int:
        """Updates that were spent."""
        return len(self.losses)

    @property
    def diverged(self) -> bool:
        """Whether a loss was not finite: on a step, or of the scores."""
        return bool(self.stopped) or not math.isfinite(self.scores.loss)

    @property
    def loss(self) -> float:
        """The loss to compare runs by: that of `scores`, infinite for a run that diverged."""
        return math.inf if self.diverged else self.scores.loss

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row for each step: step, lr, momentum, loss, and the scores taken after it."""
        taken = {point.steps: point.scores for point in self.checkpoints} | {self.steps: self.scores}
        rows: list[dict[str, Any]] = []
        for t, ((lr, momentum), loss) in enumerate(zip(self.settings, self.losses, strict=True)):
            scores = taken.get(t + 1)
            row = {"step": t, "lr": lr, "momentum": momentum, "loss": loss}
            row["score_loss"] = scores.loss if scores else None
            row["score_metric"] = scores.metric if scores else None
            rows.append(row)
        return rows

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self) | {"steps": self.steps, "diverged": self.diverged}

    def explain(self) -> str:
        """How it went, in words."""
        metric = (
            "" if self.scores.metric is None else f", {self.scores.metric_name or 'metric'} {self.scores.metric:.4g}"
        )
        end = f"{self.part} loss {self.scores.loss:.4g}{metric} on {self.scores.rows} rows"
        how = self.stopped or ("The loss at the end is not finite." if self.diverged else "It ran to its end.")
        return " ".join([f"{self.task}, seed {self.seed}, {self.steps} steps: {end}.", how, *self.notes])


def run_schedule(
    task: Task,
    schedule: Schedule,
    seed: int,
    *,
    weight_decay: float | None = None,
    validate_every: int | None = None,
) -> RunResult:
    """Train anew with `task.start(seed)` along the whole schedule; stop early only if a batch's loss is not finite.

    Arguments:
        task: what to train.
        schedule: learning rate and momentum of each step; its momentum is left out, with a note, where the task
            takes none.
        seed: gives weights, data order and dropout; the same seed makes runs that can be compared in pairs.
        weight_decay: the weight decay of all steps; the task's own if not given.
        validate_every: also take scores after every so many updates; only at the end if not given.

    Raises:
        ArgumentError: weight decay for a task that takes none; `validate_every` below 1.
    """
    if weight_decay is not None and not task.can & {"l2", "decoupled"}:
        raise ArgumentError(
            f"weight_decay={weight_decay} cannot be set: {task.name} takes no weight decay; leave it out, "
            "or give the task an optimizer that has it"
        )
    every = whole(validate_every, "validate_every", 1) if validate_every is not None else None
    takes_momentum = bool(task.can & {"momentum", "beta1"})
    planned = list(schedule) if takes_momentum else [Setting(lr, None) for lr, _ in schedule]
    part: Part = "validation" if task.validation_rows else "training"

    run = task.start(seed)
    losses: list[float] = []
    checkpoints: list[Checkpoint] = []
    for lr, momentum in planned:
        losses.append(float(run.step(lr=lr, momentum=momentum, weight_decay=weight_decay)))
        if not math.isfinite(losses[-1]):
            break
        if every is not None and len(losses) % every == 0 and len(losses) < len(planned):
            checkpoints.append(Checkpoint(len(losses), run.validate(part)))
    return RunResult(
        task=task.name,
        schedule=schedule.to_dict(),
        seed=seed,
        settings=tuple(planned[: len(losses)]),
        losses=tuple(losses),
        checkpoints=tuple(checkpoints),
        scores=run.validate(part),
        part=part,
        stopped=_stopped(losses, planned),
        notes=_notes(task, schedule, takes_momentum=takes_momentum),
    )


def _stopped(losses: list[float], planned: list[Setting]) -> str:
    if math.isfinite(losses[-1]):
        return ""
    t = len(losses) - 1
    return f"Stopped: the loss was {losses[t]} at step {t} of {len(planned)}, with learning rate {planned[t].lr:.4g}."


def _notes(task: Task, schedule: Schedule, *, takes_momentum: bool) -> tuple[str, ...]:
    if takes_momentum or schedule.at(0).momentum is None:
        return schedule.notes
    return (*schedule.notes, f"{task.name} takes no momentum: only the learning rate followed the schedule.")
