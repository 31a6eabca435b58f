"""Which files may be a SQLite store, and the mark that makes them one."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from ayar.base import filelock
from ayar.base.errors import NotAStore, StoreNotWritable, StoreTooNew, StoreUnreadable

APPLICATION_ID = 0x41594152
""""AYAR" in ASCII."""

MAGIC = b"SQLite format 3\x00"
MARK = ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
"""What tells whose file it is, of which format, and whether it has tables."""
NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "lustre", "beegfs", "gpfs", "ceph", "fuse.sshfs", "ncpfs"}
)


def check_file(path: Path, lock: Path) -> None:
    """Refuse what cannot become, or is not, an Ayar store; touches nothing.

    Raises:
        NotAStore: the file holds something else, or the folder lies on a network file system.
        StoreNotWritable: the folder is missing. StoreUnreadable: the file may not be read.
    """
    if not path.parent.is_dir():
        raise StoreNotWritable(f"expected a folder at {path.parent}, found none; create it, or name another file")
    if path.is_dir():
        raise NotAStore(f"expected a file, got the folder {path}; name a file in it, such as {path / 'ayar.db'}")
    if path.exists() and not os.access(path, os.R_OK):
        raise StoreUnreadable(f"cannot read {path} (Permission denied); change its permissions or name another file")
    # Closing a file lets go of the locks that SQLite holds on it anywhere in this process. So it is opened only where
    # no store can be open; a stranger's file has no lock of ours beside it.
    head = b"" if lock.exists() else _head(path)
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


def is_protected(path: Path, lock: Path) -> bool:
    """Whether a file that is there can be read only: itself, its folder or what lies beside it is not ours to write."""
    return path.exists() and any(map(_is_foreign, (path.parent, path, lock, Path(f"{path}-wal"))))


def _is_foreign(file: Path) -> bool:
    """Whether a file is there that we may not write. Asked again: the log comes and goes as others open and close."""
    return not os.access(file, os.W_OK) and file.exists() and not os.access(file, os.W_OK)


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


def mark_file(path: Path, version: int, journal: str) -> int:
    """Check that `path` is ours and readable; make it ours if it is new. To be called under the lock.

    Returns:
        The format of its tables; 0 where they are still to be made.

    Raises:
        NotAStore: another program's database. StoreTooNew: its format is above `version`.
    """
    with closing(sqlite3.connect(path, timeout=filelock.WAIT_SECONDS, isolation_level=None)) as database:
        mark, found, known = _mark(database)
        check_mark(path, mark, found, known, version)
        if not known:
            path.chmod(0o600)
            database.execute(f"PRAGMA journal_mode={journal}")
            database.execute(f"PRAGMA application_id={APPLICATION_ID}")
            database.execute(f"PRAGMA user_version={version}")
        return found if known else 0


def _mark(database: sqlite3.Connection) -> tuple[int, int, int]:
    mark, found, known = (database.execute(sql).fetchone()[0] for sql in MARK)
    return mark, found, known


def check_mark(path: Path, mark: int, found: int, known: int, version: int) -> None:
    """Refuse another program's database and a newer format.

    Arguments:
        path: for the message.
        mark, found, known: what `MARK` read.
        version: the highest format that is read.
    """
    if mark != APPLICATION_ID and known:
        raise NotAStore(f"expected an Ayar store, but {path} is another program's database; name another file")
    if mark == APPLICATION_ID and found > version:
        raise StoreTooNew(f"{path} has store format {found}; this Ayar reads formats up to {version}. Upgrade Ayar")


def check_whole(path: Path) -> None:
    """Look for damage after a machine or process ended without closing the store. To be called under the lock.

    Raises:
        StoreUnreadable: SQLite found some.
    """
    with closing(sqlite3.connect(path, timeout=filelock.WAIT_SECONDS, isolation_level=None)) as database:
        [said] = database.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        found = " ".join(said.split())
        raise StoreUnreadable(f"{path} is damaged ({found}); copy it before anything else, then open it for reading")


def copy_aside(path: Path, target: Path) -> None:
    """Copy a database, whole or not at all, through SQLite's backup interface. To be called under the lock."""
    unfinished = target.with_name(f"{target.name}.tmp")
    unfinished.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database, closing(sqlite3.connect(unfinished)) as copy:
        database.backup(copy)
    unfinished.chmod(0o600)
    unfinished.replace(target)
