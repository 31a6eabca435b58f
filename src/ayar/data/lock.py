"""One builder at a time, however many processes start together; a builder that dies is replaced.

The builder's name stands in a file: which process (host, pid, start time), and a heartbeat, a number that a thread of
it raises. Whoever finds another name there waits, and takes over at once if that process is known to be gone, or when
its heartbeat has stood still for `PATIENCE` where nothing is known (another host, a stopped process). A waiter measures
that on its own clock. Reading and changing the file happens under a file lock that the operating system frees with
its holder. Should a builder that was thought dead wake up, two build at once: both publish whole versions, so nothing
breaks but the saving.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from ayar.base.clock import SYSTEM, Clock
from ayar.base.errors import AyarError
from ayar.base.filelock import FileLock
from ayar.base.process import Life, identity, life_of

PATIENCE = 30.0
BEAT = 2.0
POLL = 0.02
"""Seconds."""


class Owner(msgspec.Struct, frozen=True):
    """Who builds."""

    process: str
    token: str
    beat: int = 0


def may_take_over(owner: Owner | None, life: Life, standstill: float) -> bool:
    """Whether the lock is free to take: nobody's, a dead process's, or one's that has long shown no sign of life.

    Arguments:
        owner: whose name is there.
        life: what is known of that process.
        standstill: seconds since its heartbeat last moved.
    """
    if owner is None or life is Life.GONE:
        return True
    return life is Life.UNKNOWN and standstill > PATIENCE


class BuilderLock:
    """The lock of one folder of packs.

    Arguments:
        folder: where its two files are.
        clock: measures standstill, and sleeps between looks.
    """

    def __init__(self, folder: Path, clock: Clock = SYSTEM) -> None:
        self._file = folder / "builder.json"
        self._guard = FileLock(folder / "builder.lock")
        self._clock = clock

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock; waits as long as another live process builds.

        Raises:
            StoreNotWritable: the folder cannot be written.
        """
        mine = Owner(identity(), os.urandom(8).hex())
        try:
            self._acquire(mine)
            with _beating(lambda beat: self._put(msgspec.structs.replace(mine, beat=beat))):
                yield
        finally:
            self._release(mine)
            self._guard.close()

    def _acquire(self, mine: Owner) -> None:
        last: Owner | None = None
        moved = self._clock.elapsed()
        while True:
            with self._guard.held():
                owner = self._read()
                if owner != last:
                    last, moved = owner, self._clock.elapsed()
                life = Life.UNKNOWN if owner is None else life_of(owner.process)
                if may_take_over(owner, life, self._clock.elapsed() - moved):
                    self._write(mine)
                    return
            self._clock.sleep(POLL)

    def _put(self, owner: Owner) -> None:
        """Show a heartbeat, unless another took over."""
        with self._guard.held():
            now = self._read()
            if now is not None and now.token == owner.token:
                self._write(owner)

    def _release(self, mine: Owner) -> None:
        with self._guard.held():
            now = self._read()
            if now is not None and now.token == mine.token:
                self._file.unlink(missing_ok=True)

    def _read(self) -> Owner | None:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=Owner)
        except (OSError, msgspec.DecodeError):
            return None

    def _write(self, owner: Owner) -> None:
        # Torn by a crash it reads as nobody's: whoever wrote it is dead then.
        self._file.write_bytes(msgspec.json.encode(owner))


@contextmanager
def _beating(put: Callable[[int], None]) -> Iterator[None]:
    done = threading.Event()

    def beat() -> None:
        count = 0
        while not done.wait(BEAT):
            count += 1
            # A beat that finds no room on the disk is missed; the builder itself will say so.
            with suppress(OSError, AyarError):
                put(count)

    thread = threading.Thread(target=beat, name="ayar-builder-heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
