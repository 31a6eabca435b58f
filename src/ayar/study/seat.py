"""One process's place in a study: who it is, what it has read, the leases it holds, and how it writes."""

import os
import secrets

from ayar.base.clock import Clock
from ayar.base.errors import ArgumentError, shorten
from ayar.samplers import SAMPLERS
from ayar.storage.base import Appended, Store, Worker
from ayar.study.asking import Asker
from ayar.study.deciding import Referee
from ayar.study.log import Log
from ayar.study.renewal import Renewal
from ayar.trial.events import Body, Lease


class Seat:
    """A worker with its log, renewal and asker; a fork takes a seat of its own."""

    def __init__(self, store: Store, log: Log, clock: Clock) -> None:
        self.log = log
        self.clock = clock
        self.worker = Worker.here(f"{os.getpid()}-{secrets.token_hex(3)}")
        self.renewal = Renewal(store, log.study)
        self.asker = Asker(log, self.worker, clock, SAMPLERS)
        self.referee = Referee(log, self.worker.name)
        self.leaving = False
        """Whether this process is to start no further trial."""
        self._askers: dict[tuple[str | None, float | None], Asker] = {(None, None): self.asker}
        self._store = store
        self._pid = os.getpid()

    def here(self) -> "Seat":
        """This seat, or in a child after a fork a new one: it is another worker than its parent."""
        return self if self._pid == os.getpid() else Seat(self._store, self.log, self.clock)

    def asker_for(self, name: str | None, lease_s: float | None) -> Asker:
        """The asker of a worker whose name outlives this process, or whose leases do, or the seat's own.

        Raises:
            ArgumentError: a name that nobody can read, or a lease that is no length of time.
        """
        if (name, lease_s) not in self._askers:
            _check_worker(name, lease_s)
            holder = self.worker.holder if lease_s is None else ""
            worker = Worker(name or self.worker.name, holder, returning=name is not None)
            self._askers[name, lease_s] = Asker(self.log, worker, self.clock, SAMPLERS, lease_s)
        return self._askers[name, lease_s]

    def write(
        self, *bodies: Body, fence: Lease | None = None, key: str | None = None, durable: bool = True
    ) -> Appended:
        """Append to the log as this worker."""
        return self.log.append(*bodies, worker=self.worker.name, fence=fence, key=key, durable=durable)


def _check_worker(name: str | None, lease_s: float | None) -> None:
    if name is not None and not (isinstance(name, str) and 0 < len(name) <= 200 and name.isprintable()):
        raise ArgumentError(f"ask: expected as worker a name of 1 to 200 printable characters, got {shorten(name)}")
    if lease_s is not None and not (isinstance(lease_s, int | float) and 0 < lease_s < 1e9):
        raise ArgumentError(f"ask: expected lease_s as seconds > 0, got {shorten(lease_s)}")
