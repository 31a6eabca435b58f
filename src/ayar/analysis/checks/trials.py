"""Checks on trials and how they were judged: failures in one place, constraints untold, late results, leaks."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ayar.analysis.axes import axes
from ayar.analysis.checks.base import Finding, Findings, View
from ayar.analysis.failures import causes
from ayar.analysis.score import OPENED, openings, recorded
from ayar.analysis.words import count_text, value_text
from ayar.numerics.arrays import Bools
from ayar.trial.state import State

LEAKS = "evaluate.leaks"
_ALARM = 0.5
_CHANCE = 0.005
_FEWEST_FAILURES = 4
_CUTS = (0.25, 0.5, 0.75)


@dataclass(frozen=True, eq=False)
class Region:
    """A part of the space in words, and which finished trials lie in it."""

    words: str
    inside: Bools


def failure_spot(view: View) -> Findings:
    """Failures that gather where one parameter has one value or lies on one side of a cut.

    One-sided hypergeometric test (Fisher 1922) in every region, Bonferroni over the regions.
    """
    failed = view.fold.history.having(State.FAILED)[_ended(view)]
    if failed.sum() < _FEWEST_FAILURES or failed.all():
        return
    regions = list(_regions(view))
    chances = [_chance(failed, region.inside) for region in regions]
    if not chances or min(chances) * len(chances) > _CHANCE:
        return
    spot = regions[int(np.argmin(chances))]
    there, everywhere = failed[spot.inside], failed.mean()
    cause = causes(view.fold)[0]
    yield Finding(
        "failure-spot",
        "warning",
        f"Where {spot.words}, {int(there.sum())} of {count_text(len(there), 'trial')} failed "
        f"({there.mean():.0%}; everywhere {everywhere:.0%}). Most frequent cause: {cause.headline}.",
        "Mend the cause, or take this region out of the space with a bound, a constraint or forbidden=.",
    )


def _regions(view: View) -> Iterator[Region]:
    fold = view.fold
    codec = fold.setup.space.codec
    X, A = fold.history.columns(codec)
    X, A = X[_ended(view)], A[_ended(view)]
    U = codec.to_unit(X)
    for axis in axes(fold.setup.space):
        u, active = U[:, axis.index], A[:, axis.index]
        if axis.labels is not None:
            for place, label in enumerate(axis.labels):
                yield Region(f"{axis.name} is {label}", active & (X[:, axis.index] == place))
            continue
        for cut in np.unique(np.quantile(u[active], _CUTS)) if active.any() else ():
            nearest = int(np.nanargmin(np.abs(np.where(active, u, np.nan) - cut)))
            words = value_text(float(X[nearest, axis.index]))
            below = np.nan_to_num(u, nan=2.0) <= u[nearest]
            yield Region(f"{axis.name} <= {words}", active & below)
            yield Region(f"{axis.name} > {words}", active & ~below)


def _ended(view: View) -> Bools:
    """(n,) trials with an outcome, inside the space."""
    return np.asarray(view.fold.history.final & view.fold.history.inside)


def _chance(failed: Bools, inside: Bools) -> float:
    """P(at least as many failures inside) if failures fell anywhere: hypergeometric tail, by logarithms."""
    n, bad, size, hits = len(failed), int(failed.sum()), int(inside.sum()), int((failed & inside).sum())

    def log_choose(a: int, b: int) -> float:
        return math.lgamma(a + 1) - math.lgamma(b + 1) - math.lgamma(a - b + 1)

    total = log_choose(n, size)
    most = min(bad, size)
    tail = sum(
        math.exp(log_choose(bad, k) + log_choose(n - bad, size - k) - total)
        for k in range(hits, most + 1)
        if 0 <= size - k <= n - bad
    )
    return min(1.0, tail)


def untold_constraint(view: View) -> Findings:
    """A result constraint whose metric no complete trial told, so that no trial can ever be the best."""
    setup, history = view.fold.setup, view.fold.history
    complete = history.having(State.COMPLETE) & history.inside
    if not complete.any():
        return
    names = [*(goal.name for goal in setup.goals), *(constraint.name for constraint in setup.constraints)]
    example = ", ".join(f'"{name}": ...' for name in names)
    for constraint, column in zip(setup.constraints, history.violations[complete].T, strict=True):
        if np.isnan(column).all():
            yield Finding(
                "untold-constraint",
                "error",
                f"{constraint.name} is bounded, but none of {count_text(int(complete.sum()), 'complete trial')} told "
                "it, so none counts as feasible.",
                f"Return it beside the goals, by name: return {{{example}}}.",
            )


def opened_again(view: View) -> Findings:
    """The sealed test set was opened more than once."""
    times = openings(view.fold)
    if times > 1:
        reasons = [str(data["reason"]) for data in recorded(view.fold, OPENED) if data.get("reason")]
        yield Finding(
            "opened-again",
            "error",
            f"The sealed test set was opened {times} times (last reason: {reasons[-1] if reasons else 'none given'}).",
            "Its score is no longer honest: whoever looked may have chosen by it. Judge on rows nobody has seen.",
        )


def leaked(view: View) -> Findings:
    """What leak checks found before the search (`ayar.evaluate.leak_check`), hints and all."""
    reports = recorded(view.fold, LEAKS)
    for found in reports[-1].get("findings", []) if reports else []:
        alarm = found["sure"] >= _ALARM
        yield Finding(
            "leak",
            "error" if alarm and found["level"] == "certain" else "warning" if alarm else "note",
            f"{found['level'].capitalize()} leak, {found['kind']}: {found['saw']}.",
            f"{found['advice'][:1].upper()}{found['advice'][1:]}.",
        )


def refused(view: View) -> Findings:
    """Results that came too late and were kept aside."""
    if view.fold.refused:
        yield Finding(
            "refused",
            "note",
            f"{count_text(len(view.fold.refused), 'result')} came after the trial was handed to another worker, or "
            "differed from the one that stands; kept in the log, not counted.",
            "If workers are suspended for long, raise lease_s.",
        )
