"""Renews the leases this process holds, from a thread of its own: never the objective's business.

A renewal that fails is tried again until the lease is over; a superseded lease is dropped, and its tell refused.
"""

import logging
import threading

from ayar.base.errors import StoreError
from ayar.storage.base import Store
from ayar.trial.events import Lease

LOGGER = logging.getLogger("ayar")
RENEWALS = 3
"""Renewals in the length of one lease."""


class Renewal:
    """Keeps the leases of one study alive until they are dropped; the thread runs only while there are some."""

    def __init__(self, store: Store, study: int) -> None:
        self._store = store
        self._study = study
        self._leases: dict[int, Lease] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def hold(self, lease: Lease) -> None:
        """Renew `lease` from now on."""
        with self._lock:
            self._leases[lease.number] = lease
            if self._thread is None:
                self._wake.clear()
                self._thread = threading.Thread(target=self._run, name="ayar-renewal", daemon=True)
                self._thread.start()

    def drop(self, number: int) -> None:
        """Renew the lease of trial `number` no longer."""
        with self._lock:
            self._leases.pop(number, None)

    def close(self) -> None:
        """Stop renewing anything."""
        with self._lock:
            self._leases.clear()
        self._wake.set()

    def _run(self) -> None:
        while not self._wake.wait(self._pause()):
            for lease in self._held():
                self._renew(lease)
            with self._lock:
                if not self._leases:
                    self._thread = None
                    return
        with self._lock:
            self._thread = None

    def _pause(self) -> float:
        return min((lease.ttl for lease in self._held()), default=60.0) / RENEWALS

    def _held(self) -> list[Lease]:
        with self._lock:
            return list(self._leases.values())

    def _renew(self, lease: Lease) -> None:
        try:
            if not self._store.renew(self._study, lease):
                self.drop(lease.number)
        except StoreError as error:
            LOGGER.warning("could not renew the lease of trial %d, trying again: %s", lease.number, error)
