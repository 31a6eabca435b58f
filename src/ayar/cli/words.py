"""Sentences that several verbs share: goals, budgets, counts by state, parameters in one line, commands to go on."""

import os
import shlex
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from ayar.analysis.axes import labelled
from ayar.analysis.words import count_text, duration_text, number_text
from ayar.cli.choices import DEFAULT_STORAGE
from ayar.space.domains import Constant
from ayar.space.space import Space
from ayar.trial.events import StudyStopped
from ayar.trial.fold import Fold
from ayar.trial.goal import Goal
from ayar.trial.setup import Setup
from ayar.trial.state import State
from ayar.trial.trial import Trial


def goals_text(goals: tuple[Goal, ...]) -> str:
    """What the study is after.

    >>> goals_text((Goal("loss"), Goal("accuracy", "maximize")))
    'minimize loss, maximize accuracy'
    """
    return ", ".join(f"{goal.direction} {goal.name}" for goal in goals)


def budget_text(setup: Setup) -> str:
    """The study's budget, for a line that says what it is."""
    parts = [count_text(setup.max_trials, "trial")] if setup.max_trials is not None else []
    parts += [duration_text(setup.max_seconds)] if setup.max_seconds is not None else []
    return " or ".join(parts) or "none set"


def search_text(setup: Setup) -> str:
    """How trials are chosen and, where something does, stopped early."""
    return setup.sampler.name + (f", scheduler {setup.scheduler.name}" if setup.scheduler is not None else "")


def ended_text(stop: StudyStopped) -> str:
    """Why a study ended.

    >>> ended_text(StudyStopped("budget"))
    'its budget is spent'
    """
    return "its budget is spent" if stop.reason == "budget" else stop.detail or f"stopped by {stop.reason}"


def counts_text(counts: Mapping[State, int]) -> str:
    """Trials by state, in the order of the states.

    >>> counts_text({State.FAILED: 2, State.COMPLETE: 35, State.RUNNING: 0})
    '35 complete, 2 failed'
    """
    return ", ".join(f"{counts[state]:,} {state}" for state in _SHOWN if counts.get(state)) or "none yet"


_SHOWN = (State.COMPLETE, State.PRUNED, State.FAILED, State.CANCELLED, State.RUNNING, State.WAITING, State.RESERVED)


def finished(counts: Mapping[State, int]) -> int:
    """How many trials have an outcome."""
    return sum(count for state, count in counts.items() if state.is_final)


def named_values(fold: Fold, trial: Trial) -> dict[str, float]:
    """Goal -> value; empty until the trial is told."""
    return {goal.name: value for goal, value in zip(fold.setup.goals, trial.values, strict=False)}


def values_text(fold: Fold, trial: Trial) -> str:
    """A trial's values; by name where there are several goals."""
    values = {name: number_text(value, 6) for name, value in named_values(fold, trial).items()}
    if len(fold.setup.goals) == 1:
        return "".join(values.values())
    return ", ".join(f"{name} {value}" for name, value in values.items())


def varying_text(space: Space, params: Mapping[str, Any]) -> str:
    """The parameters that vary, in one line.

    >>> from ayar.space.domains import Float
    >>> varying_text(Space({"x": Float(0.0, 1.0), "version": Constant(3)}), {"x": 0.25, "version": 3})
    'x=0.25'
    """
    still = {name for name, domain in space.params.items() if isinstance(domain, Constant)} | set(space.fixed)
    shown = labelled(space, {name: value for name, value in params.items() if name not in still})
    return "  ".join(f"{name}={value}" for name, value in shown.items())


def default_storage() -> str:
    """The store of verbs that are given none."""
    return os.environ.get("AYAR_STORAGE") or DEFAULT_STORAGE


def command(verb: str, storage: str, study: str | None = None, *rest: str) -> str:
    """A command to type next; the storage is left out where it is the default.

    >>> command("show", "sqlite:///my runs.db", None, "17")
    "ayar show 17 --storage 'sqlite:///my runs.db'"
    """
    words = ["ayar", verb, *rest]
    words += [] if storage == default_storage() else ["--storage", storage]
    words += [] if study is None else ["--study", study]
    return shlex.join(words)


def again(option: str = "", value: str = "") -> str:
    """The command that runs now, with an option added or replaced."""
    words = sys.argv[1:]
    if option:
        given = zip(["", *words], words, strict=False)
        words = [word for last, word in given if option not in (last, word) and not word.startswith(f"{option}=")]
        words += [option, value]
    return shlex.join(["ayar", *words])


def rows_text(rows: Iterable[tuple[str, str]]) -> str:
    """Lines of a heading and its words; a heading left empty goes on with the one before.

    >>> print(rows_text([("trials", "3 complete"), ("best", "0.5 in trial 2"), ("", "x=0.25")]))
    trials    3 complete
    best      0.5 in trial 2
              x=0.25
    """
    return "\n".join(f"{heading:<10}{words}".rstrip() for heading, words in rows)
