"""The signs by which a training is judged: one function for each, from the curves to a clue or nothing.

| clue | sign |
|---|---|
| diverging | a loss that is not finite, or the last 3 training losses above the first by 4 σ |
| unstable | 3 spikes above 6 σ |
| rate too low | the training loss falls on a straight line in the distance travelled, and little of it is gone |
| underfitting | both losses nearly flat, or the rate annealed; no gap between them; far above what is possible |
| overfitting | validation 2 σ above its least for 3 evaluations, while the training loss falls; only after the peak |
| plateau | both losses change by less than 2 σ over the last evaluations, and the rate has not been annealed |
| suspiciously good | validation better than training, both in evaluation mode, by 4 σ; or nearly perfect at once |

The multiples of σ are start values of this project's guide that held on 200 synthetic curves
(`tests/unit/training/test_clues.py`). Source of the signs: Smith 2018, arXiv:1803.09820, sections 3 and 4.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from ayar.training.clue_curves import Curve, Training

EVIDENCE = 3
"""Evaluations that a clue rests on at least."""
WINDOW = 6
"""Evaluations over which a curve is called flat or straight, at least."""
_ABOVE_START = 4.0
_SPIKE = 6.0
_RISE = 2.0
_FLAT = 2.0
_GAP = 2.0
_TOO_GOOD = 4.0
_STRAIGHT = 0.7
"""Least share of the first half's slope that the second half still has, on a straight line."""
_LITTLE_GONE = 0.25
"""Share of the first loss that a rate which is too low has taken away at most."""
_FAR = 0.5
"""Share of the way from what is reachable to chance above which a model is far from it."""
_PERFECT = 0.01
"""Share of the chance level below which a loss is nearly perfect."""


@dataclass(frozen=True)
class Clue:
    """Something that the curves say, with its numbers and what to do."""

    name: str
    step: int
    """The step at which it was seen first."""
    why: str
    """What was seen, in words and numbers."""
    advice: str
    """The next thing to try."""
    numbers: dict[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.name} at step {self.step}: {self.why}. Next: {self.advice}."


def _diverging(t: Training) -> Clue | None:
    advice = "lower the highest learning rate, to a third of it first"
    if t.broken is not None:
        return Clue("diverging", t.broken, "the loss is not finite", advice)
    y, first = t.train.y, t.train.y[:1].sum()
    if len(y) <= EVIDENCE + 2 or not y[-EVIDENCE:].min() > first + _ABOVE_START * t.train.sigma:
        return None
    # Noise as it was before: the leap itself would count as noise.
    sigma = t.train.last(len(y)).part(np.arange(len(y)) < len(y) - EVIDENCE).sigma
    rise = float(y[-EVIDENCE:].min() - first)
    return Clue(
        "diverging", int(t.train.steps[-1]),
        f"the last {EVIDENCE} training losses are above the first, {first:.4g}, by at least {rise:.3g}, "
        f"{rise / sigma:.1f} times the noise",
        advice, {"rise": rise, "sigma": sigma},
    )  # fmt: skip


def _unstable(t: Training) -> Clue | None:
    curve = t.train if len(t.train) else t.validation
    if len(curve) < 2 * WINDOW:
        return None
    up = curve.y - curve.smoothed()
    # Noise of the evaluations that lie not above their neighbours: many spikes would count as noise.
    sigma = curve.part(up <= 0.0).sigma
    spikes = np.flatnonzero(up > _SPIKE * sigma)
    if len(spikes) < EVIDENCE:
        return None
    worst = float(up[spikes].max()) / sigma
    return Clue(
        "unstable", int(curve.steps[spikes[EVIDENCE - 1]]),
        f"{len(spikes)} spikes above {_SPIKE:g} times the noise, the largest {worst:.0f} times",
        "a longer warm-up or a lower learning rate; clip the gradient",
        {"spikes": float(len(spikes)), "sigma": sigma},
    )  # fmt: skip


def _rate_too_low(t: Training) -> Clue | None:
    y, n = t.train, len(t.train)
    if n < WINDOW or y.y[0] <= 0.0 or t.annealed:
        return None
    sigma = y.sigma
    halves = y.part(np.arange(n) < n // 2 + 1), y.part(np.arange(n) >= n // 2)
    whole = y.trend(sigma)
    slopes = [half.trend(sigma).change / max(float(np.ptp(half.x)), 1e-300) for half in halves]
    gone = -whole.change / float(y.y[0])
    falls = whole.change < -4.0 * whole.error and -whole.change > 2.0 * sigma
    if not falls or gone > _LITTLE_GONE or not slopes[1] <= _STRAIGHT * slopes[0] < 0.0:
        return None
    return Clue(
        "rate too low", int(y.steps[-1]),
        f"the training loss falls on a straight line: {gone:.0%} of it is gone after {n} evaluations, and the second "
        f"half falls {slopes[1] / slopes[0]:.0%} as fast as the first",
        "a learning rate range test; three times the rate, if there is no time for one",
        {"gone": gone, "straightness": slopes[1] / slopes[0]},
    )  # fmt: skip


def _underfitting(t: Training) -> Clue | None:
    known = t.chance is not None or t.reachable is not None
    if not known or min(len(t.train), len(t.validation), len(t.both)) < WINDOW or not (t.annealed or _both_slow(t)):
        return None
    best, worst = t.reachable or 0.0, t.chance if t.chance is not None else float(t.train.y[0])
    level, gap = float(np.median(t.train.y[-EVIDENCE:])), float(-np.median(t.both[-EVIDENCE:]))
    sigma = max(t.train.sigma, t.validation.sigma)
    if not level - best > _FAR * (worst - best) > 0.0 or gap > _GAP * sigma:
        return None
    state = "the rate is annealed" if t.annealed else "both losses hardly move"
    return Clue(
        "underfitting", int(t.train.steps[-1]),
        f"{state}, validation is {gap:.3g} above training (noise {sigma:.2g}), and {level:.4g} is far "
        f"above {best:.4g}, which is possible (knowing nothing costs {worst:.4g})",
        "a higher learning rate, less weight decay and dropout, then a larger model",
        {"level": level, "gap": gap, "sigma": sigma, "reachable": best, "chance": worst},
    )  # fmt: skip


def _overfitting(t: Training) -> Clue | None:
    v = t.validation
    if len(v) < EVIDENCE + 2 or len(t.train) < EVIDENCE + 2:
        return None
    calm = v.smoothed()
    least = int(np.argmin(calm))
    later = v.part(np.arange(len(v)) > least)
    rise = calm[least + 1 :] - calm[least]
    if len(later) < EVIDENCE or (t.peak is not None and later.steps[-EVIDENCE] <= t.peak):
        return None
    since = t.train.part(t.train.steps >= v.steps[least])
    if len(since) < EVIDENCE or not (rise[-EVIDENCE:] > _RISE * v.sigma).all():
        return None
    trend, climb = since.trend(t.train.sigma), later.trend(v.sigma)
    if not trend.change < 0.0 or not climb.change > 0.0 or not rise[-1] > _RISE * climb.error:
        return None
    return Clue(
        "overfitting", int(later.steps[0]),
        f"validation has risen by {rise[-1]:.3g}, {rise[-1] / v.sigma:.1f} times its noise, since its least at step "
        f"{v.steps[least]:.0f}, while the training loss fell by {-trend.change:.3g}",
        "more weight decay or dropout, a larger learning rate, a smaller batch; or end there",
        {"rise": float(rise[-1]), "sigma": v.sigma, "least_at": float(v.steps[least])},
    )  # fmt: skip


def _plateau(t: Training) -> Clue | None:
    curve = t.train if len(t.train) >= WINDOW else t.validation
    if len(curve) < 2 * WINDOW or t.annealed or not _both_flat(t):
        return None
    last = curve.last(_window(curve))
    change = last.trend(curve.sigma).change
    return Clue(
        "plateau", int(last.steps[0]),
        f"over the last {len(last)} evaluations the loss changed by {change:.2g}, within its noise of "
        f"{curve.sigma:.2g}",
        "lower the learning rate (anneal), or stop",
        {"change": change, "sigma": curve.sigma},
    )  # fmt: skip


def _suspicious(t: Training, evaluated: bool) -> Clue | None:
    advice = "look for a leak: `ayar.evaluate.leak_check` on the pipeline and its split"
    v = t.validation
    if t.chance and len(v) >= EVIDENCE and v.y[:EVIDENCE].max() < _PERFECT * t.chance:
        return Clue(
            "suspiciously good", int(v.steps[0]),
            f"validation is {v.y[0]:.2g} from the first evaluation on, where knowing nothing costs {t.chance:.3g}",
            advice, {"validation": float(v.y[0]), "chance": t.chance},
        )  # fmt: skip
    if not evaluated or len(t.both) < WINDOW:
        return None
    sigma = max(t.train.sigma, v.sigma)
    lead = t.both[-EVIDENCE:]
    if not lead.min() > _TOO_GOOD * sigma:
        return None
    return Clue(
        "suspiciously good", int(v.steps[-1]),
        f"validation is better than training by {float(lead.mean()):.3g}, {float(lead.mean()) / sigma:.1f} times the "
        "noise, both in evaluation mode",
        advice, {"lead": float(lead.mean()), "sigma": sigma},
    )  # fmt: skip


def _window(curve: Curve) -> int:
    return max(WINDOW, len(curve) // 3)


def _both_flat(t: Training) -> bool:
    """Whether every curve that was measured changed by no more than noise does over the last evaluations."""
    curves = [curve for curve in (t.train, t.validation) if len(curve) >= WINDOW]
    return bool(curves) and all(
        abs(curve.last(_window(curve)).trend(curve.sigma).change) < _FLAT * curve.sigma for curve in curves
    )


def _both_slow(t: Training) -> bool:
    """Whether both curves would need ten times as long again to lose another half of what they have."""
    return all(
        -curve.last(_window(curve)).trend(curve.sigma).change < 0.05 * abs(float(curve.y[-1])) + curve.sigma
        for curve in (t.train, t.validation)
    )


def clues_of(t: Training, *, evaluated: bool) -> list[Clue]:
    """What the curves say; a diverging training says nothing else."""
    if (broken := _diverging(t)) is not None:
        return [broken]
    found = [rule(t) for rule in _RULES]
    clues = [clue for clue in (*found, _suspicious(t, evaluated)) if clue is not None]
    names = {clue.name for clue in clues}
    # A flat curve far from what is possible is called by the stronger word.
    return [clue for clue in clues if clue.name != "plateau" or not names & {"underfitting", "overfitting"}]


_RULES: list[Callable[[Training], Clue | None]] = [_unstable, _rate_too_low, _underfitting, _overfitting, _plateau]
