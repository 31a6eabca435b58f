"""SQLite's recipe: one file, write-ahead log, every write under one lock of the operating system.

Up to 3.51.2 (but 3.44.6 and 3.50.7) a commit that resets the write-ahead log during a checkpoint may corrupt the file,
and most Python builds carry such a version. So automatic checkpoints are off, and every write, checkpoint and close
holds an exclusive lock on `FILE.lock`. Writers are serial anyway. The lock also hands over quickly, which SQLite's own
busy waiting does not. Without such a lock (no `fcntl`) the rollback journal is used.
Source: sqlite.org/wal.html, section "The WAL-Reset Bug"; sqlite.org/pragma.html.
"""

import importlib
import importlib.util
import os
import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

from ayar.base.errors import NotAStore, StoreBusy, StoreNotWritable, StoreTooNew, StoreUnreadable

APPLICATION_ID = 0x41594152
""""AYAR" in ASCII."""
WAIT_SECONDS = 30.0
CHECKPOINT_BYTES = 4 * 2**20
"""The write-ahead log is copied back once it is larger; SQLite's own default is 1,000 pages, the same."""
NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "lustre", "beegfs", "gpfs", "ceph", "fuse.sshfs", "ncpfs"}
)
# Windows has no such lock, and so gets no write-ahead log.
fcntl: Any = importlib.import_module("fcntl") if importlib.util.find_spec("fcntl") else None
MAGIC = b"SQLite format 3\x00"


def check_file(path: Path) -> None:
    """Refuse what cannot become, or is not, an Ayar store; touches nothing.

    Raises:
        NotAStore: the file holds something else, or the folder lies on a network file system.
        StoreNotWritable: the folder is missing.
    """
    if not path.parent.is_dir():
        raise StoreNotWritable(f"expected a folder at {path.parent}, found none; create it, or name another file")
    if path.is_dir():
        raise NotAStore(f"expected a file, got the folder {path}; name a file in it, such as {path / 'ayar.db'}")
    head = _head(path)
    if head not in (b"", MAGIC):
        raise NotAStore(f"expected an Ayar store (a SQLite file), but {path} starts with {head!r}; name another file")
    kind = file_system(path.parent)
    if kind in NETWORK_FILE_SYSTEMS:
        raise NotAStore(
            f"{path} lies on a network file system ({kind}), where SQLite's locks are not to be trusted; use a local "
            "disk, or a shared PostgreSQL server"
        )


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC))
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise StoreUnreadable(
            f"cannot read {path} ({error.strerror}); change its permissions or name another file"
        ) from None


def file_system(folder: Path) -> str:
    """Type of the file system that holds `folder`, from /proc/mounts; "" where that is not known."""
    try:
        mounts = Path("/proc/mounts").read_text().splitlines()
    except OSError:
        return ""
    place, best, kind = str(folder.resolve()), "", ""
    for line in mounts:
        point, name = line.split()[1:3]
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, name
    return kind


def open_engine(path: Path) -> Engine:
    """An engine on `path`; transactions with the option `ayar_write` (FULL or NORMAL) start as `BEGIN IMMEDIATE`.

    The option is SQLite's synchronous level: under the write-ahead log FULL syncs each commit, NORMAL does not.
    """
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": WAIT_SECONDS}, pool_size=2, max_overflow=2)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("foreign_keys=ON", "mmap_size=0", "synchronous=FULL", "wal_autocheckpoint=0"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        level = connection.get_execution_options().get("ayar_write")
        if level is not None:
            connection.exec_driver_sql(f"PRAGMA synchronous={level}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if level else "BEGIN")

    return engine


class FileLock:
    """One exclusive lock for all writers of a file: threads by a mutex, processes by `flock`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mutex = threading.RLock()
        self._depth = 0
        self._file = -1
        self._pid = -1

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock; waits at most 30 s.

        Raises:
            StoreBusy: another process held it all that time.
            StoreNotWritable: the lock file cannot be made.
        """
        if self._pid not in (-1, os.getpid()):
            # After fork: a thread of the parent may have held the mutex, and does not run here.
            self._mutex, self._depth = threading.RLock(), 0
        with self._mutex:
            if self._depth == 0:
                self._acquire()
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0 and fcntl is not None:
                    fcntl.flock(self._file, fcntl.LOCK_UN)

    def _acquire(self) -> None:
        if fcntl is None:
            return
        if self._pid != os.getpid():
            # A descriptor inherited by fork shares its lock with the parent: open one's own.
            self._file, self._pid = self._open(), os.getpid()
        deadline = time.monotonic() + WAIT_SECONDS
        while not self._try():
            if time.monotonic() > deadline:
                raise StoreBusy(
                    f"{self._path} stayed locked for {WAIT_SECONDS:.0f} s; nothing was written, trying again is safe. "
                    "Is another process stopped while writing?"
                )
            # A commit takes a few milliseconds; random waits keep the waiting processes from moving in step.
            time.sleep(random.uniform(0.0002, 0.0012))

    def _open(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreNotWritable(
                f"cannot write {self._path} ({error.strerror}); choose a folder you can write to"
            ) from None

    def _try(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Close the lock's file."""
        if self._pid == os.getpid():
            os.close(self._file)
        self._pid = -1


def mark_file(path: Path, version: int) -> bool:
    """Check that `path` is ours and readable; make it ours if it is new. To be called under the lock.

    Returns:
        Whether the tables are still to be made.

    Raises:
        NotAStore: another program's database. StoreTooNew: its format is above `version`.
    """
    with closing(sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)) as database:
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
            database.execute(f"PRAGMA journal_mode={'DELETE' if fcntl is None else 'WAL'}")
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
            database.execute(f"PRAGMA busy_timeout={WAIT_SECONDS * 1000:.0f}")
