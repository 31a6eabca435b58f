"""What is whole in a damaged store: every event that its chain vouches for, and in words what is not there.

A SQLite file is copied first and the copy read event by event, so that a page that cannot be read costs only the events
on it. An event counts as whole when its content gives its chain value after the one before, or when the event after it
proves that only the chain value itself was damaged. An event after a gap may be right, but nothing vouches for it: it
is left out.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path

import msgspec

from ayar.base.errors import StoreUnreadable
from ayar.storage.base import Line, Store
from ayar.storage.logfile import Logged
from ayar.trial import events as ev

_PROBES = 64
"""Studies looked for, and events looked for beyond the last, where the file no longer says how many there are."""
_MOST_EVENTS = 10**8
"""More than any study has: a number above it is itself damaged."""
_EVENT = "SELECT id, kind, number, worker, at, active, key, body, chain FROM event WHERE study_id = ? AND id = ?"


def salvage_file(path: Path) -> list[Logged]:
    """What is whole of each study in a damaged SQLite store; the file is not touched.

    Raises:
        StoreUnreadable: nothing at all can be read.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "store.db"
        shutil.copyfile(path, copy)
        with suppress(OSError):
            shutil.copyfile(f"{path}-wal", f"{copy}-wal")
        with closing(sqlite3.connect(copy)) as database:
            database.text_factory = bytes
            found = [vouched(name, rows, head) for name, rows, head in _studies(database)]
    if not found:
        raise StoreUnreadable(f"{path}: no study can be read; only a copy of the file from before can help")
    return found


def salvage_store(store: Store) -> list[Logged]:
    """What is whole of each study of a store that can be read."""
    found = []
    for entry in store.studies():
        rows: dict[int, Line] = {}
        after = 0
        while page := store.lines(entry.id, after):
            rows |= {line.id: line for line in page}
            after = page[-1].id
        found.append(vouched(entry.name, rows, entry.head))
    return found


def _studies(database: sqlite3.Connection) -> Iterator[tuple[str, dict[int, Line], int]]:
    """(name, readable events by number, how many there should be) of each study that left a trace."""
    for study in range(1, _PROBES + 1):
        name, head = _study(database, study)
        lines = _events(database, study, head)
        if lines or name is not None:
            yield name or _name_in(lines, study), lines, max([head, *lines])


def _study(database: sqlite3.Connection, study: int) -> tuple[str | None, int]:
    """Name and last event, as the study's row says; (None, 0) where there is no such row, or it cannot be read."""
    row = _row(database, "SELECT name, head FROM study WHERE id = ?", study) or (None, None)
    name = row[0].decode(errors="replace") if isinstance(row[0], bytes) else None
    return name, row[1] if isinstance(row[1], int) and 0 <= row[1] < _MOST_EVENTS else 0


def _name_in(lines: Mapping[int, Line], study: int) -> str:
    with suppress(KeyError, StoreUnreadable, AttributeError):
        name: str = lines[1].event().body.name
        return name
    return f"study-{study}"


def _events(database: sqlite3.Connection, study: int, head: int) -> dict[int, Line]:
    """Every event that can be read, also beyond where the study's row says that the log ends."""
    lines: dict[int, Line] = {}
    number = last = 0
    while number < max(head, last + _PROBES):
        number += 1
        row = _row(database, _EVENT, study, number)
        line = None if row is None else _line(row)
        if line is not None and line.id == number:
            lines[number] = line
            last = number
    return lines


def _row(database: sqlite3.Connection, query: str, *values: int) -> tuple[object, ...] | None:
    """One row; None where there is none, or where the page that should hold it cannot be read."""
    try:
        row: tuple[object, ...] | None = database.execute(query, values).fetchone()
    except (sqlite3.Error, UnicodeDecodeError):
        return None
    return row


def _line(row: tuple[object, ...]) -> Line | None:
    with suppress(UnicodeDecodeError, msgspec.ValidationError):
        texts = [value.decode() if isinstance(value, bytes) else value for value in row]
        return msgspec.convert(dict(zip(_FIELDS, texts, strict=True)), Line)
    return None


_FIELDS = ("id", "kind", "number", "worker", "at", "active", "key", "text", "chain")


def vouched(name: str, rows: Mapping[int, Line], head: int) -> Logged:
    """The events that the chain vouches for, of those that could be read.

    Arguments:
        name: of the study.
        rows: readable events by number.
        head: how many there should be.
    """
    whole: list[Line] = []
    lost: list[tuple[int, str]] = []
    chain: str | None = ""
    for number in range(1, head + 1):
        line = rows.get(number)
        if line is None:
            lost.append((number, "missing or unreadable"))
            chain = None
            continue
        if chain is None:
            lost.append((number, "readable, but nothing vouches for it, since the one before is lost"))
            chain = line.chain
            continue
        right = ev.next_chain(chain, number, line.kind, line.text)
        following = rows.get(number + 1)
        if right == line.chain or (following is not None and following.fits(right)):
            whole.append(msgspec.structs.replace(line, chain=right))
            chain = right
        else:
            lost.append((number, "not what was written"))
            chain = line.chain
    return Logged(name, whole, tuple(_in_words(lost)))


def _in_words(lost: Iterable[tuple[int, str]]) -> Iterator[str]:
    """One line for each run of events with the same fate."""
    runs: list[tuple[int, int, str]] = []
    for number, fate in lost:
        if runs and runs[-1][1:] == (number - 1, fate):
            runs[-1] = (runs[-1][0], number, fate)
        else:
            runs.append((number, number, fate))
    for first, last, fate in runs:
        yield f"event {first}: {fate}" if first == last else f"events {first} to {last}: {fate}"
