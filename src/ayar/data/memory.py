"""Anonymous shared memory: written once, sealed, found by other processes through its owner, freed with its last map.

Linux: a memfd, reached as /proc/PID/fd/N while its owner lives (it counts against the machine's memory, not against
/dev/shm, which containers keep small). Elsewhere: a file in the temporary folder, removed by its owner at the end.
"""

import errno
import os
import tempfile
import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np

from ayar.base.errors import DataError, DiskFailed
from ayar.base.filelock import fcntl
from ayar.base.process import Life, identity, life_of
from ayar.data.columns import Array
from ayar.data.mapped import MappedArray, Mapping

ALIGN = 64
"""Bytes: every array begins on a cache line."""

_maps: weakref.WeakValueDictionary[tuple[Any, ...], Mapping] = weakref.WeakValueDictionary()
"""What this process has mapped."""


class _Memory:
    """The owner's descriptor; closed when the last map of its process goes."""

    def __init__(self, size: int) -> None:
        self.path = ""
        if hasattr(os, "memfd_create"):
            self.descriptor = os.memfd_create("ayar-share", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
            weakref.finalize(self, os.close, self.descriptor)
            os.posix_fallocate(self.descriptor, 0, size)
        else:
            self.descriptor, self.path = tempfile.mkstemp(prefix="ayar-share-")
            weakref.finalize(self, os.close, self.descriptor)
            weakref.finalize(self, os.unlink, self.path)
            os.ftruncate(self.descriptor, size)

    def write(self, offset: int, values: Array) -> None:
        content = np.ascontiguousarray(values).reshape(-1).view(np.uint8).data
        while content:
            done = os.pwrite(self.descriptor, content, offset)
            offset, content = offset + done, content[done:]

    def seal(self) -> None:
        if not self.path:
            seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW
            fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, seals)


def place(arrays: Sequence[Array]) -> list[MappedArray]:
    """The arrays, copied into one piece of shared memory; those in Fortran order stay so.

    Raises:
        DiskFailed: memory is short.
    """
    offsets = np.cumsum([0, *(-(-array.nbytes // ALIGN) * ALIGN for array in arrays)]).tolist()
    try:
        memory = _Memory(offsets[-1])
        for array, offset in zip(arrays, offsets, strict=False):
            memory.write(offset, array.T if _is_fortran(array) else array)
        memory.seal()
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.ENOMEM, errno.EFBIG}:
            raise
        raise DiskFailed(
            f"no room for {offsets[-1] / 2**20:,.0f} MB of shared memory ({error.strerror}); nothing was shared"
        ) from None
    mapping = _mapped(memory)
    return [_array(mapping, offset, array) for array, offset in zip(arrays, offsets, strict=False)]


def _is_fortran(array: Array) -> bool:
    return array.flags.f_contiguous and not array.flags.c_contiguous


def _array(mapping: Mapping, offset: int, like: Array) -> MappedArray:
    if _is_fortran(like):
        return mapping.array(offset, like.dtype, like.shape[::-1]).T
    return mapping.array(offset, like.dtype, like.shape)


def _mapped(memory: _Memory) -> Mapping:
    inode = os.fstat(memory.descriptor).st_ino
    where = (identity(), os.getpid(), memory.descriptor, inode, memory.path)
    # Opened again for reading alone: older kernels map a sealed file only so.
    descriptor = os.open(memory.path or f"/proc/self/fd/{memory.descriptor}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        _maps[where] = mapping = Mapping(descriptor, attach, where, hold=memory)
    finally:
        os.close(descriptor)
    return mapping


def attach(owner: str, pid: int, descriptor: int, inode: int, path: str) -> Mapping:
    """Map what another process shared.

    Raises:
        DataError: its owner has ended or let go of it, or is not on this machine.
    """
    where = (owner, pid, descriptor, inode, path)
    found = _maps.get(where)
    if found is not None:
        return found
    try:
        if life_of(owner) is Life.GONE:
            raise FileNotFoundError
        opened = os.open(path or f"/proc/{pid}/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise DataError(_lost(pid, error.strerror)) from None
    try:
        if os.fstat(opened).st_ino != inode:
            raise DataError(_lost(pid, "freed"))
        _maps[where] = mapping = Mapping(opened, attach, where)
    finally:
        os.close(opened)
    return mapping


def _lost(pid: int, why: str | None) -> str:
    return (
        f"memory that process {pid} shared cannot be reached ({why or 'the process has ended'}); keep what share() "
        "returned as long as workers use it, and share again after a restart; it serves one machine and user"
    )
