"""Changing a study while it runs: its settings, what may be tried, a trial in the queue. Every change is an event."""

from dataclasses import replace
from typing import Any

from msgspec import to_builtins

from ayar.base.errors import ArgumentError, NoTrial, TellRefused
from ayar.base.jsontext import wrap
from ayar.space.difference import difference
from ayar.space.moves import moves_between
from ayar.space.moves_edit import renamed, with_rules_of
from ayar.space.moves_read import Passage
from ayar.space.moves_words import move_text
from ayar.space.parse import space_of
from ayar.space.space import Space
from ayar.space.wire import space_to_json
from ayar.study.ending import is_spent, record_end, reopen
from ayar.study.environment import author
from ayar.study.fitting import cancelled, misfit
from ayar.study.plugin import plugin_of, scheduler_plugin
from ayar.study.seat import Seat
from ayar.trial import events as ev
from ayar.trial.failure import Failure
from ayar.trial.setup import CHANGEABLE
from ayar.trial.state import State

_TRIES = 5
"""How often a change is written anew because a trial that it was to cancel was handed out meanwhile."""


class SpaceChange:
    """What a change of the space did; `str` of it says so in words."""

    def __init__(self, difference: list[str], moves: tuple[str, ...], aside: list[int], cancelled: list[int]) -> None:
        self.difference = tuple(difference)
        """Lines such as "lr: Float(1e-05, 0.1) -> Float(1e-06, 0.1)"."""
        self.moves = moves
        """The moves in words, by which earlier trials are read."""
        self.aside = tuple(aside)
        """Numbers of trials that lie outside the space now: kept, and neither best nor learned from."""
        self.cancelled = tuple(cancelled)
        """Numbers of waiting trials that no longer fit and were taken out of the queue."""

    def __str__(self) -> str:
        lines = list(self.moves)
        if self.aside:
            lines.append(f"{_trials(self.aside)} outside the space now: kept, and not learned from")
        if self.cancelled:
            lines.append(f"{_trials(self.cancelled)} cancelled: what waited no longer fits")
        return "\n".join(lines)

    __repr__ = __str__


def _trials(numbers: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, numbers[:10])) + (", ..." if len(numbers) > 10 else "")
    return f"trial {shown}" if len(numbers) == 1 else f"{len(numbers)} trials ({shown})"


def change(seat: Seat, reason: str, changes: dict[str, Any]) -> None:
    """Write changed settings; a larger budget opens the study again.

    Raises:
        ArgumentError: a setting that cannot change, or a value out of range; nothing was changed.
    """
    unknown = [name for name in changes if name not in CHANGEABLE]
    if unknown:
        raise ArgumentError(f"change: expected settings among {', '.join(CHANGEABLE)}, got {', '.join(unknown)}")
    if not changes:
        raise ArgumentError(f"change: expected a setting among {', '.join(CHANGEABLE)}, got none")
    if "sampler" in changes:
        changes = {**changes, "sampler": to_builtins(plugin_of(changes["sampler"]))}
    if "scheduler" in changes:
        plugin = scheduler_plugin(changes["scheduler"], len(seat.log.setup.goals))
        changes = {**changes, "scheduler": to_builtins(plugin)}
    seat.log.setup.changed(changes)  # raises if they do not fit
    seat.write(ev.SettingsChanged(wrap(changes, "change"), by=author(seat.worker.name), why=reason))
    stop = seat.log.refresh().stopped
    if stop is not None and stop.reason == "budget":
        reopen(seat)
    elif is_spent(seat.log):
        record_end(seat, "budget")


def change_space(seat: Seat, wanted: Any, rename: dict[str, str], fill: dict[str, Any], why: str) -> SpaceChange:
    """Write another space, and with it cancel what waits and no longer fits; see `Study.change_space`.

    Raises:
        SpaceError: no move leads to the new space, or a fill is missing; nothing was changed.
        ArgumentError: the space is so already, or the objective defines it by run.
    """
    with seat.log.lock:
        for _ in range(_TRIES):
            fold = seat.log.refresh()
            if fold.setup.dynamic:
                raise ArgumentError(
                    "change_space: the objective defines the space of this study by run; change it there"
                )
            old = fold.declared
            new = _space(wanted, old, rename)
            moves = moves_between(old, new, rename, fill)
            if not moves:
                raise ArgumentError("change_space: expected another space, got the one that the study has already")
            body = ev.SpaceChanged(space_to_json(new), moves, by=author(seat.worker.name), why=why)
            ends = _ends(seat, Passage(old, new, moves))
            before = set((~seat.log.history.inside).nonzero()[0].tolist())
            try:
                _write(seat, new, [body, *ends])
            except TellRefused:
                continue  # a waiting trial was handed out meanwhile: look again
            aside = [int(number) for number in (~seat.log.history.inside).nonzero()[0] if int(number) not in before]
            words = tuple(map(move_text, moves))
            return SpaceChange(difference(renamed(old, rename), new), words, aside, [told.number for told in ends])
    raise TellRefused("change_space: waiting trials were handed out again and again meanwhile; try again")


def _space(wanted: Any, old: Space, rename: dict[str, str]) -> Space:
    if isinstance(wanted, Space):
        return wanted
    # Parameters alone: the rules stay.
    return with_rules_of(renamed(old, rename), space_of(wanted).params)


def _write(seat: Seat, new: Space, bodies: list[ev.Body]) -> None:
    """Append a change of the space, unless another change came first.

    Raises:
        TellRefused: a trial among those to be cancelled no longer waits; nothing was written.
        ArgumentError: another worker changed the space at the same moment.
    """
    fold = seat.log.fold
    own, fold.own_space = fold.own_space, new
    # One change of each space: of two that began from the same one, the second finds the first one's answer.
    key = f"space:{fold.history.space_since}"
    written = False
    try:
        written = not seat.write(*bodies, key=key).repeated
    finally:
        if not written:
            fold.own_space = own
    if not written:
        raise ArgumentError("change_space: another worker changed the space at the same moment; look, and change again")
    stop = fold.stopped
    if stop is not None and stop.reason == "exhausted":
        seat.write(ev.StudyReopened("went on in another space", by=author(seat.worker.name)))


def _ends(seat: Seat, passage: Passage) -> list[ev.TrialTold]:
    """The ends of the waiting trials that do not fit the new space."""
    history = seat.log.history
    setup = replace(seat.log.setup, space=passage.new)
    ends = []
    for number in history.having(State.WAITING).nonzero()[0].tolist():
        row = history.row(number)
        params, retired = passage.read(row.params or {}, row.retired, fill=row.attempts > 0)
        if fault := misfit(setup, row, params, retired):
            ends.append(cancelled(row, fault))
    return ends


def cancel(seat: Seat, number: int, why: str) -> None:
    """Take a waiting trial out of the queue; see `Study.cancel`.

    Raises:
        NoTrial: no trial has this number. ArgumentError: it does not wait; nothing was changed.
    """
    history = seat.log.refresh().history
    if not 0 <= number < len(history):
        raise NoTrial(f"no trial has number {number}; this study has {len(history)}, counted from 0")
    row = history.row(number)
    if row.state is not State.WAITING:
        way = "only its worker ends it" if row.state is State.RUNNING else "its outcome stands"
        raise ArgumentError(f"cancel: expected a waiting trial, got trial {number}, which is {row.state}; {way}")
    failure = Failure("cancelled", why or "cancelled by hand")
    seat.write(ev.TrialTold(number, row.attempts, 0, State.CANCELLED, failure=failure))
