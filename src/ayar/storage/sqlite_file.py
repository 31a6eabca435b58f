"""Which files may be a SQLite store: what is refused before the database is opened."""

from pathlib import Path

from ayar.base.errors import NotAStore, StoreNotWritable, StoreUnreadable

MAGIC = b"SQLite format 3\x00"
NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "lustre", "beegfs", "gpfs", "ceph", "fuse.sshfs", "ncpfs"}
)


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
