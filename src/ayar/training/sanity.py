"""Checks that cost almost nothing and spare a wasted night: is there a task that can be learnt at all?

L₀  mean loss of new weights on the training rows, in evaluation mode      c  loss of chance (`Task.chance`)

    chance      L₀ near c: above 1.5 c the weights start too large or the loss is another one than thought, below 0.5 c
                the model knows the answers before it has learnt anything
    one batch   trained on one batch over and over while the rate rises, the loss falls by half: else something does
                not reach the weights (a frozen layer, a detached graph, labels of another batch)
    shuffled    trained on permuted labels, validation is no better than chance: else the labels are in the inputs

What they cannot see: labels that leak through preparation done before the task was made (`ayar.evaluate.leak_check`
looks for that).
"""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from ayar.training.base import Scores, Task
from ayar.training.schedules import OneCycle
from ayar.training.short_run import run_schedule

HIGH, LOW = 1.5, 0.5
"""L₀/c beyond which new weights are not at chance (p)."""
LEARNT = 0.5
"""Share of the first loss that one batch must come below (p)."""
DEVIATIONS = 4.0
"""Standard errors by which shuffled labels must be predicted better than chance before that is a finding (p)."""

Outcome = Literal["passed", "failed", "left out"]


@dataclass(frozen=True)
class Check:
    """One check: what it found, in words with its numbers, and what to do."""

    name: str
    outcome: Outcome
    sentence: str
    advice: str = ""


@dataclass(frozen=True)
class Sanity:
    """All checks that were made."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether no check failed; one that was left out does not count."""
        return all(check.outcome != "failed" for check in self.checks)

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row a check: name, outcome, sentence, advice."""
        return [asdict(check) for check in self.checks]

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {"passed": self.passed, "checks": self.table}

    def explain(self) -> str:
        """The checks in words."""
        return "\n".join(
            f"{check.name}: {check.outcome}. {check.sentence} {check.advice}".rstrip() for check in self.checks
        )


def starts_at_chance(task: Task, seed: int = 0) -> Check:
    """Whether new weights know nothing and start no worse than that; costs no update.

    Arguments:
        task: what to look at.
        seed: of the weights.
    """
    name = "starts at chance"
    first = task.start(seed).validate("training").loss
    if not math.isfinite(first):
        return Check(name, "failed", f"The loss of new weights is {first}.", "Look for inputs that are not finite.")
    if not task.chance:
        return Check(name, "left out", f"The loss begins at {first:.4g}; the task does not say what chance is.")
    ratio = first / task.chance
    said = f"The loss begins at {first:.4g}; knowing nothing costs {task.chance:.4g}."
    if ratio > HIGH:
        return Check(name, "failed", said, "Scale the inputs, or start with smaller weights in the last layer.")
    if ratio < LOW:
        return Check(name, "failed", said, "New weights should not know that much: are labels among the inputs?")
    return Check(name, "passed", said)


def learns_one_batch(task: Task, steps: int = 40, seed: int = 0) -> Check:
    """Whether one batch can be learnt, its loss halved while the learning rate rises from 1e-5 to 3 (p).

    The rate rises exponentially, so no good one has to be known; the check ends as soon as the loss is low enough.

    Arguments:
        task: needs the ability "one_batch".
        steps: updates at most.
        seed: of the weights.
    """
    name = "one batch can be learnt"
    if "one_batch" not in task.can:
        return Check(name, "left out", f"{task.name} cannot be cut down to one batch.")
    run = task.one_batch().start(seed)
    losses: list[float] = []
    for lr in np.geomspace(1e-5, 3.0, steps):
        losses.append(run.step(lr=float(lr)))
        if not math.isfinite(losses[-1]) or losses[-1] < LEARNT * losses[0]:
            break
    finite = [loss for loss in losses if math.isfinite(loss)]
    best = min(finite, default=math.nan)
    said = f"On one batch the loss went from {losses[0]:.4g} to {best:.4g} in {len(losses)} steps."
    if best < LEARNT * losses[0]:
        return Check(name, "passed", said)
    return Check(
        name,
        "failed",
        said,
        "Check that every layer takes part in the loss and that inputs and labels belong together.",
    )


def cannot_learn_noise(task: Task, max_lr: float, steps: int, seed: int = 0) -> Check:
    """Whether permuted labels stay unpredictable after a short cycle with a rate that does learn.

    Arguments:
        task: needs the ability "shuffle", validation rows, and to know its chance.
        max_lr: maximum of the cycle, as found by the range test.
        steps: length of the cycle.
        seed: of weights and permutation.
    """
    name = "shuffled labels cannot be predicted"
    if "shuffle" not in task.can:
        return Check(name, "left out", f"{task.name} cannot shuffle its labels.")
    if not task.validation_rows or not task.chance:
        return Check(name, "left out", f"{task.name} has no validation rows, or does not say what chance is.")
    shuffled = task.shuffled(seed)
    scores: Scores = run_schedule(shuffled, OneCycle(steps, max_lr, momentum=None), seed).scores
    chance = shuffled.chance or task.chance
    said = f"On permuted labels the validation loss is {scores.loss:.4g}; knowing nothing costs {chance:.4g}."
    error = scores.error if math.isfinite(scores.error) else 0.05 * chance
    if scores.loss < chance - DEVIATIONS * error:
        return Check(name, "failed", said, "The labels reach the model by another way: look at what its inputs hold.")
    return Check(name, "passed", said)
