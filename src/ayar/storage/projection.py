"""Counters and open trials made again from the log: to restore a study, and to check what a store keeps beside it.

A log does not hold everything: claims that were not asked yet, leases and the running clock live in the projection
alone. So the check asks for equality where the log decides, and for a bound where it can only lag behind.
"""

from collections.abc import Iterable, Sequence

from ayar.base.errors import StoreUnreadable, TellRefused
from ayar.storage import ledger
from ayar.storage.base import Line, Misfit, linked
from ayar.storage.ledger import Counters, Slot
from ayar.storage.open_trials import OpenTrials
from ayar.trial import events as ev
from ayar.trial.fold import check_number
from ayar.trial.state import State

_EXACT = ("head", "chain", "max_trials", "max_active", "stopped", "lost_retries")
"""Counters that the log decides."""
_AT_LEAST = ("active", "next_token")
"""Counters that run ahead of the log."""
_OF_SLOT = ("state", "attempt", "lost", "priority")


def projected(lines: Sequence[Line]) -> tuple[Counters, list[Slot]]:
    """Counters and open trials of a whole log. Nobody holds a lease; numbers that were skipped are free again.

    Raises:
        StoreUnreadable: a gap, a line that is not what was written, or a move that no store makes.
    """
    if not lines or lines[0].kind != ev.StudyCreated.__name__:
        raise StoreUnreadable("expected StudyCreated as the first event, got none; this is no study's log")
    counters, trials = _replayed(lines)
    slots = list(trials.all())
    for slot in slots:
        slot.clock, slot.expires = "", 0
    return counters, slots


def misfits(counters: Counters, slots: Iterable[Slot], lines: Sequence[Line]) -> list[Misfit]:
    """Where stored counters and slots are not what the log gives; the counters first.

    Raises:
        StoreUnreadable: the log itself is damaged.
    """
    expected, trials = _replayed(lines)
    held = {slot.number: slot for slot in slots}
    # A waiting trial that was claimed once and then cancelled was counted, and never asked.
    unasked = sum(line.kind == ev.TrialTold.__name__ and line.event().body.attempt == 0 for line in lines)
    return [*_counter_misfits(counters, held, expected, unasked), *_slot_misfits(counters, held, expected, trials)]


def _replayed(lines: Sequence[Line]) -> tuple[Counters, OpenTrials]:
    counters, trials = Counters(), OpenTrials({})
    for line in linked(lines, 0):
        event = line.event()
        try:
            given = _apply(counters, trials, event)
        except (TellRefused, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise StoreUnreadable(f"event {line.id} ({line.kind}) is no legal move: {error}") from None
        if given != event.body:
            raise StoreUnreadable(
                f"event {line.id} ({line.kind}) speaks of trial {line.number}, a number already given"
            )
        counters.head, counters.chain = line.id, line.chain
        counters.active = max(counters.active, line.active)
    return counters, trials


def _apply(counters: Counters, trials: OpenTrials, event: ev.Event) -> ev.Body:
    body, fence = event.body, None
    if event.number is not None:
        check_number(event, event.number)
    match body:
        case ev.StudyCreated():
            counters.max_trials = body.max_trials
            counters.max_active = ledger.microseconds(body.max_seconds)
            counters.lost_retries = body.retries.get("lost", 0)
        case ev.TrialEnqueued() | ev.TrialAdded():
            _reach(counters, trials, body.number)
        case ev.TrialAsked() | ev.TrialResumed():
            _reach(counters, trials, body.number + 1)
            _hold(counters, trials, event)
    if body.fenced and (slot := trials.get(body.number)) is not None and slot.token is not None:
        fence = ev.Lease(body.number, slot.token, slot.attempt, 0.0)
    return ledger.apply(counters, trials, body, fence)


def _reach(counters: Counters, trials: OpenTrials, number: int) -> None:
    """Hand out the numbers before `number`: whoever reserved them was overtaken, or never asked."""
    while counters.next_number < number:
        trials.put(Slot(counters.next_number, State.RESERVED))
        counters.next_number += 1


def _hold(counters: Counters, trials: OpenTrials, event: ev.Event) -> None:
    """The claim that came before an ask: the trial is with the event's worker, under its token."""
    body = event.body
    slot = trials.get(body.number)
    if slot is not None:
        counters.asked += slot.attempt == 0
        slot.token, slot.worker = body.lease.token, event.worker
        slot.ttl = round(body.lease.ttl * ledger.MICROSECONDS)
        counters.next_token = max(counters.next_token, body.lease.token + 1)
        trials.put(slot)


def _counter_misfits(counters: Counters, held: dict[int, Slot], expected: Counters, unasked: int) -> list[Misfit]:
    found = [
        Misfit(None, name, repr(getattr(counters, name)), repr(getattr(expected, name)))
        for name in _EXACT
        if getattr(counters, name) != getattr(expected, name)
    ]
    found += [
        Misfit(None, name, repr(getattr(counters, name)), f"at least {getattr(expected, name)!r}")
        for name in _AT_LEAST
        if getattr(counters, name) < getattr(expected, name)
    ]
    # Counted when claimed, in the log when asked.
    claimed = sum(slot.attempt == 0 and slot.clock != "" for slot in held.values())
    if not 0 <= counters.asked - expected.asked - claimed <= unasked:
        found.append(Misfit(None, "asked", repr(counters.asked), repr(expected.asked + claimed)))
    reserved = sum(number >= expected.next_number for number in held)
    if counters.next_number != expected.next_number + reserved:
        found.append(Misfit(None, "next_number", repr(counters.next_number), repr(expected.next_number + reserved)))
    return found


def _slot_misfits(counters: Counters, held: dict[int, Slot], expected: Counters, trials: OpenTrials) -> list[Misfit]:
    found = []
    wanted = {slot.number: slot for slot in trials.all()}
    for number in sorted(held.keys() | wanted.keys()):
        slot, want = held.get(number), wanted.get(number)
        if slot is None:
            found.append(Misfit(number, "slot", "none", "open" if want is None else want.state.value))
        elif want is not None:
            found += _differences(slot, want)
        elif slot.state is not State.RESERVED or not expected.next_number <= number < counters.next_number:
            found.append(Misfit(number, "slot", slot.state.value, "none"))
    return found


def _differences(slot: Slot, want: Slot) -> list[Misfit]:
    names = _OF_SLOT if want.state is not State.RUNNING else (*_OF_SLOT, "token", "ttl")
    found = [name for name in names if getattr(slot, name) != getattr(want, name)]
    if want.state is State.RUNNING and want.worker is not None and slot.worker != want.worker:
        found.append("worker")
    return [Misfit(slot.number, name, _shown(getattr(slot, name)), _shown(getattr(want, name))) for name in found]


def _shown(value: object) -> str:
    return value.value if isinstance(value, State) else repr(value)
