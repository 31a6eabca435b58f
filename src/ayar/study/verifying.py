"""Verify: read a study's log as it is stored, and check that everything else follows from it.

Four steps, each worth taking only when the one before found nothing: the chain of every event, the fold, what the store
keeps beside the log, and the replay of all proposals and decisions.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ayar.base.errors import SpaceError, StoreBusy, StoreUnreadable
from ayar.base.jsontext import unwrap
from ayar.samplers import SAMPLERS
from ayar.samplers.base import Sampler
from ayar.space.space import Space
from ayar.storage.base import Line, Store, StudyEntry
from ayar.study.environment import versions
from ayar.study.log import PAGE
from ayar.study.replay import Difference, Replayed, circumstances, needs_own_space, replay
from ayar.trial import events as ev
from ayar.trial.fold import Fold


@dataclass(frozen=True)
class Verification:
    """What `Study.verify` found."""

    study: str
    events: int
    """Events whose chain value fits."""
    proposals: int
    """Proposals that came out the same, bit for bit."""
    incomparable: tuple[int, ...] = ()
    """Trials whose proposal differs and was made under other versions or hardware: neither proven nor disproven."""
    circumstances: tuple[str, ...] = ()
    """What differs there: "numpy 2.4.6 then, 2.5.0 now"."""
    difference: Difference | None = None
    """The first difference; None when there is none."""
    decisions: int = 0
    """Decisions of the scheduler that came out the same."""

    @property
    def ok(self) -> bool:
        """Whether nothing differs; what cannot be compared counts as nothing."""
        return self.difference is None

    @property
    def text(self) -> str:
        """The finding in words."""
        if self.difference is not None:
            return f"study {self.study!r} differs from its log.\n  {self.difference.text}"
        said = f"study {self.study!r} is whole: {self.events} events, {self.proposals} proposals reproduced bit for bit"
        if self.decisions:
            said += f", {self.decisions} decisions of the scheduler too"
        if self.incomparable:
            said += f"; {len(self.incomparable)} not comparable: {'; '.join(self.circumstances)}"
        return said


def verify(
    store: Store, entry: StudyEntry, space: Space | None = None, watch: Callable[[int, int], None] | None = None
) -> Verification:
    """Check one study; events that are written meanwhile are left for the next time.

    Arguments:
        store: where it lives.
        entry: the study.
        space: the caller's own, where it holds functions or other objects.
        watch: called with (proposals made again, of how many).

    Raises:
        SpaceError: the space holds functions, of which the log has only the names, and none was given.
    """
    lines, events, difference = _intact(store, entry)
    if difference is None:
        difference = _illegal(events, space) or _misfit(store, entry)
    if difference is not None:
        return Verification(entry.name, len(lines), 0, difference=difference)
    created: ev.StudyCreated = events[0].body
    if space is None and needs_own_space(created):
        raise SpaceError(
            f"study {entry.name!r}: its constraints are functions, of which the log holds only the names; give the "
            "space it was created with (space=, or the FILE that defines it)"
        )
    found = replay(events, _make, circumstances(events, versions()), space, watch)
    return _verification(entry.name, len(lines), found)


def _verification(name: str, events: int, found: Replayed) -> Verification:
    return Verification(
        name,
        events,
        found.reproduced,
        tuple(found.incomparable),
        tuple(found.circumstances),
        found.first,
        found.decided,
    )


def _make(plugin: ev.Plugin) -> Sampler:
    sampler: Sampler = SAMPLERS.get_class(plugin.name)(**unwrap(plugin.options))
    return sampler


def _intact(store: Store, entry: StudyEntry) -> tuple[list[Line], list[ev.Event], Difference | None]:
    """The log up to the first event that is missing, changed or unreadable, and what is wrong with that one."""
    lines: list[Line] = []
    events: list[ev.Event] = []
    while True:
        page = _page(store, entry.id, len(lines))
        if isinstance(page, Difference):
            return lines, events, page
        for line in page:
            wrong = _wrong(line, lines[-1].chain if lines else "", len(lines) + 1)
            if isinstance(wrong, Difference):
                return lines, events, wrong
            lines.append(line)
            events.append(wrong)
        if not page:
            break
    if len(lines) < entry.head or not lines:
        return lines, events, Difference(len(lines) + 1, None, "event", "missing", f"{entry.head} events in all")
    return lines, events, None


def _page(store: Store, study: int, after: int) -> "list[Line] | Difference":
    """The next lines; where the file itself cannot be read, one by one up to the place."""
    for limit in (PAGE, 1):
        try:
            return list(store.lines(study, after, limit))
        except StoreBusy:
            raise
        except StoreUnreadable as error:
            said = str(error)
    return Difference(after + 1, None, "row", "unreadable", said)


def _wrong(line: Line, chain: str, number: int) -> "ev.Event | Difference":
    """The event of a line, or why it is not what was written."""
    if line.id != number:
        return Difference(number, None, "event", "missing", f"an event before {line.id}")
    if not line.fits(chain):
        return Difference(number, line.number, "chain", line.chain, ev.next_chain(chain, number, line.kind, line.text))
    try:
        event = line.event()
    except StoreUnreadable as error:
        return Difference(number, line.number, "body", "unreadable", str(error))
    if event.number != line.number and not isinstance(event.body, ev.Unknown):
        return Difference(number, event.number, "number", str(line.number), str(event.number))
    return event


def _illegal(events: list[ev.Event], space: Space | None) -> Difference | None:
    """The first event that the fold refuses."""
    fold = Fold(space)
    try:
        fold.extend(events)
    except (StoreUnreadable, SpaceError) as error:
        event = events[fold.head]
        return Difference(event.id, event.number, "fold", event.kind, str(error))
    return None


def _misfit(store: Store, entry: StudyEntry) -> Difference | None:
    found = next(iter(store.audit(entry.id)), None)
    if found is None:
        return None
    place = "slot" if found.number is not None else "study"
    return Difference(None, found.number, f"{place}.{found.field}", found.stored, found.recomputed)
