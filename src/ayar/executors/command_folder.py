"""The folder of one attempt of a command: what it was given, what it printed, what it told.

ROOT/trial-0007/attempt-1/    params.json    command.txt (a line to paste)    result.jsonl
                              stdout.log     stderr.log

Logs are kept whole up to 64 MB each; a longer one is cut down to its end when the command is gone, and
says so in its first line.
"""

import ctypes
import json
import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ayar.executors.capture import OUTPUT_BYTES, end_of, join_output
from ayar.executors.failures import STDERR_BYTES, tail

LOG_BYTES = 64 * 2**20
"""A log longer than this is cut."""
_KEPT_BYTES = 2**20
RESULT_BYTES = 2**20
"""How much of the end of standard output is searched for a result."""
_LINES = 20


class AttemptFolder:
    """A folder made for one attempt; two attempts never share one."""

    def __init__(self, root: Path, number: int, attempt: int) -> None:
        """Make the folder; an attempt 0 is outside the study's count, and called `rerun`."""
        stem = f"attempt-{attempt}" if attempt else "rerun"
        self.path = _new_folder(root.absolute() / f"trial-{number:04d}", stem)
        self.params = self.path / "params.json"
        self.result = self.path / "result.jsonl"
        self._stdout = self.path / "stdout.log"
        self._stderr = self.path / "stderr.log"

    def write(self, params: Mapping[str, Any], argv: Sequence[str], cwd: Path, variables: Mapping[str, str]) -> None:
        """Write down the parameters, and the command as a line that can be pasted into a shell."""
        self.params.write_text(json.dumps(dict(params)) + "\n")
        given = [f"{name}={value}" for name, value in variables.items()]
        line = f"cd {shlex.quote(str(cwd))} && {shlex.join(['env', *given, *argv])}\n"
        (self.path / "command.txt").write_text(line, errors="backslashreplace")

    def open_logs(self) -> tuple[int, int]:
        """New descriptors of both logs; what is written is appended, so a log may be cut meanwhile."""
        out, err = (_opened(path) for path in (self._stdout, self._stderr))
        return out, err

    def trim(self) -> None:
        """While the command writes: give back the disk under all but the ends of logs that have grown large.

        A hole is made, where the file system can (Linux): nothing that is being written is lost, as it would be by
        cutting the file.
        """
        for path in self._logs():
            found = path.stat()
            if found.st_blocks * 512 > LOG_BYTES:
                _punch(path, found.st_size - _KEPT_BYTES)

    def cut(self) -> None:
        """When nobody writes any longer: cut logs that have grown large down to their ends."""
        for path in self._logs():
            if path.stat().st_size > LOG_BYTES:
                kept = end_of(path, _KEPT_BYTES)
                words = f"[cut here: more than {LOG_BYTES >> 20} MB were written, this is the end]"
                path.write_text(f"{words}\n{kept}", errors="replace")

    def _logs(self) -> list[Path]:
        return [path for path in (self._stdout, self._stderr) if path.exists()]

    def output(self) -> str:
        """The ends of standard output and standard error together, at most 64 KB."""
        return join_output(*(end_of(path, OUTPUT_BYTES) for path in (self._stdout, self._stderr)))

    def stdout(self) -> str:
        """The end of standard output, where a result may stand."""
        return end_of(self._stdout, RESULT_BYTES)

    def stderr(self) -> str:
        """The end of standard error, as long as a failure keeps it."""
        return tail(end_of(self._stderr, STDERR_BYTES), STDERR_BYTES)

    def last_lines(self) -> str:
        """The last 20 lines printed, for a message."""
        lines = self.output().rstrip().splitlines()
        return "\n".join(lines[-_LINES:]) if lines else "(nothing was printed)"


def _new_folder(parent: Path, stem: str) -> Path:
    """`stem`, or where that is taken, by a study of the same name elsewhere, `stem.2`, `stem.3`, ..."""
    parent.mkdir(parents=True, exist_ok=True)
    count = 1
    while True:
        path = parent / (stem if count == 1 else f"{stem}.{count}")
        try:
            path.mkdir()
        except FileExistsError:
            count += 1
        else:
            return path


def _opened(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)


_KEEP_SIZE, _PUNCH_HOLE = 1, 2
"""Modes of fallocate(2)."""


def _punch(path: Path, size: int) -> None:
    """Turn the first `size` bytes of a file into a hole; they read as zeros. Does nothing where that cannot be done."""
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "fallocate"):
        return
    with path.open("r+b") as file:
        libc.fallocate(file.fileno(), _KEEP_SIZE | _PUNCH_HOLE, ctypes.c_long(0), ctypes.c_long(size))
