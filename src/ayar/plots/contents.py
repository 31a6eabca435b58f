"""What a report says, card by card: from a study's fold to `Card`s, in the order people ask.

asked · winner · mattered · went · failed · health · trials · again
"""

import shlex
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ayar.analysis.axes import labelled
from ayar.analysis.checks.base import LEVELS, Level, View
from ayar.analysis.failures import causes
from ayar.analysis.front import front
from ayar.analysis.health import CHECKS, findings
from ayar.analysis.importance import importance as importance_of_goal
from ayar.analysis.notes import voices
from ayar.analysis.progress import best_so_far, counts, time_split
from ayar.analysis.score import Score, score
from ayar.analysis.words import count_text, duration_text, listed, number_text, value_text
from ayar.base.errors import NoTrial
from ayar.plots.cards import Card, Code, Picture, guarded
from ayar.plots.fronts import pareto_front
from ayar.plots.history import optimization_history
from ayar.plots.importances import importance_bars
from ayar.plots.parallel import parallel_coordinates
from ayar.plots.slices import slice_panel
from ayar.plots.tables import causes_table, front_table, importance_table, trials_table
from ayar.space.domains import Choices
from ayar.trial.best import best_number, front_numbers
from ayar.trial.fold import Fold
from ayar.trial.state import State
from ayar.trial.trial import Trial

_MOST_SLICES = 9


def report_cards(fold: Fold, *, storage: str = "") -> list[Card]:
    """All cards of a study.

    Arguments:
        fold: the study.
        storage: its address without a password, for the commands in the last card.

    >>> from ayar.testing.folds import fold_of
    >>> [card.key for card in report_cards(fold_of({"x": (0.0, 1.0)}, [({"x": 0.5}, 1.0)]))]
    ['asked', 'winner', 'mattered', 'went', 'failed', 'health', 'trials', 'again']
    """
    view = View(fold)
    made: tuple[tuple[str, str, Callable[[], Card]], ...] = (
        ("asked", "What was asked", partial(_asked, fold)),
        ("winner", "The winner, and how sure we are", partial(_winner, fold)),
        ("mattered", "What mattered", partial(_mattered, view)),
        ("went", "How the search went", partial(_went, fold)),
        ("failed", "What failed, and why", partial(_failed, fold)),
        ("health", "Health", partial(_health, view)),
        ("trials", "All trials", partial(_trials, fold)),
        ("again", "The winner again", partial(_again, fold, storage)),
    )
    return [guarded(key, title, make) for key, title, make in made]


# -- what was asked ----------------------------------------------------------------------------------------------------


def _asked(fold: Fold) -> Card:
    setup = fold.setup
    goals = listed([f"{goal.direction} {goal.name}" for goal in setup.goals])
    budget = [count_text(setup.max_trials, "trial")] if setup.max_trials is not None else []
    budget += [duration_text(setup.max_seconds)] if setup.max_seconds is not None else []
    size = setup.space.size
    rooms = f"{size:,} configurations" if size != float("inf") else "a continuous space"
    sentence = f"{goals[0].upper()}{goals[1:]} over {count_text(len(setup.space.names), 'parameter')} ({rooms})."
    rules = [str(rule) for rule in setup.space.constraints] + [_bounds(rule) for rule in setup.constraints]
    facts = [
        ("Study", setup.name),
        ("Sampler", setup.sampler.name),
        ("Budget", " or ".join(budget) or "none set"),
        ("Seed", str(setup.seed)),
        *([("Constraints", listed(rules))] if rules else []),
        *([("Ended", _ended(fold))] if fold.stopped is not None else []),
    ]
    space = "\n".join(f"{name} = {domain!r}" for name, domain in setup.space.params.items())
    return Card("asked", "What was asked", sentence, facts=tuple(facts), codes=(Code("The space", space),))


def _bounds(rule: Any) -> str:
    low, high = rule.bounds
    left = f"{number_text(low)} <= " if np.isfinite(low) else ""
    right = f" <= {number_text(high)}" if np.isfinite(high) else ""
    return f"{left}{rule.name}{right}"


def _ended(fold: Fold) -> str:
    stopped = fold.stopped
    return "" if stopped is None else f"{stopped.reason}{f': {stopped.detail}' if stopped.detail else ''}"


# -- the winner --------------------------------------------------------------------------------------------------------


def _winner(fold: Fold) -> Card:
    title = "The winner, and how sure we are"
    if len(fold.setup.goals) > 1:
        return _front_card(fold)
    try:
        found = score(fold)
    except NoTrial as error:
        return Card("winner", "No winner yet", str(error).partition("\n")[0] + ".", level="warning")
    return Card(
        "winner",
        title,
        found.sentence,
        level="error" if found.openings > 1 else "ok",
        facts=tuple(_score_facts(found)),
        text=tuple(_how_sure(found)),
        codes=(Code("Its parameters", _lines(labelled(fold.setup.space, found.trial.params))),),
    )


def _score_facts(found: Score) -> list[tuple[str, str]]:
    how = f"{found.folds}-fold CV" if found.folds else "Search"
    facts = [(f"{how} {found.metric}", found.search.text)]
    if found.test is not None:
        facts.append((f"Test {found.metric}", found.test.text))
    if found.gap is not None:
        facts.append(("Gap, test less CV", f"{found.gap:+.4g}"))
    if found.openings:
        facts.append(("Test set opened", "once" if found.openings == 1 else f"{found.openings} times"))
    return facts


def _how_sure(found: Score) -> list[str]:
    lines = []
    if found.search.low is not None:
        lines.append(
            "Brackets hold the 95 % interval. The winner was picked because it scored best, so its search score is on "
            "average too good; the gap to the test score shows by how much this time."
        )
    else:
        lines.append("One value without an interval: repeat it, or use cross-validation, to learn how sure it is.")
    if found.openings > 1:
        why = f" Last reason: {found.reason}." if found.reason else ""
        lines.append(f"The test set was opened {found.openings} times, so its score is no longer honest.{why}")
    elif found.sealed:
        lines.append("The test set is still sealed: objective.open_test(study) opens it, once.")
    return lines


def _lines(params: dict[str, str]) -> str:
    width = max(map(len, params), default=0)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in params.items())


def _front_card(fold: Fold) -> Card:
    try:
        trials = front(fold)
    except NoTrial as error:
        return Card("winner", "No winner yet", str(error).partition("\n")[0] + ".", level="warning")
    names = listed([goal.name for goal in fold.setup.goals])
    sentence = f"{count_text(len(trials), 'trial')} that no other beats in every goal ({names})."
    picture = Picture("front", f"The front in {names}", partial(pareto_front, fold))
    return Card("winner", "The winners", sentence, table=front_table(fold, trials), pictures=(picture,))


# -- what mattered -----------------------------------------------------------------------------------------------------


def _mattered(view: View) -> Card:
    fold = view.fold
    found = importance_of_goal(fold) if view.importance is None else view.importance
    title = "What mattered"
    if not found.shares:
        return Card("mattered", title, f"Nothing to weigh yet: {found.why}.", level="note")
    top = [f"{item.name} ({item.share:.0%})" for item in found.shares if item.share >= 0.05]
    sentence = (
        f"{listed(top)} decided most of {found.goal}." if top else f"No parameter decided much of {found.goal}."
    )
    text = [
        f"Method: {found.method}. 100 % means that nothing else matters; interactions count for each partner, so shares "
        f"may add up to more. Bars span what {count_text(found.trials, 'trial')} leave open. A conditional parameter "
        "is judged among the configurations that have it.",
        f"The model predicts {max(0.0, found.explained):.0%} of the variation of trials it has not seen."
        + ("" if found.reliable else " That is too little to trust the order."),
    ]
    pictures = [Picture("importance", f"Share of the variation of {found.goal}", partial(importance_bars, found))]
    pictures += [
        Picture(
            f"slice-{place}",
            f"{item.name}: results along it; line and band are the model's average",
            partial(slice_panel, fold, item.name, view.model),
        )
        for place, item in enumerate(found.shares[:_MOST_SLICES], 1)
    ]
    pictures += [
        Picture(
            f"importance-goal-{place}", f"Share of the variation of {other.goal}", partial(importance_bars, other)
        )
        for place, other in enumerate((importance_of_goal(fold, i) for i in range(1, len(fold.setup.goals))), 2)
    ]
    pictures.append(Picture("parallel", "One line a trial", partial(parallel_coordinates, fold)))
    return Card(
        "mattered", title, sentence, level="ok" if found.reliable else "note", text=tuple(text),
        table=importance_table(found), pictures=tuple(pictures),
    )  # fmt: skip


# -- how the search went -----------------------------------------------------------------------------------------------


def _went(fold: Fold) -> Card:
    states = counts(fold)
    split = time_split(fold)
    finished = listed([f"{count:,} {state}" for state, count in states.items()], most=len(State))
    curve = best_so_far(fold)
    last = ""
    if len(fold.setup.goals) == 1 and len(curve.improvements):
        place = int(curve.improvements[-1])
        last = f" The best came as result {place + 1} of {len(curve)}."
    facts = [
        ("Trials", finished),
        ("Evaluating", duration_text(split.evaluating)),
        ("Proposing", f"{duration_text(split.proposing)} ({split.overhead:.1%})"),
        ("From first to last", duration_text(split.wall)),
        ("Workers", str(split.workers)),
    ]
    pictures = tuple(
        Picture(f"history-{place}", f"{goal.name}, result by result", partial(optimization_history, fold, place))
        for place, goal in enumerate(fold.setup.goals)
    )
    said = voices(fold)
    text = [f"Proposed by {listed([f'{name} ({count:,})' for name, count in said.proposed])}."] if said.noted else []
    text += [f"Fell back in {count_text(count, 'trial')}: {reason}." for reason, count in said.fallbacks]
    level: Level = "warning" if said.fallbacks else "ok"
    sentence = f"{count_text(sum(states.values()), 'trial')}.{last}"
    return Card("went", "How the search went", sentence, level, tuple(text), tuple(facts), pictures=pictures)


# -- what failed -------------------------------------------------------------------------------------------------------


def _failed(fold: Fold) -> Card:
    title = "What failed, and why"
    found = causes(fold)
    if not found:
        return Card("failed", title, "Nothing failed.")
    failed = sum(cause.count for cause in found)
    total = int(fold.history.final.sum())
    kinds = listed([f"{cause.count} {cause.kind} ({cause.headline})" for cause in found], most=2)
    codes = tuple(
        Code(f"Trial {cause.numbers[0]}: {cause.headline}", cause.traceback, folded=True)
        for cause in found[:10]
        if cause.traceback
    )
    sentence = f"{failed} of {count_text(total, 'trial')}: {kinds}."
    return Card("failed", title, sentence, "warning", table=causes_table(found), codes=codes)


# -- health ------------------------------------------------------------------------------------------------------------


def _health(view: View) -> Card:
    found = tuple(findings(view))
    if not found:
        return Card("health", "Health", f"None of the {len(CHECKS)} checks found anything.")
    worst = max(found, key=lambda finding: LEVELS.index(finding.level)).level
    sentence = f"{count_text(len(found), 'finding')} from {len(CHECKS)} checks."
    return Card("health", "Health", sentence, worst, findings=found)


# -- trials, and the winner again --------------------------------------------------------------------------------------


def _trials(fold: Fold) -> Card:
    table = trials_table(fold, _best_first(fold))
    shown = count_text(len(fold.history), "trial")
    return Card("trials", "All trials", f"{shown}; a click on a column's name sorts by it.", table=table)


def _best_first(fold: Fold) -> list[int]:
    complete = np.flatnonzero(fold.history.having(State.COMPLETE))
    losses = fold.history.losses[complete, 0]
    return [int(number) for number in complete[np.argsort(losses, kind="stable")]]


def _again(fold: Fold, storage: str) -> Card:
    title = "The winner again"
    try:
        several = len(fold.setup.goals) > 1
        number = front_numbers(fold.history)[0] if several else best_number(fold.history)
    except NoTrial:
        return Card("again", title, "There is no winner to run yet.", level="note")
    trial = fold.history.trial(number)
    codes = (
        Code("Python", python_text(fold, trial)),
        Code("Command line", argv_text(fold, trial)),
        Code("Load the study", _load_text(fold, storage)),
    )
    which = "The first trial of the front" if several else "The winner"
    return Card("again", title, f"{which}, trial {number}, to copy.", codes=codes)


def python_text(fold: Fold, trial: Trial) -> str:
    """A trial's parameters as a Python dict; labelled objects by their label, with a comment."""
    lines = []
    for name, value in trial.params.items():
        domain = fold.setup.space.params.get(name)
        label = None if not isinstance(domain, Choices) else domain.labels[int(domain.code(value))]
        lines.append(f"    {name!r}: {value!r}," if label is None else f"    {name!r}: ...,  # the choice {label!r}")
    return "\n".join(["params = {", *lines, "}"])


def argv_text(fold: Fold, trial: Trial) -> str:
    """A trial's parameters as arguments of a command."""
    words = {name: value_text(value) for name, value in labelled(fold.setup.space, trial.params).items()}
    full = {name: repr(value) if isinstance(value, float) else words[name] for name, value in trial.params.items()}
    return " ".join(shlex.quote(f"--{name}={value}") for name, value in full.items())


def _load_text(fold: Fold, storage: str) -> str:
    where = storage or "sqlite:///ayar.db"
    return f"import ayar\n\nstudy = ayar.load_study({where!r}, {fold.setup.name!r})\nstudy.best.params"
