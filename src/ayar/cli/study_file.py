"""A study file: a command in any language, its space and its settings, in TOML or YAML.

    goals = { val_loss = "minimize" }
    command = ["python", "train.py", "--lr={lr}", "--opt={opt}"]
    max_trials = 100

    [space]
    lr = { low = 1e-5, high = 1e-1, log = true }
    opt = ["sgd", "adam"]

    [trial]
    timeout = "30m"

Keys are the arguments of `ayar.create_study` and `Study.optimize`. On top come `command`, `rules` (constraints and
forbidden combinations of parameters), `trials_dir` (where the attempts' folders are made; "ayar-trials" beside the
file) and the table `trial` (timeout, memory, threads). The command runs in the file's folder.
"""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from ayar.base.errors import ArgumentError, SpaceError, UsageError, did_you_mean, shorten
from ayar.base.registry import Registry
from ayar.cli.script import SETTINGS, Script, check_kind
from ayar.cli.study_file_text import read_document
from ayar.cli.units import seconds, size
from ayar.executors.command_objective import Command
from ayar.executors.command_template import read_command
from ayar.samplers import SAMPLERS
from ayar.schedulers import SCHEDULERS
from ayar.space.space import Space
from ayar.trial.goal import Goal, read_constraints, read_goals

TRIALS_DIR = "ayar-trials"
_TRIAL = ("timeout", "memory", "threads")
_TEXTS: Mapping[str, Callable[[str], float]] = {"max_seconds": seconds, "trial_timeout": seconds, "trial_memory": size}
"""Settings that may be written with a unit, and how it is read."""
_PLUGINS: Mapping[str, Registry] = {"sampler": SAMPLERS, "scheduler": SCHEDULERS}
_OWN = ("command", "rules", "trials_dir", "trial")
KEYS = (*_OWN, *(name for name in SETTINGS if name != "executor"))
"""What may stand at the top of a study file."""
_SPACE_EXAMPLE = "[space]\n  lr = { low = 1e-5, high = 0.1, log = true }"


def load_study_file(path: Path) -> Script:
    """Read a study file; its objective is a `Command`, whose folder is that of all studies of the file.

    Raises:
        ArgumentError: the file or something in it cannot be used; the message names the place as $.key.
        SpaceError: the space cannot be read.
        MissingExtra: a YAML file without PyYAML.
    """
    document, notes = read_document(path)
    _check_keys(path, "$", document, KEYS)
    for needed, example in (("command", 'command = ["python", "train.py", "{args}"]'), ("space", _SPACE_EXAMPLE)):
        if needed not in document:
            near = _near_miss(document, needed)
            raise ArgumentError(
                f"{path}: expected the key {needed!r}, found none{near}; write for example\n  {example}"
            )
    settings = {name: value for name, value in document.items() if name not in _OWN} | _trial(path, document)
    for name, value in settings.items():
        settings[name] = _setting(path, name, value)
    space = settings["space"] = _space(path, document)
    command = _command(path, document, settings)
    _with_name(path, command.check, space)
    if command.unused(space):
        notes.append(f"{path}: the command does not name {', '.join(command.unused(space))}; it is in $AYAR_PARAMS too")
    return Script(path, command, {**settings, "executor": "command"}, tuple(notes))


def _check_keys(path: Path, place: str, table: Mapping[str, Any], known: Sequence[str]) -> None:
    for key in table:
        if key not in known:
            raise ArgumentError(f"{path}: {place}.{key}: no such key{did_you_mean(str(key), known)}")


def _near_miss(document: Mapping[str, Any], needed: str) -> str:
    """TOML puts what follows a [table] into it: a key may be there, and be meant for the top."""
    table = next((name for name, value in document.items() if isinstance(value, dict) and needed in value), None)
    return "" if table is None else f" (it stands in [{table}]; what belongs to no table goes before the first one)"


def _with_name(path: Path, work: Callable[..., Any], *arguments: Any) -> Any:
    """`work(*arguments)`, with the file's name in front of what it complains of."""
    try:
        return work(*arguments)
    except UsageError as error:
        raise type(error)(f"{path}: {error}") from None


def _trial(path: Path, document: Mapping[str, Any]) -> dict[str, Any]:
    """The table [trial] as settings."""
    table = document.get("trial", {})
    if not isinstance(table, dict):
        raise ArgumentError(f'{path}: $.trial: expected a table such as [trial] timeout = "30m", got {shorten(table)}')
    _check_keys(path, "$.trial", table, _TRIAL)
    for key in table:
        if f"trial_{key}" in document:
            raise ArgumentError(f"{path}: $.trial.{key} and $.trial_{key} mean the same; leave one out")
    return {f"trial_{key}": value for key, value in table.items()}


def _setting(path: Path, name: str, value: Any) -> Any:
    """A setting as the Python argument of its name."""
    place = f"$.{name}".replace("$.trial_", "$.trial.")
    if name in _TEXTS and isinstance(value, str):
        return _with_name(path, _at(place, _TEXTS[name]), value)
    if name in _PLUGINS and isinstance(value, dict):
        return _with_name(path, _at(place, lambda table: _plugin(_PLUGINS[name], table)), value)
    if name == "goals" and isinstance(value, dict):
        return _with_name(path, _at(place, _goals), value)
    check_kind(path, place, name, value)
    if name == "constraints":
        return _with_name(path, _at(place, read_constraints), value)
    return value


def _at(place: str, read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """`read`, with the place in front of what it complains of."""

    def placed(value: Any) -> Any:
        try:
            return read(value)
        except UsageError as error:
            raise ArgumentError(f"{place}: {error}") from None

    return placed


def _plugin(known: Registry, table: dict[str, Any]) -> Any:
    """A sampler or scheduler from `{ name = "tpe", option = ... }`."""
    if not isinstance(table.get("name"), str):
        example = next(iter(known))
        raise ArgumentError(f'expected a name, such as "{example}" or {{ name = "{example}" }}, got {shorten(table)}')
    name, options = table["name"], {k: v for k, v in table.items() if k != "name"}
    plugin = known.get_class(name)
    known_options = [item.name for item in fields(plugin) if item.init]
    if unknown := [option for option in options if option not in known_options]:
        takes = f"it takes {', '.join(known_options)}" if known_options else "it takes none"
        raise ArgumentError(
            f"the {known.thing} {name!r} has no option {unknown[0]!r}{did_you_mean(unknown[0], known_options)}; {takes}"
        )
    return plugin(**options)


def _goals(table: dict[str, Any]) -> tuple[Goal, ...]:
    """Goals from name -> direction, or name -> { direction, threshold }."""
    for name, goal in table.items():
        if isinstance(goal, dict) and (unknown := goal.keys() - {"direction", "threshold"}):
            raise ArgumentError(f"{name}: expected direction and threshold, got {sorted(unknown)}")
    return read_goals(goals=[Goal(k, **v) if isinstance(v, dict) else (k, v) for k, v in table.items()])


def _space(path: Path, document: Mapping[str, Any]) -> Space:
    rules = document.get("rules", [])
    if not isinstance(rules, list) or not all(isinstance(rule, str | dict) for rule in rules):
        raise ArgumentError(
            f'{path}: $.rules: expected a list such as ["batch * width <= 4096", {{ opt = "sgd", batch = 64 }}], where '
            f"a table is a combination that is forbidden, got {shorten(rules)}"
        )
    texts, tables = ([rule for rule in rules if isinstance(rule, kind)] for kind in (str, dict))
    try:
        space = Space(document["space"], constraints=texts, forbidden=tables)
    except SpaceError as error:
        raise SpaceError(f"{path}: {error}") from None
    if not space.params:
        raise SpaceError(f"{path}: $.space: expected at least one parameter, got none; write\n  {_SPACE_EXAMPLE}")
    return space


def _command(path: Path, document: Mapping[str, Any], settings: Mapping[str, Any]) -> Command:
    argv = read_command(document["command"], f"{path}: $.command")
    home = path.parent.absolute()
    goals = _with_name(path, read_goals, settings.get("direction"), settings.get("goals"))
    folder = document.get("trials_dir", TRIALS_DIR)
    if not isinstance(folder, str):
        raise ArgumentError(f"{path}: $.trials_dir: expected the path of a folder, got {shorten(folder)}")
    command = Command(
        argv,
        goals=tuple(goal.name for goal in goals),
        metrics=tuple(constraint.name for constraint in settings.get("constraints", ())),
        folder=home / folder,
        cwd=home,
    )
    if argv and "{" not in argv[0]:
        _check_program(path, argv[0], home)
    return command


def _check_program(path: Path, program: str, home: Path) -> None:
    """Refuse a program that is not there before the first trial is spent on it."""
    if os.sep not in program:
        if shutil.which(program) is None:
            beside = f"; for the file beside it write ./{program}" if (home / program).is_file() else ""
            raise ArgumentError(f"{path}: $.command: no program is called {program!r} on this machine's PATH{beside}")
    elif not (home / program).is_file():
        raise ArgumentError(f"{path}: $.command: expected a program at {program}, seen from {home}, found none")
    elif not os.access(home / program, os.X_OK):
        raise ArgumentError(f"{path}: $.command: {program} may not be run; write: chmod +x {program}")
