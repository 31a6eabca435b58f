"""How child processes start: freshly spawned, each with a line and output files of its own.

`ChildContext` is the multiprocessing context given to pebble, which starts the first child and all replacements
through it.

Spawned, not forked: forking a process that has threads may freeze the child (BLAS has some, and so has pebble). Not by
a fork server either: it would load numeric libraries before the number of threads is set, be the children's parent in
our place, and outlive us; it starts a child in 15 ms, spawning takes 50 ms (measured, Python 3.11), and children are
started only once per slot and after crashes.

Scripts need no `if __name__ == "__main__"`: while a child starts, the main module's file and spec are hidden, so the
child does not run the script again. Functions defined there travel by cloudpickle. Another thread that reads
`__main__.__file__` within that millisecond does not find it.
"""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import Pipe, get_context
from multiprocessing.context import SpawnProcess
from multiprocessing.process import BaseProcess
from threading import Lock
from typing import Any

import msgspec

from ayar.executors.capture import Capture

_MAIN_HIDDEN = Lock()


class Shipment(msgspec.Struct, frozen=True):
    """What a child brings along from its start."""

    objective: bytes | str
    """Packed by `shipping.pack`."""
    run: bytes | str
    """Packed too."""
    threads: int
    """For numeric libraries."""
    memory: int | None
    """Bytes that the child may map beyond what it has mapped when the objective is loaded."""


class Child(SpawnProcess):
    """A process with a line to its parent, and files for its output."""

    def __init__(self, shipment: Shipment, born: Callable[["Child"], None], **arguments: Any) -> None:
        super().__init__(**arguments)
        self.shipment = shipment
        self.born = born
        self.capture = Capture()
        self.near, self.line = Pipe()

    def __getstate__(self) -> dict[str, Any]:
        """What the child gets: all but what is the parent's."""
        return {name: value for name, value in self.__dict__.items() if name not in {"near", "born"}}

    def start(self) -> None:
        """Start the process; its end of the line is then open in the child alone, so its death is heard."""
        with _interrupt_held_back(), _main_module_hidden():
            super().start()
        self.line.close()
        self.born(self)

    def release(self) -> None:
        """Close the parent's ends."""
        self.near.close()
        self.capture.close()


class ChildContext:
    """What pebble takes for `multiprocessing`: starts children, and tells of each one started."""

    def __init__(self, shipment: Shipment, born: Callable[[Child], None]) -> None:
        spawn = get_context("spawn")
        self.Pipe = spawn.Pipe
        self.RLock = spawn.RLock
        self._shipment = shipment
        self._born = born

    def Process(self, **arguments: Any) -> BaseProcess:  # noqa: N802 - multiprocessing's name
        """A child, not started yet; `born` hears of it when it is."""
        return Child(self._shipment, self._born, **arguments)


@contextmanager
def _interrupt_held_back() -> Iterator[None]:
    """Block SIGINT in this thread: the child inherits that, and Ctrl-C cannot hit it before it has its own session."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _main_module_hidden() -> Iterator[None]:
    """Leave the main module without file and spec, so that a child starting now does not run it."""
    with _MAIN_HIDDEN:
        names = sys.modules["__main__"].__dict__
        kept: dict[str, Any] = {name: names[name] for name in ("__file__", "__spec__") if name in names}
        names.pop("__file__", None)
        names["__spec__"] = None
        try:
            yield
        finally:
            names.update(kept)
