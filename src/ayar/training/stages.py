"""The stages of the recipe before its confirmation. Each is given a chart, writes what it found, and says why not.

A stage answers (result, why it was left out or cut short); the account around it keeps its limit.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from ayar.training.arms import Comparison, compare, with_arm
from ayar.training.batch_probe import TIMED, WARM_UP
from ayar.training.batch_result import BatchSize
from ayar.training.batch_size import find_batch_size
from ayar.training.chart import CYCLED, Chart
from ayar.training.gradient_noise import STEPS as NOISE_STEPS
from ayar.training.range_confirm import maxima
from ayar.training.range_result import RangeTest
from ayar.training.range_test import lr_range_test
from ayar.training.sanity import Check, cannot_learn_noise, learns_one_batch, starts_at_chance
from ayar.training.schedule import Band

MOMENTA: tuple[Band, ...] = (CYCLED, (0.9, 0.9), (0.95, 0.95), (0.97, 0.97), (0.99, 0.99))
"""The cycled band first, then constants: values within noise of each other go to the first."""
DECAYS, FEW_DECAYS = (0.0, 1e-5, 1e-4, 1e-3), (0.0, 1e-4, 1e-3)
SMALL_DECAYS, FEW_SMALL_DECAYS = (0.0, 1e-3, 1e-2, 1e-1), (0.0, 1e-2, 1e-1)
SMALL = 2000
"""Training rows below which much decay is tried, and a tie goes to the least loss; above to none: variety regularises
(p). With Smith's values alone, short runs on diabetes saw no difference, and full ones lost 5 % to 30 random trials."""
MOST_DECAY = 0.1
LONG, SHORT = 3.0, 2.0
"""Epochs of a run for which all values are tried; below that a few are, in runs of at least `SHORT` (p)."""
PART = 0.25
"""No run of a stage before the confirmation is longer than this part of a full training (p)."""
SWEEPS = 0.5
"""Part of the room for the learning rate that sweeps take; cycles may need the rest (p)."""
FALLBACK = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""Multiples of the default rate that cycles try where the range test gives no answer."""
APART = 3.0
"""Steepest fall and lowest loss further apart than this: cycles decide."""
RETEST = (1.0, 0.4, 2.5)
"""What the learning rate is multiplied with when momentum or decay moved, or where few cycles fit."""


def check_before(chart: Chart) -> tuple[list[Check], str]:
    """The checks that need no learning rate."""
    steps = min(40, chart.account.steps_left(chart.task.batch_size))
    checks = [starts_at_chance(chart.task, chart.seed)]
    if steps < 20 and "one_batch" in chart.task.can:
        return checks, f"learning one batch takes 20 steps, and there is room for {steps}."
    return [*checks, learns_one_batch(chart.task, max(steps, 1), chart.seed)], ""


def check_after(chart: Chart) -> tuple[list[Check], str]:
    """The check that needs a rate which learns: shuffled labels, a cycle of an epoch at most."""
    room = chart.account.steps_left(chart.task.batch_size)
    if chart.lr is None or room < 1:
        return [], "there is no learning rate to train with." if chart.lr is None else "there is no room for it."
    found = cannot_learn_noise(chart.task, chart.lr, min(chart.task.steps_per_epoch, room), chart.seed)
    return [found], found.sentence if found.outcome == "left out" else ""


def find_batch(chart: Chart) -> tuple[BatchSize | None, str]:
    """The batch size that reaches the target soonest, taken if as many epochs still do."""
    task, room = chart.task, chart.account.steps_left(1)
    if not {"resize", "gradients"} <= task.can:
        return None, f"{task.name} cannot be cut into other batches, or gives no norms of gradients."
    # Sizes double, so all probes together take about twice the rows of the largest, and that one is run again.
    most = min(task.rows // 10, (room - NOISE_STEPS * task.batch_size) // (3 * (WARM_UP + TIMED)))
    if most < 2 * task.batch_size:
        return None, (
            f"the noise scale and probes of twice the batch size take more than the {chart.account.left:.2g} full "
            "trainings it may take, or an epoch has too few steps for that."
        )
    found = find_batch_size(task, "time", most=most, epochs=float(chart.epochs), seed=chart.seed)
    chart.probes["batch size"] = found
    steps = chart.epochs * task.resized(found.size).steps_per_epoch
    enough = found.steps_to_target(found.size) <= 1.1 * steps
    size = found.size if enough else task.batch_size
    if size != task.batch_size:
        chart.task = task.resized(size)
    chart.known = replace(chart.known, batch_size=size)
    stays = "" if enough else f" {chart.epochs} epochs of it would not reach the target, so {size} stays."
    chart.reason("batch size", found.explain() + stays)
    return found, ""


def find_rate(chart: Chart) -> tuple[RangeTest | None, str]:
    """The highest learning rate, by the range test; where its rules lie far apart, by complete short cycles."""
    room = chart.account.steps_left(chart.task.batch_size)
    repeats = 3 if room >= 360 else 2 if room >= 180 else 1
    steps = min(150, int(SWEEPS * room) // repeats)
    if steps < 40:
        return None, f"a sweep takes 40 steps, and there is room for {room}."
    lr = chart.task.settings.lr
    found = lr_range_test(
        chart.task,
        low=max(1e-7, lr * 1e-3),
        high=max(10.0, 10 * lr),
        steps=steps,
        repeats=repeats,
        seed=chart.seed,
        confirm=False,
    )
    chart.probes["learning rate"] = found
    chart.reason("learning rate", found.explain().partition("\n")[0])
    if found.max_lr is None or found.bracket is None:
        return found, _rate_without_test(chart, f"the range test gave no answer ({found.verdict})")
    _take_rate(chart, found.max_lr)
    if found.bracket[1] <= APART * found.bracket[0]:
        return found, ""
    rates = maxima(found.bracket, found.low, found.high)
    return found, _cycle_rates(chart, rates, "learning rate, cycles", "the rules of the range test lie far apart")


def _rate_without_test(chart: Chart, when: str) -> str:
    """Complete short cycles about the default rate; no rate is taken unless something is learnt by it."""
    rates = [chart.task.settings.lr * factor for factor in FALLBACK]
    why = _cycle_rates(chart, rates, "learning rate, cycles", when)
    if why:
        return why
    scores = chart.probes["learning rate, cycles"].best.runs[0].scores
    error = scores.error if math.isfinite(scores.error) else 0.0
    if chart.task.chance and scores.loss > chart.task.chance - 2.0 * error:
        chart.lr, chart.known = None, replace(chart.known, lr=None)
        return f"{when}, and no cycle got below the loss of chance, {chart.task.chance:.4g}."
    return ""


def _cycle_rates(chart: Chart, rates: list[float], name: str, when: str) -> str:
    """Take the best of these maxima by complete short cycles; why not, in words."""
    share = chart.share(len(rates), PART)
    if not share:
        rates = rates[::2] if chart.lr is None else [chart.lr * factor for factor in RETEST]
        share = chart.share(len(rates), PART)
    if not share:
        return f"{when}, and there is no room for cycles to decide."
    told = compare(
        [chart.arm(f"{lr:.3g}", lr, chart.momentum, chart.weight_decay) for lr in rates], share, [chart.seed]
    )
    place = _first_within_noise(told) if chart.lr == rates[0] else list(told.arms).index(told.best)
    _take_rate(chart, rates[place])
    chart.probes[name] = told
    chart.reason(name, f"As {when}, cycles decided. {_said(told, place)}")
    return ""


def _take_rate(chart: Chart, lr: float) -> None:
    chart.lr = lr
    chart.known = replace(chart.known, lr=lr)


def find_momentum(chart: Chart) -> tuple[Comparison | None, str]:
    """Constants against the cycled band, by complete short cycles on the same seed."""
    if not chart.takes_momentum:
        return None, f"{chart.task.name} takes no momentum."
    if chart.lr is None:
        return None, "there is no learning rate to test it with."
    values, share = _values(chart, MOMENTA, MOMENTA[:3])
    if not share:
        return None, _no_room(chart, len(values))
    rates = [chart.lr * _as_far(chart, band) for band in values]
    arms = [chart.arm(_band_text(band), lr, band, None) for lr, band in zip(rates, values, strict=True)]
    told = compare(arms, share, [chart.seed])
    place = _first_within_noise(told)
    high, low = chart.momentum = values[place]
    _take_rate(chart, rates[place])
    chart.known = replace(chart.known, momentum=(high, low) if high != low else high)
    chart.probes["momentum"] = told
    chart.reason("momentum", _said(told, place))
    return told, ""


def _as_far(chart: Chart, band: Band) -> float:
    """What the rate of a constant momentum is multiplied with to move weights as far as the cycle's low end does."""
    same = band[0] != band[1] or "beta1" in chart.task.can
    return 1.0 if same else (1.0 - band[0]) / (1.0 - CYCLED[1])


def find_decay(chart: Chart) -> tuple[Comparison | None, str]:
    """No decay against some, constant during training, by complete short cycles; wider while the best is on the edge.

    A tie goes to no decay where rows are many, and to the least loss where they are few.
    """
    if not chart.takes_decay:
        return None, f"{chart.task.name} takes no weight decay."
    if chart.lr is None:
        return None, "there is no learning rate to test it with."
    small = chart.task.rows < SMALL
    lists = (SMALL_DECAYS, FEW_SMALL_DECAYS) if small else (DECAYS, FEW_DECAYS)
    values, share = _values(chart, *lists)
    if not share:
        return None, _no_room(chart, len(values))
    lr = chart.lr
    told = compare([chart.arm(f"{decay:g}", lr, chart.momentum, decay) for decay in values], share, [chart.seed])
    decays = [*values]
    while told.best is told.arms[-1] and decays[-1] < MOST_DECAY and chart.account.left >= share:
        decays.append(decays[-1] * 10.0)
        told = with_arm(told, chart.arm(f"{decays[-1]:g}", lr, chart.momentum, decays[-1]))
    place = list(told.arms).index(told.best) if small else _first_within_noise(told)
    chart.weight_decay = decays[place]
    chart.known = replace(chart.known, weight_decay=decays[place], least_decay=decays[1])
    chart.probes["weight decay"] = told
    chart.reason("weight decay", _said(told, place))
    return told, ""


def retest_rate(chart: Chart) -> str:
    """Half and double the learning rate once more where momentum or decay moved; why not, in words."""
    moved = (chart.momentum not in {None, CYCLED}) or bool(chart.weight_decay)
    if chart.lr is None or not moved:
        return ""
    rates = [chart.lr * factor for factor in RETEST]
    return _cycle_rates(chart, rates, "learning rate again", "momentum or weight decay moved")


Value = TypeVar("Value")


def _values(chart: Chart, whole: Sequence[Value], few: Sequence[Value]) -> tuple[Sequence[Value], float]:
    """Which values there is room for, and the length of their runs as a share of a full training; 0: none."""
    share = chart.share(len(whole), PART, LONG)
    return (whole, share) if share else (few, chart.share(len(few), PART, SHORT))


def _no_room(chart: Chart, runs: int) -> str:
    return f"{runs} cycles of {SHORT:g} epochs take more than the {chart.account.left:.2g} full trainings it may take."


def _first_within_noise(told: Comparison) -> int:
    """The best arm's place; the first, where the best is a tie with it."""
    best = told.best
    return 0 if told.verdict(best) == "tie" else list(told.arms).index(best)


def _said(told: Comparison, place: int) -> str:
    chosen, best = told.arms[place], told.best
    why = "it had the least loss" if chosen is best else f"{best.name} is within noise of it"
    listed = ", ".join(f"{arm.name}: {arm.loss:.4g}" for arm in told.arms)
    return f"{chosen.name}: {why} after cycles of {told.share:.2g} of a full training ({listed})."


def _band_text(band: Band) -> str:
    return f"{band[0]:g}" if band[0] == band[1] else f"{band[0]:g} to {band[1]:g}"
