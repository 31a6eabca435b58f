"""What an attempt writes to standard output and standard error, caught at the level of file descriptors.

So what C code and grandchildren print is caught too, and it is there even if the process was killed. Two nameless
temporary files per child (nothing is left behind, whatever happens) take it; writing to a file never blocks the child.
The parent reads the ends and empties the files after each attempt, and trims them meanwhile if they grow.
"""

import ctypes
import io
import os
import sys
from contextlib import suppress
from multiprocessing import reduction
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from ayar.executors.failures import STDERR_BYTES, tail

OUTPUT_BYTES = 65536
_TRIM_BYTES = 4 * 2**20


class Capture:
    """The two files, in the parent; pickled while a child starts, it arrives there as `Outlets`."""

    def __init__(self) -> None:
        self._files = (_appending_file(), _appending_file())

    def __reduce__(self) -> tuple[type["Outlets"], tuple[object, ...]]:
        return Outlets, tuple(reduction.DupFd(file.fileno()) for file in self._files)

    def take(self) -> tuple[str, str]:
        """(output, error): the ends of both, as text; the files are empty afterwards."""
        output, error = (_end(file, OUTPUT_BYTES) for file in self._files)
        for file in self._files:
            os.ftruncate(file.fileno(), 0)
        return output, error

    def errors(self) -> str:
        """The end of standard error; it stays in its file."""
        return _end(self._files[1], STDERR_BYTES)

    def trim(self) -> None:
        """Cut files that have grown large down to their ends."""
        for file in self._files:
            if os.fstat(file.fileno()).st_size > _TRIM_BYTES:
                end = _end(file, OUTPUT_BYTES)
                os.ftruncate(file.fileno(), 0)
                os.write(file.fileno(), end.encode())

    def close(self) -> None:
        """Drop both files."""
        for file in self._files:
            file.close()


def join_output(output: str, error: str) -> str:
    """Standard output, then standard error, at most `OUTPUT_BYTES` together; the end of each is kept."""
    room = max(OUTPUT_BYTES - len(error.encode()), OUTPUT_BYTES - STDERR_BYTES)
    kept = tail(output, room)
    return kept + tail(error, OUTPUT_BYTES - len(kept.encode()))


def _appending_file() -> IO[bytes]:
    import fcntl

    file = TemporaryFile(buffering=0)  # noqa: SIM115 - lives as long as the child
    # Appending, so that a writer goes on at the new end when the file was cut.
    fcntl.fcntl(file, fcntl.F_SETFL, fcntl.fcntl(file, fcntl.F_GETFL) | os.O_APPEND)
    return file


def end_of(path: Path, limit: int) -> str:
    """The last `limit` bytes of a file, as text; empty if it is not there."""
    try:
        with path.open("rb") as file:
            return _end(file, limit)
    except FileNotFoundError:
        return ""


def _end(file: IO[bytes], limit: int) -> str:
    size = os.fstat(file.fileno()).st_size
    return os.pread(file.fileno(), limit, max(0, size - limit)).decode(errors="replace")


class Outlets:
    """The child's ends of the two files."""

    def __init__(self, output: Any, error: Any) -> None:
        # What `reduction.DupFd` made of the two descriptors.
        self._handles = (output.detach(), error.detach())
        for handle in self._handles:
            os.set_inheritable(handle, False)

    def attach(self) -> None:
        """Put the files in the place of standard output and error, and nothing in the place of standard input.

        Repeated before each attempt, since the one before may have closed or replaced them.
        """
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in zip((nothing, *self._handles), (0, 1, 2), strict=True):
            os.dup2(source, target)
        if nothing > 2:  # else it has taken the place of one that the objective closed
            os.close(nothing)
        sys.stdout = _text_stream(1)
        sys.stderr = _text_stream(2)

    def flush(self) -> None:
        """Write out what Python's and C's buffers hold back."""
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):  # the objective may have closed it or put anything in its place
                stream.flush()
        ctypes.CDLL(None).fflush(None)


def _text_stream(handle: int) -> io.TextIOWrapper:
    raw = open(handle, "wb", closefd=False)  # noqa: SIM115 - stays open as the process's own stream
    return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", line_buffering=True)
