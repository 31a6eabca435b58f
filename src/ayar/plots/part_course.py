"""Cards: how the search went, what failed and why, health, all trials."""

from functools import partial

import numpy as np

from ayar.analysis.checks.base import LEVELS, View
from ayar.analysis.crew import at_a_time_text
from ayar.analysis.failures import causes
from ayar.analysis.health import CHECKS, findings
from ayar.analysis.notes import voices
from ayar.analysis.progress import best_so_far, counts, time_split
from ayar.analysis.words import count_text, duration_text, listed
from ayar.plots.cards import Card, Code, Picture
from ayar.plots.history import optimization_history
from ayar.plots.tables import causes_table, trials_table
from ayar.trial.fold import Fold
from ayar.trial.state import State

_MOST_TRACEBACKS = 10


def course(fold: Fold) -> Card:
    """Counts, time, who proposed, and the picture of the search."""
    split = time_split(fold)
    states = listed([f"{count:,} {state}" for state, count in counts(fold).items()], most=len(State))
    facts = (
        ("Trials", states),
        ("Evaluating", duration_text(split.evaluating)),
        ("Proposing", f"{duration_text(split.proposing)} ({split.overhead:.1%})"),
        ("From first to last", duration_text(split.wall)),
        ("Workers", at_a_time_text(fold)),
    )
    pictures = tuple(
        Picture(f"history-{place}", f"{goal.name}, result by result", partial(optimization_history, fold, place))
        for place, goal in enumerate(fold.setup.goals)
    )
    said = voices(fold)
    text = [f"Proposed by {listed([f'{name} ({count:,})' for name, count in said.proposed])}."] if said.noted else []
    text += [f"Fell back in {count_text(count, 'trial')}: {reason}." for reason, count in said.fallbacks]
    return Card(
        f"{count_text(len(fold.history), 'trial')}.{_when_best(fold)}",
        level="warning" if said.fallbacks else "ok",
        text=tuple(text),
        facts=facts,
        pictures=pictures,
    )


def _when_best(fold: Fold) -> str:
    curve = best_so_far(fold)
    if len(fold.setup.goals) > 1 or not len(curve.improvements):
        return ""
    return f" The best came as result {int(curve.improvements[-1]) + 1} of {len(curve)}."


def failed(fold: Fold) -> Card:
    """Failed trials by kind and cause, with one traceback each."""
    found = causes(fold)
    if not found:
        return Card("Nothing failed.")
    kinds = listed([f"{cause.count} {cause.kind} ({cause.headline})" for cause in found], most=2)
    finished = count_text(int(fold.history.final.sum()), "trial")
    tracebacks = tuple(
        Code(f"Trial {cause.numbers[0]}: {cause.headline}", cause.traceback, folded=True)
        for cause in found[:_MOST_TRACEBACKS]
        if cause.traceback
    )
    sentence = f"{sum(cause.count for cause in found)} of {finished}: {kinds}."
    return Card(sentence, level="warning", table=causes_table(found), codes=tracebacks)


def health(view: View) -> Card:
    """What the checks found."""
    found = tuple(findings(view))
    if not found:
        return Card(f"None of the {len(CHECKS)} checks found anything.")
    worst = max((finding.level for finding in found), key=LEVELS.index)
    return Card(f"{count_text(len(found), 'finding')} from {len(CHECKS)} checks.", level=worst, findings=found)


def trials(fold: Fold) -> Card:
    """The table of trials."""
    complete = np.flatnonzero(fold.history.having(State.COMPLETE) & fold.history.inside)
    best = complete[np.argsort(fold.history.losses[complete, 0], kind="stable")]
    table = trials_table(fold, [int(number) for number in best])
    outside = int((~fold.history.inside).sum())
    aside = f"; {outside} outside the space as it is now, neither best nor learned from" if outside else ""
    return Card(f"{count_text(len(fold.history), 'trial')}{aside}.", table=table)
