"""What a range test found: the answer or the reason why there is none, and all it rests on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ayar.base.registry import door
from ayar.training.range_choice import Rule, Verdict
from ayar.training.range_confirm import Cycle
from ayar.training.range_rules import read
from ayar.training.range_sweep import Shape, Sweep


@dataclass(frozen=True)
class RangeTest:
    """The answer of `lr_range_test`."""

    task: str
    """The task's name."""
    verdict: Verdict
    """"ok", or why there is no answer."""
    reason: str
    """The numbers behind the verdict and the choice, in words."""
    next_step: str
    """What to do now, in words."""
    max_lr: float | None
    """The learning rate for the peak of a cycle; None unless the verdict is "ok"."""
    min_lr: float | None
    """The lower end for cycles: a tenth of `max_lr`, or a hundredth where so little already learns."""
    min_reason: str
    """Which of the two, and why."""
    divergence: float | None
    """Median learning rate at which sweeps broke; None where most did not."""
    bracket: tuple[float, float] | None
    """From where the loss falls fastest to where it is lowest."""
    rules: Mapping[str, Rule]
    """What each rule of thumb says, by name."""
    sweeps: tuple[Sweep, ...]
    """What was measured, one for each repeat."""
    cycles: tuple[Cycle, ...]
    """The complete short cycles that decided; empty where none had to."""
    chosen_by: str
    """"cycles", "geometric mean", or "" without an answer."""
    low: float
    high: float
    sweep: Shape
    steps: int
    """Planned for one sweep."""
    cost: Mapping[str, int]
    """Updates spent: on "sweeps" and on "cycles"."""

    @property
    def ok(self) -> bool:
        """Whether there is an answer."""
        return self.max_lr is not None

    @property
    def steps_spent(self) -> int:
        """All updates."""
        return sum(self.cost.values())

    @cached_property
    def table(self) -> list[dict[str, Any]]:
        """A row a step of each sweep: repeat, step, lr, loss, fitted and validation loss (None where not taken)."""
        rows: list[dict[str, Any]] = []
        for repeat, sweep in enumerate(self.sweeps):
            reading = read(sweep)
            fitted = [] if reading is None else reading.fit.value.tolist()
            fitted += [None] * (len(sweep.losses) - len(fitted))
            taken = {point.lr: point.scores.loss for point in sweep.checkpoints}
            rows += [
                {"repeat": repeat, "step": t, "lr": lr, "loss": loss, "fitted": value, "validation": taken.get(lr)}
                for t, (lr, loss, value) in enumerate(zip(sweep.lrs, sweep.losses, fitted, strict=True))
            ]
        return rows

    @property
    def rules_table(self) -> list[dict[str, Any]]:
        """A row for each rule: rule, meaning, median, lowest, highest, spread (highest over lowest)."""
        return [
            {
                "rule": rule.name,
                "meaning": rule.meaning,
                "median": rule.median,
                "lowest": rule.found[0] if rule.found else None,
                "highest": rule.found[-1] if rule.found else None,
                "spread": rule.spread,
            }
            for rule in self.rules.values()
        ]

    @property
    def cycles_table(self) -> list[dict[str, Any]]:
        """A row for each complete cycle: max_lr, mean loss and metric, the losses of its seeds."""
        return [
            {"max_lr": cycle.max_lr, "loss": cycle.loss, "metric": cycle.metric, "losses": list(cycle.losses)}
            for cycle in self.cycles
        ]

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self) | {"steps_spent": self.steps_spent, "rules": self.rules_table, "cycles": self.cycles_table}

    def explain(self) -> str:
        """The answer, its reason and the next step, in words; then the rules."""
        if self.max_lr is None:
            head = [f"No learning rate for {self.task}: {self.verdict}.", self.reason]
        else:
            head = [
                f"Learning rate of {self.task}: at most {self.max_lr:.3g}, at least {self.min_lr:.3g}.",
                self.reason,
                self.min_reason,
            ]
        spent = " and ".join(f"{count} in {what}" for what, count in self.cost.items() if count)
        text = " ".join([*head, self.next_step, f"Spent: {self.steps_spent} steps ({spent})."])
        return "\n".join([text, *(_say(rule) for rule in self.rules.values()), *(_told(c) for c in self.cycles)])

    def plot(self) -> Any:
        """All sweeps, their fits, the bracket and the rules, as a Plotly figure; needs the extra `plots`."""
        return door("range_test")(
            self.table,
            self.rules_table,
            self.cycles_table,
            bracket=self.bracket,
            max_lr=self.max_lr,
            title=self.verdict,
        )


def _say(rule: Rule) -> str:
    if rule.median is None:
        return f"  {rule.name}: none ({rule.meaning})"
    return f"  {rule.name}: {rule.median:.3g}, spread {rule.spread:.2g} ({rule.meaning})"


def _told(cycle: Cycle) -> str:
    loss = f"{cycle.loss:.4g}" if np.isfinite(cycle.loss) else "diverged"
    metric = "" if cycle.metric is None else f", metric {cycle.metric:.4g}"
    return f"  complete cycle, maximum {cycle.max_lr:.3g}: loss {loss}{metric}"
