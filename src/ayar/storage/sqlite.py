"""SQLite's place: one file, write-ahead log, every write under one lock of the operating system.

Up to 3.51.2 (but 3.44.6 and 3.50.7) a commit that resets the write-ahead log during a checkpoint may corrupt the file,
and most Python builds carry such a version. So automatic checkpoints are off, and every write, checkpoint and close
holds an exclusive lock on `FILE.lock`. Writers are serial anyway. The lock also hands over quickly, which SQLite's own
busy waiting does not. Without such a lock (no `fcntl`) the rollback journal is used on versions that have the bug.
Source: sqlite.org/wal.html, section "The WAL-Reset Bug"; sqlite.org/pragma.html.

Cost: one disk sync per append; a claim that writes no event is not synced, since nobody was told of it yet. Reading
never blocks a writer. Not for network file systems.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DatabaseError

from ayar.base.clock import SYSTEM, Clock
from ayar.base.errors import NotAStore, StoreBusy, StoreError, StoreNotWritable, StoreTooNew, StoreUnreadable
from ayar.base.failpoint import reach
from ayar.storage import filelock, tables
from ayar.storage.filelock import FileLock
from ayar.storage.place import EngineOfProcess, Place
from ayar.storage.rows import putting
from ayar.storage.sql import SqlStore
from ayar.storage.sqlite_file import check_file
from ayar.storage.transaction import Times

T = TypeVar("T")

APPLICATION_ID = 0x41594152
""""AYAR" in ASCII."""
CHECKPOINT_BYTES = 4 * 2**20
"""The write-ahead log is copied back once it is larger; SQLite's own default is 1,000 pages, the same."""
_OLDEST = (3, 37, 0)
"""The first SQLite with STRICT tables."""


def has_reset_bug(version: str) -> bool:
    """Whether a SQLite version may damage a file when a commit resets the write-ahead log during a checkpoint.

    >>> has_reset_bug("3.40.1"), has_reset_bug("3.44.6"), has_reset_bug("3.51.3")
    (True, False, False)
    """
    parts = tuple(map(int, version.split(".")))
    mended = parts >= (3, 51, 3) or (3, 50, 7) <= parts < (3, 51) or (3, 44, 6) <= parts < (3, 45)
    return not mended


def journal_mode(version: str) -> str:
    """How a new file keeps its journal: "WAL", or "DELETE" where the log would be at risk."""
    return "DELETE" if has_reset_bug(version) and filelock.fcntl is None else "WAL"


def wal_case(version: str) -> str:
    """What holds for the write-ahead log under a SQLite version, in words.

    Arguments:
        version: such as `sqlite3.sqlite_version`.
    """
    if not has_reset_bug(version):
        return f"SQLite {version}: write-ahead log; the WAL-reset bug is mended in this version"
    if filelock.fcntl is None:
        return f"SQLite {version} has the WAL-reset bug, and there is no flock here: rollback journal, slower but safe"
    return f"SQLite {version} has the WAL-reset bug: write-ahead log, its writes and checkpoints kept apart by a lock"


class SqlitePlace(Place):
    """One SQLite file and the lock beside it."""

    put = putting(upsert)

    def __init__(self, path: Path, address: str) -> None:
        """Open `path`, and make it a store if there is no file yet; see `SqliteStore`."""
        self._path = path
        self.address = address
        _check_version(sqlite3.sqlite_version_info)
        check_file(path)
        self._lock = FileLock(Path(f"{path}.lock"))
        self._engines = EngineOfProcess(lambda: open_engine(path))
        with _teaching(path), self._lock.held():
            if mark_file(path, tables.FORMAT):
                self.write(tables.metadata.create_all, durable=True)

    def write(self, act: Callable[[Connection], T], *, durable: bool) -> T:
        """Run `act` under the file's lock; FULL syncs the commit to disk, NORMAL leaves it to the system."""
        with _teaching(self._path), self._lock.held(), self._engines.get().connect() as raw:
            connection = raw.execution_options(ayar_write="FULL" if durable else "NORMAL")
            with connection.begin():
                answer = act(connection)
                reach("before-commit")
            reach("after-commit")
            checkpoint(connection, self._path)
        return answer

    def read(self, act: Callable[[Connection], T]) -> T:
        """Run `act` in a transaction that only reads."""
        with _teaching(self._path), self._engines.get().connect() as connection, connection.begin():
            return act(connection)

    def alone(self, connection: Connection) -> None:
        """Nothing to do: a write holds the whole file."""

    def times(self, connection: Connection) -> Times:  # noqa: ARG002 - the workers share this machine
        """This machine's clock."""
        return SYSTEM

    def close(self) -> None:
        """Close under the lock: the last connection to close checkpoints the write-ahead log."""
        if not self._engines.is_ours:
            return
        with self._lock.held():
            self._engines.get().dispose()
        self._lock.close()


class SqliteStore(SqlStore):
    """Studies in one SQLite file."""

    def __init__(self, path: str | Path, clock: Clock | None = None) -> None:
        """Open `path`, and make it a store if there is no file yet.

        Arguments:
            path: the file, or its address `sqlite:///FILE`.
            clock: read in place of this machine's.

        Raises:
            NotAStore: the file is something else. StoreTooNew: a newer Ayar wrote it.
            StoreNotWritable: the file or its folder cannot be written.
        """
        path = str(path).removeprefix("sqlite://").removeprefix("/") if "://" in str(path) else path
        super().__init__(SqlitePlace(Path(path).absolute(), f"sqlite:///{path}"), clock)


def _check_version(found: tuple[int, ...]) -> None:
    if found < _OLDEST:
        raise StoreError(
            f"expected SQLite {'.'.join(map(str, _OLDEST))} or newer, this Python has {'.'.join(map(str, found))}; "
            "use a newer Python build, or a PostgreSQL server"
        )


def open_engine(path: Path) -> Engine:
    """An engine on `path`; transactions with the option `ayar_write` (FULL or NORMAL) start as `BEGIN IMMEDIATE`.

    The option is SQLite's synchronous level: under the write-ahead log FULL syncs each commit, NORMAL does not.
    """
    engine = create_engine(
        f"sqlite:///{path}", connect_args={"timeout": filelock.WAIT_SECONDS}, pool_size=2, max_overflow=2
    )
    # Under a lock of our own we checkpoint ourselves; without one SQLite does, which is safe where the bug is mended.
    automatic = "wal_autocheckpoint=1000" if filelock.fcntl is None else "wal_autocheckpoint=0"

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("foreign_keys=ON", "mmap_size=0", "synchronous=FULL", automatic):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        level = connection.get_execution_options().get("ayar_write")
        if level is not None:
            connection.exec_driver_sql(f"PRAGMA synchronous={level}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if level else "BEGIN")

    return engine


def mark_file(path: Path, version: int) -> bool:
    """Check that `path` is ours and readable; make it ours if it is new. To be called under the lock.

    Returns:
        Whether the tables are still to be made.

    Raises:
        NotAStore: another program's database. StoreTooNew: its format is above `version`.
    """
    with closing(sqlite3.connect(path, timeout=filelock.WAIT_SECONDS, isolation_level=None)) as database:
        mark, found, known = (
            database.execute(sql).fetchone()[0]
            for sql in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
        )
        if mark != APPLICATION_ID and known:
            raise NotAStore(f"expected an Ayar store, but {path} is another program's database; name another file")
        if mark == APPLICATION_ID and found > version:
            raise StoreTooNew(f"{path} has store format {found}; this Ayar reads formats up to {version}. Upgrade Ayar")
        if not known:
            path.chmod(0o600)
            database.execute(f"PRAGMA journal_mode={journal_mode(sqlite3.sqlite_version)}")
            database.execute(f"PRAGMA application_id={APPLICATION_ID}")
            database.execute(f"PRAGMA user_version={version}")
        return not known


def checkpoint(connection: Connection, path: Path) -> None:
    """Copy the write-ahead log back once it is long; to be called under the lock, outside a transaction.

    A reader that is under way keeps the log from being emptied: it is not waited for, the next write tries again.
    """
    try:
        long = Path(f"{path}-wal").stat().st_size > CHECKPOINT_BYTES
    except OSError:
        return
    database = connection.connection.driver_connection
    if long and database is not None:
        database.execute("PRAGMA busy_timeout=0")
        try:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            database.execute(f"PRAGMA busy_timeout={filelock.WAIT_SECONDS * 1000:.0f}")


_TEACHING: tuple[tuple[str, type[StoreError], str], ...] = (
    ("readonly", StoreNotWritable, "cannot write {path}: it is read-only; change its permissions or name another file"),
    ("unable to open", StoreNotWritable, "cannot open {path}; is its folder writable?"),
    ("locked", StoreBusy, "{path} is locked by another program; nothing was written, trying again is safe"),
    (
        "full",
        StoreNotWritable,
        "the disk that holds {path} is full; nothing was written, free some space and try again",
    ),
    ("not a database", NotAStore, "expected an Ayar store, but {path} is not a SQLite database; name another file"),
    ("malformed", StoreUnreadable, "{path} is damaged; copy it before anything else"),
    ("disk i/o", StoreUnreadable, "the disk failed under {path}; nothing was acknowledged. Open the study again"),
)
"""(what SQLite says, our error, our words)."""


@contextmanager
def _teaching(path: Path) -> Iterator[None]:
    """Turn a database error into one that says what happened to which file, and what to do."""
    try:
        yield
    except (DatabaseError, sqlite3.DatabaseError) as error:
        said = str(getattr(error, "orig", error)).lower()
        for words, kind, message in _TEACHING:
            if words in said:
                raise kind(message.format(path=path)) from error
        raise StoreUnreadable(f"{path}: the database said: {said}") from error
