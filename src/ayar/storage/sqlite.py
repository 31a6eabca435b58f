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
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
from sqlalchemy import Connection
from sqlalchemy.dialects.sqlite import insert as upsert

from ayar.base import filelock
from ayar.base.clock import SYSTEM, Clock
from ayar.base.errors import DiskFailed, ResultKept, StoreError, StoreNotWritable, TellRefused
from ayar.base.failpoint import reach
from ayar.base.filelock import FileLock
from ayar.base.jsontext import wrap
from ayar.storage import migrations, tables
from ayar.storage.base import Appended
from ayar.storage.pending import Kept, Pending, birth
from ayar.storage.place import EngineOfProcess, Place
from ayar.storage.rows import putting
from ayar.storage.sql import SqlStore
from ayar.storage.sqlite_engine import checkpoint, open_engine, open_reader
from ayar.storage.sqlite_file import MARK, check_file, check_mark, check_whole, copy_aside, is_protected, mark_file
from ayar.storage.sqlite_words import in_our_words
from ayar.storage.transaction import Times
from ayar.trial import events as ev

T = TypeVar("T")

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

    def __init__(self, path: Path, address: str, *, readonly: bool) -> None:
        """Open `path`, and make it a store if there is no file yet; see `SqliteStore`."""
        self._path = path
        self.address = address
        _check_version(sqlite3.sqlite_version_info)
        lock = Path(f"{path}.lock")
        check_file(path, lock)
        self._lock = FileLock(lock)
        self.readonly = readonly or is_protected(path, lock)
        self._engines = EngineOfProcess(lambda: open_reader(path) if self.readonly else open_engine(path))
        if self.readonly:
            self._check_readable()
        else:
            with in_our_words(path), self._lock.held():
                self._prepare()

    def _check_readable(self) -> None:
        mark, found, known = self.read(lambda c: [c.exec_driver_sql(sql).scalar_one() for sql in MARK])
        check_mark(self._path, mark, found, known, tables.FORMAT)
        if found < tables.FORMAT:
            raise StoreNotWritable(
                f"{self._path} has store format {found}; open it once for writing, so that it is brought to "
                f"{tables.FORMAT}, or read it with the Ayar that wrote it"
            )

    def _prepare(self) -> None:
        log = Path(f"{self._path}-wal")
        if self._lock.is_first() and log.exists() and log.stat().st_size:
            check_whole(self._path)
        found = mark_file(self._path, tables.FORMAT, journal_mode(sqlite3.sqlite_version))
        if not found:
            self.write(tables.metadata.create_all, durable=True)
        elif found < tables.FORMAT:
            copy_aside(self._path, Path(f"{self._path}.format{found}.bak"))
            self.write(lambda connection: _migrate(connection, found), durable=True)

    def fault(self) -> str:
        """What SQLite's check of the whole file, indexes too, says first."""
        said: str = self.read(lambda connection: connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one())
        return "" if said == "ok" else " ".join(said.split())

    def write(self, act: Callable[[Connection], T], *, durable: bool) -> T:
        """Run `act` under the file's lock; FULL syncs the commit to disk, NORMAL leaves it to the system."""
        if self.readonly:
            raise StoreNotWritable(
                f"cannot write {self._path}: it was opened for reading, or file and folder are not yours to write; "
                "change their permissions or name another file"
            )
        with in_our_words(self._path), self._lock.held(), self._engines.get().connect() as raw:
            connection = raw.execution_options(ayar_write="FULL" if durable else "NORMAL")
            with connection.begin():
                answer = act(connection)
                reach("before-commit")
            reach("after-commit")
            checkpoint(connection, self._path)
        return answer

    def read(self, act: Callable[[Connection], T]) -> T:
        """Run `act` in a transaction that only reads."""
        with in_our_words(self._path), self._engines.get().connect() as connection, connection.begin():
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
        if self.readonly:
            self._engines.get().dispose()
            return
        with self._lock.held():
            self._engines.get().dispose()
        self._lock.close()


class SqliteStore(SqlStore):
    """Studies in one SQLite file."""

    def __init__(self, path: str | Path, clock: Clock | None = None, *, readonly: bool = False) -> None:
        """Open `path`, and make it a store if there is no file yet.

        A file that cannot be written is opened for reading. Results that a full disk refused before are delivered.

        Arguments:
            path: the file, or its address `sqlite:///FILE`.
            clock: read in place of this machine's.
            readonly: take no lock that a writer waits for; every write is then refused.

        Raises:
            NotAStore: the file is something else. StoreTooNew: a newer Ayar wrote it.
            StoreNotWritable: there is no file, and none can be made. StoreUnreadable: it may not be read, or is
            damaged.
        """
        path = str(path).removeprefix("sqlite://").removeprefix("/") if "://" in str(path) else path
        file = Path(path).absolute()
        place = SqlitePlace(file, f"sqlite:///{path}", readonly=readonly)
        super().__init__(place, clock)
        self._pending = Pending(Path(f"{file}.pending"))
        if not place.readonly:
            self._deliver()

    def append(
        self,
        study: int,
        bodies: Sequence[ev.Body],
        *,
        worker: str = "",
        fence: ev.Lease | None = None,
        key: str | None = None,
        durable: bool = True,
    ) -> Appended:
        """Write `bodies` as the next events; a result for which the disk has no room is kept beside the store.

        Raises:
            ResultKept: it was not written, and will be when the store is next opened.
        """
        try:
            return super().append(study, bodies, worker=worker, fence=fence, key=key, durable=durable)
        except DiskFailed as error:
            if key is None or not any(isinstance(body, ev.TrialTold) for body in bodies):
                raise
            try:
                self._pending.save(Kept.of(self.read(study, 0, 1)[0], study, bodies, worker, fence, key))
            except OSError:
                raise error from None
            raise ResultKept(
                f"{error}. The result is kept in the folder {self.address.removeprefix('sqlite:///')}.pending and "
                "will be delivered when the store is next opened"
            ) from error

    def _deliver(self) -> None:
        """Write what an earlier process had to keep; its key makes sure that it is written once."""
        for path, kept in self._pending:
            if [birth(first) for first in self.read(kept.study, 0, 1)] != [kept.birth]:
                continue
            try:
                super().append(kept.study, kept.decoded(), worker=kept.worker, fence=kept.fence, key=kept.key)
            except TellRefused as refused:
                super().append(kept.study, [_refused(kept, str(refused))], worker=kept.worker, key=f"late:{kept.key}")
            except DiskFailed:
                return
            self._pending.forget(path)


def _refused(kept: Kept, why: str) -> ev.TellRefused:
    """The event that keeps a result which came too late."""
    [told] = [body for body in kept.decoded() if isinstance(body, ev.TrialTold)]
    return ev.TellRefused(told.number, told.token, None, why, wrap(msgspec.to_builtins(told)))


def _migrate(connection: Connection, found: int) -> None:
    migrations.migrate(connection, found)
    connection.exec_driver_sql(f"PRAGMA user_version={tables.FORMAT}")


def _check_version(found: tuple[int, ...]) -> None:
    if found < _OLDEST:
        raise StoreError(
            f"expected SQLite {'.'.join(map(str, _OLDEST))} or newer, this Python has {'.'.join(map(str, found))}; "
            "use a newer Python build, or a PostgreSQL server"
        )
