"""The store's operations inside one transaction, the same for every store that keeps counters, slots and a log.

A store opens a `Transaction` on one study, calls one of these functions and commits. What they write is all or nothing.
"""

from collections.abc import Sequence
from typing import Protocol

from ayar.base.errors import ArgumentError
from ayar.base.process import life_of
from ayar.storage import ledger
from ayar.storage.base import Appended, Claim, Line, Worker
from ayar.storage.ledger import Counters, Moment, Slots
from ayar.trial.events import Body, Event, Lease, encode_body, kind_of, next_chain
from ayar.trial.state import State


class Times(Protocol):
    """The clock readings that a transaction needs; a `base.clock.Clock` gives them."""

    @property
    def boot(self) -> str:
        """Identity of the boot in which `steady` counts."""

    def wall(self) -> int:
        """Microseconds since 1970-01-01 UTC."""

    def steady(self) -> int:
        """Microseconds on a clock that all workers of the store share."""


class Transaction(Protocol):
    """One study under the store's write lock; `counters` and `slots` are written back at commit."""

    counters: Counters
    slots: Slots

    def add(self, line: Line) -> None:
        """Write the next line of the log."""

    def with_key(self, key: str) -> Line | None:
        """The line that was written under an idempotency key."""


def append(
    tx: Transaction, clock: Times, bodies: Sequence[Body], worker: str, fence: Lease | None, key: str | None
) -> Appended:
    """Apply and write `bodies`; see `Store.append`."""
    if key is not None and (line := tx.with_key(key)) is not None:
        return Appended((line.event(),), repeated=True)
    ledger.tick(tx.counters, tx.slots, moment(clock))
    numbered = [ledger.apply(tx.counters, tx.slots, body, fence) for body in bodies]
    return Appended(_write(tx, clock, numbered, worker, key))


def claim(tx: Transaction, clock: Times, worker: Worker, ttl: float) -> Claim:
    """Take back what dead workers hold, then hand out the next trial; see `Store.claim`."""
    now = moment(clock)
    ledger.tick(tx.counters, tx.slots, now)
    if worker.returning and (own := ledger.left_by(tx.slots, worker.name)) is not None:
        if own.state is State.RUNNING:
            _write(tx, clock, [ledger.hand_back(own)], worker.name, None)
        return Claim(ledger.lease(tx.counters, tx.slots, own, now, worker, ttl), head=tx.counters.head)
    lost = ledger.reclaim(tx.slots, now, life_of, tx.counters.lost_retries)
    if lost:
        _write(tx, clock, lost, worker.name, None)
    answer = ledger.claim(tx.counters, tx.slots, now, worker, ttl)
    return Claim(answer.lease, answer.wait, answer.reason, tuple(body.number for body in lost), tx.counters.head)


def renew(tx: Transaction, clock: Times, lease: Lease) -> bool:
    """Extend a lease whose token is current; see `Store.renew`."""
    now = moment(clock)
    slot = tx.slots.get(lease.number)
    if slot is None or slot.token != lease.token:
        return False
    ledger.tick(tx.counters, tx.slots, now)
    slot.expires, slot.clock = now.now + slot.ttl, now.boot
    tx.slots.put(slot)
    return True


def release(tx: Transaction, clock: Times, lease: Lease) -> None:
    """Free a reservation; see `Store.release`."""
    slot = tx.slots.get(lease.number)
    if slot is None or slot.token != lease.token or slot.state is State.RUNNING:
        return
    ledger.tick(tx.counters, tx.slots, moment(clock))
    slot.token, slot.worker, slot.holder = None, None, ""
    tx.slots.put(slot)


def moment(clock: Times) -> Moment:
    """The steady clock's reading with the boot it belongs to."""
    return Moment(clock.steady(), clock.boot)


def _write(tx: Transaction, clock: Times, bodies: Sequence[Body], worker: str, key: str | None) -> tuple[Event, ...]:
    if not bodies:
        raise ArgumentError("append: expected at least one event, got none")
    counters, at, writer, events = tx.counters, clock.wall(), worker or None, []
    head, chain, active = counters.head, counters.chain, counters.active
    for body in bodies:
        text, kind = encode_body(body), kind_of(body)
        head += 1
        chain = next_chain(chain, head, kind, text)
        tx.add(Line(head, kind, getattr(body, "number", None), writer, at, active, key, text, chain))
        events.append(Event(head, body, at, active, writer, key, chain))
        key = None
    counters.head, counters.chain = head, chain
    return tuple(events)
