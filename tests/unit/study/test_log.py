"""The log as one process sees it."""

from typing import Any

import pytest

from ayar.space.space import Space
from ayar.space.wire import space_to_json
from ayar.storage.base import StudyEntry, Worker
from ayar.storage.memory import MemoryStore
from ayar.study.log import PAGE, Log
from ayar.testing.store_suite import created
from ayar.trial import events as ev
from ayar.trial.history import History, Row
from ayar.trial.state import State


class Counting(MemoryStore):
    """A store that notes what is read of it."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[tuple[int, int]] = []

    def read(self, study: int, after: int, limit: int = 1000) -> Any:
        found = super().read(study, after, limit)
        self.reads.append((after, len(found)))
        return found


def opened() -> tuple[Counting, Log, StudyEntry]:
    store = Counting()
    entry = store.create(created(space=space_to_json(Space({}))))
    return store, Log(store, entry), entry


def test_a_refresh_reads_only_what_is_new() -> None:
    store, log, entry = opened()
    for i in range(5):
        store.append(entry.id, [ev.Recorded("a", i)])
    store.reads.clear()
    log.refresh()
    log.refresh()
    assert store.reads == [(1, 5), (6, 0)]


def test_long_logs_are_read_in_pages() -> None:
    store, _, entry = opened()
    store.append(entry.id, [ev.Recorded("a", i) for i in range(2 * PAGE)])
    store.reads.clear()
    assert Log(store, entry).fold.head == 2 * PAGE + 1
    assert store.reads == [(0, PAGE), (PAGE, PAGE), (2 * PAGE, 1)]


def test_what_this_process_wrote_is_not_read_again() -> None:
    store, log, _ = opened()
    store.reads.clear()
    log.append(ev.Recorded("a", 1), ev.Recorded("a", 2))
    assert (store.reads, log.fold.head) == ([], 3)


def test_what_others_wrote_before_is_read_first() -> None:
    store, log, entry = opened()
    store.append(entry.id, [ev.Recorded("theirs", 1)])
    log.append(ev.Recorded("ours", 2))
    assert [event.body.topic for event in log.fold.records] == ["theirs", "ours"]


def test_a_repeated_key_folds_nothing_twice() -> None:
    store, log, entry = opened()
    store.append(entry.id, [ev.Recorded("theirs", 1), ev.Recorded("theirs", 2)], key="k")
    assert log.append(ev.Recorded("ours", 1), key="k").repeated
    assert [event.body.topic for event in log.fold.records] == ["theirs", "theirs"]


def test_a_claim_brings_the_log_up_to_date() -> None:
    store, log, entry = opened()
    store.append(entry.id, [ev.Recorded("theirs", 1)])
    assert log.claim(Worker("w")).lease is not None
    assert log.fold.head == 2


def test_an_interrupt_in_the_middle_of_an_event_leaves_the_log_as_it_is_in_the_store(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store, log, entry = opened()
    store.append(entry.id, [ev.TrialEnqueued(0, {}), ev.Recorded("a", 1)])
    set_state, interrupts = History.set_state, [KeyboardInterrupt()]

    def interrupted(history: History, row: Row, state: State) -> None:
        set_state(history, row, state)
        if interrupts:
            raise interrupts.pop()

    monkeypatch.setattr(History, "set_state", interrupted)
    with pytest.raises(KeyboardInterrupt):
        log.refresh()
    assert log.fold.head == 3
    assert len(log.refresh().history) == 1
