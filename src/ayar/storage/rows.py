"""The rows of a SQL store: the statements that read and write them, and a study's transaction made of these.

The same for every dialect; statements are built once, so that SQLAlchemy finds their compiled form in its cache.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from ayar.base.errors import StoreUnreadable
from ayar.storage import tables
from ayar.storage.base import REMEDY, Line, StudyEntry
from ayar.storage.ledger import Counters, Slot, Slots
from ayar.storage.place import Put
from ayar.trial.state import State

S = TypeVar("S", bound=msgspec.Struct)
_COUNTERS, _SLOT, _ENTRY = Counters.__struct_fields__, Slot.__struct_fields__, StudyEntry.__struct_fields__
_s, _e, _l = tables.study.c, tables.event.c, tables.slot.c

# The study's row orders all writes. Where the database locks rows this one is locked; elsewhere the words are left out.
_READ_COUNTERS = select(*(_s[name] for name in _COUNTERS)).where(_s.id == bindparam("study")).with_for_update()
_SAVE_COUNTERS = update(tables.study).where(_s.id == bindparam("study")).values({n: bindparam(n) for n in _COUNTERS})
_ADD_LINE = insert(tables.event)
_WITH_KEY = select(tables.event).where(_e.study_id == bindparam("study"), _e.key == bindparam("wanted"))
_SLOTS = select(*(_l[name] for name in _SLOT)).where(_l.study_id == bindparam("study"))
_SLOT_OF = _SLOTS.where(_l.number == bindparam("wanted"))
_PROJECTION = (
    select(*(_s[name] for name in _COUNTERS), *(_l[name] for name in _SLOT))
    .select_from(tables.study.outerjoin(tables.slot, _l.study_id == _s.id))
    .where(_s.id == bindparam("study"))
)
_LEASED = _SLOTS.where(_l.token.is_not(None))
_LAST_EXPIRY = select(func.max(_l.expires)).where(
    _l.study_id == bindparam("study"), _l.token.is_not(None), _l.clock == bindparam("boot")
)
_FREE = (
    _SLOTS.where(_l.token.is_(None), (_l.attempt > 0) | (_l.clock != "") | (bindparam("first") == 1))
    .order_by(_l.state == State.RESERVED.value, _l.priority.desc(), _l.number)
    .limit(1)
)
_DROP = delete(tables.slot).where(_l.study_id == bindparam("study"), _l.number == bindparam("wanted"))

ADD_STUDY = insert(tables.study).returning(_s.id)
ENTRIES = select(_s.id, _s.name, _s.head, _s.asked, _s.max_trials, _s.stopped).order_by(_s.id)
ENTRY = ENTRIES.where(_s.name == bindparam("wanted"))
READ = (
    select(tables.event)
    .where(_e.study_id == bindparam("study"), _e.id > bindparam("after"))
    .order_by(_e.id)
    .limit(bindparam("most"))
)


def putting(upsert: Callable[[Any], Put]) -> Put:
    """The statement that inserts or replaces a slot, from a dialect's own `insert`."""
    put = upsert(tables.slot)
    changes = {name: put.excluded[name] for name in _SLOT if name != "number"}
    return put.on_conflict_do_update(index_elements=["study_id", "number"], set_=changes)


class SlotRows:
    """The open trials of one study, read and written through the transaction's connection."""

    def __init__(self, connection: Connection, study: int, put: Put) -> None:
        self._connection = connection
        self._study = study
        self._put = put

    def _fetch(self, statement: Any, **values: Any) -> list[Slot]:
        rows = self._connection.execute(statement, {"study": self._study, **values})
        return [_slot_of(row) for row in rows]

    def get(self, number: int) -> Slot | None:
        """The slot of a trial, if it is open."""
        return next(iter(self._fetch(_SLOT_OF, wanted=number)), None)

    def put(self, slot: Slot) -> None:
        """Insert or replace a slot."""
        values = {name: getattr(slot, name) for name in _SLOT}
        self._connection.execute(self._put, {"study_id": self._study, **values, "state": slot.state.value})

    def drop(self, number: int) -> None:
        """Forget a trial that became final."""
        self._connection.execute(_DROP, {"study": self._study, "wanted": number})

    def leased(self) -> list[Slot]:
        """Every slot that holds a token."""
        return self._fetch(_LEASED)

    def last_expiry(self, boot: str) -> int | None:
        """When the last lease of this boot ends, microseconds; None if there is no lease."""
        end: int | None = self._connection.execute(_LAST_EXPIRY, {"study": self._study, "boot": boot}).scalar_one()
        return end

    def next_waiting(self, first_attempts: bool) -> Slot | None:
        """The waiting slot of highest priority and lowest number; only retries unless `first_attempts`."""
        return next(iter(self._fetch(_FREE, first=int(first_attempts))), None)


class RowsTransaction:
    """One study, its row locked; `save` writes the counters back before the commit."""

    def __init__(self, connection: Connection, study: int, put: Put) -> None:
        self._connection = connection
        self.study = study
        row = connection.execute(_READ_COUNTERS, {"study": study}).one()
        self.counters = _counters_of(row)
        self.slots: Slots = SlotRows(connection, study, put)

    def add(self, line: Line) -> None:
        """Write the next line of the log."""
        self.add_all([line])

    def add_all(self, lines: Sequence[Line]) -> None:
        """Write the next lines of the log."""
        values = [
            {
                "study_id": self.study, "id": line.id, "kind": line.kind, "number": line.number, "worker": line.worker,
                "at": line.at, "active": line.active, "key": line.key, "body": line.text, "chain": line.chain,
            }
            for line in lines
        ]  # fmt: skip
        self._connection.execute(_ADD_LINE, values)

    def with_key(self, key: str) -> Line | None:
        """The line that was written under an idempotency key."""
        row = self._connection.execute(_WITH_KEY, {"study": self.study, "wanted": key}).one_or_none()
        return None if row is None else line_of(row)

    def save(self) -> None:
        """Write the counters back."""
        values = {name: getattr(self.counters, name) for name in _COUNTERS}
        self._connection.execute(_SAVE_COUNTERS, {"study": self.study, **values, "stopped": int(self.counters.stopped)})


def projection(connection: Connection, study: int) -> tuple[Counters, list[Slot]]:
    """Counters and open trials as they are stored, read by one statement: both as of one moment."""
    found = connection.execute(_PROJECTION, {"study": study}).all()
    slots = [row[len(_COUNTERS) :] for row in found]
    return _counters_of(found[0][: len(_COUNTERS)]), [_slot_of(slot) for slot in slots if slot[0] is not None]


def entry_of(row: Any) -> StudyEntry:
    """A row of `ENTRIES` as a study of the store's list."""
    return _checked(StudyEntry, zip(_ENTRY, (*row[:-1], bool(row[-1])), strict=True))


def _counters_of(row: Any) -> Counters:
    return _checked(Counters, ((n, bool(v) if n == "stopped" else v) for n, v in zip(_COUNTERS, row, strict=True)))


def _slot_of(row: Any) -> Slot:
    return _checked(Slot, zip(_SLOT, row, strict=True))


def _checked(kind: type[S], values: Iterable[tuple[str, Any]]) -> S:
    """A record of a row's values, whose types nobody else checks: a damaged page may hold others."""
    try:
        return msgspec.convert(dict(values), kind)
    except msgspec.ValidationError as error:
        raise StoreUnreadable(f"the store holds a {kind.__name__} that no Ayar writes: {error}. {REMEDY}") from None


def line_of(row: Any) -> Line:
    """A row of `event` as a line of the log."""
    _, number, kind, trial, worker, at, active, key, body, chain = row
    if not (type(kind) is type(body) is type(chain) is str and type(at) is type(active) is int):
        raise StoreUnreadable(f"event {number} holds what no Ayar writes. {REMEDY}")
    return Line(number, kind, trial, worker, at, active, key, body, chain)
