"""What an event does to a study's counters and open trials: the store's projection, as pure functions.

Memory and SQL stores share these; each brings its own `Slots`. Everything runs inside one transaction of the store, so
claim, number, budget and event stand or fall together.
"""

from collections.abc import Callable, Iterable
from typing import Protocol

import msgspec

from ayar.base.errors import ArgumentError, TellRefused
from ayar.base.process import Life
from ayar.storage.base import Claim, Worker
from ayar.trial import events as ev
from ayar.trial.failure import Failure
from ayar.trial.state import FINAL, MOVES, State

MICROSECONDS = 1_000_000
GRACE_LEASES = 10
"""How many leases a process that lives but does not renew (an objective that holds the GIL) is waited for."""


class Counters(msgspec.Struct):
    """One study's row: the log's head, the budget, the study's own clock."""

    head: int = 0
    chain: str = ""
    next_number: int = 0
    next_token: int = 1
    asked: int = 0
    max_trials: int | None = None
    active: int = 0
    max_active: int | None = None
    touched: int = 0
    clock: str = ""
    lost_retries: int = 0
    """How often a lost trial is handed out again."""
    stopped: bool = False


class Slot(msgspec.Struct):
    """One open trial; there is none for a final one."""

    number: int
    state: State
    attempt: int = 0
    lost: int = 0
    priority: int = 0
    token: int | None = None
    worker: str | None = None
    holder: str = ""
    ttl: int = 0
    expires: int = 0
    clock: str = ""


class Slots(Protocol):
    """The open trials of one study, as the store at hand keeps them."""

    def get(self, number: int) -> Slot | None:
        """The slot of a trial, if it is open."""

    def put(self, slot: Slot) -> None:
        """Insert or replace a slot."""

    def drop(self, number: int) -> None:
        """Forget a trial that became final."""

    def leased(self) -> Iterable[Slot]:
        """Every slot that holds a token."""

    def last_expiry(self, boot: str) -> int | None:
        """When the last lease of this boot ends, microseconds; None if there is no lease."""

    def next_waiting(self, first_attempts: bool) -> Slot | None:
        """The waiting slot of highest priority and lowest number; only retries unless `first_attempts`."""


class Moment(msgspec.Struct, frozen=True):
    """The clock's reading inside the transaction."""

    now: int
    """Microseconds on the steady clock."""
    boot: str


def tick(counters: Counters, slots: Slots, moment: Moment) -> None:
    """Advance the study's own clock: it runs while a lease is live, and never back."""
    if counters.clock == moment.boot and counters.touched < moment.now:
        end = slots.last_expiry(moment.boot)
        if end is not None:
            counters.active += max(0, min(moment.now, end) - counters.touched)
    counters.touched, counters.clock = moment.now, moment.boot


def apply(counters: Counters, slots: Slots, body: ev.Body, fence: ev.Lease | None) -> ev.Body:
    """Change the projection as `body` says; returns the body with the number it was given.

    Raises:
        TellRefused: the fence's token is superseded, or the trial is final.
    """
    if body.fenced and not (fence is None and isinstance(body, ev.TrialTold)):
        _apply_fenced(slots, _held(slots, body, fence), body)
        return body
    match body:
        case ev.TrialEnqueued():
            body = msgspec.structs.replace(body, number=_next_number(counters))
            slots.put(Slot(body.number, State.WAITING, priority=body.priority))
        case ev.TrialAdded():
            if body.state not in FINAL:
                raise ArgumentError(
                    f"add: expected a final state ({', '.join(sorted(FINAL))}), got {body.state.value!r}"
                )
            body = msgspec.structs.replace(body, number=_next_number(counters))
        case ev.TrialTold():
            _check_unfenced(slots, body)
            slots.drop(body.number)
        case ev.StudyStopped():
            counters.stopped = True
        case ev.StudyReopened():
            counters.stopped = False
        case ev.SettingsChanged():
            _change_settings(counters, body)
    return body


def _next_number(counters: Counters) -> int:
    counters.next_number += 1
    return counters.next_number - 1


def _change_settings(counters: Counters, body: ev.SettingsChanged) -> None:
    if "max_trials" in body.changes:
        counters.max_trials = body.changes["max_trials"]
    if "max_seconds" in body.changes:
        counters.max_active = microseconds(body.changes["max_seconds"])
    if "retries" in body.changes:
        counters.lost_retries = body.changes["retries"].get("lost", 0)


def microseconds(seconds: float | None) -> int | None:
    """Seconds as whole microseconds; None stays None."""
    return None if seconds is None else round(seconds * MICROSECONDS)


def _check_unfenced(slots: Slots, body: ev.TrialTold) -> None:
    slot = slots.get(body.number)
    if slot is None:
        raise TellRefused(f"trial {body.number} is not open; only a waiting trial is told without a lease")
    if slot.state is not State.WAITING or slot.token is not None or body.state not in MOVES[slot.state, "TrialTold"]:
        raise TellRefused(f"trial {body.number} is {slot.state}; only its worker tells it {body.state}")


def _held(slots: Slots, body: ev.Body, fence: ev.Lease | None) -> Slot:
    number: int = body.number  # type: ignore[attr-defined]  # every fenced body has one
    slot = slots.get(number)
    if slot is None:
        raise TellRefused(f"trial {number} is final; its outcome stands")
    if fence is None or slot.token != fence.token:
        held = "nobody" if slot.token is None else f"worker {slot.worker!r} (token {slot.token})"
        token = None if fence is None else fence.token
        raise TellRefused(f"trial {number}: the lease with token {token} is superseded; the trial is with {held} now")
    before = None if slot.state is State.RESERVED else slot.state
    if (before, ev.kind_of(body)) not in MOVES:
        raise TellRefused(f"trial {number} is {slot.state}, and {ev.kind_of(body)} is no move from there")
    return slot


def _apply_fenced(slots: Slots, slot: Slot, body: ev.Body) -> None:
    match body:
        case ev.TrialAsked() | ev.TrialResumed():
            slot.state, slot.attempt = State.RUNNING, body.attempt
            slots.put(slot)
        case ev.TrialTold():
            slots.drop(slot.number)
        case ev.TrialRequeued():
            _requeue(slot, body.reason)
            slots.put(slot)


def _requeue(slot: Slot, reason: str) -> None:
    slot.state, slot.token, slot.worker, slot.holder = State.WAITING, None, None, ""
    slot.lost += reason == "lost"


def reclaim(
    slots: Slots, moment: Moment, life_of: Callable[[str], Life], retries: int
) -> list[ev.TrialRequeued | ev.TrialTold]:
    """Take back the trials whose lease is over or whose holder is gone; the events that say so, already applied.

    A trial that was lost more than `retries` times is told failed. Reservations are only marked as free. Each holder's
    life is asked for once.
    """
    bodies: list[ev.TrialRequeued | ev.TrialTold] = []
    leased = list(slots.leased())
    if not leased:
        return bodies
    lives = {holder: life_of(holder) for holder in {slot.holder for slot in leased}}
    for slot in leased:
        if not is_over(slot, moment, lives.__getitem__):
            continue
        if slot.attempt == 0 or slot.state is State.WAITING:
            slot.token, slot.worker, slot.holder = None, None, ""
            slots.put(slot)
            continue
        bodies.append(_lose(slots, slot, retries))
    return bodies


def _lose(slots: Slots, slot: Slot, retries: int) -> ev.TrialRequeued | ev.TrialTold:
    failure = Failure("lost", f"worker {slot.worker!r} went silent or ended while trial {slot.number} ran")
    if slot.lost < retries:
        attempt = slot.attempt
        _requeue(slot, "lost")
        slots.put(slot)
        return ev.TrialRequeued(slot.number, attempt, "lost", failure)
    slots.drop(slot.number)
    return ev.TrialTold(slot.number, slot.attempt, slot.token or 0, State.FAILED, failure=failure)


def is_over(slot: Slot, moment: Moment, life_of: Callable[[str], Life]) -> bool:
    """Whether a lease ended: its holder is gone, its boot is another, or its time is up (with grace for the living)."""
    if slot.clock != moment.boot:
        return True
    life = life_of(slot.holder)
    if life is Life.GONE:
        return True
    grace = (GRACE_LEASES - 1) * slot.ttl if life is Life.ALIVE else 0
    return slot.expires + grace <= moment.now


def left_by(slots: Slots, name: str) -> Slot | None:
    """The open trial that a worker of this name holds, alive or not."""
    return min((slot for slot in slots.leased() if slot.worker == name), key=lambda slot: slot.number, default=None)


def hand_back(slot: Slot) -> ev.TrialRequeued:
    """Put a running trial back for its own worker; the event that says so. It counts as no loss."""
    attempt = slot.attempt
    _requeue(slot, "returned")
    return ev.TrialRequeued(slot.number, attempt, "returned")


def claim(counters: Counters, slots: Slots, moment: Moment, worker: Worker, ttl: float) -> Claim:
    """Hand out the next trial; dead leases were taken back before."""
    if counters.stopped:
        return Claim(reason="stopped")
    if counters.max_active is not None and counters.active >= counters.max_active:
        return Claim(reason="budget")
    within = counters.max_trials is None or counters.asked < counters.max_trials
    slot = slots.next_waiting(within)
    if slot is None and within:
        slot = Slot(_next_number(counters), State.RESERVED)
    if slot is None:
        holders = tuple(sorted({slot.worker or "" for slot in slots.leased()}))
        return Claim(wait=holders) if holders else Claim(reason="budget")
    if slot.attempt == 0 and not slot.clock:
        # Counted once, when it is first handed out: an abandoned reservation was counted already.
        counters.asked += 1
    return Claim(lease=lease(counters, slots, slot, moment, worker, ttl))


def lease(counters: Counters, slots: Slots, slot: Slot, moment: Moment, worker: Worker, ttl: float) -> ev.Lease:
    """Give a slot to a worker, under a token above all before."""
    slot.token, slot.worker, slot.holder = counters.next_token, worker.name, worker.holder
    counters.next_token += 1
    slot.ttl = round(ttl * MICROSECONDS)
    slot.expires, slot.clock = moment.now + slot.ttl, moment.boot
    slots.put(slot)
    return ev.Lease(slot.number, slot.token, slot.attempt + 1, ttl)
