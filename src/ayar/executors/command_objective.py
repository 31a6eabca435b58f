"""A command as an objective: parameters go in as words, a file and variables; what it prints or writes comes out.

`Command` can be called with a trial like any objective, in any process. The executor `command` runs it too, and adds
limits and a way to stop it: see `CommandRun`.
"""

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any, Protocol

import msgspec

from ayar.base.clock import SYSTEM
from ayar.base.errors import ArgumentError, AyarError, TrialPruned, shorten
from ayar.executors.base import GRACE
from ayar.executors.command_folder import AttemptFolder
from ayar.executors.command_process import CommandProcess
from ayar.executors.command_result import ResultLines, from_output, metrics_of
from ayar.executors.command_template import ALL, OWN, check_template, fill, names_in
from ayar.executors.failures import AttemptFailed, failure_of_exit
from ayar.executors.limits import oom_kills
from ayar.space.domains import Constant
from ayar.space.space import Space
from ayar.trial.failure import Failure

_TICK_SECONDS = 0.1
"""Between looks at reports, limits and logs, while the command runs."""


class LiveTrial(Protocol):
    """What a command needs of the trial it runs for."""

    number: int
    attempt: int

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The active ones."""

    @property
    def seed(self) -> int:
        """Equal for all attempts."""

    def report(self, value: float, step: int, fold: int | None = None) -> None:
        """Tell an intermediate value."""

    def should_prune(self) -> bool:
        """Whether the study wants the trial to end."""

    def set_user_attr(self, name: str, value: Any) -> None:
        """Keep a value with the trial."""


class StopSign:
    """How one thread tells a command in another to end."""

    def __init__(self) -> None:
        self._asked = Event()
        self.grace = GRACE
        """Seconds between SIGTERM and SIGKILL, also where something else ends the command."""

    def ask(self, grace: float) -> None:
        """Ask the command to end; again, with less patience."""
        self.grace = grace
        self._asked.set()

    @property
    def asked(self) -> bool:
        """Whether the command is to end."""
        return self._asked.is_set()


@dataclass(frozen=True)
class Bounds:
    """Within which limits, and with which further variables, a command runs."""

    timeout: float | None = None
    """Seconds."""
    memory: int | None = None
    """Bytes that each process of the command may map."""
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Command:
    """A program that is run once for each attempt.

    Arguments:
        argv: its words, with places for parameters: see `ayar.executors.command_template`. No shell reads them.
        goals: names under which it gives the goals' values.
        metrics: further names to look for in `name=value` output: those of constraints.
        folder: where the attempts' folders are made.
        cwd: where it runs.
    """

    argv: tuple[str, ...]
    goals: tuple[str, ...]
    metrics: tuple[str, ...] = ()
    folder: Path = Path("ayar-trials")
    cwd: Path = Path()

    def check(self, space: Space) -> None:
        """Refuse a command that does not fit the space.

        Raises:
            ArgumentError: see `check_template`.
        """
        sometimes = [name for name, domain in space.params.items() if domain.when]
        check_template(self.argv, [name for name in space.params if name not in sometimes], sometimes)

    def unused(self, space: Space) -> list[str]:
        """Parameters that it does not name, though it names others: perhaps forgotten, or read from the file."""
        used = names_in(self.argv)
        varying = [name for name, domain in space.params.items() if not isinstance(domain, Constant)]
        left = [name for name in varying if name not in used]
        return [] if ALL in used or len(left) == len(varying) else left

    def words(self, params: Mapping[str, Any]) -> list[str]:
        """The command for certain parameters, for people: what only an attempt has stays as it is."""
        return fill(self.argv, params, {name: f"{{{name}}}" for name in OWN})

    def __call__(self, trial: LiveTrial) -> dict[str, Any]:
        """Run it without limits; its result, name to value.

        Raises:
            TrialPruned: the study stopped it.
            AttemptFailed: it did not end well, or has no result.
        """
        return CommandRun(self, Bounds(), StopSign())(trial)

    def __repr__(self) -> str:
        return f"Command({shlex.join(self.argv)})"


class CommandRun:
    """One run of a command; called with the trial, and asked afterwards how it went."""

    def __init__(self, command: Command, bounds: Bounds, stop: StopSign) -> None:
        self._command = command
        self._bounds = bounds
        self._stop = stop
        self.folder: AttemptFolder | None = None
        """None until it has begun."""
        self.peak_bytes: int | None = None

    def __call__(self, trial: LiveTrial) -> dict[str, Any]:
        """As `Command.__call__`, within the bounds, until the stop sign."""
        folder = self.folder = AttemptFolder(self._command.folder, trial.number, trial.attempt)
        trial.set_user_attr("trial_dir", str(folder.path))
        begin, kills = SYSTEM.elapsed(), oom_kills()
        process = self._start(trial, folder)
        lines = ResultLines(folder.result)
        try:
            code = self._follow(process, lines, trial, folder, begin)
        finally:
            process.end(lambda: self._stop.grace)
            folder.cut()
            self.peak_bytes = process.peak_bytes
        for report in lines.last_words():
            self._report(trial, report)
        if code:
            raise AttemptFailed(_failure(code, folder, limited=self._bounds.memory is not None, since=kills))
        return self._result(lines, folder)

    def _start(self, trial: LiveTrial, folder: AttemptFolder) -> CommandProcess:
        command, logs = self._command, folder.open_logs()
        own = {"trial": trial.number, "trial_dir": str(folder.path), "seed": trial.seed}
        argv = fill(command.argv, trial.parameters, own)
        variables = {
            "AYAR_TRIAL": str(trial.number),
            "AYAR_SEED": str(trial.seed),
            "AYAR_TRIAL_DIR": str(folder.path),
            "AYAR_PARAMS": str(folder.params),
            "AYAR_RESULT": str(folder.result),
        }
        folder.write(trial.parameters, argv, command.cwd.absolute(), variables)
        environment = {**self._bounds.variables, **variables}
        try:
            return CommandProcess(argv, command.cwd, {**os.environ, **environment}, logs, self._bounds.memory)
        except (OSError, ValueError) as error:  # no such program, or a word that holds a NUL
            message = f"{shorten(argv[0])} could not be started in {command.cwd.absolute()}: {error}"
            raise AttemptFailed(Failure("exception", message, type=type(error).__name__)) from error
        finally:
            for handle in logs:
                os.close(handle)

    def _follow(
        self, process: CommandProcess, lines: ResultLines, trial: LiveTrial, folder: AttemptFolder, begin: float
    ) -> int | None:
        """Watch over the command to its end; the exit code."""
        code, pause = None, _TICK_SECONDS / 16
        while code is None:
            code = process.wait(pause)
            pause = min(2 * pause, _TICK_SECONDS)
            if self._stop.asked:
                raise AttemptFailed(Failure("cancelled", "the attempt was cancelled"))
            for report in lines.reports():
                self._report(trial, report)
            folder.trim()
            limit = self._bounds.timeout
            if code is None and limit is not None and SYSTEM.elapsed() > begin + limit:
                message = f"no result within the time limit (running); timeout={limit:g} seconds"
                raise AttemptFailed(Failure("timeout", message))
        return code

    def _report(self, trial: LiveTrial, line: dict[str, Any]) -> None:
        """Tell a line with a step to the study: the first goal that it holds; lines about other things are theirs."""
        named = metrics_of(line)
        goal = next((goal for goal in self._command.goals if goal in named), None)
        if goal is None:
            return
        try:
            trial.report(named[goal], line["step"], line.get("fold"))
        except ArgumentError as error:
            raise AttemptFailed(Failure("bad_value", f"in {shorten(line)}: {error}")) from error
        except AyarError as error:
            if not self._stop.asked:
                raise
            raise AttemptFailed(Failure("cancelled", "the attempt was cancelled")) from error
        if trial.should_prune():
            raise TrialPruned

    def _result(self, lines: ResultLines, folder: AttemptFolder) -> dict[str, Any]:
        found = lines.final
        if found is None:
            found = from_output(folder.stdout(), self._command.goals, self._command.metrics)
        found = {} if found is None else metrics_of(found)
        if missing := [goal for goal in self._command.goals if goal not in found]:
            raise AttemptFailed(Failure("bad_value", _nothing_found(missing, folder)))
        return found


def _nothing_found(missing: Sequence[str], folder: AttemptFolder) -> str:
    first = missing[0]
    return (
        f"expected a value of {', '.join(missing)}, got none; write {{{first!r}: 0.5}} as JSON to the file "
        f"$AYAR_RESULT or as the last line, or print {first}=0.5\nits last lines in {folder.path}:\n"
        f"{folder.last_lines()}"
    ).replace("'", '"')


def _failure(code: int, folder: AttemptFolder, *, limited: bool, since: int) -> Failure:
    """What an exit code says, with the end of standard error."""
    stderr = folder.stderr()
    failure = failure_of_exit(code, memory_limited=limited, oom_killed=oom_kills() > since, stderr=stderr)
    words = stderr.strip().rpartition("\n")[2]
    message = f"{failure.message}: {words}" if words else failure.message
    return msgspec.structs.replace(failure, message=message, stderr=stderr)
