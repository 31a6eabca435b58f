"""What a command tells of itself, in text: JSON lines of its result file, its last line as JSON, `name=value`.

`{"step": 3, "loss": 0.41}` is a report, a line without `step` the result. NaN and infinities may be written as Python's
JSON writes them (NaN, Infinity), as text ("nan", "inf", "-inf") or as `ayar.base.jsontext` tags them.
"""

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ayar.base.errors import AyarError, shorten
from ayar.base.jsontext import number_from_wire, unwrap
from ayar.executors.failures import AttemptFailed
from ayar.trial.failure import Failure

_LONGEST_LINE = 2**20
_NUMBER = r"[-+]?(?:nan|inf(?:inity)?|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(?!\w|\.\d)"


class ResultLines:
    """The result file, read while the command writes it: line by line, and only lines that are whole.

    Arguments:
        path: of the file; it need not be there.

    Raises (all methods):
        AttemptFailed: "bad_value", for a line that is no JSON object, or longer than 1 MB.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._count = 0
        self.final: dict[str, Any] | None = None
        """The last line without `step` so far."""

    def reports(self) -> Iterator[dict[str, Any]]:
        """The lines with `step` that were completed since the last call."""
        while b"\n" in (chunk := self._chunk()):
            whole, _, _ = chunk.rpartition(b"\n")
            self._offset += len(whole) + 1
            for line in whole.split(b"\n"):
                self._count += 1
                if line.strip() and (report := self._read(line)) is not None:
                    yield report
        if len(chunk) >= _LONGEST_LINE:
            raise _bad_value(f"{self._path.name}, line {self._count + 1}: a line takes more than 1 MB")

    def last_words(self) -> Iterator[dict[str, Any]]:
        """What is left when the command is gone; a last line without its end counts if it is whole JSON."""
        yield from self.reports()
        left = self._chunk()
        if not left.strip() or _json(left) is None:
            return
        self._count += 1
        if (report := self._read(left)) is not None:
            yield report

    def _chunk(self) -> bytes:
        try:
            with self._path.open("rb") as file:
                if os.fstat(file.fileno()).st_size < self._offset:  # begun anew by the command
                    self._offset = self._count = 0
                file.seek(self._offset)
                return file.read(_LONGEST_LINE)
        except FileNotFoundError:
            return b""

    def _read(self, line: bytes) -> dict[str, Any] | None:
        """The report of a line; a result goes to `final`."""
        read = _json(line)
        if not isinstance(read, dict):
            raise _bad_value(
                f"{self._path.name}, line {self._count}: expected a JSON object such as "
                f'{{"step": 3, "loss": 0.41}}, got {shorten(line.decode(errors="replace"))}'
            )
        if "step" in read:
            return read
        self.final = read
        return None


def from_output(text: str, goals: Sequence[str], metrics: Sequence[str]) -> dict[str, Any] | None:
    r"""The result on a command's standard output: its last line as JSON, else the last `name=value` of each name.

    Arguments:
        text: the output's end.
        goals: names of which at least one must be there.
        metrics: further names to look for.

    Returns:
        Name to value, or None where there is no result.

    >>> from_output("epoch 1 loss=0.5\nepoch 2 loss=0.25 size=3\n", ["loss"], ["size"])
    {'loss': 0.25, 'size': 3.0}
    """
    last = text.rstrip().rpartition("\n")[2].strip()
    read = _json(last.encode(errors="replace")) if last else None
    if isinstance(read, dict) and any(goal in read for goal in goals):
        return read
    found = {name: value for name in (*goals, *metrics) if (value := _named(text, name)) is not None}
    return found if any(goal in found for goal in goals) else None


def _named(text: str, name: str) -> float | None:
    found = re.findall(rf"(?<![\w.\-/]){re.escape(name)}\s*=\s*({_NUMBER})", text, re.IGNORECASE)
    return float(found[-1]) if found else None


def metrics_of(read: dict[str, Any]) -> dict[str, Any]:
    """A line's values, numbers that are written as text among them."""
    return {name: _number(value) for name, value in read.items()}


def _number(value: Any) -> Any:
    try:
        return number_from_wire(value) if isinstance(value, str) else value
    except AyarError:
        return value


def _json(line: bytes) -> Any:
    """The value of a JSON text; None where it is none."""
    try:
        return unwrap(json.loads(line))
    except (ValueError, RecursionError, KeyError, TypeError, AyarError):
        return None


def _bad_value(message: str) -> AttemptFailed:
    return AttemptFailed(Failure("bad_value", message))
