"""A command under way: one process that leads a group of its own, and everything that it starts in there.

It ends with the group: SIGTERM, a grace time, SIGKILL. It does not outlive this process either, even if that is killed
(Linux; see `ayar.executors.groups`).
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ayar.base.clock import SYSTEM
from ayar.executors import command_limit
from ayar.executors.groups import group_lives, signal_group, tie_group
from ayar.executors.limits import peak_memory

_ENDING_TICK_SECONDS = 0.02


class CommandProcess:
    """Starts a command.

    Arguments:
        argv: its words; no shell reads them.
        cwd: where it runs.
        environment: all its variables.
        logs: descriptors for standard output and standard error.
        memory: bytes that each of its processes may map; None for no limit.

    Raises:
        OSError: it cannot be started.
        ValueError: a word that no process can be given (a NUL in it).
    """

    def __init__(
        self, argv: Sequence[str], cwd: Path, environment: Mapping[str, str], logs: tuple[int, int], memory: int | None
    ) -> None:
        limited = [] if memory is None else [sys.executable, "-I", "-S", command_limit.__file__, str(memory)]
        held, self._tie = os.pipe()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - a list of words from the owner's own study file
                [*limited, *argv],
                cwd=cwd,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=logs[0],
                stderr=logs[1],
                start_new_session=True,
                pass_fds=(held,),
            )
            tie_group(held, self._process.pid)
        except BaseException:
            os.close(self._tie)
            raise
        finally:
            os.close(held)
        self.peak_bytes: int | None = None
        """Largest resident memory of the process itself seen so far."""

    def wait(self, seconds: float) -> int | None:
        """Wait for the end; the exit code, negative for a signal, None if it still runs."""
        self.peak_bytes = peak_memory(self._process.pid) or self.peak_bytes
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(seconds)
        return None

    def end(self, grace: Callable[[], float]) -> None:
        """End what is left of the group: SIGTERM, and SIGKILL once `grace()` seconds are over.

        Returns when nothing of it runs. `grace` is asked again and again, so that patience may run out earlier.
        """
        begin = SYSTEM.elapsed()
        number: int = signal.SIGTERM
        try:
            while self._lives():
                if number == signal.SIGTERM or SYSTEM.elapsed() - begin >= grace():
                    signal_group(self._process.pid, number)
                    number = signal.SIGKILL
                self._pause()
        finally:
            self._hang_up()

    def _lives(self) -> bool:
        return self._process.poll() is None or group_lives(self._process.pid)

    def _pause(self) -> None:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_ENDING_TICK_SECONDS)
            SYSTEM.sleep(_ENDING_TICK_SECONDS)  # the leader is gone; its children are waited for

    def _hang_up(self) -> None:
        if self._tie >= 0:
            os.close(self._tie)
            self._tie = -1
