"""A disk that is full when a result comes: it is kept beside the store, and delivered once."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from ayar.base.errors import DiskFailed, ResultKept
from ayar.storage.base import Worker
from ayar.storage.sqlite import SqliteStore
from ayar.testing.fake_clock import FakeClock
from ayar.testing.store_suite import asked, created, granted, kinds, told
from ayar.trial import events as ev

ANN, BEN = Worker("ann"), Worker("ben")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "study.db"


@contextmanager
def full_disk() -> Iterator[None]:
    """Every new connection refuses to let its file grow: SQLite then says that the disk is full."""

    def no_room(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA max_page_count=1")  # what there is stays

    event.listen(Engine, "connect", no_room)
    try:
        yield
    finally:
        event.remove(Engine, "connect", no_room)


def big(lease: ev.Lease) -> ev.TrialTold:
    return ev.TrialTold(
        lease.number, lease.attempt, lease.token, told(lease).state, (0.25,), attrs={"notes": "x" * 50_000}
    )


def running(path: Path, clock: FakeClock, budget: int = 1) -> tuple[int, ev.Lease]:
    with SqliteStore(path, clock) as store:
        study = store.create(created(max_trials=budget, retries={"lost": 1})).id
        lease = granted(store.claim(study, ANN, 60.0))
        store.append(study, [asked(lease)], fence=lease)
    return study, lease


def told_in_vain(path: Path, clock: FakeClock, study: int, lease: ev.Lease) -> None:
    """A tell while the file cannot grow."""
    with full_disk(), SqliteStore(path, clock) as store:
        with pytest.raises(ResultKept, match=r"is full; nothing was written.*kept in the folder .*study\.db\.pending"):
            store.append(study, [big(lease)], fence=lease, key="tell", worker="ann")
        assert kinds(store, study)[-1] == "TrialAsked", "nothing of it was written"


def test_a_result_the_disk_had_no_room_for_is_delivered_once_when_the_store_is_opened(path: Path) -> None:
    clock = FakeClock()
    study, lease = running(path, clock)
    told_in_vain(path, clock, study, lease)
    told_in_vain(path, clock, study, lease)
    assert len(list(Path(f"{path}.pending").iterdir())) == 1
    for _ in range(2):
        with SqliteStore(path, clock) as store:
            assert kinds(store, study).count("TrialTold") == 1
            [told_event] = [event for event in store.read(study, 0) if event.kind == "TrialTold"]
            assert (told_event.body.values, told_event.worker, told_event.key) == ((0.25,), "ann", "tell")
    assert not Path(f"{path}.pending").exists()


def test_a_result_that_comes_after_another_took_the_trial_over_is_kept_as_refused(path: Path) -> None:
    clock = FakeClock()
    study, lease = running(path, clock)
    told_in_vain(path, clock, study, lease)
    kept = Path(f"{path}.pending").rename(path.parent / "later")
    clock.advance(61.0)
    with SqliteStore(path, clock) as store:
        again = granted(store.claim(study, BEN, 60.0))
        store.append(study, [ev.TrialResumed(0, 2, "retry", again)], fence=again)
    kept.rename(f"{path}.pending")
    with SqliteStore(path, clock) as store:
        last = store.read(study, 0)[-1].body
        assert isinstance(last, ev.TellRefused)
        assert (last.number, last.token, last.refused["values"]) == (0, lease.token, [0.25])
        store.append(study, [told(again)], fence=again)
    assert not Path(f"{path}.pending").exists()


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty"])
def test_a_torn_file_is_left_alone_and_stops_nothing(path: Path, damage: str) -> None:
    clock = FakeClock()
    study, lease = running(path, clock)
    told_in_vain(path, clock, study, lease)
    [kept] = Path(f"{path}.pending").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes({"cut": whole[:-10], "flipped": whole[:-1] + b"?", "empty": b""}[damage])
    with SqliteStore(path, clock) as store:
        assert kinds(store, study)[-1] == "TrialAsked"
        store.append(study, [told(lease)], fence=lease)
    assert kept.exists()


def test_what_is_no_result_is_not_kept(path: Path) -> None:
    clock = FakeClock()
    study, _ = running(path, clock)

    with (
        full_disk(),
        SqliteStore(path, clock) as store,
        pytest.raises(DiskFailed, match=r"full; nothing was written") as error,
    ):
        store.append(study, [ev.Recorded("a", "x" * 100_000)])
    assert not isinstance(error.value, ResultKept)
    assert not Path(f"{path}.pending").exists()


@pytest.mark.parametrize("made_anew", [False, True])
def test_a_result_is_not_delivered_to_another_store_of_the_same_name(path: Path, made_anew: bool) -> None:
    clock = FakeClock()
    study, lease = running(path, clock)
    told_in_vain(path, clock, study, lease)
    for file in (path, Path(f"{path}.lock")):
        file.unlink()
    clock.advance(1.0)
    if made_anew:
        running(path, clock)
    with SqliteStore(path, clock) as store:
        assert [kinds(store, entry.id)[-1] for entry in store.studies()] == ["TrialAsked"] * made_anew
    assert len(list(Path(f"{path}.pending").iterdir())) == 1


LIMITED = """
import resource, signal, sys
from ayar.base.errors import ResultKept
from ayar.storage.base import Worker
from ayar.storage.sqlite import SqliteStore
from ayar.testing.store_suite import asked, created, granted
from ayar.trial import events as ev
from ayar.trial.state import State
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = SqliteStore(sys.argv[1])
study = store.create(created(retries={"lost": 3})).id
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
while True:
    lease = granted(store.claim(study, Worker("w"), 60.0))
    store.append(study, [asked(lease)], fence=lease)
    told = ev.TrialTold(lease.number, 1, lease.token, State.COMPLETE, (0.5,), attrs={"notes": "x" * 200_000})
    try:
        store.append(study, [told], fence=lease, key=f"tell:{lease.number}")
    except ResultKept:
        print(lease.number)
        break
    print(lease.number, flush=True)
"""


def test_every_result_that_was_told_or_kept_is_there_after_the_system_let_no_file_grow(path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True, check=True)
    told_numbers = [int(line) for line in done.stdout.split()]
    assert len(told_numbers) > 3
    assert Path(f"{path}.pending").is_dir()
    with SqliteStore(path) as store:
        in_log = [event.body.number for event in store.read(1, 0, 10_000) if event.kind == "TrialTold"]
        assert in_log == told_numbers == list(range(len(told_numbers)))
        granted(store.claim(1, ANN, 60.0))
    assert not Path(f"{path}.pending").exists()
