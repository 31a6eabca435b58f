"""What a run would do, without doing it: `--dry-run` and `--print-trials`. Writes nothing."""

import shlex
from dataclasses import replace
from typing import Any, NamedTuple

from ayar.analysis.words import count_text, duration_text, space_text
from ayar.base.jsontext import unwrap
from ayar.base.rng import Streams
from ayar.cli.plan import Plan, stored_fold
from ayar.cli.words import budget_text, finished, goals_text, search_text, varying_text
from ayar.executors.command_objective import Command
from ayar.samplers import SAMPLERS
from ayar.samplers.base import Proposal, Sampler
from ayar.space.space import Space
from ayar.study.front import create_study
from ayar.trial.fold import Fold
from ayar.trial.history import History
from ayar.trial.setup import Setup

_COMMANDS = 3


def dry_run(plan: Plan) -> str:
    """The study, the size of its space and how it would run, in words."""
    setup = _setup(plan)
    stored = stored_fold(plan)
    rows = [
        ("study", f"{setup.name!r}, {_state(stored)}"),
        ("goal", goals_text(setup.goals)),
        ("budget", budget_text(setup)),
        ("sampler", search_text(setup)),
        ("storage", plan.storage),
        ("runs", runs_text(plan)),
        ("space", _size(setup)),
        *(("", f"{name} = {domain!r}") for name, domain in setup.space.params.items()),
        *(("", f"rule: {rule}") for rule in setup.space.rules),
        *_commands(plan),
    ]
    return "\n".join(f"{word:<9}{text}" for word, text in rows)


def _commands(plan: Plan) -> list[tuple[str, str]]:
    """The first commands of a study file, as lines to paste; what only an attempt has stays as it is written."""
    if not isinstance(plan.objective, Command):
        return []
    lines = [
        shlex.join(plan.objective.words(proposal.params))
        for proposal in _propose(plan, min(_COMMANDS, plan.settings.get("max_trials") or _COMMANDS)).found
    ]
    places = [("in", str(plan.objective.cwd)), ("trials", str(plan.objective.folder))]
    return [*places, *(("" if i else "commands", line) for i, line in enumerate(lines))]


def proposals(plan: Plan, count: int) -> list[str]:
    """The next `count` proposals of the study as it stands, a line each."""
    coming = _propose(plan, count)
    if not coming.space.params:
        return ["the objective defines the space by run: nothing can be proposed before the first trial"]
    return [
        f"{number}  {varying_text(coming.space, proposal.params)}{_why(proposal.note)}"
        for number, proposal in enumerate(coming.found, coming.first)
    ]


class _Coming(NamedTuple):
    """What comes next: proposals from the trial `first` on; none where the space is defined by run."""

    space: Space
    first: int
    found: list[Proposal]


def _propose(plan: Plan, count: int) -> _Coming:
    setup, stored = _setup(plan), stored_fold(plan)
    history = History(setup.goals, setup.constraints)
    if stored is not None:
        # What the store holds goes first, as when the study goes on; only the sampler may be another.
        setup, history = replace(stored.setup, sampler=setup.sampler), stored.history
    if not setup.space.params:
        return _Coming(setup.space, len(history), [])
    sampler: Sampler = SAMPLERS.get_class(setup.sampler.name)(**unwrap(setup.sampler.options))
    found = sampler.propose(setup, history, Streams(setup.seed, len(history)), count)
    return _Coming(setup.space, len(history), list(found))


def _setup(plan: Plan) -> Setup:
    return create_study(storage=None, **plan.arguments).setup


def _state(stored: Fold | None) -> str:
    if stored is None:
        return "new"
    return f"goes on after {count_text(finished(stored.history.counts()), 'finished trial')}"


def _size(setup: Setup) -> str:
    if setup.dynamic:
        return "defined by the objective while it runs"
    return space_text(setup.space)


def runs_text(plan: Plan) -> str:
    """How many workers of which kind, and the limits of each trial."""
    limits = {
        "at most {} a trial": _or_none(plan.run.get("trial_timeout"), duration_text),
        "{} bytes of memory a trial": _or_none(plan.run.get("trial_memory"), "{:,}".format),
    }
    workers = "one worker a core" if plan.workers == -1 else count_text(plan.workers, "worker")
    said = [words.format(limit) for words, limit in limits.items() if limit is not None]
    return ", ".join([f"{workers} ({plan.run['executor']})", *said])


def _or_none(value: Any, words: Any) -> str | None:
    return None if value is None else words(value)


def _why(note: Any) -> str:
    return f"  # {note['why']}" if note.get("why") else ""
