"""The executor's contract: hand in an attempt, poll for what ended, cancel, close.

An executor knows processes and limits; it does not know studies. What runs for one attempt is a function handed in
(`Run`): it gets the objective, the attempt's payload and a channel to the caller, and returns JSON. Pruned trials and
values that are no numbers are that function's business; whatever escapes it, or ends its process, becomes a `Failure`.

Everything that crosses a process is JSON text: payloads, messages, replies and results are None, booleans, numbers
(NaN and infinities too), text, lists and dicts. The objective alone is pickled, to our own children and to nobody else.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import msgspec

from ayar.base.errors import ArgumentError, AyarError, shorten
from ayar.trial.failure import Failure

Objective = Callable[..., Any] | str
"""The user's function, or where to import it from: "package.module:function"."""

Channel = Callable[[dict[str, Any]], Any]
"""Called by the running attempt: sends a message to the caller of `poll` and returns the reply."""

Run = Callable[[Callable[..., Any], dict[str, Any], Channel], Any]
"""One attempt: (objective, payload, channel) to JSON."""

OnMessage = Callable[[int, dict[str, Any]], Any]
"""The caller's side of the channels: (attempt's number, message) to the reply; runs in the thread that polls."""


GRACE = 3.0
"""Seconds between SIGTERM and SIGKILL, where nothing else is asked for."""


class Task(msgspec.Struct, frozen=True):
    """One attempt of one trial."""

    number: int
    """The trial's number; comes back in `Ended`."""
    payload: dict[str, Any]
    """JSON for `Run`; the executor only carries it."""
    timeout: float | None = None
    """Seconds from the moment the payload is handed over; None: the executor's own limit."""

    def __post_init__(self) -> None:
        check_timeout(self.timeout, f"Task(number={self.number})")


class Ended(msgspec.Struct, frozen=True):
    """An attempt that is over: it has a result or a failure."""

    number: int
    result: Any = None
    """What `Run` returned; None if it failed."""
    failure: Failure | None = None
    seconds: float = 0.0
    """From the hand-over of the payload to the end."""
    peak_bytes: int | None = None
    """Largest resident memory of the attempt's process (not of its children); None where unknown."""
    output: str = ""
    """At most the last 64 KB of standard output, then standard error; empty for `inline`, which leaves output alone."""


class Executor(ABC):
    """Runs attempts, at most `slots` at a time. Not thread-safe: one thread submits, polls, cancels and closes."""

    slots: int
    """How many attempts may run at once."""

    @abstractmethod
    def submit(self, task: Task) -> None:
        """Start an attempt, or queue it for the next `poll`.

        Raises:
            UsageError: all slots are taken, or the executor is closed.
        """

    @abstractmethod
    def poll(self, timeout: float) -> list[Ended]:
        """Wait at most `timeout` seconds until something ends; return what ended since the last call.

        Serves the channels meanwhile, in this thread. An exception of `on_message` is raised here, after the attempt
        that asked was told.
        """

    @abstractmethod
    def cancel(self, number: int, grace: float = GRACE) -> None:
        """End one attempt: SIGTERM to its process group, SIGKILL after `grace` seconds.

        Returns at once; the attempt then appears in `poll` as failed with the kind "cancelled", or with its result if
        that was already on its way. A number that is not running is ignored.
        """

    @abstractmethod
    def close(self, grace: float = GRACE) -> None:
        """Cancel what runs and leave no process, file or thread behind. May be called again.

        What was cut short is in the next `poll`, as cancelled.
        """

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def refusal(error: BaseException | str) -> AyarError:
    """What a channel raises in the attempt when `OnMessage` raised for its message."""
    words = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    return AyarError(f"the study did not take this message of the trial: {words}")


def check_timeout(timeout: float | None, where: str) -> None:
    """Refuse a time limit that is not a positive number of seconds.

    Raises:
        ArgumentError: zero, negative or NaN.
    """
    if timeout is not None and not timeout > 0:
        raise ArgumentError(f"{where}: timeout must be seconds > 0 or None, got {shorten(timeout)}")
