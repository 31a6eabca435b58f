"""Test momentum: constants from 0.9 to 0.99, and the band that is cycled against the learning rate.

Two questions that are easily mixed up: which constant is best is asked over 0.9 to 0.99; whether momentum should go
down while the rate goes up is asked with the band 0.95 to 0.85. For optimizers of Adam's kind both are about β₁.
Source: Smith 2018, arXiv:1803.09820, section 4.3, who finds a cycled momentum as good as the best constant, and easier.
"""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ayar.base.errors import ArgumentError
from ayar.base.registry import door
from ayar.numerics.paired import Paired
from ayar.training.base import Task
from ayar.training.paired_runs import RANGE_STEPS, SEEDS, Arm, PairedRuns, Setting, budget_of, rows_of
from ayar.training.schedule import Band

CONSTANTS = (0.9, 0.95, 0.97, 0.99)
CYCLED: Band = (0.95, 0.85)


@dataclass(frozen=True)
class MomentumTest:
    """The momentum to train with."""

    task: str
    momentum: float | Band
    """One value, or (high, low) to cycle against the rate."""
    max_lr: float
    """Peak of the learning rate it was tested with."""
    kind: str
    """"momentum" or "beta1"."""
    reason: str
    arms: tuple[Arm, ...]
    compared: Paired
    chosen: int
    """Place of the chosen arm."""
    steps: int
    """Updates spent."""
    cycle_steps: int
    """Updates of one short complete cycle."""

    @property
    def tie(self) -> bool:
        """Whether other settings are inside one standard error of the best."""
        return len(self.compared.tied) > 1

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row for each setting: rates, mean loss, paired difference from the best and its error, tied, chosen."""
        return rows_of(self.arms, self.compared, self.chosen)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {
            "task": self.task,
            "momentum": list(self.momentum) if isinstance(self.momentum, tuple) else self.momentum,
            "max_lr": self.max_lr,
            "kind": self.kind,
            "tie": self.tie,
            "reason": self.reason,
            "steps": self.steps,
            "cycle_steps": self.cycle_steps,
            "arms": [asdict(arm) for arm in self.arms],
            "table": self.table,
        }

    def explain(self) -> str:
        """The value, why, and what to do next."""
        chosen = self.arms[self.chosen]
        n = len(chosen.losses)
        return (
            f"{self.task}: {self.kind} {chosen.setting.label}, with rates up to {self.max_lr:.3g}. {self.reason} "
            f"{len(self.arms)} settings, {n} seeds each, {self.cycle_steps} steps a cycle, {self.steps} steps in all. "
            f"Next: weight decay, tested with this {self.kind}; test the rate again if it moved by more than 3x."
        )

    def plot(self) -> Any:
        """Paired differences with their errors, and each seed; needs the extra `plots`."""
        return door("paired_runs")(self.table, f"{self.kind}")


def momentum_test(
    task: Task,
    *,
    constants: Sequence[float] = CONSTANTS,
    cycled: Band = CYCLED,
    max_lr: float | None = None,
    steps: int | None = None,
    seeds: int = SEEDS,
    range_steps: int = RANGE_STEPS,
    seed: int = 0,
) -> MomentumTest:
    """Compare constants and one cycled band by short complete cycles, same seeds and data order for all.

    Arguments:
        task: what to train; needs "momentum" or "beta1", and validation rows.
        constants: values held all the way.
        cycled: (high, low) of the band that goes against the rate.
        max_lr: the peak of the rate for the band, if known: no range tests are run then. Constants take it times
            (1 − μ)/(1 − low) for "momentum", so that a long run of equal gradients moves the weights as far in every
            arm, and as it is for "beta1".
        steps: of each cycle; three epochs, and at least 200, if not given.
        seeds: trainings of each setting, at least 2.
        range_steps: of each setting's sweep.
        seed: the first seed.

    Raises:
        ArgumentError: the task takes no momentum, has no validation rows, or every setting diverged.
    """
    kind = next((ability for ability in ("momentum", "beta1") if ability in task.can), None)
    if kind is None:
        raise ArgumentError(
            f"{task.name} takes no momentum (`can` lacks 'momentum' and 'beta1'): there is nothing to test; go on with "
            "the learning rate alone"
        )
    budget = budget_of(task, steps, seeds, range_steps, seed)
    runs = PairedRuns(task, budget)
    settings = [*(Setting(f"{m:g}", (m, m)) for m in constants), Setting(f"{cycled[0]:g} to {cycled[1]:g}", cycled)]
    found = runs.test_rates(settings) if max_lr is None else [None] * len(settings)
    rates = _rates(found, task.settings.lr) if max_lr is None else _scaled(settings, max_lr, cycled, kind)
    for setting, rate, own in zip(settings, rates, found, strict=True):
        runs.run(setting, rate, own)
    compared = runs.compared()
    chosen, reason = _choose(runs.arms, compared)
    high, low = settings[chosen].momentum or cycled
    return MomentumTest(
        task=task.name,
        momentum=high if high == low else (high, low),
        max_lr=runs.arms[chosen].lr,
        kind=kind,
        reason=reason,
        arms=tuple(runs.arms),
        compared=compared,
        chosen=chosen,
        steps=runs.meter.steps,
        cycle_steps=budget.steps,
    )


def _rates(found: Sequence[float | None], fallback: float) -> list[float]:
    """Each setting's own rate; the median of the others where its sweep gave none."""
    known = [rate for rate in found if rate is not None]
    common = statistics.median(known) if known else fallback
    return [common if rate is None else rate for rate in found]


def _scaled(settings: Sequence[Setting], max_lr: float, cycled: Band, kind: str) -> list[float]:
    lows = [setting.momentum[1] if setting.momentum else 0.0 for setting in settings]
    return [max_lr * (1.0 - low) / (1.0 - cycled[1]) if kind == "momentum" else max_lr for low in lows]


def _choose(arms: Sequence[Arm], compared: Paired) -> tuple[int, str]:
    """The arm, and why: the lowest loss; inside one standard error the largest rate; then the band."""
    tied = compared.tied
    best = arms[compared.best]
    if len(tied) == 1:
        second = sorted(range(len(arms)), key=lambda i: compared.means[i])[1] if len(arms) > 1 else compared.best
        gap, error = compared.differences[second], compared.errors[second]
        return compared.best, (
            f"Its validation loss {best.loss:.4g} is the lowest; the next, {arms[second].setting.label}, has "
            f"{gap:.2g} ± {error:.1g} more."
        )
    top = max(arms[i].lr for i in tied)
    fast = [i for i in tied if arms[i].lr == top]
    chosen = next((i for i in fast if _is_band(arms[i])), compared.best if compared.best in fast else fast[0])
    names = ", ".join(arms[i].setting.label for i in tied)
    why = (
        "the band is taken: it holds at more rates"
        if _is_band(arms[chosen]) and len(fast) > 1
        else f"of these it allows the largest rate, {top:.3g}"
    )
    return chosen, f"A tie within one standard error of the paired differences: {names}; {why}."


def _is_band(arm: Arm) -> bool:
    return arm.setting.momentum is not None and arm.setting.momentum[0] != arm.setting.momentum[1]
