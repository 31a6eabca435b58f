"""Versions of one pack: folders `v00000001`, `v00000002` … that appear whole or not at all.

A version is made under another name, forced to disk, and renamed. Whoever maps one of its files holds a shared lock
on its file `in-use`, freed by the operating system when the last map goes, however that happens; only a version on
which nobody holds one, and which is not the newest, is removed.
"""

import os
import re
import shutil
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from ayar.base.durable import sync
from ayar.base.errors import DataError
from ayar.base.filelock import fcntl
from ayar.data.manifest import Block
from ayar.data.mapped import MappedArray, Mapping

IN_USE = "in-use"
_NAME = re.compile(r"v\d{8}")


class Hold:
    """A shared lock that keeps a version from being removed, as long as this object lives."""

    def __init__(self, folder: Path) -> None:
        try:
            descriptor = os.open(folder / IN_USE, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            raise DataError(f"the pack {folder} is gone; open it again with ManyFiles(...).open()") from None
        weakref.finalize(self, os.close, descriptor)
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
        if not (folder / IN_USE).exists():
            raise DataError(f"the pack {folder} is gone; open it again with ManyFiles(...).open()")


_maps: weakref.WeakValueDictionary[tuple[str, str, int], Mapping] = weakref.WeakValueDictionary()
"""What this process has mapped, by path, access and process: a copy that came by fork maps for itself."""


def map_file(path: str, access: str = "read") -> Mapping:
    """A file of a version, mapped once a process.

    Raises:
        DataError: the version is gone.
    """
    key = path, access, os.getpid()
    found = _maps.get(key)
    if found is not None:
        return found
    hold = Hold(Path(path).parent)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise DataError(
            f"the pack {Path(path).parent} is damaged ({error}); remove the folder and open again"
        ) from None
    try:
        _maps[key] = made = Mapping(descriptor, map_file, (path, access), access, hold)
    finally:
        os.close(descriptor)
    return made


def map_block(folder: Path, block: Block, access: str = "read") -> MappedArray:
    """An array of a version.

    Raises:
        DataError: the version is gone.
    """
    return map_file(str(folder / block.file), access).array(block.offset, np.dtype(block.dtype), block.shape)


def newest(home: Path) -> Path | None:
    """The newest complete version of a pack."""
    found = _versions(home)
    return found[-1] if found else None


def _versions(home: Path) -> list[Path]:
    try:
        return sorted(path for path in home.iterdir() if _NAME.fullmatch(path.name))
    except FileNotFoundError:
        return []


def begin(home: Path) -> tuple[Path, Hold]:
    """An empty folder to make the next version in, and the lock on it; what dead builders left there is cleared."""
    _sweep(home)
    folder = home / f"building-{os.urandom(6).hex()}"
    folder.mkdir()
    (folder / IN_USE).touch()
    return folder, Hold(folder)


def _sweep(home: Path) -> None:
    """Remove what dead builders left; for the builder alone, since a folder is locked a moment after it is made."""
    for left in home.glob("building-*"):
        _remove_unused(left)
        if not (left / IN_USE).exists():
            shutil.rmtree(left, ignore_errors=True)


def publish(folder: Path, home: Path) -> Path:
    """Force a finished folder to disk and make it the newest version, in one step; then remove what nobody uses."""
    for path in folder.iterdir():
        sync(path)
    sync(folder)
    last = newest(home)
    number = 1 if last is None else int(last.name[1:]) + 1
    while True:
        target = home / f"v{number:08d}"
        try:
            folder.rename(target)
            break
        except OSError:
            if not target.exists():
                raise
            number += 1
    sync(home)
    clear(home)
    return target


def write_whole(path: Path, content: bytes) -> None:
    """Write a small file so that it is there as a whole or not at all."""
    temporary = path.with_name(f"{path.name}.{os.urandom(6).hex()}")
    try:
        temporary.write_bytes(content)
        sync(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def clear(home: Path) -> None:
    """Remove every version but the newest on which nobody holds a lock, and what dead builders left.

    A builder that is being killed may let go of its pack before it lets go of its folder, so `begin` may come early.
    """
    for folder in _versions(home)[:-1]:
        _remove_unused(folder)
    _sweep(home)


def _remove_unused(folder: Path) -> None:
    doomed = folder.with_name(f"building-{os.urandom(6).hex()}")
    with suppress(OSError), _alone(folder):
        # Out of sight first, while nobody can come in: what is half removed is never seen.
        folder.rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock exclusively; OSError if somebody uses it."""
    if fcntl is None:
        raise OSError("no such locks on this system")
    descriptor = os.open(folder / IN_USE, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
