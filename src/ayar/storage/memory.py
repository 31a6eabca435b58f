"""The store in this process's memory: for quick studies and tests. Gone when the process ends; one process only."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from msgspec.structs import replace as copied

from ayar.base.clock import SYSTEM, Clock
from ayar.base.errors import StudyExists
from ayar.storage import transaction
from ayar.storage.base import Appended, Claim, Line, Misfit, Store, StudyEntry, Worker
from ayar.storage.ledger import Counters, Slot, Slots, microseconds
from ayar.storage.open_trials import OpenTrials
from ayar.storage.projection import misfits, projected
from ayar.trial.events import Body, Lease, StudyCreated


@dataclass(slots=True)
class _Study:
    """What is committed of one study."""

    id: int
    name: str
    counters: Counters
    slots: dict[int, Slot] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    keys: dict[str, Line] = field(default_factory=dict)

    def entry(self) -> StudyEntry:
        c = self.counters
        return StudyEntry(self.id, self.name, c.head, c.asked, c.max_trials, c.stopped)


class _Transaction:
    """Changes to one study under the store's lock, made real at the end of the `with` block unless it raised."""

    def __init__(self, study: _Study, lock: "threading.RLock") -> None:
        self._study = study
        self._lock = lock

    def __enter__(self) -> Self:
        self._lock.acquire()
        study = self._study
        self.counters = copied(study.counters)
        self._changes = OpenTrials(study.slots)
        self.slots: Slots = self._changes
        self._lines: list[Line] = []
        return self

    def add(self, line: Line) -> None:
        self._lines.append(line)

    def with_key(self, key: str) -> Line | None:
        return self._study.keys.get(key)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._commit()
        finally:
            self._lock.release()

    def _commit(self) -> None:
        study = self._study
        study.counters = self.counters
        for number, slot in self._changes.changes.items():
            if slot is None:
                study.slots.pop(number, None)
            else:
                study.slots[number] = slot
        study.lines.extend(self._lines)
        for line in self._lines:
            if line.key is not None:
                study.keys[line.key] = line


class MemoryStore(Store):
    """Studies in memory, with the same events and the same rules as on disk."""

    def __init__(self, clock: Clock = SYSTEM) -> None:
        self.address = "memory"
        self._clock = clock
        self._lock = threading.RLock()
        self._studies: list[_Study] = []

    def _study(self, study: int) -> _Study:
        return self._studies[study - 1]

    def _write(self, study: int) -> _Transaction:
        return _Transaction(self._study(study), self._lock)

    def create(self, created: StudyCreated) -> StudyEntry:
        """Create a study and write its first event."""
        with self._lock:
            self._check_free(created.name)
            counters = Counters(
                max_trials=created.max_trials,
                max_active=microseconds(created.max_seconds),
                lost_retries=created.retries.get("lost", 0),
            )
            study = _Study(len(self._studies) + 1, created.name, counters)
            with _Transaction(study, self._lock) as tx:
                transaction.append(tx, self._clock, [created], "", None, None)
            self._studies.append(study)
            return study.entry()

    def _check_free(self, name: str) -> None:
        if self.find(name) is not None:
            raise StudyExists(f"study {name!r} exists already in this memory store")

    def find(self, name: str) -> StudyEntry | None:
        """The study of this name, or None."""
        return next((study.entry() for study in self._studies if study.name == name), None)

    def studies(self) -> Sequence[StudyEntry]:
        """All studies, in order of creation."""
        return [study.entry() for study in self._studies]

    def lines(self, study: int, after: int, limit: int = 1000) -> Sequence[Line]:
        """At most `limit` lines with numbers above `after`."""
        # Event numbers count from 1 without gaps, so they are positions in the list.
        return self._study(study).lines[after : after + limit]

    def append(
        self,
        study: int,
        bodies: Sequence[Body],
        *,
        worker: str = "",
        fence: Lease | None = None,
        key: str | None = None,
        durable: bool = True,  # noqa: ARG002 - nothing here outlives the process
    ) -> Appended:
        """Write `bodies` as the next events."""
        with self._write(study) as tx:
            return transaction.append(tx, self._clock, bodies, worker, fence, key)

    def claim(self, study: int, worker: Worker, ttl: float) -> Claim:
        """Reserve the next trial."""
        with self._write(study) as tx:
            return transaction.claim(tx, self._clock, worker, ttl)

    def renew(self, study: int, lease: Lease) -> bool:
        """Extend a lease."""
        with self._write(study) as tx:
            return transaction.renew(tx, self._clock, lease)

    def release(self, study: int, lease: Lease) -> None:
        """Give a reservation back."""
        with self._write(study) as tx:
            transaction.release(tx, self._clock, lease)

    def restore(self, name: str, lines: Sequence[Line]) -> StudyEntry:
        """Create a study from a log that was written elsewhere."""
        with self._lock:
            self._check_free(name)
            counters, slots = projected(lines)
            study = _Study(
                len(self._studies) + 1, name, counters, {slot.number: slot for slot in slots}, list(lines),
                {line.key: line for line in lines if line.key is not None},
            )  # fmt: skip
            self._studies.append(study)
            return study.entry()

    def audit(self, study: int) -> Sequence[Misfit]:
        """Where counters and open trials are not what the log gives."""
        with self._lock:
            found = self._study(study)
            return misfits(found.counters, found.slots.values(), found.lines)

    def close(self) -> None:
        """Nothing to let go of."""
