"""The child that lives in a slot, as its parent sees it: line, output, process group, signs of life."""

import signal
from multiprocessing.connection import Connection
from typing import Any

from ayar.executors.children import Child
from ayar.executors.groups import group_lives, signal_group
from ayar.executors.limits import peak_memory
from ayar.executors.line import Line, LineBroken


class Tenant:
    """One child, from its start until nothing of its group is left."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self._pid = child.pid or 0
        self.line = Line(child.near)
        self.is_ready = False
        """Whether it has loaded the objective and waits for, or runs, an attempt."""
        self.silent_since: float | None = None
        """When the line broke."""

    @property
    def connection(self) -> "Connection[Any, Any] | None":
        """What to wait for, as long as the line holds."""
        return self._child.near if self.silent_since is None else None

    def hear(self, now: float) -> tuple[str, Any]:
        """The next message; the word "silence" when the line has broken."""
        try:
            return self.line.receive()
        except LineBroken:
            self.silent_since = now
            return "silence", None

    @property
    def has_more_to_say(self) -> bool:
        """Whether a message, or the end of the line, is there to be read."""
        return self.silent_since is None and self._child.near.poll()

    @property
    def is_alive(self) -> bool:
        """Whether the child itself runs."""
        return self._child.is_alive()

    @property
    def group_lives(self) -> bool:
        """Whether anything of its process group runs."""
        return group_lives(self._pid)

    @property
    def exit_code(self) -> int | None:
        """Negative for a signal; None if unknown."""
        return self._child.exitcode

    @property
    def sentinel(self) -> int:
        """Readable when the child is gone."""
        return self._child.sentinel

    def peak_memory(self) -> int | None:
        """Largest resident memory in bytes."""
        return peak_memory(self._pid)

    def take_output(self) -> tuple[str, str]:
        """(output, error) since the last call."""
        return self._child.capture.take()

    def read_errors(self) -> str:
        """The end of standard error; `take_output` gives it again."""
        return self._child.capture.errors()

    def trim_output(self) -> None:
        """Keep the output files small."""
        self._child.capture.trim()

    def terminate(self) -> None:
        """SIGTERM to the group."""
        # A child that is still starting leads no group yet.
        if not signal_group(self._pid, signal.SIGTERM):
            self._child.terminate()

    def kill(self) -> None:
        """SIGKILL to the group."""
        if not signal_group(self._pid, signal.SIGKILL):
            self._child.kill()

    def release(self) -> None:
        """Close the parent's ends of line and files."""
        self._child.release()
