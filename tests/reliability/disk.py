"""A disk under SQLite that can be watched and made to fail: a shim of SQLite's own layer for files, through ctypes.

Every write, truncation, sync and deletion passes `Disk.before`, which notes it and may answer with an error instead.
From what was noted, `crash_images` makes the files as a power cut may leave them: what was synced is there; of the rest
any part may be missing, or torn at a sector. Syncs are noted, not done: the files are as good, and the tests quick.
Source: sqlite.org/c3ref/vfs.html and io_methods.html; sqlite.org/testing.html, sections 3.2 to 3.4.
"""

import _sqlite3
import ctypes as c
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

OK, FULL = 0, 13
IOERR_WRITE, IOERR_FSYNC, IOERR_TRUNCATE = 778, 1034, 1546
SECTOR = 512

_OPEN = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_void_p, c.c_int, c.c_void_p)
_DELETE = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_char_p, c.c_int)
_WRITE = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_int, c.c_int64)
_TRUNCATE = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_int64)
_SYNC = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_int)


class _Methods(c.Structure):
    """sqlite3_io_methods."""

    _fields_ = (
        ("version", c.c_int), ("close", c.c_void_p), ("read", c.c_void_p), ("write", c.c_void_p),
        ("truncate", c.c_void_p), ("sync", c.c_void_p), ("others", c.c_void_p * 13),
    )  # fmt: skip


class _Vfs(c.Structure):
    """sqlite3_vfs."""

    _fields_ = (
        ("version", c.c_int), ("size", c.c_int), ("longest", c.c_int), ("next", c.c_void_p), ("name", c.c_char_p),
        ("data", c.c_void_p), ("open", c.c_void_p), ("delete", c.c_void_p),
    )  # fmt: skip


@dataclass(frozen=True)
class Op:
    """One thing done to the disk, or ("ack") something acknowledged to the caller."""

    kind: str
    path: str = ""
    offset: int = 0
    data: bytes = b""
    what: Any = None


@dataclass
class Disk:
    """What SQLite does to files below `folder`, while installed."""

    folder: Path
    fault: Callable[[int, Op], int] | None = None
    """(how many operations came before, this one) -> 0, or the error that SQLite is given instead."""
    ops: list[Op] = field(default_factory=list)

    def before(self, op: Op) -> int:
        """Note an operation; 0, or the error it is to fail with."""
        code = OK if self.fault is None else self.fault(len(self.ops), op)
        self.ops.append(op)
        return code

    def acknowledge(self, what: Any) -> None:
        """Note that the caller was told that `what` is safe."""
        self.ops.append(Op("ack", what=what))


_kept: list[Any] = []
"""Tables and callbacks that SQLite holds pointers to; never freed, since a file may be closed late."""


@contextmanager
def installed(disk: Disk) -> Iterator[Disk]:
    """Put `disk` under every SQLite file that this process opens below its folder."""
    library = c.PyDLL(_sqlite3.__file__)
    library.sqlite3_vfs_find.restype = c.POINTER(_Vfs)
    vfs = library.sqlite3_vfs_find(None).contents
    real_open, real_delete = vfs.open, vfs.delete

    def open_(pointer: int, name: int | None, file: int, flags: int, out: int | None) -> int:
        code: int = _OPEN(real_open)(pointer, name, file, flags, out)
        path = c.string_at(name).decode() if name else ""
        if code == OK and _is_below(path, disk.folder):
            _replace_methods(disk, path, file)
        return code

    def delete(pointer: int, name: bytes, sync: int) -> int:
        path = name.decode()
        if _is_below(path, disk.folder) and (code := disk.before(Op("delete", path))):
            return code
        done: int = _DELETE(real_delete)(pointer, name, 0)
        return done

    callbacks = _OPEN(open_), _DELETE(delete)
    _kept.append(callbacks)
    vfs.open, vfs.delete = (c.cast(callback, c.c_void_p).value for callback in callbacks)
    try:
        yield disk
    finally:
        vfs.open, vfs.delete = real_open, real_delete


def _is_below(path: str, folder: Path) -> bool:
    return path.startswith(f"{folder}/")


def _replace_methods(disk: Disk, path: str, file: int) -> None:
    """Give one open file a table of methods of its own."""
    slot = c.c_void_p.from_address(file)
    real = _Methods.from_address(slot.value or 0)
    mine = _Methods.from_buffer_copy(real)

    def write(this: int, data: int, amount: int, offset: int) -> int:
        content = c.string_at(data, amount)
        if code := disk.before(Op("write", path, offset, content)):
            # A write that fails may have written a part.
            _WRITE(real.write)(this, data, amount // 2, offset)
            return code
        done: int = _WRITE(real.write)(this, data, amount, offset)
        return done

    def truncate(this: int, size: int) -> int:
        if code := disk.before(Op("truncate", path, size)):
            return code
        done: int = _TRUNCATE(real.truncate)(this, size)
        return done

    def sync(_this: int, _flags: int) -> int:
        return disk.before(Op("sync", path))

    callbacks = _WRITE(write), _TRUNCATE(truncate), _SYNC(sync)
    mine.write, mine.truncate, mine.sync = (c.cast(callback, c.c_void_p).value for callback in callbacks)
    _kept.append((mine, callbacks))
    slot.value = c.addressof(mine)


# -- what a power cut leaves -------------------------------------------------------------------------------------------


@dataclass
class _File:
    durable: bytes | None = None
    pending: list[Op] = field(default_factory=list)

    def is_new(self) -> bool:
        return self.durable is None or any(op.kind == "delete" for op in self.pending)

    def settle(self, count: int) -> None:
        """Make the first `count` pending operations durable."""
        for op in self.pending[:count]:
            self.durable = _done(self.durable, op)
        del self.pending[:count]

    def settle_deletions(self) -> None:
        self.settle(max((i + 1 for i, op in enumerate(self.pending) if op.kind == "delete"), default=0))


def crash_images(ops: Sequence[Op], rng: random.Random) -> Iterator[tuple[str, dict[str, bytes], list[Any]]]:
    """What may be on the disk after a power cut behind these operations: (kind of image, files, acknowledged).

    Three images: of what was not synced nothing, all, or any part, its writes torn at sectors.
    """
    files, acknowledged = _replay(ops)
    kinds: dict[str, Callable[[], int]] = {
        "nothing unsynced": lambda: 0,
        "everything": lambda: 1,
        "torn": lambda: rng.randrange(3),
    }
    for kind, keeps in kinds.items():
        image = {}
        for path, file in files.items():
            content = file.durable
            for op in file.pending:
                keep = keeps()
                if keep:
                    content = _done(content, op if keep == 1 else _torn(op, rng))
            if content is not None:
                image[path] = content
        yield kind, image, acknowledged


def _replay(ops: Sequence[Op]) -> tuple[dict[str, _File], list[Any]]:
    files: dict[str, _File] = {}
    acknowledged = []
    for op in ops:
        if op.kind == "ack":
            acknowledged.append(op.what)
            continue
        file = files.setdefault(op.path, _File())
        if op.kind != "sync":
            file.pending.append(op)
            continue
        if file.is_new():
            # SQLite syncs the folder with the first sync of a journal that it made: deletions are safe from then on.
            for other in files.values():
                other.settle_deletions()
        file.settle(len(file.pending))
        file.durable = file.durable or b""
    return files, acknowledged


def _done(content: bytes | None, op: Op) -> bytes | None:
    content = content or b""
    match op.kind:
        case "write":
            padded = content.ljust(op.offset, b"\0")
            return padded[: op.offset] + op.data + padded[op.offset + len(op.data) :]
        case "truncate":
            return content[: op.offset].ljust(op.offset, b"\0")
    return None


def _torn(op: Op, rng: random.Random) -> Op:
    """A write of which whole sectors reached the disk up to some point."""
    if op.kind != "write" or len(op.data) <= SECTOR:
        return op
    return Op(op.kind, op.path, op.offset, op.data[: SECTOR * rng.randrange(len(op.data) // SECTOR)])
