"""What `ayar tune` is going to do: the file's settings, the command's options before them.

Checked before anything is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ayar.base.errors import ArgumentError
from ayar.cli.choices import DEFAULT_STORAGE
from ayar.cli.script import Script, load_script
from ayar.cli.study_file import load_study_file
from ayar.cli.study_file_text import SUFFIXES
from ayar.executors.command_objective import Command
from ayar.space.narrowed import Narrowed
from ayar.space.parse import space_of
from ayar.space.space import Space
from ayar.study.front import list_studies, load_study
from ayar.study.running import Crew
from ayar.trial.fold import Fold
from ayar.trial.goal import Goal, read_goals

_RUN = ("workers", "executor", "trial_timeout", "trial_memory", "trial_threads")
_GOALS = ("goals", "direction")


@dataclass(frozen=True)
class Plan:
    """One run of `ayar tune`."""

    file: Path
    objective: Any
    name: str
    storage: str
    goals: tuple[Goal, ...]
    space: Space | None
    """None: the objective defines it by run."""
    settings: Mapping[str, Any]
    """Further arguments of `create_study`."""
    run: Mapping[str, Any]
    """Arguments of `Study.optimize`."""
    notes: tuple[str, ...] = ()
    """What the file may not mean as it is written."""
    names: Mapping[str, Any] = field(default_factory=dict)
    """Everything the file defines, for `--probe`."""
    narrowed: Narrowed | None = None
    """Where the space is narrowed: `space` with the reasons and the point to try first."""

    def __post_init__(self) -> None:
        Crew(**self.run)  # refuses workers and limits that no run can have

    @property
    def workers(self) -> int:
        """Attempts at a time; -1 for one a core."""
        return int(self.run["workers"])

    @property
    def arguments(self) -> dict[str, Any]:
        """All arguments of `create_study` but the storage."""
        return {"space": self.narrowed or self.space, "name": self.name, "goals": self.goals, **self.settings}


def plan_of_file(path: Path, options: Mapping[str, Any]) -> Plan:
    """The plan of a file, whatever kind it is: see `ayar.cli.script` for Python, `ayar.cli.study_file` for commands.

    Raises:
        UsageError: the file cannot be read, or what it says cannot be used.
        MissingExtra: a YAML file without PyYAML.
    """
    return plan_of(load_study_file(path) if path.suffix in SUFFIXES else load_script(path), options)


def plan_of(script: Script, options: Mapping[str, Any]) -> Plan:
    """The file's settings with `options` in their place where these are not None.

    Raises:
        ArgumentError: no budget anywhere, workers or limits that cannot be, or goals against the objective's own
            direction.
        SpaceError: a space that contradicts itself.
    """
    given = {name: value for name, value in options.items() if value is not None}
    merged = {**script.settings, **given}
    goals = _goals(script)
    space = merged.pop("space", None)
    name = merged.pop("name", script.path.stem)
    plan = Plan(
        file=script.path,
        objective=_named(script.objective, name),
        name=name,
        storage=str(merged.pop("storage", DEFAULT_STORAGE)),
        goals=goals,
        space=None if space is None else space_of(space),
        settings={name: value for name, value in merged.items() if name not in (*_RUN, *_GOALS)},
        # Processes by default, also for one worker: a crash costs one trial, and Ctrl-C is heard at once.
        run={"workers": 1, "executor": "processes", **{name: merged[name] for name in _RUN if name in merged}},
        notes=script.notes,
        names=script.names,
    )
    _check_budget(plan)
    return plan


def _named(objective: Any, name: str) -> Any:
    """The objective; a command with the study's own folder for its attempts."""
    if not isinstance(objective, Command):
        return objective
    folder = quote(name, safe=" ")
    return replace(
        objective, folder=objective.folder / (folder.replace(".", "%2E") if not folder.strip(".") else folder)
    )


def _goals(script: Script) -> tuple[Goal, ...]:
    settings = script.settings
    natural = getattr(script.objective, "direction", None)
    if "goals" not in settings and "direction" not in settings:
        return read_goals(natural)
    goals = read_goals(settings.get("direction"), settings.get("goals"))
    if natural is not None and [goal.direction for goal in goals] != [natural]:
        said = ", ".join(f"{goal.direction} {goal.name}" for goal in goals)
        raise ArgumentError(
            f"{script.path}: expected one goal, to {natural}, as its objective says itself, got {said}; "
            f"leave out direction and goals, or set direction = {natural!r}"
        )
    return goals


def stored_fold(plan: Plan) -> Fold | None:
    """The study as it is stored, None if there is none yet; writes nothing.

    Raises:
        StudyChanged: its space differs.
    """
    if plan.name not in list_studies(plan.storage):
        return None
    return load_study(plan.storage, plan.name, space=plan.space).fold


def _check_budget(plan: Plan) -> None:
    if "max_trials" in plan.settings or "max_seconds" in plan.settings:
        return
    # Whatever its space: whether that is the file's is seen when the study is opened to run.
    known = plan.name in list_studies(plan.storage)
    stored = load_study(plan.storage, plan.name).setup if known else None
    if stored is None or (stored.max_trials is None and stored.max_seconds is None):
        raise ArgumentError(
            f"expected a budget, got none; give --max-trials 100 or --max-seconds 1h, "
            f"or set max_trials = 100 in {plan.file}"
        )
