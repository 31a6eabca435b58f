"""Random sequences of a store's operations by one caller, each safe to repeat: what the disk's tests run."""

import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ayar.space.space import Space
from ayar.space.wire import space_to_json
from ayar.storage.base import Store, Worker
from ayar.testing.store_suite import asked, created, told
from ayar.trial import events as ev

TTL = 3600.0
WORKER = Worker("w")
Step = Callable[[Store], Any]


def study_of(store: Store, name: str = "s") -> int:
    """The number of a study."""
    entry = store.find(name)
    assert entry is not None
    return entry.id


def create(store: Store, name: str = "s") -> None:
    """Make the study unless it is there."""
    if store.find(name) is None:
        store.create(created(name, space=space_to_json(Space({})), max_trials=1000))


def sequence(rng: random.Random, length: int) -> list[Step]:
    """Steps that may each be repeated: appends have keys, a repeated claim is of a new trial."""
    size = partial(rng.choice, [10, 3000, 9000])
    return [create, *(rng.choice([_enqueue(i), _record(i, size()), _run(i), _run(i)]) for i in range(length))]


def _enqueue(i: int) -> Step:
    return lambda store: store.append(study_of(store), [ev.TrialEnqueued(0, {"x": i})], key=f"enqueue:{i}")


def _record(i: int, size: int) -> Step:
    return lambda store: store.append(study_of(store), [ev.Recorded("note", "x" * size)], key=f"note:{i}")


def _run(i: int) -> Step:
    def run(store: Store) -> Any:
        study = study_of(store)
        lease = store.claim(study, WORKER, TTL).lease
        assert lease is not None
        start = asked(lease) if lease.attempt == 1 else ev.TrialResumed(lease.number, lease.attempt, "retry", lease)
        store.append(study, [start], fence=lease)
        point = ev.TrialReported(lease.number, lease.attempt, (ev.Point(0, 0.5),))
        store.append(study, [point], fence=lease, durable=False)
        return store.append(study, [told(lease, float(i))], fence=lease, key=f"tell:{lease.number}:{lease.token}")

    return run


def log_of(store: Store, name: str = "s") -> Sequence[ev.Event]:
    """All events; none where the study is not there."""
    return [] if store.find(name) is None else store.read(study_of(store, name), 0, 1_000_000)
