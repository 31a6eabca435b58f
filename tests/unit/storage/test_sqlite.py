"""The SQLite file: what is refused, how it is opened, how writes are made safe."""

import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from ayar.base import filelock
from ayar.base.errors import NotAStore, StoreBusy, StoreNotWritable, StoreTooNew, StoreUnreadable
from ayar.storage import sqlite, sqlite_file
from ayar.storage.base import Worker
from ayar.storage.rows import RowsTransaction
from ayar.storage.sqlite import SqliteStore
from ayar.storage.sqlite_engine import CHECKPOINT_BYTES
from ayar.storage.sqlite_file import APPLICATION_ID, file_system
from ayar.testing.store_suite import asked, created, granted, told
from ayar.trial import events as ev


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "study.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(path) as store:
        yield store


def pragma(path: Path, name: str) -> Any:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(f"PRAGMA {name}").fetchone()[0]


# -- what is refused -----------------------------------------------------------------------------------------------


def test_a_file_that_is_something_else_is_left_alone(path: Path) -> None:
    path.write_text("name,value\n1,2\n")
    with pytest.raises(
        NotAStore, match=r"expected an Ayar store \(a SQLite file\).*starts with b'name,value.*another file"
    ):
        SqliteStore(path)
    assert path.read_text() == "name,value\n1,2\n"


def test_another_program_s_database_is_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE mine (x)")
    before = path.read_bytes()
    with pytest.raises(NotAStore, match=r"another program's database; name another file"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_a_store_of_a_newer_version_is_left_alone(path: Path) -> None:
    SqliteStore(path).close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version=99")
    with pytest.raises(StoreTooNew, match=r"has store format 99; this Ayar reads formats up to 1\. Upgrade Ayar"):
        SqliteStore(path)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(NotAStore, match=r"expected a file, got the folder .*such as .*ayar\.db"):
        SqliteStore(tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreNotWritable, match=r"expected a folder at .*nowhere, found none; create it"):
        SqliteStore(tmp_path / "nowhere" / "study.db")


AS_NOBODY = """
import os, sys
import ayar.storage.sqlite
from ayar.base.errors import StoreError
from ayar.testing.store_suite import created
if os.getuid() == 0:
    os.setuid(65534)
try:
    store = ayar.storage.sqlite.SqliteStore(sys.argv[1])
    print(len(store.studies()), "study")
    store.create(created("mine"))
except StoreError as error:
    print(type(error).__name__, error)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that another user reaches, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def said_to_nobody(path: Path) -> str:
    command = [sys.executable, "-c", AS_NOBODY, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_read_only_folder_takes_no_new_store(folder: Path) -> None:
    folder.chmod(0o555)
    assert re.search(r"StoreNotWritable cannot write .*; choose a folder", said_to_nobody(folder / "study.db"))


def test_a_store_in_a_read_only_folder_is_read_and_not_written(folder: Path) -> None:
    with SqliteStore(folder / "study.db") as store:
        store.create(created())
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)
    said = said_to_nobody(folder / "study.db")
    assert re.fullmatch(r"1 study\nStoreNotWritable cannot write .*: it was opened for reading, or file.*\n", said)
    assert sorted(file.name for file in folder.iterdir()) == ["study.db", "study.db.lock"]


def test_a_store_under_way_is_read_by_one_who_may_not_write_it(folder: Path) -> None:
    with SqliteStore(folder / "study.db") as store:
        store.create(created())
        for file in folder.iterdir():
            file.chmod(0o644)
        assert said_to_nobody(folder / "study.db").startswith("1 study\nStoreNotWritable cannot write")
        store.create(created("another"))
        assert said_to_nobody(folder / "study.db").startswith("2 study\n")


def test_a_file_of_another_user_is_refused(folder: Path) -> None:
    SqliteStore(folder / "study.db").close()
    (folder / "study.db").chmod(0o000)
    assert re.search(
        r"StoreUnreadable cannot read .*study\.db \(Permission denied\)", said_to_nobody(folder / "study.db")
    )


def test_a_damaged_file_is_told_apart(path: Path) -> None:
    with SqliteStore(path) as store:
        study = store.create(created()).id
        store.append(study, [ev.Recorded("a", "x" * 1000) for _ in range(100)])
    damaged = bytearray(path.read_bytes())
    damaged[4096 * 8 : 4096 * 20] = b"\xff" * (4096 * 12)
    path.write_bytes(damaged)
    with SqliteStore(path) as store, pytest.raises(StoreUnreadable, match=r"damaged"):
        store.read(1, 0)


@pytest.fixture
def killed(path: Path) -> Path:
    """A store whose last process was killed after a write, so its log was not copied back."""
    code = f"""
import os
from ayar.storage.sqlite import SqliteStore
from ayar.testing.store_suite import created
from ayar.trial import events as ev
store = SqliteStore({str(path)!r})
study = store.create(created()).id
store.append(study, [ev.Recorded("a", "x" * 1000) for _ in range(100)])
store.close()
store = SqliteStore({str(path)!r})
store.append(study, [ev.Recorded("last", 1)])
os._exit(0)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    assert Path(f"{path}-wal").stat().st_size > 0
    return path


def test_after_an_unclean_end_damage_is_found_when_the_store_is_opened(killed: Path) -> None:
    damaged = bytearray(killed.read_bytes())
    damaged[4096 * 8 : 4096 * 20] = b"\xff" * (4096 * 12)
    killed.write_bytes(damaged)
    with pytest.raises(
        StoreUnreadable, match=r"is damaged \(.*\); copy it before anything else, then open it for read"
    ):
        SqliteStore(killed)
    with SqliteStore(killed, readonly=True) as store:
        assert [entry.name for entry in store.studies()] == ["s"], "what is whole can be read"


def checks(path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often opening looks for damage."""
    seen: list[Path] = []
    monkeypatch.setattr(sqlite, "check_whole", seen.append)
    SqliteStore(path).close()
    return len(seen)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="locks of an open file are Linux's")
def test_damage_is_looked_for_after_an_unclean_end_only(killed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks(killed, monkeypatch) == 1
    assert checks(killed, monkeypatch) == 0, "it was closed now"
    with SqliteStore(killed) as store:
        store.append(1, [ev.Recorded("a", 1)])
        assert Path(f"{killed}-wal").stat().st_size > 0
        assert checks(killed, monkeypatch) == 0, "another store has it open: the log is in use"


def test_a_network_file_system_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_file, "file_system", lambda folder: "nfs4")
    with pytest.raises(NotAStore, match=r"network file system \(nfs4\).*use a local disk, or a shared PostgreSQL"):
        SqliteStore(path)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc/mounts")
def test_the_file_system_is_that_of_the_nearest_mount() -> None:
    assert file_system(Path("/proc/self")) == "proc"


# -- how it is opened ----------------------------------------------------------------------------------------------


def test_the_file_is_marked_private_and_write_ahead(store: SqliteStore, path: Path) -> None:
    assert pragma(path, "application_id") == APPLICATION_ID
    assert pragma(path, "user_version") == 1
    assert pragma(path, "journal_mode") == "wal"
    for name in ("study.db", "study.db.lock"):
        assert stat.S_IMODE((path.parent / name).stat().st_mode) == 0o600


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    path.touch()
    with SqliteStore(path) as store:
        assert list(store.studies()) == []


def test_a_store_whose_making_was_cut_short_is_made_again(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute(f"PRAGMA application_id={APPLICATION_ID}")
    with SqliteStore(path) as store:
        store.create(created())


def test_closing_twice_is_harmless_and_leaves_one_file_with_its_lock(path: Path) -> None:
    store = SqliteStore(path)
    store.create(created())
    store.close()
    store.close()
    assert sorted(file.name for file in path.parent.iterdir()) == ["study.db", "study.db.lock"]


def test_a_store_left_without_closing_is_closed(path: Path) -> None:
    SqliteStore(path).create(created())
    assert sorted(file.name for file in path.parent.iterdir()) == ["study.db", "study.db.lock"]


# -- how writes are made safe --------------------------------------------------------------------------------------


def statements(act: Callable[[], Any]) -> list[str]:
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement.split("\n", maxsplit=1)[0])

    event.listen(Engine, "before_cursor_execute", note)
    act()
    event.remove(Engine, "before_cursor_execute", note)
    return seen


def test_an_append_is_synced_to_disk_under_an_immediate_lock(store: SqliteStore) -> None:
    study = store.create(created()).id
    seen = statements(lambda: store.append(study, [ev.Recorded("a", 1)]))
    assert seen[:2] == ["PRAGMA synchronous=FULL", "BEGIN IMMEDIATE"]


def test_a_bare_claim_is_not_synced_since_nobody_was_told_of_it(store: SqliteStore) -> None:
    study = store.create(created()).id
    seen = statements(lambda: store.claim(study, Worker("w"), 60.0))
    assert seen[:2] == ["PRAGMA synchronous=NORMAL", "BEGIN IMMEDIATE"]


def test_reading_takes_no_write_lock(store: SqliteStore) -> None:
    study = store.create(created()).id
    assert statements(lambda: store.read(study, 0))[0] == "BEGIN"


def test_a_write_costs_the_same_number_of_statements_however_long_the_log(store: SqliteStore) -> None:
    study = store.create(created()).id

    def trial() -> None:
        lease = granted(store.claim(study, Worker("w"), 60.0))
        store.append(study, [asked(lease)], fence=lease)
        store.append(study, [told(lease)], fence=lease, key=f"tell:{lease.number}")

    first = statements(trial)
    for _ in range(50):
        trial()
    assert statements(trial) == first


def test_a_reader_under_way_holds_up_no_writer_and_the_log_is_emptied_later(store: SqliteStore, path: Path) -> None:
    study = store.create(created()).id
    log = Path(f"{path}-wal")
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM event").fetchone()
        while log.stat().st_size <= CHECKPOINT_BYTES * 1.2:
            store.append(study, [ev.Recorded("a", "x" * 200_000)], durable=False)
        assert reader.execute("SELECT count(*) FROM event").fetchone() == (1,), "a reader sees one moment"
    store.append(study, [ev.Recorded("a", 1)])
    assert log.stat().st_size == 0


def test_a_lock_that_stays_taken_is_an_error_to_try_again(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    study = store.create(created()).id
    monkeypatch.setattr(filelock, "WAIT_SECONDS", 0.0)
    with Path(f"{path}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(StoreBusy, match=r"stayed locked.*nothing was written, trying again is safe"):
            store.append(study, [ev.Recorded("a", 1)])
    store.append(study, [ev.Recorded("a", 1)])


def test_an_interrupt_within_a_write_writes_nothing(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    study = store.create(created()).id

    def interrupted(*_: object) -> Any:
        raise KeyboardInterrupt

    save = RowsTransaction.save
    monkeypatch.setattr(RowsTransaction, "save", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.append(study, [ev.TrialEnqueued(0, {})])
    monkeypatch.setattr(RowsTransaction, "save", save)
    assert granted(store.claim(study, Worker("w"), 60.0)).number == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_uses_a_store_opened_before_the_fork(path: Path) -> None:
    code = f"""
import os
from ayar.storage.sqlite import SqliteStore
from ayar.storage.sqlite_engine import CHECKPOINT_BYTES
from ayar.storage.sqlite_file import APPLICATION_ID, file_system
from ayar.testing.store_suite import created
from ayar.trial import events as ev
store = SqliteStore({str(path)!r})
study = store.create(created()).id
pid = os.fork()
store.append(study, [ev.Recorded("parent" if pid else "child", i) for i in range(1)])
for i in range(200):
    store.append(study, [ev.Recorded("more", i)], durable=False)
if pid == 0:
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
print(len(store.read(study, 0)))
"""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert (done.stdout, done.stderr) == ("403\n", "")


# -- reading only --------------------------------------------------------------------------------------------------


def test_a_reader_takes_no_lock_and_changes_nothing(store: SqliteStore, path: Path) -> None:
    study = store.create(created()).id
    before = path.read_bytes()
    with store._place._lock.held(), SqliteStore(path, readonly=True) as reader:  # type: ignore[attr-defined]
        assert len(reader.read(study, 0)) == 1
        store.append(study, [ev.Recorded("a", 1)])
        assert len(reader.read(study, 0)) == 2, "it sees what is written meanwhile"
        with pytest.raises(StoreNotWritable, match=r"cannot write .*: it was opened for reading"):
            reader.append(study, [ev.Recorded("a", 1)])
        with pytest.raises(StoreNotWritable):
            reader.claim(study, Worker("w"), 60.0)
    assert path.read_bytes() == before


def test_reading_makes_no_store(path: Path) -> None:
    with pytest.raises(StoreNotWritable, match=r"cannot open"):
        SqliteStore(path, readonly=True)
    assert not path.exists()


def test_opening_twice_in_one_process_keeps_the_first_one_s_locks(store: SqliteStore, path: Path) -> None:
    study = store.create(created()).id
    SqliteStore(path).close()  # had it read the file by itself, closing that would have dropped SQLite's locks
    another = f"from ayar.storage.sqlite import SqliteStore; SqliteStore({str(path)!r}).close()"
    subprocess.run([sys.executable, "-c", another], check=True)
    store.append(study, [ev.Recorded("kept", 1)])
    assert Path(f"{path}-wal").exists(), "the other process did not take itself for the last one"
    with SqliteStore(path, readonly=True) as reader:
        assert len(reader.read(study, 0)) == 2


def test_damage_that_no_reading_meets_is_found_by_the_audit(path: Path) -> None:
    with SqliteStore(path) as store:
        study = store.create(created()).id
        for place in range(200):
            store.append(study, [ev.Recorded("note", {"text": "x" * 200})], key=f"note {place}")
        assert not store.audit(study)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [page] = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'event_key'").fetchone()
        [size] = database.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size + 8)
        file.write(b"\xff" * 600)
    found = pytest.raises(StoreUnreadable, match=r"is damaged \(.*\); copy it before anything else")
    with SqliteStore(path) as store, found:
        store.audit(study)


def test_a_write_that_an_interrupt_left_open_is_undone_by_the_next(path: Path) -> None:
    with SqliteStore(path) as store:
        left = store._place._engines.get().connect().execution_options(ayar_write="FULL")  # type: ignore[attr-defined]
        left.begin()  # an interrupt between this and the block that would end it
        store.create(created("s"))  # without waiting for itself
        assert len(store.studies()) == 1
        left.invalidate()
