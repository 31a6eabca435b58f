"""The learning-rate range test: let the rate rise until training breaks, and read a safe maximum off the loss.

Each repeat is a short training from other weights, in another order of the data (`range_sweep`). Rules of thumb are
read off a curve that does not lag (`range_rules`); the answer lies between where the loss falls fastest and where it is
lowest (`range_choice`). Where these lie far apart, complete short cycles decide (`range_confirm`). Where the curves do
not say, neither does this: the verdict tells why.
Source: Smith 2017, arXiv:1506.01186, section 3.3; Smith 2018, arXiv:1803.09820, section 4. What each rule is worth was
measured: `docs/range-test.md`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import get_args

from ayar.base.errors import ArgumentError, did_you_mean, shorten
from ayar.numerics.arrays import Floats
from ayar.training.base import Run, Task
from ayar.training.range_choice import Judgement, Rule, apply_rules, judge
from ayar.training.range_confirm import Again, Cycle, best_cycle, maxima, run_cycles, scores_or_none
from ayar.training.range_result import RangeTest
from ayar.training.range_rules import read
from ayar.training.range_sweep import Shape, Sweep, learning_rates, take_sweep
from ayar.training.sandbox import sandbox
from ayar.training.schedule import positive, whole

_CLOSE = 3.0
"""Steepest and minimum at most this far apart need no cycles."""
_CHECKS = 10
"""Validations of a linear sweep."""
_SHIFT = 7
"""Batches that a live run's later repeats see before their sweep, so that they meet other data; at `_NOTHING` · low."""
_NOTHING = 1e-6


def lr_range_test(
    task: Task | Run,
    low: float = 1e-7,
    high: float = 10.0,
    steps: int = 150,
    sweep: Shape = "exponential",
    repeats: int = 3,
    seed: int = 0,
    confirm: bool | None = None,
    validate_every: int | None = None,
) -> RangeTest:
    """Find the learning rate for the peak of a cycle.

    Arguments:
        task: what to train; or a live run, which is put back bit for bit afterwards.
        low: learning rate of the first step.
        high: learning rate of the last step; the answer lies between the two.
        steps: updates of one sweep, and of one confirming cycle.
        sweep: "exponential", or "linear" as in the paper (a few epochs, validation on the way).
        repeats: sweeps, each with other weights and another order of the data; a live run keeps its weights.
        seed: of the first repeat; the others count up from it.
        confirm: True or False, whether complete short cycles decide; by default where the rules differ by more than 3.
        validate_every: also validate after every so many steps; by default ten times in a linear sweep.

    Raises:
        ArgumentError: an argument outside its range.

    """
    asked = _checked(task, low, high, steps, sweep, repeats, validate_every)
    with sandbox(task):
        return _test(task, asked, seed, confirm)


@dataclass(frozen=True)
class _Asked:
    """The arguments, checked."""

    low: float
    high: float
    steps: int
    sweep: Shape
    repeats: int
    validate_every: int | None

    @property
    def lrs(self) -> Floats:
        return learning_rates(self.low, self.high, self.steps, self.sweep)


def _checked(
    task: object, low: float, high: float, steps: int, sweep: Shape, repeats: int, validate_every: int | None
) -> _Asked:
    if not isinstance(task, Task | Run):
        raise ArgumentError(
            f"expected a Task or a Run (see ayar.training), got {type(task).__name__} {shorten(task)}; a PyTorch model "
            "becomes one by ayar.integrations.torch.TorchTask"
        )
    low, high = positive(low, "low"), positive(high, "high")
    if high < 2 * low:
        raise ArgumentError(f"high must be at least twice low, got low={low:g} and high={high:g}")
    if sweep not in get_args(Shape):
        raise ArgumentError(f"no sweep is called {sweep!r}{did_you_mean(str(sweep), get_args(Shape))}")
    steps = whole(steps, "steps", 2)
    if validate_every is not None:
        validate_every = whole(validate_every, "validate_every", 1)
    elif sweep == "linear":
        validate_every = max(steps // _CHECKS, 1)
    return _Asked(low, high, steps, sweep, whole(repeats, "repeats", 1), validate_every)


def _test(task: Task | Run, asked: _Asked, seed: int, confirm: bool | None) -> RangeTest:
    seeds = range(seed, seed + asked.repeats)
    sweeps, shifted = _sweep_live(task, asked, seeds) if isinstance(task, Run) else (_sweep_task(task, asked, seeds), 0)
    readings = [read(sweep) for sweep in sweeps]
    rules = apply_rules(readings)
    judged = judge(readings, rules, asked.steps, asked.high)
    candidates = _to_confirm(judged, confirm, asked)
    cycles: tuple[Cycle, ...] = ()
    spent = 0
    if candidates and isinstance(task, Run):
        cycles, spent = run_cycles(Again(task), candidates, asked.steps, seeds[:1])  # it starts the same each time
    elif candidates and isinstance(task, Task):
        cycles, spent = run_cycles(task, candidates, asked.steps, seeds)
    cost = {"sweeps": sum(len(sweep.losses) for sweep in sweeps) + shifted, "cycles": spent}
    return _answer(task, asked, sweeps, rules, judged, cycles, cost)


def _sweep_task(task: Task, asked: _Asked, seeds: Sequence[int]) -> tuple[Sweep, ...]:
    every = asked.validate_every if task.validation_rows else None
    return tuple(take_sweep(task.start(seed), asked.lrs, seed, every) for seed in seeds)


def _sweep_live(run: Run, asked: _Asked, seeds: Sequence[int]) -> tuple[tuple[Sweep, ...], int]:
    """Sweeps of a live run, each from the state it was found in; and the updates spent on meeting other data."""
    found = run.state()
    every = asked.validate_every if scores_or_none(run) else None
    sweeps, shifted = [], 0
    for repeat, seed in enumerate(seeds):
        run.load(found)
        for _ in range(repeat * _SHIFT):
            run.step(lr=asked.low * _NOTHING)
            shifted += 1
        sweeps.append(take_sweep(run, asked.lrs, seed, every))
    run.load(found)
    return tuple(sweeps), shifted


def _to_confirm(judged: Judgement, confirm: bool | None, asked: _Asked) -> list[float]:
    """The maxima that complete cycles shall compare; none where they need not, or must not."""
    if judged.bracket is None or confirm is False:
        return []
    low, high = judged.bracket
    wanted = confirm or (judged.verdict == "ok" and high > _CLOSE * low)
    return maxima(judged.bracket, asked.low, asked.high) if wanted else []


def _answer(
    task: Task | Run,
    asked: _Asked,
    sweeps: tuple[Sweep, ...],
    rules: tuple[Rule, ...],
    judged: Judgement,
    cycles: tuple[Cycle, ...],
    cost: dict[str, int],
) -> RangeTest:
    found = {rule.name: rule for rule in rules}
    max_lr, chosen_by = None, ""
    best = best_cycle(cycles)
    if best is not None:
        max_lr, chosen_by = best.max_lr, "cycles"
        judged = replace(judged, verdict="ok", reason=f"{judged.reason} {_decided(cycles, best)}", next_step="")
    elif judged.verdict == "ok" and judged.bracket is not None:
        max_lr, chosen_by = math.sqrt(judged.bracket[0] * judged.bracket[1]), "geometric mean"
    min_lr, min_reason = (None, "") if max_lr is None else _lowest(max_lr, found["floor"].median, asked.low)
    return RangeTest(
        task=task.name if isinstance(task, Task) else "this run",
        verdict=judged.verdict,
        reason=judged.reason,
        next_step=judged.next_step,
        max_lr=max_lr,
        min_lr=min_lr,
        min_reason=min_reason,
        divergence=found["divergence"].median,
        bracket=judged.bracket,
        rules=found,
        sweeps=sweeps,
        cycles=cycles,
        chosen_by=chosen_by,
        low=asked.low,
        high=asked.high,
        sweep=asked.sweep,
        steps=asked.steps,
        cost=cost,
    )


def _decided(cycles: Sequence[Cycle], best: Cycle) -> str:
    lowest = min(cycle.loss for cycle in cycles)
    tie = "" if best.loss == lowest else f" (the lowest was {lowest:.4g}: no clear difference, the smaller wins)"
    return f"Of {len(cycles)} complete cycles that with maximum {best.max_lr:.3g} was best, loss {best.loss:.4g}{tie}."


def _lowest(max_lr: float, floor: float | None, low: float) -> tuple[float, str]:
    share, words = 10, "a tenth of it: nothing was seen to learn lower"
    if floor is not None and floor < max_lr / 100:
        share, words = 100, f"a hundredth of it: {floor:.3g} already learns"
    elif floor is not None:
        words = f"a tenth of it: learning begins at {floor:.3g}, steps further down are wasted"
    if max_lr / share < low:
        return low, "The lower end is where the sweep began."
    return max_lr / share, f"The lower end is {words}."
