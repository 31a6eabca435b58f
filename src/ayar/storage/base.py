"""The stores' contract: an append-only log of events per study, and the claims that hand trials out.

Promises: an append is atomic, and durable once it returned; event and trial numbers have no gaps; a lease's token rises
with each claim, and only the holder of the current one may write for its trial; a repeated key returns the first
answer. The suite that every store passes is `ayar.testing.store_suite`.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import msgspec

from ayar.base.errors import StoreUnreadable
from ayar.base.process import identity
from ayar.trial.events import Body, Event, Lease, StudyCreated, decode_body, next_chain

REMEDY = "Copy the store before anything else; `ayar export --salvage` saves what is whole"
SALVAGED = "salvaged"
"""Topic of the `Recorded` event that says what a rebuilt study has lost."""


class StudyEntry(msgspec.Struct, frozen=True):
    """One study in a store's list."""

    id: int
    name: str
    head: int
    """Number of its last event."""
    asked: int
    """Trials handed out so far."""
    max_trials: int | None
    stopped: bool


class Line(msgspec.Struct, frozen=True, gc=False):
    """One event as it is stored: the envelope, and the body as text."""

    id: int
    kind: str
    number: int | None
    worker: str | None
    at: int
    active: int
    key: str | None
    text: str
    chain: str

    def event(self) -> Event:
        """The event, its body decoded."""
        return Event(
            self.id, decode_body(self.kind, self.text), self.at, self.active, self.worker, self.key, self.chain
        )

    def fits(self, previous: str) -> bool:
        """Whether its content gives its chain value after the `previous` one."""
        return self.chain == next_chain(previous, self.id, self.kind, self.text)


class Misfit(msgspec.Struct, frozen=True):
    """A place where what a store keeps beside the log is not what the log gives."""

    number: int | None
    """The trial it speaks of; None for the study's counters."""
    field: str
    stored: str
    recomputed: str


class Claim(msgspec.Struct, frozen=True):
    """The answer to a claim: a lease, or why there is none."""

    lease: Lease | None = None
    wait: tuple[str, ...] = ()
    """No trial now, but those of these workers may come back; empty when there is nothing to wait for."""
    reason: str = ""
    """Why the study hands out nothing more: "budget" or "stopped"."""
    reclaimed: tuple[int, ...] = ()
    """Trials of dead or silent workers that this claim took back."""
    head: int = 0
    """The study's last event now."""


class Appended(msgspec.Struct, frozen=True):
    """The answer to an append."""

    events: tuple[Event, ...]
    """What was written, with the numbers it was given; equal to what `read` returns for them."""
    repeated: bool = False
    """The key was used before: `events` holds the first of what was written then, nothing was written now."""

    @property
    def first(self) -> Event:
        """The first event."""
        return self.events[0]

    @property
    def head(self) -> int:
        """Number of the last event written."""
        return self.events[-1].id


class Worker(msgspec.Struct, frozen=True):
    """Who claims: a name for the log, and the process that holds the lease."""

    name: str
    holder: str = ""
    """`base.process.identity()` of the process; "" lives by the lease alone."""
    returning: bool = False
    """Whether the name outlives the process: such a worker has one trial at a time, and whoever claims under its name
    gets the trial that it left unfinished."""

    @classmethod
    def here(cls, name: str) -> Self:
        """This process as a worker of that name; its leases end with the process."""
        return cls(name, identity())


class Store(ABC):
    """Where studies live. Every method may be called from several threads and processes at once."""

    address: str
    """What `ayar.load_study` takes to find this store again; no password in it."""

    @abstractmethod
    def create(self, created: StudyCreated) -> StudyEntry:
        """Create a study and write its first event.

        Raises:
            StudyExists: the name is taken.
        """

    @abstractmethod
    def find(self, name: str) -> StudyEntry | None:
        """The study of this name, or None."""

    @abstractmethod
    def studies(self) -> Sequence[StudyEntry]:
        """All studies, in order of creation."""

    @abstractmethod
    def lines(self, study: int, after: int, limit: int = 1000) -> Sequence[Line]:
        """At most `limit` lines of the log with numbers above `after`, in order, as they are stored."""

    def read(self, study: int, after: int, limit: int = 1000) -> Sequence[Event]:
        """At most `limit` events with numbers above `after`, in order.

        Raises:
            StoreUnreadable: an event is missing, or is not what was written.
        """
        # The line before is read again for its chain value.
        return [line.event() for line in linked(self.lines(study, max(after - 1, 0), limit + (after > 0)), after)]

    @abstractmethod
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
        """Write `bodies` as the next events, all or none.

        On return they are safe from a kill of any process and, unless `durable` is False, from a power cut.

        Bodies of enqueued and added trials are given their number here. Fenced bodies need the lease of their trial.

        Raises:
            TellRefused: the fence's token is not the current one, or the trial is final.
        """

    @abstractmethod
    def claim(self, study: int, worker: Worker, ttl: float) -> Claim:
        """Reserve the next trial for `worker`, for `ttl` seconds from each renewal.

        First takes back the trials of dead workers; then, in this order: the unfinished trial of a returning worker, a
        waiting trial by (priority, number), a reservation whose holder is gone, a new number. First attempts only
        within the budget.
        """

    @abstractmethod
    def renew(self, study: int, lease: Lease) -> bool:
        """Extend a lease from now; False when it was superseded or its trial is final."""

    @abstractmethod
    def release(self, study: int, lease: Lease) -> None:
        """Give a reservation back that was not asked; a superseded one is ignored."""

    @abstractmethod
    def restore(self, name: str, lines: Sequence[Line]) -> StudyEntry:
        """Create a study from a log that was written elsewhere; its events stay as they are.

        Nobody holds its trials: those that ran go back to the queue at the next claim.

        Arguments:
            name: under which the study is found; the log's first event should hold the same.
            lines: the whole log, a chain without a gap.

        Raises:
            StudyExists: the name is taken. StoreUnreadable: the lines are no such log; nothing was written.
        """

    @abstractmethod
    def audit(self, study: int) -> Sequence[Misfit]:
        """Where counters and open trials are not what the log gives; empty when all is well.

        Raises:
            StoreUnreadable: the log itself is damaged.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of files and connections. May be called again."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def linked(lines: Sequence[Line], after: int) -> Sequence[Line]:
    """The lines above `after`, each checked against the one before; the first may be line `after` itself."""
    number, chain = after, ""
    if lines and after > 0:
        if lines[0].id != after:
            raise StoreUnreadable(f"expected event {after}, got {lines[0].id}; the log has a gap. {REMEDY}")
        chain, lines = lines[0].chain, lines[1:]
    for line in lines:
        number += 1
        if line.id != number:
            raise StoreUnreadable(f"expected event {number}, got {line.id}; the log has a gap. {REMEDY}")
        if not line.fits(chain):
            raise StoreUnreadable(
                f"event {number} ({line.kind}) is not what was written: its chain value does not fit. {REMEDY}"
            )
        chain = line.chain
    return lines
