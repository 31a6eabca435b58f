"""Builds a log event by event, through a real store, for the tests of what reads logs."""

from typing import Any

from ayar.space.space import Space
from ayar.space.wire import params_to_wire, space_to_json
from ayar.storage.base import Worker
from ayar.storage.memory import MemoryStore
from ayar.testing.fake_clock import FakeClock
from ayar.trial import events as ev
from ayar.trial.failure import Failure
from ayar.trial.fold import Fold
from ayar.trial.goal import read_constraints, read_goals
from ayar.trial.history import History
from ayar.trial.state import State

SPACE = Space({"x": (0.0, 1.0), "kind": ["a", "b"]})


class LogBook:
    """A study in memory; each method writes one or two events and returns the trial's lease or number."""

    def __init__(self, space: Space = SPACE, goals: Any = None, constraints: Any = None, **settings: Any) -> None:
        self.space = space
        self.clock = FakeClock()
        self.store = MemoryStore(clock=self.clock)
        created = ev.StudyCreated(
            "s", read_goals(goals=goals), space_to_json(space), 0, ev.Plugin("random"),
            constraints=read_constraints(constraints), **settings,
        )  # fmt: skip
        self.study = self.store.create(created).id

    def write(self, *bodies: ev.Body, lease: ev.Lease | None = None) -> int:
        answer = self.store.append(self.study, bodies, worker="w", fence=lease)
        return int(getattr(answer.first.body, "number", 0) or 0)

    def ask(self, **params: Any) -> ev.Lease:
        lease = self.store.claim(self.study, Worker("w"), 60.0).lease
        assert lease is not None
        body: ev.Body
        if lease.attempt == 1:
            wire = params_to_wire(self.space, params)
            body = ev.TrialAsked(lease.number, 1, wire, seen=self.head, note={"sampler": "me"}, lease=lease)
        else:
            body = ev.TrialResumed(lease.number, lease.attempt, "retry", lease)
        self.write(body, lease=lease)
        return lease

    def tell(self, lease: ev.Lease, *values: float, state: State = State.COMPLETE, **fields: Any) -> int:
        body = ev.TrialTold(lease.number, lease.attempt, lease.token, state, values, **fields)
        return self.write(body, lease=lease)

    def run(self, value: float, x: float = 0.5, kind: str = "a") -> int:
        return self.tell(self.ask(x=x, kind=kind), value)

    def fail(self, message: str = "no", x: float = 0.5, kind: str = "a", cause: str = "ValueError") -> int:
        failure = Failure("exception", message, type=cause)
        return self.tell(self.ask(x=x, kind=kind), state=State.FAILED, failure=failure)

    @property
    def head(self) -> int:
        return self.store.studies()[0].head

    @property
    def events(self) -> list[ev.Event]:
        return list(self.store.read(self.study, 0, 1_000_000))

    @property
    def fold(self) -> Fold:
        fold = Fold()
        fold.extend(self.events)
        return fold

    @property
    def history(self) -> History:
        return self.fold.history
