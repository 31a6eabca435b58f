"""The store in a SQL database, through SQLAlchemy Core: one code for SQLite and PostgreSQL.

What differs between the two (opening, locking, the clock, errors) is a `Place`; `sqlite.py` and `postgres.py` hold one
each, and the class that users' addresses name.
"""

import weakref
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from ayar.base.errors import StoreUnreadable, StudyExists
from ayar.storage import rows, transaction
from ayar.storage.base import Appended, Claim, Line, Misfit, Store, StudyEntry, Worker
from ayar.storage.ledger import microseconds
from ayar.storage.place import Place
from ayar.storage.projection import misfits, projected
from ayar.storage.rows import RowsTransaction
from ayar.storage.transaction import Times
from ayar.trial.events import Body, Lease, StudyCreated

T = TypeVar("T")


class SqlStore(Store):
    """Studies in the tables of one database."""

    def __init__(self, place: Place, clock: Times | None = None) -> None:
        """Keep studies at `place`; a `clock` given here is read in place of the one its workers share."""
        self.address = place.address
        self._place = place
        self._clock = clock
        self._closing = weakref.finalize(self, place.close)

    def _in_study(self, study: int, act: Callable[[RowsTransaction, Times], T], *, durable: bool) -> T:
        """Run `act` on one study under its lock; what it changed is committed when it returns."""

        def acted(connection: Connection) -> T:
            tx = RowsTransaction(connection, study, self._place.put)
            answer = act(tx, self._clock or self._place.times(connection))
            tx.save()
            return answer

        return self._place.write(acted, durable=durable)

    def create(self, created: StudyCreated) -> StudyEntry:
        """Create a study and write its first event."""
        values = {
            "name": created.name, "max_trials": created.max_trials, "max_active": microseconds(created.max_seconds),
            "lost_retries": created.retries.get("lost", 0),
        }  # fmt: skip

        def made(connection: Connection) -> StudyEntry:
            self._place.alone(connection)
            tx = self._added(connection, values)
            transaction.append(tx, self._clock or self._place.times(connection), [created], "", None, None)
            tx.save()
            return StudyEntry(tx.study, created.name, tx.counters.head, 0, created.max_trials, stopped=False)

        return self._place.write(made, durable=True)

    def _added(self, connection: Connection, values: dict[str, Any]) -> RowsTransaction:
        """A transaction on a new study."""
        try:
            study = connection.execute(rows.ADD_STUDY, values).scalar_one()
        except IntegrityError:
            raise StudyExists(f"study {values['name']!r} exists already in {self.address}") from None
        return RowsTransaction(connection, study, self._place.put)

    def find(self, name: str) -> StudyEntry | None:
        """The study of this name, or None."""
        row = self._place.read(lambda connection: connection.execute(rows.ENTRY, {"wanted": name}).one_or_none())
        return None if row is None else rows.entry_of(row)

    def studies(self) -> Sequence[StudyEntry]:
        """All studies, in order of creation."""
        entries = self._place.read(lambda connection: connection.execute(rows.ENTRIES).all())
        return [rows.entry_of(row) for row in entries]

    def lines(self, study: int, after: int, limit: int = 1000) -> Sequence[Line]:
        """At most `limit` lines with numbers above `after`, in one short transaction."""
        values = {"study": study, "after": after, "most": limit}
        found = self._place.read(lambda connection: connection.execute(rows.READ, values).all())
        return [rows.line_of(row) for row in found]

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

        def act(tx: RowsTransaction, clock: Times) -> Appended:
            return transaction.append(tx, clock, bodies, worker, fence, key)

        return self._in_study(study, act, durable=durable)

    def claim(self, study: int, worker: Worker, ttl: float) -> Claim:
        """Reserve the next trial."""
        return self._in_study(study, lambda tx, clock: transaction.claim(tx, clock, worker, ttl), durable=False)

    def renew(self, study: int, lease: Lease) -> bool:
        """Extend a lease."""
        return self._in_study(study, lambda tx, clock: transaction.renew(tx, clock, lease), durable=False)

    def release(self, study: int, lease: Lease) -> None:
        """Give a reservation back."""
        self._in_study(study, lambda tx, clock: transaction.release(tx, clock, lease), durable=False)

    def restore(self, name: str, lines: Sequence[Line]) -> StudyEntry:
        """Create a study from a log that was written elsewhere."""
        counters, slots = projected(lines)

        def restored(connection: Connection) -> StudyEntry:
            self._place.alone(connection)
            tx = self._added(connection, {"name": name})
            tx.counters = counters
            tx.add_all(lines)
            for slot in slots:
                tx.slots.put(slot)
            tx.save()
            c = counters
            return StudyEntry(tx.study, name, c.head, c.asked, c.max_trials, c.stopped)

        return self._place.write(restored, durable=True)

    def audit(self, study: int) -> Sequence[Misfit]:
        """Where counters and open trials are not what the log gives."""
        if fault := self._place.fault():
            raise StoreUnreadable(
                f"{self.address} is damaged ({fault}); copy it before anything else, then export what is whole of it: "
                "ayar export --salvage"
            )
        counters, slots = self._place.read(lambda connection: rows.projection(connection, study))
        lines: list[Line] = []
        while page := self.lines(study, len(lines)):
            lines += page
        # The log may have grown since; events are never taken back.
        return misfits(counters, slots, lines[: max(counters.head, 0)])

    def close(self) -> None:
        """Close connections and files."""
        self._closing()
