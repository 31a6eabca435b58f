"""Checks on the search: repeats, noise, size, fall-backs."""

import math

import numpy as np

from ayar.analysis.checks.base import Finding, Findings, View
from ayar.analysis.folds import fold_table, paired_noise
from ayar.analysis.notes import voices
from ayar.analysis.progress import best_so_far
from ayar.analysis.words import count_text, number_text
from ayar.trial.state import State

_REPEATED = 0.05
_FELL_BACK = 0.1
_PER_PARAMETER = 10
_FEWEST_FOR_NOISE = 10


def duplicates(view: View) -> Findings:
    """The same configuration tried again and again, where the space has room for others."""
    taken = view.fold.history.taken(view.fold.setup.space.codec)
    trials = sum(taken.values())
    again = trials - len(taken)
    if again < 2 or again <= _REPEATED * trials or view.fold.setup.space.size <= 2 * trials:
        return
    yield Finding(
        "duplicates",
        "warning",
        f"{again} of {count_text(trials, 'trial')} ({again / trials:.0%}) repeat a configuration tried before.",
        'Repeats were allowed or enqueued: leave repeats="avoid", or read their spread as the noise.'
        if view.fold.setup.repeats == "allow"
        else "Enqueued or added trials repeat others; list each once, or read their spread as the noise.",
    )


def noise(view: View) -> Findings:
    """What results differ by through noise alone, against what the last half of the search gained."""
    told = view.sample
    measured = _measured_noise(view)
    if measured is None or len(told) < _FEWEST_FOR_NOISE:
        return
    deviation, source = measured
    apart = math.sqrt(2.0) * deviation
    gain = _late_gain(view)
    # The gain alone is zero in half of all good searches: what the better half differs by must be noise too.
    better = float(np.std(told.losses[told.order()[: len(told) // 2]]))
    if deviation == 0.0 or gain > apart or better > deviation:
        return
    yield Finding(
        "noise",
        "warning",
        f"Two results differ by ±{number_text(apart, 2)} through noise alone ({source}); the last half of the search "
        f"gained {number_text(gain, 2)}, and the better half of the trials spreads by {number_text(better, 2)}.",
        "Repeat the best few trials before trusting their order, use more folds, or stop: the difference is noise.",
    )


def _late_gain(view: View) -> float:
    """How much the best improved over the last half of the results that count."""
    curve = best_so_far(view.fold)
    best = curve.best[curve.counts]
    return abs(float(best[-1] - best[(len(best) - 1) // 2])) if len(best) else 0.0


def _measured_noise(view: View) -> tuple[float, str] | None:
    """(deviation of one result, where it comes from): repeats, else folds, else what the objective told."""
    history = view.fold.history
    repeats = _repeat_noise(view)
    if repeats is not None:
        return repeats, "spread of repeated configurations"
    good = view.sample.numbers[view.sample.order()[: max(4, len(view.sample) // 2)]]
    folds = paired_noise(fold_table(history, [int(number) for number in good]))
    if folds is not None:
        return folds, "spread between folds"
    told = history.sd[view.sample.numbers, 0]
    known = told[np.isfinite(told)]
    return (float(np.median(known)), "standard error told with it") if len(known) else None


def _repeat_noise(view: View) -> float | None:
    """Pooled deviation within groups of equal configurations; None below 3 degrees of freedom."""
    told = view.sample
    keys = view.fold.setup.space.codec.keys(told.X)
    groups: dict[bytes, list[float]] = {}
    for key, loss in zip(keys, told.losses, strict=True):
        groups.setdefault(key, []).append(float(loss))
    several = [np.array(losses) for losses in groups.values() if len(losses) > 1]
    freedom = sum(len(losses) - 1 for losses in several)
    if freedom < 3:
        return None
    return float(np.sqrt(sum(((losses - losses.mean()) ** 2).sum() for losses in several) / freedom))


def too_few(view: View) -> Findings:
    """Fewer than ten complete trials for each parameter that was active."""
    complete = int((view.fold.history.having(State.COMPLETE) & view.fold.history.inside).sum())
    if complete == 0:
        return
    active = float(view.sample.A.sum(axis=1).mean()) if len(view.sample) else 0.0
    words = "1 active parameter" if active == 1.0 else f"{number_text(active, 2)} active parameters"
    if complete < _PER_PARAMETER * active and complete < view.fold.setup.space.size:
        yield Finding(
            "too-few",
            "note",
            f"{count_text(complete, 'complete trial')} for {words} on average; "
            f"{_PER_PARAMETER} a parameter is a fair start.",
            f"Raise the budget to about {_PER_PARAMETER * int(np.ceil(active))} trials, or search fewer parameters.",
        )


def fell_back(view: View) -> Findings:
    """The sampler could not do what it is for in more than a tenth of the trials."""
    said = voices(view.fold)
    count = sum(trials for _, trials in said.fallbacks)
    if said.noted and count > _FELL_BACK * said.noted:
        reason, most = said.fallbacks[0]
        yield Finding(
            "fall-backs",
            "warning",
            f"The sampler fell back in {count} of {count_text(said.noted, 'proposal')}; in {most} because: {reason}.",
            "Mend the reason, or choose a sampler that does not need it.",
        )
