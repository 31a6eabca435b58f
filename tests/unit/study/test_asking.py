"""A worker that stands still between claim and proposal, for longer than its lease, goes on with another trial."""

from typing import Any

from ayar.storage.base import Worker
from ayar.storage.memory import MemoryStore
from ayar.study.study import Study
from ayar.testing.fake_clock import FakeClock
from ayar.trial.events import TrialAsked, TrialResumed
from unit.study.studies import study


class StandsStill(MemoryStore):
    """A store before whose next proposal ten minutes pass, in which another worker takes the trial."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock=clock)
        self.fake = clock
        self.armed = False

    def append(self, study: int, bodies: Any, **options: Any) -> Any:
        if self.armed and isinstance(bodies[0], TrialAsked | TrialResumed):
            self.armed = False
            self.fake.advance(600.0)
            assert self.claim(study, Worker("other"), 60.0).lease is not None
        return super().append(study, bodies, **options)


def opened() -> tuple[Study, StandsStill, FakeClock]:
    clock = FakeClock()
    store = StandsStill(clock)
    made = study(storage=store, max_trials=3, lease_s=10.0)
    entry = store.find(made.name)
    assert entry is not None
    return Study(store, entry, clock=clock), store, clock


def test_with_a_new_trial_in_hand() -> None:
    made, store, _ = opened()
    store.armed = True
    assert made.ask().number == 1  # 0 is with the other worker


def test_with_a_trial_in_hand_that_somebody_left() -> None:
    made, store, clock = opened()
    made.ask(lease_s=5.0)
    clock.advance(6.0)
    store.armed = True
    assert made.ask().number == 1
