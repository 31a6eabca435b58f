"""The fold: events in, the state of a study out. Resume, replay, dashboards and exporters all do just this.

Pure but for the records it extends: the same events give the same fold. It never raises on an event of an unknown kind;
an illegal move means a damaged log and raises `StoreUnreadable`.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from ayar.base.errors import AyarError, SpaceError, StoreUnreadable, StudyChanged
from ayar.base.jsontext import number_from_wire, unwrap
from ayar.space.difference import difference
from ayar.space.moves_edit import with_rules_of
from ayar.space.moves_read import Passage, outside
from ayar.space.moves_words import call_text
from ayar.space.objects import with_objects
from ayar.space.space import Space
from ayar.space.union import join
from ayar.space.wire import domain_from_json, params_from_wire, space_from_json
from ayar.trial import events as ev
from ayar.trial.history import History, Row
from ayar.trial.setup import Setup, setup_of
from ayar.trial.state import MOVES, State
from ayar.trial.trial import Report

_AHEAD = 1 << 16
"""Numbers that may be handed out before any of them is asked: more workers than ever claim at once."""

_METHODS: dict[type[ev.Body], str] = {
    ev.StudyCreated: "_created",
    ev.SettingsChanged: "_settings",
    ev.SpaceChanged: "_space_changed",
    ev.StudyStopped: "_stopped",
    ev.StudyReopened: "_reopened",
    ev.WorkerJoined: "_joined",
    ev.Recorded: "_recorded",
    ev.AttrSet: "_attr",
    ev.TellRefused: "_tell_refused",
    ev.TrialEnqueued: "_enqueued",
    ev.TrialAdded: "_added",
    ev.TrialAsked: "_asked",
    ev.TrialResumed: "_resumed",
    ev.TrialSuggested: "_suggested",
    ev.TrialReported: "_reported",
    ev.TrialDecided: "_decided",
    ev.TrialRequeued: "_requeued",
    ev.TrialTold: "_told",
}

_AFTER = {
    (State.RESERVED if before is None else before, ev.BODIES[kind]): after for (before, kind), after in MOVES.items()
}
"""The table of moves by the body's type; a row that no event spoke of yet is a reserved one."""


class Fold:
    """A study as of event `head`: its settings, its history, and what else the log says."""

    def __init__(self, space: Space | None = None) -> None:
        """`space` is the caller's own, see `own_space`; `check_own_space` tells whether it is still the study's."""
        self.own_space = space
        """The caller's own; with it, objects stand where the log holds labels."""
        self._setup: Setup | None = None
        self._history: History | None = None
        self._passages: list[tuple[int, Passage]] = []
        self.head = 0
        self.created: ev.StudyCreated | None = None
        self.declared = Space({})
        """The space as declared; empty where the objective defines it by run."""
        self.stopped: ev.StudyStopped | None = None
        """Why the study ended; None while it goes on."""
        self.opened = 0
        """The event that created or last reopened the study."""
        self.changes: list[ev.Event] = []
        """Events that changed the settings or the space, ended the study, or opened it again, in order."""
        self.records: list[ev.Event] = []
        """`Recorded` events, in order."""
        self.attrs: dict[str, Any] = {}
        self.workers: dict[str, dict[str, Any]] = {}
        """Worker -> the environment it joined with."""
        self.refused: list[ev.Event] = []
        self.active = 0
        """The study's own clock, microseconds."""

    @property
    def setup(self) -> Setup:
        """The settings as of `head`."""
        if self._setup is None:
            raise StoreUnreadable("expected StudyCreated as the first event, got none; the store is damaged")
        return self._setup

    @property
    def history(self) -> History:
        """The trials as of `head`."""
        if self._history is None:
            raise StoreUnreadable("expected StudyCreated as the first event, got none; the store is damaged")
        return self._history

    def extend(self, events: Iterable[ev.Event]) -> None:
        """Fold `events` in; they follow `head` without a gap.

        Raises:
            StoreUnreadable: a gap, or a move that the table of states does not hold.
        """
        for event in events:
            if event.id != self.head + 1:
                raise StoreUnreadable(f"expected event {self.head + 1}, got {event.id}; the log has a gap")
            method = _METHODS.get(type(event.body))
            if method is not None:
                self._fold_in(getattr(self, method), event)
            self.head = event.id
            self.active = event.active
            if self._history is not None:
                self._history.head = event.id

    @staticmethod
    def _fold_in(method: Callable[[ev.Event, Any], None], event: ev.Event) -> None:
        try:
            method(event, event.body)
        except AyarError:
            raise
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
            # The types of a body are checked when it is read, but not what its free JSON holds.
            raise StoreUnreadable(
                f"event {event.id}: {event.kind} holds what no Ayar writes ({type(error).__name__}: {error}); the log "
                "is damaged or was edited"
            ) from error

    def upto(self, head: int, events: Iterable[ev.Event]) -> None:
        """Fold in the events up to and with `head`, as replay does."""
        self.extend(event for event in events if event.id <= head)

    # -- the study ---------------------------------------------------------------------------------------------------

    def _created(self, _event: ev.Event, body: ev.StudyCreated) -> None:
        space = self._with_own_objects(body.space)
        self.created = body
        self.declared = Space({}) if body.dynamic else space
        self._setup = setup_of(body, space)
        self._history = History(body.goals, body.constraints)

    def _with_own_objects(self, stored: Any) -> Space:
        return with_objects(space_from_json(stored), self.own_space)

    def check_own_space(self, storage: str) -> None:
        """See that the caller's own space is the study's as of `head`; `storage` is for the message.

        Raises:
            StudyChanged: it differs; the message shows how, and the call that changes the study.
        """
        if self.own_space is None or self.created is None or self.created.dynamic:
            return
        if lines := difference(self.declared, self.own_space):
            call = call_text(self.declared, self.own_space)
            whole = call and f"ayar.load_study({storage!r}, {self.setup.name!r}).{call}"
            raise StudyChanged(_changed_message(self.setup.name, lines, whole, self._last_change()))

    def _last_change(self) -> str:
        """Whether the space is one that a change led to, for a message."""
        event = next((event for event in reversed(self.changes) if isinstance(event.body, ev.SpaceChanged)), None)
        if event is None:
            return "the one it was created with"
        why = f" ({event.body.why})" if event.body.why else ""
        return f"the one that event {event.id} changed it to{why}"

    def _settings(self, event: ev.Event, body: ev.SettingsChanged) -> None:
        self._setup = self.setup.changed(body.changes)
        self.changes.append(event)

    def _space_changed(self, event: ev.Event, body: ev.SpaceChanged) -> None:
        before, declared = self.setup.space, self._with_own_objects(body.space)
        # What objectives asked for by run, beside the declared parameters, stays.
        further = {
            name: domain
            for name, domain in before.params.items()
            if name not in self.declared.params and name not in declared.params
        }
        space = with_rules_of(declared, {**declared.params, **further}) if further else declared
        passage = Passage(before, space, body.moves)
        self._setup = replace(self.setup, space=space)
        self.declared = declared
        self._passages.append((event.id, passage))
        self.changes.append(event)
        self.history.enter_space(event.id)
        for number in range(len(self.history)):
            row = self.history.row(number)
            if row.params is not None:
                self._pass(row, passage)
                self.history.set_params(row, row.params)

    def _pass(self, row: Row, passage: Passage) -> None:
        """Read a row's parameters through one change of the space."""
        # A point that is still to be tried leaves open what it does not name.
        is_wish = row.attempts == 0 and not row.source.get("added")
        before = row.params or {}
        params, row.retired = passage.read(before, row.retired, fill=not is_wish)
        if row.as_asked is None and params != before:
            row.as_asked = before
        row.params = params
        row.outside = "" if is_wish else outside(passage.new, params, row.retired)

    def _stopped(self, event: ev.Event, body: ev.StudyStopped) -> None:
        self.stopped = body
        self.changes.append(event)

    def _reopened(self, event: ev.Event, _body: ev.StudyReopened) -> None:
        self.stopped, self.opened = None, event.id
        self.changes.append(event)

    def _joined(self, event: ev.Event, body: ev.WorkerJoined) -> None:
        if type(body.env.get("slots", 1)) is not int:
            raise StoreUnreadable(f"event {event.id}: WorkerJoined holds slots that are no number; the log is damaged")
        self.workers[event.worker or ""] = dict(body.env)

    def _recorded(self, event: ev.Event, _body: ev.Recorded) -> None:
        self.records.append(event)

    def _attr(self, event: ev.Event, body: ev.AttrSet) -> None:
        if body.number is None:
            self.attrs[body.name] = unwrap(body.value)
        else:
            check_number(event, body.number)
            self.history.open_row(body.number).attrs[body.name] = unwrap(body.value)

    def _tell_refused(self, event: ev.Event, _body: ev.TellRefused) -> None:
        self.refused.append(event)

    # -- its trials --------------------------------------------------------------------------------------------------

    def _move(self, event: ev.Event, to: State | None = None) -> Row:
        """The row the event speaks of, moved to the state the table allows (`to` picks where it allows several)."""
        number: int = event.body.number
        history = self.history
        check_number(event, number)
        row = history.open_row(number)
        before = row.state
        allowed = _AFTER.get((before, type(event.body)), frozenset())
        after = to if to is not None else next(iter(allowed), None)
        if after not in allowed:
            raise StoreUnreadable(
                f"event {event.id}: {event.kind} cannot move trial {number} from "
                f"{'nothing' if before is State.RESERVED else before} to {after or 'anything'}; the log is damaged"
            )
        if after is not before:
            history.set_state(row, after)
        return row

    def _take_params(self, row: Row, wire: dict[str, Any], seen: int | None) -> None:
        """Give a row its parameters, which belong to the space as of event `seen`."""
        later = [passage for event, passage in self._passages if seen is not None and event > seen]
        row.params = self._params(wire, later[0].old if later else self.setup.space)
        row.as_asked, row.retired, row.outside = None, {}, ""
        for passage in later:
            self._pass(row, passage)
        self.history.set_params(row, row.params)

    def _params(self, wire: dict[str, Any], space: Space) -> dict[str, Any]:
        if not self.setup.dynamic:
            return params_from_wire(space, wire)
        # A define-by-run study may hold values for names that no trial has asked for yet.
        known = {name: value for name, value in wire.items() if name in space.params}
        return {**params_from_wire(space, known), **{n: unwrap(v) for n, v in wire.items() if n not in known}}

    def _enqueued(self, event: ev.Event, body: ev.TrialEnqueued) -> None:
        row = self._move(event)
        self._take_params(row, body.params, body.seen)
        row.attrs.update(unwrap(body.attrs))
        row.source = {"enqueued": body.source or True}

    def _added(self, event: ev.Event, body: ev.TrialAdded) -> None:
        row = self._move(event, body.state)
        row.source = {"added": True, **unwrap(body.source)}
        self._take_params(row, body.params, body.seen)
        row.attrs.update(unwrap(body.attrs))
        _take_outcome(row, event, body)
        self.history.set_outcome(row, event.id)

    def _asked(self, event: ev.Event, body: ev.TrialAsked) -> None:
        row = self._move(event)
        row.attempts = body.attempt
        self._take_params(row, body.params, body.seen)
        row.note, row.seen, row.overhead = unwrap(body.note), body.seen, body.seconds
        row.asked_at = event.at
        self._begin(row, event, body.attempt, body.lease)

    def _resumed(self, event: ev.Event, body: ev.TrialResumed) -> None:
        row = self._move(event)
        row.reports, row.decision = None, {}
        row.asked.clear()
        self._begin(row, event, body.attempt, body.lease)

    def _begin(self, row: Row, event: ev.Event, attempt: int, lease: ev.Lease) -> None:
        row.attempts, row.token, row.worker = attempt, lease.token, event.worker

    def _suggested(self, event: ev.Event, body: ev.TrialSuggested) -> None:
        row = self._move(event)
        for name, domain_json, value in body.asked:
            try:
                space = join(self.setup.space, name, domain_from_json(domain_json))
            except SpaceError:
                # Two workers met a new name at once and gave it different domains: the first in the log stands.
                continue
            if space is not self.setup.space:
                self._setup = replace(self.setup, space=space)
            row.asked[name] = params_from_wire(space, {name: value})[name]
        declared = {name: value for name, value in (row.params or {}).items() if name in self.declared.params}
        self.history.set_params(row, {**declared, **row.asked})

    def _reported(self, event: ev.Event, body: ev.TrialReported) -> None:
        row = self._move(event)
        row.reports = row.reports or []
        row.reports.extend(Report(point.step, number_from_wire(point.value), point.fold) for point in body.points)

    def _decided(self, event: ev.Event, body: ev.TrialDecided) -> None:
        self._move(event).decision = {"action": body.action, **unwrap(body.note)}

    def _requeued(self, event: ev.Event, body: ev.TrialRequeued) -> None:
        row = self._move(event)
        row.token, row.failure = None, body.failure

    def _told(self, event: ev.Event, body: ev.TrialTold) -> None:
        row = self._move(event, body.state)
        row.attrs.update(unwrap(body.attrs))
        row.failure, row.seconds, row.peak_bytes, row.output = body.failure, body.seconds, body.peak_bytes, body.output
        row.token = None
        _take_outcome(row, event, body)
        self.history.set_outcome(row, event.id)


def check_number(event: ev.Event, number: int) -> None:
    """Refuse a trial number that no store hands out: everything up to it would be made.

    Raises:
        StoreUnreadable: below 0, or far above the event's own number.
    """
    if not 0 <= number < event.id + _AHEAD:
        raise StoreUnreadable(f"event {event.id}: {event.kind} speaks of trial {number}; the log is damaged")


def _take_outcome(row: Row, event: ev.Event, body: ev.TrialTold | ev.TrialAdded) -> None:
    row.values = tuple(map(number_from_wire, body.values))
    row.sd = tuple(map(number_from_wire, body.sd))
    row.metrics = {name: number_from_wire(value) for name, value in body.constraints.items()}
    row.told_at = event.at


def _changed_message(name: str, lines: list[str], call: str, stored: str) -> str:
    shown = "\n  ".join(lines)
    other = "use another name= for the new space, or give the stored one"
    way = f"to go on in the new space with the trials there are:\n  {call}\nor {other}" if call else other
    return f"study {name!r}: the space differs from {stored} (stored -> now):\n  {shown}\n{way}"
