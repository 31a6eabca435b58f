"""Everything that can happen to a study, one record each.

An event is an envelope (`Event`) around a body. Bodies are plain JSON through `base.jsontext`; parameters stand in them
in the space's wire form. A kind that this version does not know is kept as `Unknown` and skipped by the fold.
"""

from hashlib import blake2b
from typing import Any, ClassVar

import msgspec

from ayar.base.errors import StoreUnreadable, shorten
from ayar.base.jsontext import Json, Number
from ayar.space.moves import Move
from ayar.trial.failure import Failure
from ayar.trial.goal import Constraint, Goal
from ayar.trial.state import State


class Body(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What all bodies share; a body's kind is its class's name.

    Bodies and events hold plain data, never a cycle, and come by the ten thousand: the garbage collector skips them.
    """

    fenced: ClassVar[bool] = False
    """Whether only the holder of the trial's lease may append it."""


class Plugin(msgspec.Struct, frozen=True):
    """A sampler or scheduler as a study records it: its name in the table and its options."""

    name: str
    options: dict[str, Json] = {}


class Lease(msgspec.Struct, frozen=True, gc=False):
    """The right to tell one trial: `token` rises with each claim, so a superseded holder is known."""

    number: int
    token: int
    attempt: int
    ttl: float
    """Seconds from one renewal to the lease's end."""


class StudyCreated(Body, frozen=True):
    """The first event of every study."""

    name: str
    goals: tuple[Goal, ...]
    space: Json
    seed: int
    sampler: Plugin
    constraints: tuple[Constraint, ...] = ()
    dynamic: bool = False
    """Whether the objective defines the space by run; `space` is then what is known so far."""
    max_trials: int | None = None
    max_seconds: float | None = None
    max_failures: float = 0.5
    retries: dict[str, int] = {}
    """Kind of failure -> how often a trial is tried again."""
    repeats: str = "avoid"
    lease_s: float = 60.0
    versions: dict[str, str] = {}
    scheduler: Plugin | None = None
    """What stops trials early; None: nothing does."""


class SettingsChanged(Body, frozen=True):
    """Budget, sampler, scheduler or retries changed while the study lives."""

    changes: dict[str, Json]
    by: str = ""
    why: str = ""


class SpaceChanged(Body, frozen=True):
    """What may be tried changed; trials of before are read through the moves, see `ayar.space.moves_read`."""

    space: Json
    """The whole new space."""
    moves: tuple[Move, ...]
    by: str = ""
    why: str = ""


class StudyStopped(Body, frozen=True):
    """No trial is handed out after this; `reason` says why."""

    reason: str
    detail: str = ""
    by: str = ""


class StudyReopened(Body, frozen=True):
    """Trials are handed out again."""

    reason: str
    by: str = ""


class WorkerJoined(Body, frozen=True):
    """A process began to work on the study."""

    env: dict[str, Json]


class WorkerLeft(Body, frozen=True):
    """A process ended its work, and why."""

    reason: str


class TrialEnqueued(Body, frozen=True):
    """A point to try before what the sampler proposes; missing parameters are drawn when it is asked."""

    number: int
    params: dict[str, Json]
    priority: int = 0
    source: str = ""
    attrs: dict[str, Json] = {}
    seen: int | None = None
    """The last event that whoever wrote it knew, so which space `params` belong to; None: the one of this event."""


class TrialAdded(Body, frozen=True):
    """A trial that was never asked here; not counted in the budget."""

    number: int
    params: dict[str, Json]
    state: State
    values: tuple[Number, ...] = ()
    sd: tuple[Number, ...] = ()
    constraints: dict[str, Number] = {}
    attrs: dict[str, Json] = {}
    source: dict[str, Json] = {}
    seen: int | None = None
    """As in `TrialEnqueued`."""


class TrialAsked(Body, frozen=True):
    """A trial was proposed and handed out."""

    fenced: ClassVar[bool] = True
    number: int
    attempt: int
    params: dict[str, Json]
    seen: int
    """The last event the proposal was based on."""
    note: dict[str, Json]
    lease: Lease
    seconds: float = 0.0
    """What proposing cost."""


class TrialResumed(Body, frozen=True):
    """A trial is handed out again, with the same parameters and a fresh series of reports."""

    fenced: ClassVar[bool] = True
    number: int
    attempt: int
    why: str
    lease: Lease


class TrialSuggested(Body, frozen=True):
    """What a define-by-run objective asked for: [name, domain, value] each, in the order of first asking."""

    fenced: ClassVar[bool] = True
    number: int
    attempt: int
    asked: tuple[tuple[str, Json, Json], ...]


class Point(msgspec.Struct, frozen=True, array_like=True):
    """One intermediate value, stored as [step, value, fold]."""

    step: int
    value: Number
    fold: int | None = None


class TrialReported(Body, frozen=True):
    """Intermediate values of the attempt, in the order they came."""

    fenced: ClassVar[bool] = True
    number: int
    attempt: int
    points: tuple[Point, ...]


class TrialDecided(Body, frozen=True):
    """A scheduler's decision other than to continue."""

    fenced: ClassVar[bool] = True
    number: int
    attempt: int
    seen: int
    action: str
    note: dict[str, Json] = {}


class TrialTold(Body, frozen=True):
    """A trial's outcome."""

    fenced: ClassVar[bool] = True
    number: int
    attempt: int
    token: int
    state: State
    values: tuple[Number, ...] = ()
    sd: tuple[Number, ...] = ()
    """Standard error of each value, where the objective knows it."""
    constraints: dict[str, Number] = {}
    failure: Failure | None = None
    attrs: dict[str, Json] = {}
    seconds: float | None = None
    peak_bytes: int | None = None
    output: str = ""
    """The tail of what the attempt printed."""


class TrialRequeued(Body, frozen=True):
    """An attempt ended without an outcome; the trial waits to be handed out again."""

    fenced: ClassVar[bool] = True
    number: int
    attempt: int
    reason: str
    failure: Failure | None = None


class TellRefused(Body, frozen=True):
    """A result that came too late; kept, not accepted."""

    number: int
    token: int
    current: int | None
    why: str
    refused: Json


class AttrSet(Body, frozen=True):
    """An attribute or comment on a trial (`number`) or, without one, on the study."""

    name: str
    value: Json
    number: int | None = None
    by: str = ""


class Recorded(Body, frozen=True):
    """A fact of another room, such as "evaluate.seal_opened"; changes no trial."""

    topic: str
    data: Json
    by: str = ""


class Unknown(Body, frozen=True):
    """An event of a kind this version does not know; kept as it is."""

    kind: str
    text: str


BODIES: dict[str, type[Body]] = {
    body.__name__: body
    for body in (
        StudyCreated, SettingsChanged, SpaceChanged, StudyStopped, StudyReopened, WorkerJoined, WorkerLeft,
        TrialEnqueued, TrialAdded, TrialAsked, TrialResumed, TrialSuggested, TrialReported, TrialDecided,
        TrialTold, TrialRequeued, TellRefused, AttrSet, Recorded,
    )
}  # fmt: skip

_DECODERS = {kind: msgspec.json.Decoder(body) for kind, body in BODIES.items()}
_ENCODE = msgspec.json.Encoder().encode


class Event(msgspec.Struct, frozen=True, gc=False):
    """One entry of the log."""

    id: int
    """1, 2, 3 ... within the study, in order of commit, without gaps."""
    body: Any
    """One of `BODIES`, or `Unknown`."""
    at: int
    """Wall clock, microseconds since 1970 UTC; for people."""
    active: int
    """The study's own clock in microseconds: it runs only while a trial is leased, and never back."""
    worker: str | None = None
    key: str | None = None
    """Idempotency key, unique within the study."""
    chain: str = ""

    @property
    def kind(self) -> str:
        """The body's kind."""
        return kind_of(self.body)

    @property
    def number(self) -> int | None:
        """The trial it speaks of, if any."""
        number: int | None = getattr(self.body, "number", None)
        return number


def kind_of(body: Body) -> str:
    """The kind under which a body is stored."""
    return body.kind if isinstance(body, Unknown) else type(body).__name__


def encode_body(body: Body) -> str:
    """A body as JSON text."""
    return body.text if isinstance(body, Unknown) else _ENCODE(body).decode()


def decode_body(kind: str, text: str) -> Body:
    """The body of JSON text, strictly typed; an unknown kind is kept as `Unknown`.

    Raises:
        StoreUnreadable: text that is not such a body.
    """
    decoder = _DECODERS.get(kind)
    if decoder is None:
        return Unknown(kind, text)
    try:
        return decoder.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise StoreUnreadable(
            f"expected the body of a {kind} event, got {shorten(text)}: {error}; the store is damaged or was edited"
        ) from None


def next_chain(previous: str, number: int, kind: str, text: str) -> str:
    """The chain value of event `number`: 16 hex digits over the previous one and this event's content."""
    content = f"{previous}|{number}|{kind}|{text}"
    return blake2b(content.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
