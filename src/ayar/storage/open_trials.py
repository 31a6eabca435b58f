"""The open trials of one study in memory: what is committed, and changes that may yet be dropped."""

from collections.abc import Iterator

from msgspec.structs import replace as copied

from ayar.storage.ledger import Slot
from ayar.trial.state import State


class OpenTrials:
    """The committed slots of one study with changes laid over them; in `changes` None stands for a dropped one."""

    def __init__(self, committed: dict[int, Slot]) -> None:
        self._committed = committed
        self.changes: dict[int, Slot | None] = {}

    def get(self, number: int) -> Slot | None:
        """The slot of a trial, if it is open."""
        slot = self.changes[number] if number in self.changes else self._committed.get(number)
        return None if slot is None else copied(slot)

    def put(self, slot: Slot) -> None:
        """Insert or replace a slot."""
        self.changes[slot.number] = slot

    def drop(self, number: int) -> None:
        """Forget a trial that became final."""
        self.changes[number] = None

    def all(self) -> Iterator[Slot]:
        """Every open trial as it stands; not to be changed."""
        if not self.changes:
            return iter(self._committed.values())
        return (slot for slot in {**self._committed, **self.changes}.values() if slot is not None)

    def leased(self) -> list[Slot]:
        """Every slot that holds a token."""
        return [copied(slot) for slot in self.all() if slot.token is not None]

    def last_expiry(self, boot: str) -> int | None:
        """When the last lease of this boot ends, microseconds; None if there is no lease."""
        return max((s.expires for s in self.all() if s.token is not None and s.clock == boot), default=None)

    def next_waiting(self, first_attempts: bool) -> Slot | None:
        """The waiting slot of highest priority and lowest number; only retries unless `first_attempts`."""
        free = (
            slot for slot in self.all() if slot.token is None and (first_attempts or slot.attempt > 0 or slot.clock)
        )
        best = min(free, key=lambda slot: (slot.state is State.RESERVED, -slot.priority, slot.number), default=None)
        return None if best is None else copied(best)
