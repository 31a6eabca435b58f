"""Test weight decay: none, 1e-5, 1e-4, 1e-3, and further decades while the best sits on an edge.

λ is constant during a training: Smith found a fixed value better than a cycled one. The pull on a weight per step is
ηλ/(1 − μ) for L2 under momentum, ηλ for decoupled decay, so λ is found for a rate, not once for all.
Small data wants more of it, large data, whose variety regularises, less: this is what breaks a tie.
Source: Smith 2018, arXiv:1803.09820, section 4.4; Loshchilov and Hutter 2019, arXiv:1711.05101 (decoupled).
"""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ayar.base.errors import ArgumentError
from ayar.base.registry import door
from ayar.numerics.paired import Paired
from ayar.training.base import Task
from ayar.training.paired_runs import (
    RANGE_STEPS,
    SEEDS,
    Arm,
    PairedRuns,
    Setting,
    budget_of,
    rows_of,
)
from ayar.training.schedule import Band, band_of, momentum_of

DECAYS = (0.0, 1e-5, 1e-4, 1e-3)
_HIGHER = (1e-2, 1e-1)
_LOWER = 1e-6
SMALL_DATA = 5_000
"""Rows below which a tie goes to more decay."""
_NEAR = 2.0
Kind = Literal["l2", "decoupled"]


@dataclass(frozen=True)
class DecayTest:
    """The weight decay to train with."""

    task: str
    weight_decay: float
    kind: Kind
    """L2 (part of the gradient) or decoupled (beside it): two different settings, except for plain SGD."""
    max_lr: float
    """Peak of the rate it was tested with."""
    momentum: Band | None
    """(high, low) it was tested with."""
    rows: int
    reason: str
    widened: tuple[float, ...]
    """Values added because the best was on an edge."""
    arms: tuple[Arm, ...]
    compared: Paired
    chosen: int
    steps: int
    """Updates spent."""
    cycle_steps: int
    """Updates of one short complete cycle."""

    @property
    def tie(self) -> bool:
        """Whether other values are inside one standard error of the best."""
        return len(self.compared.tied) > 1

    def pull(self, arm: Arm) -> float:
        """Share of a weight that one step at the peak takes away: ηλ/(1 − μ) for L2 under momentum, else ηλ."""
        low = self.momentum[1] if self.momentum and self.kind == "l2" else 0.0
        return arm.lr * (arm.setting.weight_decay or 0.0) / (1.0 - low)

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row for each value, smallest first: as of `MomentumTest`, and weight_decay and pull per step."""
        rows = rows_of(self.arms, self.compared, self.chosen)
        full = [
            row | {"weight_decay": arm.setting.weight_decay, "pull": self.pull(arm)}
            for row, arm in zip(rows, self.arms, strict=True)
        ]
        return sorted(full, key=lambda row: row["weight_decay"])

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        plain = ("task", "weight_decay", "kind", "max_lr", "momentum", "rows", "reason", "tie", "steps", "cycle_steps")
        return {name: getattr(self, name) for name in plain} | {
            "widened": list(self.widened),
            "arms": [asdict(arm) for arm in self.arms],
            "table": self.table,
        }

    def explain(self) -> str:
        """The value, why, what it does per step, and what to do next."""
        chosen = self.arms[self.chosen]
        formula = "ηλ/(1 − μ)" if self.kind == "l2" and self.momentum else "ηλ"
        widened = f" Widened by {', '.join(_text(v) for v in self.widened)}." if self.widened else ""
        return (
            f"{self.task}: weight decay {_text(self.weight_decay)} ({_KINDS[self.kind]}), constant during training. "
            f"{self.reason}{widened} At the peak rate {chosen.lr:.3g} a step takes {self.pull(chosen):.2g} of each "
            f"weight ({formula}). {len(self.arms)} values, {len(chosen.losses)} seeds each, {self.cycle_steps} steps a "
            f"cycle, {self.steps} steps in all. Which parameters decay is the task's own affair; biases and norm "
            "layers should not. Next: test again if the rate moves by more than 3x."
        )

    def plot(self) -> Any:
        """Paired differences with their errors, and each seed; needs the extra `plots`."""
        return door("paired_runs")(self.table, f"weight decay ({self.kind})")


_KINDS: dict[Kind, str] = {"l2": "L2, added to the gradient", "decoupled": "decoupled, beside the gradient"}


def weight_decay_test(
    task: Task,
    *,
    momentum: float | Band | None = (0.95, 0.85),
    max_lr: float | None = None,
    steps: int | None = None,
    seeds: int = SEEDS,
    range_steps: int = RANGE_STEPS,
    seed: int = 0,
) -> DecayTest:
    """Compare weight decays by short complete cycles, same seeds and data order for all.

    Arguments:
        task: what to train; needs "l2" or "decoupled", and validation rows.
        momentum: to train with: one value, or a band to cycle; left out where the task takes none.
        max_lr: the peak of the rate, if known: no range tests are run then.
        steps: of each cycle; three epochs, and at least 200, if not given.
        seeds: trainings of each value, at least 2.
        range_steps: of each value's sweep.
        seed: the first seed.

    Raises:
        ArgumentError: the task takes no weight decay, has no validation rows, or every value diverged.
    """
    kind = _kind(task)
    band = _band(task, momentum)
    budget = budget_of(task, steps, seeds, range_steps, seed)
    runs = PairedRuns(task, budget)
    settings = [_setting(value, band) for value in DECAYS]
    found = runs.test_rates(settings) if max_lr is None else [None] * len(settings)
    rates = settled_rates(found, task.settings.lr if max_lr is None else max_lr)
    for setting, rate, own in zip(settings, rates, found, strict=True):
        runs.run(setting, rate, own)
    widened = _widen(runs, band, max_lr)
    compared = runs.compared()
    chosen, reason = _choose(runs.arms, compared, task.rows)
    return DecayTest(
        task=task.name,
        weight_decay=_value(runs.arms[chosen]),
        kind=kind,
        max_lr=runs.arms[chosen].lr,
        momentum=band,
        rows=task.rows,
        reason=reason,
        widened=tuple(widened),
        arms=tuple(runs.arms),
        compared=compared,
        chosen=chosen,
        steps=runs.meter.steps,
        cycle_steps=budget.steps,
    )


def _widen(runs: PairedRuns, band: Band | None, max_lr: float | None) -> list[float]:
    """Add a decade while the best is on an edge; the values added."""
    added: list[float] = []
    while (value := next_decay([_value(arm) for arm in runs.arms], runs.compared().best)) is not None:
        setting, edge = _setting(value, band), runs.arms[runs.compared().best]
        [own] = runs.test_rates([setting]) if max_lr is None else [None]
        # Beside the arm it follows: the rate of that one, unless its own sweep differs clearly.
        [_, rate] = settled_rates([edge.lr, own], edge.lr) if own is not None else [edge.lr, edge.lr]
        runs.run(setting, rate, own)
        added.append(value)
    return added


def settled_rates(found: Sequence[float | None], fallback: float) -> list[float]:
    """The peak for each value: the median of all, or its own where that is more than a factor of 2 away.

    A single sweep cannot tell nearer rates, and a value would be charged for the noise of its sweep.

    >>> settled_rates([0.1, 0.12, None, 0.9], fallback=0.01)
    [0.12, 0.12, 0.12, 0.9]
    """
    known = [rate for rate in found if rate is not None]
    common = statistics.median(known) if known else fallback
    return [common if rate is None or max(rate / common, common / rate) <= _NEAR else rate for rate in found]


def next_decay(values: list[float], best: int) -> float | None:
    """The next value to try: a decade above the best if that is the largest, 1e-6 if 1e-5 is best; None if neither.

    >>> next_decay([0.0, 1e-5, 1e-4, 1e-3], best=3), next_decay([0.0, 1e-5, 1e-4, 1e-3], best=1)
    (0.01, 1e-06)
    """
    value = values[best]
    if value == max(values) and value < _HIGHER[-1]:
        return next(higher for higher in _HIGHER if higher > value)
    return _LOWER if value == DECAYS[1] and _LOWER not in values else None


def _choose(arms: list[Arm], compared: Paired, rows: int) -> tuple[int, str]:
    best, tied = compared.best, compared.tied
    if len(tied) == 1:
        none = next((i for i, arm in enumerate(arms) if _value(arm) == 0.0 and i != best), None)
        against = (
            f"; without decay it is {compared.differences[none]:.2g} ± {compared.errors[none]:.1g} more"
            if none is not None
            else ""
        )
        return (
            best,
            f"Its validation loss {arms[best].loss:.4g} is the lowest by more than one standard error{against}.",
        )
    small = rows < SMALL_DATA
    pick = max if small else min
    chosen = pick(tied, key=lambda i: _value(arms[i]))
    names = ", ".join(_text(_value(arms[i])) for i in sorted(tied, key=lambda i: _value(arms[i])))
    why = (
        f"{rows} rows are few, and few rows want more decay: the largest of them is taken"
        if small
        else f"{rows} rows regularise by their variety: the smallest of them is taken"
    )
    return chosen, f"A tie within one standard error of the paired differences: {names}; {why}."


def _kind(task: Task) -> Kind:
    if "l2" in task.can:
        return "l2"
    if "decoupled" in task.can:
        return "decoupled"
    raise ArgumentError(
        f"{task.name} takes no weight decay (`can` lacks 'l2' and 'decoupled'): there is nothing to test; give it an "
        "optimizer that has one, or use other regularisation"
    )


def _band(task: Task, momentum: float | Band | None) -> Band | None:
    if momentum is None or not task.can & {"momentum", "beta1"}:
        return None
    if isinstance(momentum, tuple | list):
        return band_of(momentum)
    held = momentum_of(momentum)
    return None if held is None else (held, held)


def _setting(value: float, band: Band | None) -> Setting:
    return Setting(_text(value), band, value)


def _value(arm: Arm) -> float:
    return arm.setting.weight_decay or 0.0


def _text(value: float) -> str:
    return "none" if value == 0.0 else f"{value:.0e}".replace("e-0", "e-")
