"""Schedule-aware stopping: trials are compared at the same fraction of their own learning-rate schedule.

A rule that compares trials at the same step stops those that are still at a high learning rate, where losses are high
and every annealed trial looks better. So here

| where | a trial is stopped when |
|---|---|
| anywhere | its value is not finite |
| before its peak | its last 3 values are worse than its first by more than complete trials gain in all (median) |
| after its peak | the chance that it still ends better than the incumbent is below 5 % |

The chance comes from the gains that complete trials still made from the same fraction to their end (`numerics.gains`).
With fewer than 4 of them nothing is predicted: curves of power or exponential laws, fitted to the trial alone, miss the
gain that annealing brings at the very end, which no value before it shows. A validation loss that rises before the peak
is no reason: it may rise while the learning rate climbs. After it, overfitting counts as the loss it costs.

Trials say how long their schedule is by the attribute `ayar.schedule` (`trial.progress`); one that does not goes on.
Sources: the fraction and the peak, `docs/guide-stopping-early.md`; the probability of beating the incumbent, Domhan,
Springenberg and Hutter 2015 (IJCAI), section 3, with gains of other trials in place of their curve families.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ayar.base.errors import ArgumentError, shorten
from ayar.numerics.gains import chance_to_end_below
from ayar.schedulers.base import GO_ON, Action, Capabilities, Decision, Scheduler
from ayar.trial.history import History
from ayar.trial.progress import Progress, progress_of
from ayar.trial.setup import Setup
from ayar.trial.state import State

FEWEST = 4
"""Complete trials from which gains are predicted."""
_NEWEST = 200
"""Complete trials that gains are read from: all of a long study would cost more than it tells."""
_EVIDENCE = 3
"""Values in a row that show a divergence: one alone may be a spike."""


@dataclass(frozen=True)
class ScheduleAware(Scheduler):
    """Stops trials that will not win, judged at the same fraction of their schedules; in the table "schedule_aware".

    Arguments:
        chance: a trial past its peak is stopped when it beats the incumbent with less than this probability; above 0
            and below 0.5.

    Raises:
        ArgumentError: `chance` outside its range.

    >>> ScheduleAware(chance=1.0)
    Traceback (most recent call last):
    ayar.base.errors.ArgumentError: schedule_aware: chance must be above 0 and below 0.5, got 1.0
    """

    capabilities: ClassVar[Capabilities] = Capabilities(steps=True)
    chance: float = 0.05

    def __post_init__(self) -> None:
        if isinstance(self.chance, bool) or not isinstance(self.chance, int | float) or not 0.0 < self.chance < 0.5:
            raise ArgumentError(f"schedule_aware: chance must be above 0 and below 0.5, got {shorten(self.chance)}")

    def decide(self, setup: Setup, history: History, number: int) -> Decision:
        """Stop where the table of this file says so."""
        own = progress_of(history.row(number).attrs, history.reports(number))
        if own is None or len(setup.goals) != 1 or own.done >= 1.0:
            return GO_ON
        sign = setup.goals[0].sign
        if not math.isfinite(own.values[-1]):
            return _stop("not finite", f"the value is {own.values[-1]:g}", own)
        ended = _ended(history)
        if len(ended) < FEWEST:
            return GO_ON
        if own.done < own.peak:
            return _before_peak(own, sign, ended, history)
        return self._after_peak(own, sign, ended, history)

    def _after_peak(self, own: Progress, sign: float, ended: Mapping[int, Progress], history: History) -> Decision:
        losses = history.losses[:, 0]
        rival = min(ended, key=lambda number: float(losses[number]))
        there = {number: sign * progress.at(own.done) for number, progress in ended.items()}
        usable = [number for number, loss in there.items() if math.isfinite(loss)]
        if len(usable) < FEWEST:
            return GO_ON
        before, after = np.array([there[number] for number in usable]), losses[usable]
        chance = chance_to_end_below(sign * float(own.values[-1]), float(losses[rival]), before, after)
        if chance >= self.chance:
            return GO_ON
        why = (
            f"{own.values[-1]:.6g} after {own.done:.0%} of its schedule ends better than trial {rival}, "
            f"{sign * losses[rival]:.6g}, with probability {chance:.2g}: "
            f"{len(usable)} trials show what is gained from there"
        )
        return _stop("chance", why, own, incumbent=rival, chance=round(chance, 6), trials=len(usable))


def _before_peak(own: Progress, sign: float, ended: Mapping[int, Progress], history: History) -> Decision:
    gains = [sign * float(progress.values[0]) - float(history.losses[number, 0]) for number, progress in ended.items()]
    gain = float(np.median(gains))
    first, last = float(own.values[0]), own.values[-_EVIDENCE:]
    if len(own.values) <= _EVIDENCE or not gain > 0.0 or not (sign * (last - first) > gain).all():
        return GO_ON
    why = (
        f"diverging before its peak: its last {_EVIDENCE} values are worse than its first, {first:.6g}, by more than "
        f"{len(ended)} trials gained from their first to their end, {gain:.6g}"
    )
    return _stop("diverging", why, own, gain=gain, trials=len(ended))


def _ended(history: History) -> dict[int, Progress]:
    """The newest trials that went to the end of their schedule, by number."""
    losses = history.losses[:, 0]
    able = history.having(State.COMPLETE) & history.inside & history.feasible & np.isfinite(losses)
    newest = np.flatnonzero(able)[-_NEWEST:]
    found = {int(number): progress_of(history.row(number).attrs, history.reports(number)) for number in newest}
    return {number: progress for number, progress in found.items() if progress is not None}


def _stop(rule: str, why: str, own: Progress, **numbers: int | float) -> Decision:
    return Decision(
        Action.STOP,
        {"scheduler": "schedule_aware", "rule": rule, "why": why, "done": round(own.done, 6), **numbers},
    )
