"""One process's place in a study: who it is, what it has read, the leases it holds, and how it writes."""

import os
import secrets

from ayar.base.clock import Clock
from ayar.samplers import SAMPLERS
from ayar.storage.base import Appended, Store, Worker
from ayar.study.asking import Asker
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
        self._store = store
        self._pid = os.getpid()

    def here(self) -> "Seat":
        """This seat, or in a child after a fork a new one: it is another worker than its parent."""
        return self if self._pid == os.getpid() else Seat(self._store, self.log, self.clock)

    def write(
        self, *bodies: Body, fence: Lease | None = None, key: str | None = None, durable: bool = True
    ) -> Appended:
        """Append to the log as this worker."""
        return self.log.append(*bodies, worker=self.worker.name, fence=fence, key=key, durable=durable)
