"""Studies for tests: small, in memory, with a clock that the test moves."""

from typing import Any

import ayar
from ayar.storage.base import Store
from ayar.storage.memory import MemoryStore
from ayar.study.study import Study
from ayar.testing.fake_clock import FakeClock

SPACE = {"x": (0.0, 1.0), "kind": ["a", "b"]}


def study(space: Any = SPACE, **settings: Any) -> Study:
    """A study in memory with random search."""
    usual: dict[str, Any] = {"sampler": "random", "seed": 0}
    return ayar.create_study(space, **(usual | settings))


def timed_study(space: Any = SPACE, **settings: Any) -> tuple[Study, FakeClock, Store]:
    """A study whose store and loop read one fake clock."""
    clock = FakeClock()
    store = MemoryStore(clock=clock)
    made = study(space, storage=store, **settings)
    entry = store.find(made.name)
    assert entry is not None
    return Study(store, entry, clock=clock), clock, store


def kinds(made: Study) -> list[str]:
    """The kinds of a study's events."""
    return [event.kind for event in made.store.read(1, 0, 1_000_000)]
