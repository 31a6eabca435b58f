"""One lock for all writers of a file: threads by a mutex, processes by the operating system's `flock`."""

import importlib
import importlib.util
import os
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ayar.base.clock import SYSTEM
from ayar.base.errors import StoreBusy, StoreNotWritable

WAIT_SECONDS = 30.0
# Windows has no such lock.
fcntl: Any = importlib.import_module("fcntl") if importlib.util.find_spec("fcntl") else None


class FileLock:
    """One exclusive lock for all writers of a file: threads by a mutex, processes by `flock`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mutex = threading.RLock()
        self._depth = 0
        self._file = -1
        self._pid = -1

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock; waits at most 30 s.

        Raises:
            StoreBusy: another process held it all that time.
            StoreNotWritable: the lock file cannot be made.
        """
        if self._pid not in (-1, os.getpid()):
            # After fork: a thread of the parent may have held the mutex, and does not run here.
            self._mutex, self._depth = threading.RLock(), 0
        with self._mutex:
            depth = self._depth
            # An interrupt may come between any two lines: what was before is put back, not counted back.
            try:
                if depth == 0:
                    self._acquire()
                self._depth = depth + 1
                yield
            finally:
                self._depth = depth
                if depth == 0 and fcntl is not None and self._file >= 0:
                    fcntl.flock(self._file, fcntl.LOCK_UN)

    def _acquire(self) -> None:
        if fcntl is None:
            return
        if self._pid != os.getpid():
            # A descriptor inherited by fork shares its lock with the parent: open one's own.
            self._file, self._pid = self._open(), os.getpid()
        deadline = SYSTEM.elapsed() + WAIT_SECONDS
        while not self._try():
            if SYSTEM.elapsed() > deadline:
                raise StoreBusy(
                    f"{self._path} stayed locked for {WAIT_SECONDS:.0f} s; nothing was written, trying again is safe. "
                    "Is another process stopped while writing?"
                )
            # A commit takes a few milliseconds; random waits keep the waiting processes from moving in step.
            SYSTEM.sleep(0.0002 + os.urandom(1)[0] * 4e-6)

    def is_first(self) -> bool:
        """Whether no other store of this file is open anywhere, from here on visible to others; to be called held.

        Kept by a shared lock of the open file, which ends with it however that happens. Where there is no such lock
        (it is Linux's) nobody is known to be first.
        """
        if not sys.platform.startswith("linux"):
            return False
        first = self._mark_open(fcntl.F_WRLCK)
        self._mark_open(fcntl.F_RDLCK)
        return first

    def _mark_open(self, kind: int) -> bool:
        try:
            fcntl.fcntl(self._file, fcntl.F_OFD_SETLK, struct.pack("hhqqi", kind, os.SEEK_SET, 0, 1, 0))
        except OSError:
            return False
        return True

    def _open(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreNotWritable(
                f"cannot write {self._path} ({error.strerror}); choose a folder you can write to"
            ) from None

    def _try(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Close the lock's file."""
        if self._pid == os.getpid():
            os.close(self._file)
        self._pid = -1
