"""Failures as text: made of an exception, or of the way a process ended."""

import re
import signal
import traceback
from pathlib import Path

from ayar.trial.failure import Failure

MESSAGE_BYTES = 2048
TRACEBACK_BYTES = 8192
STDERR_BYTES = 4096

_ROOM = str(Path(__file__).parent / "_").removesuffix("_")
_PACKAGE = str(Path(__file__).parent.parent / "_").removesuffix("_")
_OUT_OF_MEMORY = re.compile(r"bad_alloc|MemoryError|Cannot allocate memory|[Oo]ut of memory")


class AttemptFailed(Exception):
    """Raised within an attempt by what knows better than a traceback how it failed."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def tail(text: str, limit: int) -> str:
    """The last `limit` bytes of `text`, whole characters only.

    >>> tail("abcdef", 3)
    'def'
    """
    return text.encode(errors="replace")[-limit:].decode(errors="ignore")


def failure_of_error(error: BaseException) -> Failure:
    """What an exception says, without the frames of Ayar that lead to the objective, or from it back to an executor."""
    if isinstance(error, AttemptFailed):
        return error.failure
    report = traceback.TracebackException.from_exception(error)
    first = [i for i, frame in enumerate(report.stack) if not frame.filename.startswith(_PACKAGE)][:1]
    final = [i for i, frame in enumerate(report.stack) if not frame.filename.startswith(_ROOM)][-1:]
    if first and final:
        report.stack = traceback.StackSummary.from_list(report.stack[first[0] : final[0] + 1])
    last = report.stack[-1] if report.stack else None
    return Failure(
        kind=_kind(error),
        type=_qualified_name(type(error)),
        message=tail(_words(error), MESSAGE_BYTES),
        where=f"{Path(last.filename).name}:{last.lineno} in {last.name}" if last else "",
        traceback=tail("".join(report.format()), TRACEBACK_BYTES),
        exit_code=_exit_code(error) if isinstance(error, SystemExit) else None,
    )


def _kind(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "memory"
    return "exit" if isinstance(error, SystemExit) else "exception"


def _qualified_name(kind: type[BaseException]) -> str:
    plain = kind.__module__ in {"builtins", "__main__", "__mp_main__"}
    return kind.__qualname__ if plain else f"{kind.__module__}.{kind.__qualname__}"


def _words(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return f"the objective called sys.exit({error.code!r})"
    try:
        return str(error)
    except Exception as second:  # __str__ is the user's code and may raise anything
        return f"(the error's text cannot be had: its __str__ raised {type(second).__name__})"


def _exit_code(error: SystemExit) -> int:
    if error.code is None:
        return 0
    return error.code if isinstance(error.code, int) else 1


def failure_of_exit(code: int | None, *, memory_limited: bool, oom_killed: bool, stderr: str = "") -> Failure:
    """What the end of a process says that nobody here ended.

    Arguments:
        code: its exit code, negative for a signal, None where nobody knows.
        memory_limited: the process ran under a memory limit, so a SIGKILL is put down to memory.
        oom_killed: the kernel counted an out-of-memory kill meanwhile.
        stderr: what the attempt wrote there last; under a limit, words such as "bad_alloc" tell of memory.
    """
    if code is None:
        return Failure(kind="lost", message="the process is gone, and its exit code is unknown")
    end = f"exit code {code}" if code >= 0 else signal_name(-code)
    number, exit_code = (None, code) if code >= 0 else (-code, None)
    killed = code == -getattr(signal, "SIGKILL", 9)
    starved = memory_limited and _OUT_OF_MEMORY.search(stderr) is not None
    if starved or (killed and (memory_limited or oom_killed)):
        message = f"the process ended with {end}, out of memory as it seems; use less memory or raise the limit"
        return Failure(kind="memory", message=message, signal=number, exit_code=exit_code)
    if code >= 0:
        return Failure(kind="exit", message=f"the process ended itself with {end}, and no result", exit_code=code)
    return Failure(kind="signal", message=f"the process was killed by {end}", signal=-code)


def signal_name(number: int) -> str:
    """The name of a signal, such as SIGSEGV."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
