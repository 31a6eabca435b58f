"""P3: whatever call fails, the store holds the old state or the new one; a reopening works; repeating is one outcome.

As SQLite tests itself: fail the first call, then the second, and so on until nothing fails any more. Failed are the
operations on the disk below SQLite, and the statements and commits of the connection above it.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine.default import DefaultDialect

from ayar.base.errors import StoreError
from ayar.storage import open_store, sqlite_engine
from ayar.storage.base import Store
from ayar.testing.store_suite import asked, told
from ayar.trial import events as ev
from reliability.disk import FULL, IOERR_FSYNC, IOERR_TRUNCATE, IOERR_WRITE, Disk, Op, installed
from reliability.files import after_a_kill
from reliability.history import check_log
from reliability.operations import TTL, WORKER, create, log_of, study_of

pytestmark = pytest.mark.slow

EXPECTED = ["StudyCreated", "TrialAsked", "TrialReported", "TrialTold", "Recorded"]


class Caller:
    """Creates a study, runs one trial and records a note; what fails is tried again, with the same key."""

    def __init__(self, store: Store, path: Path, name: str) -> None:
        self.store = store
        self.path = path
        self.name = name
        self.failures = 0
        self.lease = ev.Lease(0, 0, 0, 0.0)

    def work(self) -> None:
        known = 0
        for step in (self.create, self.claim, self.ask, self.report, self.tell, self.note):
            known = self.persist(step, known, known + (step != self.claim))

    def persist(self, step: Callable[[], object], before: int, after: int) -> int:
        for _ in range(3):
            try:
                step()
            except StoreError:
                self.failures += 1
                assert len(self.after_a_kill()) in (before, after), "neither the old state nor the new one"
            else:
                return after
        raise AssertionError("a fault that is over was not got over")

    def after_a_kill(self) -> list[ev.Event]:
        events = after_a_kill(self.path)
        return events if events and events[0].body.name == self.name else []

    def create(self) -> None:
        create(self.store, self.name)

    def claim(self) -> None:
        lease = self.store.claim(study_of(self.store, self.name), WORKER, TTL).lease
        assert lease is not None
        self.lease = lease

    def append(self, body: ev.Body, fence: ev.Lease | None, key: str) -> None:
        answer = self.store.append(study_of(self.store, self.name), [body], fence=fence, key=key)
        assert answer.first.body == body

    def ask(self) -> None:
        self.append(asked(self.lease), self.lease, "ask")

    def report(self) -> None:
        self.append(ev.TrialReported(self.lease.number, 1, (ev.Point(0, 0.5),)), self.lease, "report")

    def tell(self) -> None:
        self.append(told(self.lease), self.lease, f"tell:{self.lease.number}:{self.lease.token}")

    def note(self) -> None:
        self.append(ev.Recorded("note", "x" * 20_000), None, "note")


def check_end(store: Store, name: str) -> None:
    events = log_of(store, name)
    assert [event.kind for event in events] == EXPECTED
    assert not check_log(events)


@pytest.mark.parametrize(
    ("kind", "code", "lasting", "least"),
    [
        ("write", IOERR_WRITE, False, 20),
        ("write", FULL, True, 20),
        ("sync", IOERR_FSYNC, False, 5),
        ("sync", IOERR_FSYNC, True, 5),
        ("truncate", IOERR_TRUNCATE, False, 1),
    ],
    ids=["EIO", "ENOSPC", "fsync", "fsync again and again", "ftruncate"],
)
def test_each_operation_on_the_disk_may_fail(
    kind: str, code: int, lasting: bool, least: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`lasting` faults last until the caller was told of one."""
    monkeypatch.setattr(sqlite_engine, "CHECKPOINT_BYTES", 60_000)  # so that checkpoints are hit too
    path, count, seen = tmp_path / "study.db", 0, 0
    with installed(Disk(tmp_path)) as disk, open_store(path) as store:
        while seen >= count:
            count, seen = count + 1, 0
            caller = Caller(store, path, f"s{count}")

            def fault(_: int, op: Op, caller: Caller = caller, count: int = count) -> int:
                nonlocal seen
                seen += op.kind == kind
                now = seen == count or (lasting and seen > count and caller.failures == 0)
                return code if op.kind == kind and now else 0

            disk.fault = fault
            caller.work()
            disk.fault = None
            check_end(store, caller.name)
    assert count > least
    with open_store(path) as store:
        for i in range(1, count + 1):
            check_end(store, f"s{i}")


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(
    ("method", "words", "least"), [("do_execute", "database is locked", 30), ("do_commit", "disk I/O error", 5)]
)
def test_each_statement_and_commit_may_fail(
    method: str, words: str, least: int, moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`after` a commit: the connection is lost when the outcome stands, and the caller does not know."""
    real = getattr(DefaultDialect, method)
    left = count = 0

    def failing(self: DefaultDialect, *arguments: Any, **named: Any) -> None:
        nonlocal left
        left -= 1
        if left != 0 or moment == "after":
            real(self, *arguments, **named)
        if left == 0:
            raise sqlite3.OperationalError(words)

    monkeypatch.setattr(DefaultDialect, method, failing)
    path = tmp_path / "study.db"
    with open_store(path) as store:
        while left <= 0:
            count += 1
            caller = Caller(store, path, f"s{count}")
            left = count
            caller.work()
            assert caller.failures == (left <= 0)
            kept, left = left, 0
            check_end(store, caller.name)
            left = kept
    left = -1  # no fault any more
    assert count > least
    with open_store(path) as store:
        for i in range(1, count + 1):
            check_end(store, f"s{i}")
