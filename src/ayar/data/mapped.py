"""Arrays that lie in a mapped file, and travel to other processes as the place where they lie.

`MappedArray` is an ordinary read-only NumPy array over pages that all processes share. Pickled, it and its views are a
few hundred bytes: which file, and where in it. What is computed from it is an ordinary array again.
"""

import mmap
from collections.abc import Callable
from typing import Any

import numpy as np

from ayar.data.columns import Array

ACCESS = {"read": mmap.ACCESS_READ, "copy": mmap.ACCESS_COPY}


class Mapping:
    """One file, mapped as a whole.

    Arguments:
        descriptor: of the open file; the map keeps one of its own.
        reopen: gives an equal Mapping in any process, called with `where`.
        where: arguments of `reopen`; they travel.
        access: "read", or "copy": pages may be written, and each one that is becomes this process's own.
        hold: whatever has to live as long as the map.
    """

    def __init__(
        self,
        descriptor: int,
        reopen: Callable[..., "Mapping"],
        where: tuple[Any, ...],
        access: str = "read",
        hold: object = None,
    ) -> None:
        self.reopen = reopen
        self.where = where
        self.hold = hold
        self._map = mmap.mmap(descriptor, 0, access=ACCESS[access])
        self._start = np.frombuffer(self._map, dtype=np.uint8).__array_interface__["data"][0]
        self._size = len(self._map)

    def array(
        self, offset: int, dtype: np.dtype[Any], shape: tuple[int, ...], strides: tuple[int, ...] | None = None
    ) -> "MappedArray":
        """An array that lies `offset` bytes into the file."""
        found = np.ndarray.__new__(MappedArray, shape, dtype, self._map, offset, strides)
        found.mapping = self
        return found

    def offset_of(self, array: Array) -> int | None:
        """Where in the file the array's first byte lies; None if the array does not lie in it."""
        offset = array.__array_interface__["data"][0] - self._start
        low, high = np.lib.array_utils.byte_bounds(array)
        return offset if self._start <= low and high <= self._start + self._size else None


class MappedArray(np.ndarray[Any, Any]):
    """An array over a mapped file; see the module."""

    mapping: Mapping | None

    def __array_finalize__(self, origin: Any) -> None:
        self.mapping = getattr(origin, "mapping", None)

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        """Results of arithmetic are ordinary arrays."""
        plain = np.asarray(array)
        return plain[()] if return_scalar else plain

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        if isinstance(found, MappedArray) and not found.is_mapped:
            return found.view(np.ndarray)
        return found

    @property
    def is_mapped(self) -> bool:
        """Whether it lies in the mapped file, rather than being a copy."""
        return self.mapping is not None and self.size > 0 and self.mapping.offset_of(self) is not None

    def __reduce__(self) -> Any:
        """As a place in a file; a copy as an ordinary array."""
        if self.mapping is None or not self.is_mapped:
            return np.array(self, subok=False).__reduce__()
        offset = self.mapping.offset_of(self)
        return reopened, (self.mapping.reopen, self.mapping.where, offset, self.dtype, self.shape, self.strides)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self.__reduce__()


def reopened(
    reopen: Callable[..., Mapping],
    where: tuple[Any, ...],
    offset: int,
    dtype: np.dtype[Any],
    shape: tuple[int, ...],
    strides: tuple[int, ...],
) -> MappedArray:
    """The array that another process described; its pages are the same."""
    return reopen(*where).array(offset, dtype, shape, strides)
