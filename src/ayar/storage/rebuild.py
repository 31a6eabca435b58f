"""A study from what was salvaged of its log: the events that still make sense together, numbered anew.

An event whose trial is not known any more, or which is no legal move without those that were lost, is left out and
named. A trial whose outcome was lost runs again.
"""

from bisect import bisect_right
from collections.abc import Sequence

import msgspec

from ayar.base.errors import AyarError, StoreUnreadable
from ayar.storage.base import SALVAGED, Line
from ayar.storage.logfile import Logged
from ayar.storage.relink import relinked
from ayar.trial import events as ev
from ayar.trial.fold import Fold


def rebuilt(logged: Logged, at: int) -> list[Line]:
    """A whole log from a salvaged one; its last event says what was lost.

    Arguments:
        logged: a salvaged log.
        at: wall clock, microseconds since 1970 UTC, for that last event.

    Raises:
        StoreUnreadable: the first event is lost, without which nothing else has a meaning.
    """
    if not logged.lines or logged.lines[0].id != 1 or logged.lines[0].kind != ev.StudyCreated.__name__:
        raise StoreUnreadable(
            f"study {logged.name!r}: its first event is lost, which holds space and goals; nothing can be rebuilt"
        )
    fold, kept, dropped = _consistent(logged.lines)
    bodies: list[ev.Body] = [ev.Recorded(SALVAGED, {"lost": list(logged.lost), "dropped": dropped})]
    if fold.stopped is not None and fold.history.pending.any():
        # It ended with all trials told, and is not at its end any more.
        bodies.append(ev.StudyReopened(SALVAGED))
    active = kept[-1].active
    last = [Line(0, ev.kind_of(body), None, None, at, active, None, ev.encode_body(body), "") for body in bodies]
    return relinked([*_with_new_seen(kept), *last])


def _consistent(lines: Sequence[Line]) -> tuple[Fold, list[Line], list[str]]:
    """The lines that make a legal log, with their fold, and what was left out."""
    fold, kept, dropped, before = Fold(), list[Line](), list[str](), 0
    for line in lines:
        try:
            event = line.event()
            if _needs_one_before(fold, event) and line.id != before + 1:
                raise StoreUnreadable("what the trial asked for, which stands in the event before, is lost")
            fold.extend([msgspec.structs.replace(event, id=fold.head + 1)])
        except AyarError as error:
            what = f" of trial {line.number}" if line.number is not None else ""
            dropped.append(f"event {line.id} ({line.kind}{what}): {error}")
        else:
            kept.append(line)
            before = line.id
    return fold, kept, dropped


def _needs_one_before(fold: Fold, event: ev.Event) -> bool:
    """Whether an outcome means nothing without the event before it: by run, what the trial asked for stands there."""
    return isinstance(event.body, ev.TrialTold) and fold.setup.dynamic


def _with_new_seen(lines: Sequence[Line]) -> list[Line]:
    """Asks count what they had seen in the numbers of the old log: give them the new ones."""
    numbers = [line.id for line in lines]
    made = []
    for place, line in enumerate(lines):
        body = line.event().body
        if isinstance(body, ev.TrialAsked):
            body = msgspec.structs.replace(body, seen=bisect_right(numbers, body.seen, 0, place))
            made.append(msgspec.structs.replace(line, text=ev.encode_body(body)))
        else:
            made.append(line)
    return made
