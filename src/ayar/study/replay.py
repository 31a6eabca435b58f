"""Replay: every proposal and decision of a log made again from what its author had seen, and compared bit for bit.

A proposal is a pure function of the fold at event `seen`, the seed and the trial's number. One fold walks forward over
the asks in the order of `seen`, so a study is replayed for little more than it cost to propose it once, however many
workers made it. Bits are promised under equal versions and hardware: where those differ a proposal that differs too
proves nothing, and is counted apart.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ayar.base.errors import shorten
from ayar.base.jsontext import Json, dumps, wrap
from ayar.samplers.base import Sampler
from ayar.space.space import Space
from ayar.storage.base import SALVAGED
from ayar.study.plugin import scheduler_of
from ayar.study.proposing import proposal_for, wire_of
from ayar.trial import events as ev
from ayar.trial.fold import Fold
from ayar.trial.setup import Setup

_SHOWN = 200
"""Letters of a value in a message."""


@dataclass(frozen=True)
class Difference:
    """A place where what is stored is not what the log gives when it is computed again."""

    event: int | None
    """Number of the event; None where it is no event's."""
    trial: int | None
    field: str
    """What differs: "chain", "params.lr", "note.mean", "asked" ..."""
    stored: str
    recomputed: str

    @property
    def text(self) -> str:
        """One line."""
        where = [f"event {self.event}"] if self.event is not None else []
        where += [f"trial {self.trial}"] if self.trial is not None else []
        return f"{', '.join([*where, self.field])}: stored {self.stored}, recomputed {self.recomputed}"


@dataclass
class Replayed:
    """What a replay found."""

    reproduced: int = 0
    """Proposals that came out the same, bit for bit."""
    decided: int = 0
    """Decisions of the scheduler that came out the same."""
    incomparable: list[int] = field(default_factory=list)
    """Numbers of the trials whose proposal or decision differs, and was made under other versions or hardware."""
    circumstances: list[str] = field(default_factory=list)
    """What differs there, each once: "numpy 2.4.6 then, 2.5.0 now"."""
    first: Difference | None = None
    """The difference of the lowest event number."""


@dataclass(frozen=True)
class Circumstances:
    """Under which versions each worker of a log proposed, and which are here now."""

    here: Mapping[str, str]
    created: Mapping[str, str]
    workers: Mapping[str, Mapping[str, str]]
    salvaged: bool = False
    """Whether the log is what is left of a damaged one."""

    def changed(self, worker: str | None) -> list[str]:
        """What differs between a worker's versions and these; one that never joined has those of the creation."""
        then = self.workers.get(worker or "", self.created)
        lost = ["events were lost with a damaged store, and the rest was rebuilt"] if self.salvaged else []
        return lost + [
            f"{name} {then[name]} then, {version} now"
            for name, version in self.here.items()
            if then.get(name, version) != version
        ]


def circumstances(events: Sequence[ev.Event], here: Mapping[str, str]) -> Circumstances:
    """The versions that a log records."""
    workers = {event.worker or "": event.body.env for event in events if isinstance(event.body, ev.WorkerJoined)}
    created = events[0].body.versions if events and isinstance(events[0].body, ev.StudyCreated) else {}
    known = {name: env.get("versions", {}) for name, env in workers.items()}
    salvaged = any(isinstance(event.body, ev.Recorded) and event.body.topic == SALVAGED for event in events)
    return Circumstances(
        here, created, {name: found for name, found in known.items() if isinstance(found, dict)}, salvaged
    )


def replay(
    events: Sequence[ev.Event],
    make: Callable[[ev.Plugin], Sampler],
    under: Circumstances,
    space: Space | None = None,
    watch: Callable[[int, int], None] | None = None,
) -> Replayed:
    """Make every first attempt's proposal, and every decision of a scheduler, again from the fold at its `seen`.

    Arguments:
        events: the whole log; its fold is legal.
        make: a new sampler from what a study records of it.
        under: the versions then and now.
        space: the caller's own, where it holds objects that the log only names.
        watch: called with (proposals made, of how many) after each.
    """
    made = sorted(
        (event for event in events if isinstance(event.body, ev.TrialAsked | ev.TrialDecided)),
        key=lambda event: (event.body.seen, event.id),
    )
    found, fold, samplers = Replayed(), Fold(space), _Samplers(make)
    done, asks = 0, sum(isinstance(event.body, ev.TrialAsked) for event in made)
    for event in made:
        # An event changes no proposal made before it, so what comes after the first difference may only echo it.
        if found.first is None or event.id < (found.first.event or 0):
            _replay_one(found, fold, events, event, samplers, under)
        done += isinstance(event.body, ev.TrialAsked)
        if watch is not None:
            watch(done, asks)
    return found


class _Samplers:
    """One sampler at a time: a study may change its own, and each keeps caches."""

    def __init__(self, make: Callable[[ev.Plugin], Sampler]) -> None:
        self._make = make
        self._made: tuple[ev.Plugin, Sampler] | None = None

    def of(self, setup: Setup) -> Sampler:
        if self._made is None or self._made[0] != setup.sampler:
            self._made = setup.sampler, self._make(setup.sampler)
        return self._made[1]


def _replay_one(
    found: Replayed,
    fold: Fold,
    events: Sequence[ev.Event],
    event: ev.Event,
    samplers: _Samplers,
    under: Circumstances,
) -> None:
    body: ev.TrialAsked | ev.TrialDecided = event.body
    if not 1 <= body.seen < event.id:
        found.first = Difference(event.id, body.number, "seen", str(body.seen), f"1 to {event.id - 1}")
        return
    fold.extend(events[fold.head : body.seen])
    if isinstance(body, ev.TrialAsked):
        params, note = _proposed(samplers, fold, body.number)
        difference = _difference(event, "params", body.params, params) or _difference(event, "note", body.note, note)
    else:
        action, note = _decided(fold, body.number)
        stored: dict[str, Json] = {"action": body.action}
        difference = _difference(event, "decision", stored, action) or _difference(event, "note", body.note, note)
    if difference is None:
        found.reproduced += isinstance(body, ev.TrialAsked)
        found.decided += isinstance(body, ev.TrialDecided)
    elif changed := [*under.changed(event.worker), *_other_numerics(body.note, note)]:
        found.incomparable.append(body.number)
        found.circumstances += [line for line in changed if line not in found.circumstances]
    else:
        found.first = difference


def _proposed(samplers: _Samplers, fold: Fold, number: int) -> tuple[dict[str, Json], dict[str, Json]]:
    setup = fold.setup
    try:
        proposal = proposal_for(samplers.of(setup), setup, fold.history, number)
        if proposal is None:
            return {}, {"error": "the space is exhausted"}
        return wire_of(setup, proposal.params), wrap(proposal.note, "note")
    except Exception as error:
        return {}, {"error": f"{type(error).__name__}: {error}"}


def _decided(fold: Fold, number: int) -> tuple[dict[str, Json], dict[str, Json]]:
    plugin = fold.setup.scheduler
    try:
        if plugin is None:
            return {}, {"error": "the study has no scheduler"}
        decision = scheduler_of(plugin).decide(fold.setup, fold.history, number)
        return {"action": str(decision.action)}, wrap(decision.note, "note")
    except Exception as error:
        return {}, {"error": f"{type(error).__name__}: {error}"}


def _difference(event: ev.Event, part: str, stored: Mapping[str, Json], made: Mapping[str, Json]) -> Difference | None:
    """The first key, in the stored order, whose JSON text differs."""
    for key in dict.fromkeys([*stored, *made]):
        texts = [dumps(side[key]) if key in side else "nothing" for side in (stored, made)]
        if texts[0] != texts[1]:
            shown = (text if len(text) <= _SHOWN else shorten(text, _SHOWN) for text in texts)
            return Difference(event.id, event.number, f"{part}.{key}", *shown)
    return None


def _other_numerics(stored: Mapping[str, Json], made: Mapping[str, Json]) -> list[str]:
    """Whether a model ran on other numerics; see `samplers.fingerprint`."""
    then, now = stored.get("fingerprint"), made.get("fingerprint")
    return (
        [f"numerics: {then} then, {now} now"] if isinstance(then, str) and isinstance(now, str) and then != now else []
    )


def needs_own_space(created: ev.StudyCreated) -> bool:
    """Whether the stored space only names functions that decide what may be proposed."""
    rules: Any = created.space.get("constraints", ()) if isinstance(created.space, dict) else ()
    return any(isinstance(rule, dict) and "callable" in rule for rule in rules)
