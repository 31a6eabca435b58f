"""Renews the leases this process holds, from a thread of its own: never the objective's business.

A renewal that fails is tried again soon, until the lease is over; a superseded lease is dropped, its tell refused.
"""

import logging
import math
import threading

from ayar.base.clock import SYSTEM
from ayar.storage.base import Store
from ayar.trial.events import Lease

LOGGER = logging.getLogger("ayar")
RENEWALS = 3
"""Renewals in the length of one lease."""
RETRIES = 12
"""Attempts in the length of one lease while renewing fails: three errors in a row cost nobody a trial."""

_LONGEST_WAIT = 3600.0


class Renewal:
    """Keeps the leases of one study alive until they are dropped; the thread runs only while there are some."""

    def __init__(self, store: Store, study: int) -> None:
        self._store = store
        self._study = study
        self._leases: dict[int, Lease] = {}
        self._due = math.inf
        """When all leases are renewed next, seconds of the fine clock."""
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def hold(self, lease: Lease) -> None:
        """Renew `lease` from now on."""
        with self._changed:
            self._leases[lease.number] = lease
            due = SYSTEM.elapsed() + lease.ttl / RENEWALS
            if due < self._due:
                self._due = due
                self._changed.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="ayar-renewal", daemon=True)
                self._thread.start()

    def drop(self, number: int) -> None:
        """Renew the lease of trial `number` no longer."""
        with self._changed:
            self._leases.pop(number, None)

    def close(self) -> None:
        """Stop renewing anything."""
        with self._changed:
            self._leases.clear()
            self._due = -math.inf
            self._changed.notify()

    def held(self) -> list[Lease]:
        """The leases that are renewed now."""
        with self._changed:
            return list(self._leases.values())

    def _run(self) -> None:
        while leases := self._due_now():
            renewed = [self._renew(lease) for lease in leases]
            if not all(renewed):
                self._try_again_soon(leases)

    def _due_now(self) -> list[Lease]:
        """The leases, when it is time to renew them; none when there are none left, and the thread ends."""
        with self._changed:
            while (left := self._due - SYSTEM.elapsed()) > 0:
                self._changed.wait(min(left, _LONGEST_WAIT))
            ttl = min((lease.ttl for lease in self._leases.values()), default=math.inf)
            self._due = SYSTEM.elapsed() + ttl / RENEWALS
            if not self._leases:
                self._thread = None
            return list(self._leases.values())

    def _try_again_soon(self, leases: list[Lease]) -> None:
        with self._changed:
            self._due = min(self._due, SYSTEM.elapsed() + min(lease.ttl for lease in leases) / RETRIES)

    def _renew(self, lease: Lease) -> bool:
        """Renew one lease, or drop it where it was superseded; False where that failed."""
        try:
            if not self._store.renew(self._study, lease):
                self.drop(lease.number)
        except Exception as error:  # whatever it is: a thread that ends here would cost live trials their leases
            LOGGER.warning("could not renew the lease of trial %d, trying again: %s", lease.number, error)
            return False
        return True
