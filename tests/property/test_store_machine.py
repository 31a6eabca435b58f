"""Any sequence of a store's operations against a model that is a dictionary.

One machine for every store: create, claim, ask, report, tell, tell twice, enqueue, add, crash, let time pass, reopen.
After every step the log folds to the model's states, numbers have no gaps, and the chain holds.
"""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ayar.base.errors import StudyExists, TellRefused
from ayar.space.space import Space
from ayar.space.wire import space_to_json
from ayar.storage import STORES
from ayar.storage.base import Store, Worker
from ayar.testing.fake_clock import FakeClock
from ayar.testing.store_suite import asked, created, told
from ayar.trial import events as ev
from ayar.trial.fold import Fold
from ayar.trial.state import State
from postgres import clear

TTL = 10.0
SPACE = Space({"x": (0.0, 1.0)})
WORKERS = [Worker(name) for name in ("ann", "ben", "eve")]


@dataclass
class Model:
    """What a store must know of one study."""

    budget: int
    retries: int
    states: dict[int, State] = field(default_factory=dict)
    """State of each trial that has an event."""
    values: dict[int, float] = field(default_factory=dict)
    asked: set[int] = field(default_factory=set)
    """Numbers handed out at least once, reservations too: these count in the budget."""
    lost: dict[int, int] = field(default_factory=dict)
    next_number: int = 0
    free: set[int] = field(default_factory=set)
    """Reservations that nobody holds."""


@dataclass
class Held:
    """A lease as its worker knows it."""

    lease: ev.Lease
    ends: float
    running: bool = False


class StoreMachine(RuleBasedStateMachine):
    """`kind` is set by a subclass for each store of the table, `server` where that store needs one."""

    kind: str
    server: str = ""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = FakeClock()
        if self.server:
            clear(self.server)
        self.store = self.open()
        self.fold = Fold()
        self.held: dict[int, Held] = {}
        self.stale: list[ev.Lease] = []
        self.last_token = 0
        self.done: list[tuple[ev.Lease, float]] = []

    def open(self) -> Store:
        if self.kind == "memory":
            return STORES.get_class("memory")(clock=self.clock)  # type: ignore[no-any-return]  # the table is untyped
        place = self.server or Path(self.folder.name) / "study.db"
        return STORES.get_class(self.kind)(place, clock=self.clock)  # type: ignore[no-any-return]

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @initialize(budget=st.integers(0, 6), retries=st.integers(0, 2))
    def create(self, budget: int, retries: int) -> None:
        body = created(space=space_to_json(SPACE), max_trials=budget, retries={"lost": retries})
        self.study = self.store.create(body).id
        self.model = Model(budget, retries)

    # -- claims ----------------------------------------------------------------------------------------------------

    def over(self) -> list[int]:
        return [number for number, held in self.held.items() if held.ends <= self.clock.elapsed()]

    def expected(self) -> int | None:
        """The number that the next claim must hand out."""
        model = self.model
        within = len(model.asked) < model.budget
        waiting = [n for n, state in model.states.items() if state is State.WAITING and n not in self.held]
        ready = [n for n in waiting if within or n in model.asked]
        return min(ready or model.free or ([model.next_number] if within else []), default=None)

    @rule(worker=st.sampled_from(WORKERS))
    def claim(self, worker: Worker) -> None:
        gone = self.over()
        for number in gone:
            self.lose(number)
        expected = self.expected()
        answer = self.store.claim(self.study, worker, TTL)
        if expected is None:
            assert answer.lease is None
            assert bool(answer.wait) is bool(self.held)
            assert answer.reason == ("" if self.held else "budget")
            return
        lease = answer.lease
        assert lease is not None
        assert lease.number == expected
        assert lease.token > self.last_token
        self.last_token = lease.token
        self.model.asked.add(expected)
        self.model.free.discard(expected)
        self.model.next_number = max(self.model.next_number, expected + 1)
        self.held[expected] = Held(lease, self.clock.elapsed() + TTL)

    def lose(self, number: int) -> None:
        held, model = self.held.pop(number), self.model
        self.stale.append(held.lease)
        if number not in model.states:
            model.free.add(number)
        elif held.running:
            lost = model.lost[number] = model.lost.get(number, 0) + 1
            model.states[number] = State.WAITING if lost <= model.retries else State.FAILED

    # -- what the holder of a lease does ---------------------------------------------------------------------------

    def some(self, data: st.DataObject, *, running: bool) -> Held | None:
        found = [held for held in self.held.values() if held.running is running]
        return data.draw(st.sampled_from(found)) if found else None

    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        if (held := self.some(data, running=False)) is None:
            return
        lease = held.lease
        body = (
            asked(lease, {"x": 0.5}) if lease.attempt == 1 else ev.TrialResumed(lease.number, lease.attempt, "r", lease)
        )
        self.store.append(self.study, [body], fence=lease)
        held.running = True
        self.model.states[lease.number] = State.RUNNING

    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        if (held := self.some(data, running=False)) is None:
            return
        self.store.release(self.study, held.lease)
        del self.held[held.lease.number]
        self.stale.append(held.lease)
        if held.lease.number not in self.model.states:
            self.model.free.add(held.lease.number)

    @rule(data=st.data())
    def report(self, data: st.DataObject) -> None:
        if (held := self.some(data, running=True)) is not None:
            body = ev.TrialReported(held.lease.number, held.lease.attempt, (ev.Point(0, 0.5),))
            self.store.append(self.study, [body], fence=held.lease)

    @rule(data=st.data())
    def renew(self, data: st.DataObject) -> None:
        if held := list(self.held.values()):
            one = data.draw(st.sampled_from(held))
            assert self.store.renew(self.study, one.lease)
            one.ends = self.clock.elapsed() + TTL

    @rule(data=st.data(), value=st.floats(0, 1))
    def tell(self, data: st.DataObject, value: float) -> None:
        if (held := self.some(data, running=True)) is None:
            return
        lease = held.lease
        answer = self.store.append(
            self.study, [told(lease, value)], fence=lease, key=f"tell:{lease.number}:{lease.token}"
        )
        assert not answer.repeated
        del self.held[lease.number]
        self.model.states[lease.number] = State.COMPLETE
        self.model.values[lease.number] = value
        self.done.append((lease, value))
        self.stale.append(lease)

    @rule(data=st.data())
    def put_back(self, data: st.DataObject) -> None:
        if (held := self.some(data, running=True)) is None:
            return
        body = ev.TrialRequeued(held.lease.number, held.lease.attempt, "shutdown")
        self.store.append(self.study, [body], fence=held.lease)
        del self.held[held.lease.number]
        self.stale.append(held.lease)
        self.model.states[held.lease.number] = State.WAITING

    # -- what must change nothing ----------------------------------------------------------------------------------

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def tell_again(self, data: st.DataObject) -> None:
        lease, value = data.draw(st.sampled_from(self.done))
        answer = self.store.append(
            self.study, [told(lease, 0.1)], fence=lease, key=f"tell:{lease.number}:{lease.token}"
        )
        assert answer.repeated
        assert answer.first.body.values == (value,)

    @precondition(lambda self: self.stale)
    @rule(data=st.data())
    def tell_late(self, data: st.DataObject) -> None:
        lease = data.draw(st.sampled_from(self.stale))
        with pytest.raises(TellRefused):
            self.store.append(self.study, [ev.TrialEnqueued(0, {}), told(lease, 0.9)], fence=lease)
        assert not self.store.renew(self.study, lease)
        self.store.release(self.study, lease)

    @rule()
    def create_again(self) -> None:
        with pytest.raises(StudyExists):
            self.store.create(created())

    @rule()
    def reopen(self) -> None:
        if self.kind != "memory":
            self.store.close()
            self.store = self.open()

    # -- the rest --------------------------------------------------------------------------------------------------

    @rule()
    def enqueue(self) -> None:
        self.store.append(self.study, [ev.TrialEnqueued(0, {"x": 0.25})])
        self.model.states[self.model.next_number] = State.WAITING
        self.model.next_number += 1

    @rule(value=st.floats(0, 1))
    def add(self, value: float) -> None:
        self.store.append(self.study, [ev.TrialAdded(0, {"x": 0.25}, State.COMPLETE, (value,))])
        self.model.states[self.model.next_number] = State.COMPLETE
        self.model.values[self.model.next_number] = value
        self.model.next_number += 1

    @rule(seconds=st.sampled_from([1.0, TTL / 2, TTL, 5 * TTL]))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule()
    def reboot(self) -> None:
        self.clock.reboot(f"{self.clock.boot}+")
        for held in self.held.values():
            held.ends = -1.0

    @rule(more=st.integers(1, 3))
    def grow_budget(self, more: int) -> None:
        self.model.budget += more
        self.store.append(self.study, [ev.SettingsChanged({"max_trials": self.model.budget})])

    # -- what always holds -----------------------------------------------------------------------------------------

    @invariant()
    def log_model_and_list_agree(self) -> None:
        self.the_log_folds_to_the_model()
        self.a_fresh_reading_says_the_same()
        [entry] = self.store.studies()
        assert (entry.head, entry.asked, entry.max_trials) == (self.fold.head, len(self.model.asked), self.model.budget)

    def the_log_folds_to_the_model(self) -> None:
        events = self.store.read(self.study, self.fold.head)
        active = self.fold.active
        self.fold.extend(events)
        assert self.fold.active >= active
        history = self.fold.history
        states = {n: history.row(n).state for n in range(len(history)) if history.row(n).state is not State.RESERVED}
        assert states == self.model.states
        assert {n: history.row(n).values[0] for n in self.model.values} == self.model.values
        assert len(self.model.asked) <= self.model.budget

    def a_fresh_reading_says_the_same(self) -> None:
        fold, chain = Fold(), ""
        events = self.store.read(self.study, 0)
        fold.extend(events)
        assert list(fold.history.trials()) == list(self.fold.history.trials())
        for event in events:
            chain = ev.next_chain(chain, event.id, event.kind, ev.encode_body(event.body))
            assert event.chain == chain


@pytest.mark.parametrize(("kind", "examples"), [("memory", 100), ("sqlite", 25), ("postgresql", 15)])
def test_any_sequence_of_operations_keeps_the_promises(
    kind: str, examples: int, request: pytest.FixtureRequest
) -> None:
    assert kind in STORES
    server = request.getfixturevalue("database") if kind == "postgresql" else ""
    machine = type(f"{kind.title()}Machine", (StoreMachine,), {"kind": kind, "server": server})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
