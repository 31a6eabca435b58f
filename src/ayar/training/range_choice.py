"""From the readings of all repeats to a bracket, a suggestion, or the reason why there is none.

Never a guess: a curve without a clear fall, without an end, or read differently by each repeat gives a verdict in words
and no learning rate.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ayar.training.range_rules import RULES, Reading

Verdict = Literal["ok", "no signal", "not diverged", "diverged at once", "too few batches", "too noisy"]

_SIGNAL = 4.0
"""Standard errors that the loss must fall."""
_POINTS = 4.0
"""Losses that a local line must rest on."""
_LOSSES = 20
_AT_ONCE = 0.1
"""Share of the steps: a sweep that breaks before it began too high."""
_RISE = 0.25
"""Of the fall: so much must be given back after the lowest point before that is a minimum, if nothing diverged."""
_SPREAD = 10.0
"""Largest over smallest of the repeats' answers, beyond which they are no answer."""


@dataclass(frozen=True)
class Rule:
    """One rule over all repeats."""

    name: str
    meaning: str
    values: tuple[float | None, ...]
    """One for each repeat; None where the rule found nothing."""

    @property
    def found(self) -> list[float]:
        """The values there are, rising."""
        return sorted(value for value in self.values if value is not None)

    @property
    def median(self) -> float | None:
        """Median (of two middle values the geometric mean); None unless more than half of the repeats have one."""
        found = self.found
        if 2 * len(found) <= len(self.values):
            return None
        return math.sqrt(found[(len(found) - 1) // 2] * found[len(found) // 2])

    @property
    def spread(self) -> float | None:
        """Largest over smallest."""
        return self.found[-1] / self.found[0] if self.found else None


def apply_rules(readings: Sequence[Reading | None]) -> tuple[Rule, ...]:
    """Every rule on every reading."""
    return tuple(
        Rule(name, meaning, tuple(None if r is None else rule(r) for r in readings))
        for name, (rule, meaning) in RULES.items()
    )


@dataclass(frozen=True)
class Judgement:
    """Whether the sweeps answer the question; why (not), and what to do next."""

    verdict: Verdict
    reason: str
    next_step: str
    bracket: tuple[float, float] | None = None


def judge(readings: Sequence[Reading | None], rules: Sequence[Rule], steps: int, high: float) -> Judgement:
    """The verdict over all repeats; `steps` are those planned for one sweep, `high` is where it should have ended."""
    known = [r for r in readings if r is not None]
    found = {rule.name: rule for rule in rules}
    lasted = float(np.median([0 if r is None else len(r.lrs) for r in readings]))
    if lasted < _AT_ONCE * steps and 2 * sum(r is None or r.diverged for r in readings) > len(readings):
        return Judgement(
            "diverged at once",
            f"The loss broke after {lasted:.0f} of {steps} steps: the sweep began too high.",
            "Lower `low` by a factor of 1,000; if it breaks even there, look for NaN in the data or the loss.",
        )
    return _too_few(known, lasted, steps) or _no_signal(known) or _not_diverged(known, high) or _bracket(known, found)


def _too_few(known: Sequence[Reading], lasted: float, steps: int) -> Judgement | None:
    points = float(np.median([np.median(r.fit.points) for r in known])) if known else 0.0
    if lasted >= _LOSSES and points >= _POINTS:
        return None
    return Judgement(
        "too few batches",
        f"A sweep has {lasted:.0f} losses and a point of its curve rests on {points:.1f} of them; "
        f"{_LOSSES} and {_POINTS:.0f} are the least.",
        f"Take more steps (steps={max(2 * steps, 100)}) or a narrower range.",
    )


def _no_signal(known: Sequence[Reading]) -> Judgement | None:
    signal = float(np.median([r.signal for r in known]))
    if signal >= _SIGNAL:
        return None
    fall, error = (float(np.median([getattr(r, name) for r in known])) for name in ("fall", "fall_error"))
    return Judgement(
        "no signal",
        f"The loss fell by {max(fall, 0):.3g}, {signal:.1f} of its standard errors ({error:.3g}); "
        f"{_SIGNAL:.0f} are needed.",
        "Check that the labels belong to the rows and that the weights are trained; then take more steps or larger "
        "batches.",
    )


def _not_diverged(known: Sequence[Reading], high: float) -> Judgement | None:
    ended = [r.diverged or r.rise >= _RISE for r in known]
    if 2 * sum(ended) > len(ended):
        return None
    rise = float(np.median([r.rise for r in known]))
    return Judgement(
        "not diverged",
        f"Up to {high:.3g} the loss went on falling, or gave back only {max(rise, 0):.0%} of its fall: where it "
        "would break is not known.",
        f"Raise `high` (to {100 * high:.3g}, say).",
    )


def _bracket(known: Sequence[Reading], found: dict[str, Rule]) -> Judgement:
    steepest, minimum = found["steepest"].median, found["minimum"].median
    if steepest is None or minimum is None:
        raise AssertionError("both rules give a value for every reading")
    low, high = min(steepest, minimum), max(steepest, minimum)
    answers = sorted(math.sqrt(r.lrs[r.bottom] * r.lrs[np.argmin(r.slope[: r.bottom + 1])]) for r in known)
    spread = answers[-1] / answers[0]
    if spread > _SPREAD:
        return Judgement(
            "too noisy",
            f"The repeats' answers lie between {answers[0]:.3g} and {answers[-1]:.3g}, a factor of {spread:.0f}; "
            f"{_SPREAD:.0f} is the most.",
            "Take more steps, larger batches or more repeats; or let complete short cycles decide (confirm=True).",
            (low, high),
        )
    return Judgement(
        "ok",
        f"The loss falls fastest at {low:.3g} and is lowest at {high:.3g}; their geometric mean is "
        f"{math.sqrt(low * high):.3g}.",
        "",
        (low, high),
    )
