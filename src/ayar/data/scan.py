"""The files a pattern matches, and what the file system says of each without reading it."""

import glob
import os
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path

import msgspec

from ayar.base.errors import ArgumentError, shorten

CHUNK = 2**20


class Fact(msgspec.Struct, frozen=True):
    """One file as it was seen."""

    path: str
    size: int
    """Bytes."""
    written: int
    """Time of the last writing, nanoseconds."""
    changed: int
    """Time of the last change of content, name or rights, as the file system itself keeps it, nanoseconds."""


def find_files(pattern: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> list[str]:
    """Absolute paths of the files of a pattern or a list, sorted, each once; no folders.

    Raises:
        ArgumentError: nothing matches; a file of the list is not there.
    """
    if isinstance(pattern, str | os.PathLike):
        found = glob.glob(os.fspath(pattern), recursive=True)  # noqa: PTH207 - absolute patterns, and twice as fast
        paths = sorted({os.path.abspath(path) for path in found if _is_file(path)})  # noqa: PTH100 - fast
        if not paths:
            raise ArgumentError(_nothing(os.fspath(pattern)))
        return paths
    paths = sorted({os.path.abspath(path) for path in pattern})  # noqa: PTH100 - `resolve` would follow links
    absent = [path for path in paths if not Path(path).is_file()]
    if absent:
        raise ArgumentError(f"ManyFiles: {len(absent)} of {len(paths)} files are not there, the first is {absent[0]}")
    if not paths:
        raise ArgumentError("ManyFiles: expected files, got an empty list")
    return paths


def _is_file(path: str) -> bool:
    """Also of a link that leads nowhere: a file that cannot be read must be named, not passed over."""
    return os.path.isfile(path) or (os.path.islink(path) and not os.path.exists(path))  # noqa: PTH110, PTH113, PTH114 - fast


def _nothing(pattern: str) -> str:
    base = Path(pattern)
    while any(letter in str(base) for letter in "*?["):
        base = base.parent
    where = f"the folder {base} is there" if base.is_dir() else f"there is no folder {base}"
    return (
        f"ManyFiles: no file matches {shorten(pattern, 200)} (looked from {Path.cwd()}; {where}); "
        "** stands for folders at any depth"
    )


def facts_of(paths: Sequence[str]) -> list[Fact]:
    """What the file system says of each file; one that vanished meanwhile is left out."""
    found = []
    for path in paths:
        try:
            found.append(fact_of(path))
        except FileNotFoundError:
            continue
    return found


def fact_of(path: str) -> Fact:
    """What the file system says of one file; of a link that leads nowhere, what it says of the link."""
    try:
        stat = os.stat(path)  # noqa: PTH116 - thousands of them
    except FileNotFoundError:
        stat = os.lstat(path)
    return Fact(path, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)


def hash_of(path: str) -> str:
    """32 hex digits that identify the file's content; one pass, about a second a gigabyte."""
    digest = blake2b(digest_size=16)
    with Path(path).open("rb", buffering=0) as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
