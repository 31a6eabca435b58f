"""A study's log as this process sees it: the store, and the fold of what was read so far."""

import threading
from collections.abc import Sequence

from ayar.base.collector import paused
from ayar.base.errors import StoreUnreadable
from ayar.base.failpoint import reach
from ayar.space.space import Space
from ayar.storage.base import REMEDY, Appended, Claim, Store, StudyEntry, Worker
from ayar.trial.events import Body, Event, Lease
from ayar.trial.fold import Fold
from ayar.trial.history import History
from ayar.trial.setup import Setup

PAGE = 1000
"""Events read in one transaction of the store."""


class Log:
    """Reads forward, never back: `refresh` decodes only the events that are new."""

    def __init__(self, store: Store, entry: StudyEntry, space: Space | None = None) -> None:
        """`space` is the caller's own, where it holds objects that the log only names.

        Raises:
            StudyChanged: `space` is not the study's.
        """
        self.store = store
        self.study = entry.id
        self.fold = Fold(space)
        self._space = space
        self.lock = threading.RLock()
        """Held while the fold is extended, or read for a proposal: threads may share a study."""
        self.refresh()
        if self.fold.head < entry.head:
            raise StoreUnreadable(
                f"study {entry.name!r}: expected {entry.head} events, found {self.fold.head}; the log lost its end. "
                f"{REMEDY}"
            )
        self.fold.check_own_space(store.address)

    @property
    def setup(self) -> Setup:
        """The settings as last read."""
        return self.fold.setup

    @property
    def history(self) -> History:
        """The trials as last read."""
        return self.fold.history

    def refresh(self) -> Fold:
        """Read what is new and fold it in."""
        with self.lock:
            events = self.store.read(self.study, self.fold.head, PAGE)
            self._extend(events)
            if len(events) == PAGE:
                with paused():
                    while len(events) == PAGE:
                        events = self.store.read(self.study, self.fold.head, PAGE)
                        self._extend(events)
            return self.fold

    def append(
        self,
        *bodies: Body,
        worker: str = "",
        fence: Lease | None = None,
        key: str | None = None,
        durable: bool = True,
    ) -> Appended:
        """Write `bodies` and fold them in, after whatever others wrote before them."""
        with self.lock:
            answer = self.store.append(self.study, bodies, worker=worker, fence=fence, key=key, durable=durable)
            reach("before-acknowledge")
            if not answer.repeated and answer.first.id == self.fold.head + 1:
                self._extend(answer.events)
            else:
                self.refresh()
            return answer

    def _extend(self, events: Sequence[Event]) -> None:
        try:
            self.fold.extend(events)
        except KeyboardInterrupt:
            # It may have come in the middle of an event, half of which is folded in: read again from the start.
            self.fold = Fold(self._space)
            self.refresh()
            raise

    def claim(self, worker: Worker, ttl: float | None = None) -> Claim:
        """Reserve a trial for `worker`, and read what the study's last event was then.

        `ttl` is the lease's length in seconds; None: the study's own.
        """
        with self.lock:
            answer = self.store.claim(self.study, worker, self.setup.lease_s if ttl is None else ttl)
            if answer.head != self.fold.head:
                self.refresh()
            return answer
