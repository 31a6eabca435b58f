"""The store in a SQL database, through SQLAlchemy Core: today SQLite.

Cost: one disk sync per append; a claim that writes no event is not synced, since nobody was told of it yet. Reading
never blocks a writer. Not for network file systems.
"""

import os
import sqlite3
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DatabaseError, IntegrityError

from ayar.base.clock import SYSTEM, Clock
from ayar.base.errors import (
    NotAStore,
    StoreBusy,
    StoreError,
    StoreNotWritable,
    StoreUnreadable,
    StudyExists,
)
from ayar.storage import sqlite, tables, transaction
from ayar.storage.base import Appended, Claim, Store, StudyEntry, Worker
from ayar.storage.ledger import Counters, Slot, Slots, microseconds
from ayar.storage.transaction import Line
from ayar.trial.events import Body, Event, Lease, StudyCreated
from ayar.trial.state import State

_COUNTERS, _SLOT = Counters.__struct_fields__, Slot.__struct_fields__
_s, _e, _l = tables.study.c, tables.event.c, tables.slot.c

# Statements are built once: SQLAlchemy then finds their compiled form in its cache.
_READ_COUNTERS = select(*(_s[name] for name in _COUNTERS)).where(_s.id == bindparam("study"))
_SAVE_COUNTERS = update(tables.study).where(_s.id == bindparam("study")).values({n: bindparam(n) for n in _COUNTERS})
_ADD_STUDY = insert(tables.study).returning(_s.id)
_ADD_LINE = insert(tables.event)
_WITH_KEY = select(tables.event).where(_e.study_id == bindparam("study"), _e.key == bindparam("wanted"))
_READ = (
    select(tables.event)
    .where(_e.study_id == bindparam("study"), _e.id > bindparam("after"))
    .order_by(_e.id)
    .limit(bindparam("most"))
)
_SLOTS = select(*(_l[name] for name in _SLOT)).where(_l.study_id == bindparam("study"))
_SLOT_OF = _SLOTS.where(_l.number == bindparam("wanted"))
_LEASED = _SLOTS.where(_l.token.is_not(None))
_LAST_EXPIRY = select(func.max(_l.expires)).where(
    _l.study_id == bindparam("study"), _l.token.is_not(None), _l.clock == bindparam("boot")
)
_FREE = (
    _SLOTS.where(_l.token.is_(None), (_l.attempt > 0) | (_l.clock != "") | (bindparam("first") == 1))
    .order_by(_l.state == State.RESERVED.value, _l.priority.desc(), _l.number)
    .limit(1)
)
_PUT = upsert(tables.slot)
_PUT = _PUT.on_conflict_do_update(
    index_elements=["study_id", "number"], set_={n: _PUT.excluded[n] for n in _SLOT if n != "number"}
)
_DROP = delete(tables.slot).where(_l.study_id == bindparam("study"), _l.number == bindparam("wanted"))
_ENTRIES = select(_s.id, _s.name, _s.head, _s.asked, _s.max_trials, _s.stopped).order_by(_s.id)
_ENTRY = _ENTRIES.where(_s.name == bindparam("wanted"))


class _Slots:
    """The open trials of one study, read and written through the transaction's connection."""

    def __init__(self, connection: Connection, study: int) -> None:
        self._connection = connection
        self._study = study

    def _fetch(self, statement: Any, **values: Any) -> list[Slot]:
        rows = self._connection.execute(statement, {"study": self._study, **values})
        return [Slot(row[0], State(row[1]), *row[2:]) for row in rows]

    def get(self, number: int) -> Slot | None:
        return next(iter(self._fetch(_SLOT_OF, wanted=number)), None)

    def put(self, slot: Slot) -> None:
        values = {name: getattr(slot, name) for name in _SLOT}
        self._connection.execute(_PUT, {"study_id": self._study, **values, "state": slot.state.value})

    def drop(self, number: int) -> None:
        self._connection.execute(_DROP, {"study": self._study, "wanted": number})

    def leased(self) -> list[Slot]:
        return self._fetch(_LEASED)

    def last_expiry(self, boot: str) -> int | None:
        end: int | None = self._connection.execute(_LAST_EXPIRY, {"study": self._study, "boot": boot}).scalar_one()
        return end

    def next_waiting(self, first_attempts: bool) -> Slot | None:
        return next(iter(self._fetch(_FREE, first=int(first_attempts))), None)


class _Transaction:
    """One study under the write lock."""

    def __init__(self, connection: Connection, study: int) -> None:
        self._connection = connection
        self._study = study
        row = connection.execute(_READ_COUNTERS, {"study": study}).one()
        values = dict(zip(_COUNTERS, row, strict=True))
        self.counters = Counters(**{**values, "stopped": bool(values["stopped"])})
        self.slots: Slots = _Slots(connection, study)

    def add(self, line: Line) -> None:
        values = {
            "study_id": self._study, "id": line.id, "kind": line.kind, "number": line.number, "worker": line.worker,
            "at": line.at, "active": line.active, "key": line.key, "body": line.text, "chain": line.chain,
        }  # fmt: skip
        self._connection.execute(_ADD_LINE, values)

    def with_key(self, key: str) -> Line | None:
        row = self._connection.execute(_WITH_KEY, {"study": self._study, "wanted": key}).one_or_none()
        return None if row is None else _line(row)

    def save(self) -> None:
        values = {name: getattr(self.counters, name) for name in _COUNTERS}
        self._connection.execute(
            _SAVE_COUNTERS, {"study": self._study, **values, "stopped": int(self.counters.stopped)}
        )


def _line(row: Any) -> Line:
    _, number, kind, trial, worker, at, active, key, body, chain = row
    return Line(number, kind, trial, worker, at, active, key, body, chain)


class SqlStore(Store):
    """Studies in one SQLite file."""

    def __init__(self, path: str | Path, clock: Clock = SYSTEM) -> None:
        """Open `path`, and make it a store if there is no file yet.

        Raises:
            NotAStore: the file is something else. StoreTooNew: a newer Ayar wrote it.
            StoreNotWritable: the file or its folder cannot be written.
        """
        self._path = Path(path).absolute()
        self.address = f"sqlite:///{path}"
        self._clock = clock
        sqlite.check_file(self._path)
        self._lock = sqlite.FileLock(Path(f"{self._path}.lock"))
        self._engine = sqlite.open_engine(self._path)
        self._pid = os.getpid()
        with _teaching(self._path), self._lock.held():
            if sqlite.mark_file(self._path, tables.FORMAT):
                with self._write(durable=True) as connection:
                    tables.metadata.create_all(connection)
        self._closing = weakref.finalize(self, _close, self._engine, self._lock, self._pid)

    # -- connections ---------------------------------------------------------------------------------------------------

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        if self._pid != os.getpid():
            # After fork: the parent's connections are left to the parent, without closing them.
            self._engine.dispose(close=False)
            self._engine, self._pid = sqlite.open_engine(self._path), os.getpid()
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _write(self, *, durable: bool) -> Iterator[Connection]:
        with _teaching(self._path), self._lock.held(), self._connection() as raw:
            connection = raw.execution_options(ayar_write="FULL" if durable else "NORMAL")
            with connection.begin():
                yield connection
            sqlite.checkpoint(connection, self._path)

    @contextmanager
    def _study(self, study: int, *, durable: bool) -> Iterator[_Transaction]:
        with self._write(durable=durable) as connection:
            tx = _Transaction(connection, study)
            yield tx
            tx.save()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _teaching(self._path), self._connection() as connection, connection.begin():
            yield connection

    # -- the contract ----------------------------------------------------------------------------------------------

    def create(self, created: StudyCreated) -> StudyEntry:
        """Create a study and write its first event."""
        values = {
            "name": created.name, "max_trials": created.max_trials, "max_active": microseconds(created.max_seconds),
            "lost_retries": created.retries.get("lost", 0),
        }  # fmt: skip
        with self._write(durable=True) as connection:
            try:
                study = connection.execute(_ADD_STUDY, values).scalar_one()
            except IntegrityError:
                raise StudyExists(f"study {created.name!r} exists already in {self.address}") from None
            tx = _Transaction(connection, study)
            transaction.append(tx, self._clock, [created], "", None, None)
            tx.save()
            return StudyEntry(study, created.name, tx.counters.head, 0, created.max_trials, stopped=False)

    def find(self, name: str) -> StudyEntry | None:
        """The study of this name, or None."""
        with self._reading() as connection:
            row = connection.execute(_ENTRY, {"wanted": name}).one_or_none()
        return None if row is None else StudyEntry(*row[:-1], stopped=bool(row[-1]))

    def studies(self) -> Sequence[StudyEntry]:
        """All studies, in order of creation."""
        with self._reading() as connection:
            return [StudyEntry(*row[:-1], stopped=bool(row[-1])) for row in connection.execute(_ENTRIES)]

    def read(self, study: int, after: int, limit: int = 1000) -> Sequence[Event]:
        """At most `limit` events with numbers above `after`, in one short transaction."""
        with self._reading() as connection:
            rows = connection.execute(_READ, {"study": study, "after": after, "most": limit}).all()
        return [_line(row).event() for row in rows]

    def append(
        self,
        study: int,
        bodies: Sequence[Body],
        *,
        worker: str = "",
        fence: Lease | None = None,
        key: str | None = None,
        durable: bool = True,
    ) -> Appended:
        """Write `bodies` as the next events."""
        with self._study(study, durable=durable) as tx:
            return transaction.append(tx, self._clock, bodies, worker, fence, key)

    def claim(self, study: int, worker: Worker, ttl: float) -> Claim:
        """Reserve the next trial."""
        with self._study(study, durable=False) as tx:
            return transaction.claim(tx, self._clock, worker, ttl)

    def renew(self, study: int, lease: Lease) -> bool:
        """Extend a lease."""
        with self._study(study, durable=False) as tx:
            return transaction.renew(tx, self._clock, lease)

    def release(self, study: int, lease: Lease) -> None:
        """Give a reservation back."""
        with self._study(study, durable=False) as tx:
            transaction.release(tx, self._clock, lease)

    def close(self) -> None:
        """Close connections and the lock's file."""
        self._closing()


def _close(engine: Engine, lock: sqlite.FileLock, pid: int) -> None:
    """Close under the lock: the last connection to close checkpoints the write-ahead log."""
    if pid != os.getpid():
        return
    with lock.held():
        engine.dispose()
    lock.close()


_TEACHING: tuple[tuple[str, type[StoreError], str], ...] = (
    ("readonly", StoreNotWritable, "cannot write {path}: it is read-only; change its permissions or name another file"),
    ("unable to open", StoreNotWritable, "cannot open {path}; is its folder writable?"),
    ("locked", StoreBusy, "{path} is locked by another program; nothing was written, trying again is safe"),
    (
        "full",
        StoreNotWritable,
        "the disk that holds {path} is full; nothing was written, free some space and try again",
    ),
    ("not a database", NotAStore, "expected an Ayar store, but {path} is not a SQLite database; name another file"),
    ("malformed", StoreUnreadable, "{path} is damaged; copy it before anything else"),
    ("disk i/o", StoreUnreadable, "the disk failed under {path}; nothing was acknowledged. Open the study again"),
)
"""(what SQLite says, our error, our words)."""


@contextmanager
def _teaching(path: Path) -> Iterator[None]:
    """Turn a database error into one that says what happened to which file, and what to do."""
    try:
        yield
    except (DatabaseError, sqlite3.DatabaseError) as error:
        said = str(getattr(error, "orig", error)).lower()
        for words, kind, message in _TEACHING:
            if words in said:
                raise kind(message.format(path=path)) from error
        raise StoreUnreadable(f"{path}: the database said: {said}") from error
