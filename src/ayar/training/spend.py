"""What reading a training may cost and what it cost, stage by stage, in full trainings.

A full training is `epochs` passes over the training rows. Cost is counted in rows that went through an update, so it
means the same after the batch size changed; with one batch size it is the count of steps.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class StageSpend:
    """What one stage may cost and what it cost."""

    stage: str
    allowed: float
    """Full trainings it was given, what earlier stages left over included."""
    spent: float
    """Full trainings it took: rows that went through an update, over the rows of a full training."""
    steps: int
    """Updates it took."""
    left_out: str = ""
    """Why it was left out or cut short, in words; empty where it was done."""

    @property
    def done(self) -> bool:
        """Whether the stage was done as meant."""
        return not self.left_out


@dataclass(frozen=True)
class Spend:
    """The stages in order, within `budget` full trainings of `full_steps` updates each.

    >>> spend = Spend(4.0, 200, (StageSpend("range", 1.0, 0.75, 150), StageSpend("decay", 0.2, 0, 0, "takes none")))
    >>> spend.total, spend.steps
    (0.75, 150)
    >>> print(spend.explain())
    0.75 of 4 full trainings were spent (150 steps; a full training has 200).
    range: 0.75 of 1 full trainings, 150 steps.
    decay: left out: takes none
    """

    budget: float
    full_steps: int
    stages: tuple[StageSpend, ...]

    @property
    def total(self) -> float:
        """Full trainings spent, all stages together."""
        return sum(stage.spent for stage in self.stages)

    @property
    def steps(self) -> int:
        """Updates, all stages together."""
        return sum(stage.steps for stage in self.stages)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Names of stages that were left out or cut short."""
        return tuple(stage.stage for stage in self.stages if stage.left_out)

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row a stage: stage, allowed, spent, steps, left_out."""
        return [
            {
                "stage": stage.stage,
                "allowed": stage.allowed,
                "spent": stage.spent,
                "steps": stage.steps,
                "left_out": stage.left_out,
            }
            for stage in self.stages
        ]

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {
            "budget": self.budget,
            "full_steps": self.full_steps,
            "total": self.total,
            "steps": self.steps,
            "stages": self.table,
        }

    def explain(self) -> str:
        """The account in words, a line a stage."""
        head = (
            f"{self.total:.3g} of {self.budget:g} full trainings were spent "
            f"({self.steps} steps; a full training has {self.full_steps})."
        )
        return "\n".join([head, *map(_line, self.stages)])


def _line(stage: StageSpend) -> str:
    cost = f"{stage.spent:.3g} of {stage.allowed:.3g} full trainings, {stage.steps} steps."
    if not stage.left_out:
        return f"{stage.stage}: {cost}"
    return (
        f"{stage.stage}: cut short, {cost} {stage.left_out}"
        if stage.steps
        else f"{stage.stage}: left out: {stage.left_out}"
    )
