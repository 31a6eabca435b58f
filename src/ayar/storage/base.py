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

from ayar.base.process import identity
from ayar.trial.events import Body, Event, Lease, StudyCreated


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
    def read(self, study: int, after: int, limit: int = 1000) -> Sequence[Event]:
        """At most `limit` events with numbers above `after`, in order."""

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
    def close(self) -> None:
        """Let go of files and connections. May be called again."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
