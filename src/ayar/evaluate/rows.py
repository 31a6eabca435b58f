"""Rows of whatever holds data: arrays, lists, sparse matrices, tables with `.iloc` (no table library is imported).

`fingerprint` identifies data by content: same values, shape and types give the same text in every process. Cost: one
pass over the bytes, about a second a gigabyte.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ayar.base.errors import ArgumentError, shorten

Rows = Any
"""Data by rows: a NumPy array, a list, a sparse matrix, a DataFrame or a Series."""

Indices = NDArray[np.intp]
"""Row numbers, counted from 0."""


class _Digest(Protocol):
    def update(self, data: bytes | memoryview, /) -> None: ...


def count_rows(data: Rows, what: str = "X") -> int:
    """How many rows `data` has.

    Raises:
        ArgumentError: it has no rows to count; `what` names it.
    """
    shape = getattr(data, "shape", None)
    if shape is not None and len(shape) > 0:
        return int(shape[0])
    if isinstance(data, str | bytes) or not hasattr(data, "__len__"):
        raise ArgumentError(
            f"{what}: expected rows (an array, a list, a DataFrame), got {type(data).__name__} {shorten(data)}"
        )
    return len(data)


def take(data: Rows, rows: Indices) -> Rows:
    """The rows `rows` of `data`, as a copy of the same kind.

    >>> take(["a", "b", "c"], np.array([2, 0]))
    ['c', 'a']
    """
    if hasattr(data, "iloc"):
        return data.iloc[rows]
    if hasattr(data, "shape"):
        return data[rows]
    return [data[i] for i in rows]


def fingerprint(*parts: object) -> str:
    """32 hex digits that identify `parts`: their values, shapes and types, not where they lie in memory.

    The index of a table does not count; names and types of its columns do.

    Raises:
        ArgumentError: an object without a representation of its own, so that equal ones could not be told.

    >>> fingerprint(np.arange(3)) == fingerprint(np.array([0, 1, 2]))
    True
    >>> fingerprint(np.arange(3)) == fingerprint(np.arange(3.0))
    False
    """
    digest = blake2b(digest_size=16)
    for part in parts:
        _feed(digest, part)
    return digest.hexdigest()


def _feed(digest: _Digest, part: Any) -> None:
    if isinstance(part, np.ndarray):
        _feed_array(digest, part)
    elif isinstance(part, list | tuple):
        _feed_items(digest, "list", len(part), part)
    elif hasattr(part, "columns") and hasattr(part, "iloc"):
        names = list(part.columns)
        _feed_items(digest, "table", len(names), names)
        _feed_items(digest, "columns", len(names), (part.iloc[:, i] for i in range(len(names))))
    elif hasattr(part, "iloc"):
        _feed(digest, str(part.dtype))
        _feed_array(digest, np.asarray(part))
    elif hasattr(part, "tocsr"):
        matrix = part.tocsr().sorted_indices()
        _feed_items(digest, "sparse", 4, (matrix.shape, matrix.indptr, matrix.indices, matrix.data))
    elif hasattr(part, "__array__") and not isinstance(part, np.generic):
        _feed_array(digest, np.asarray(part))
    else:
        _feed_scalar(digest, part)


def _feed_items(digest: _Digest, kind: str, count: int, items: Iterable[object]) -> None:
    digest.update(f"{kind} {count};".encode())
    for item in items:
        _feed(digest, item)


def _feed_array(digest: _Digest, array: NDArray[Any]) -> None:
    digest.update(f"array {array.dtype.str} {array.shape};".encode())
    if array.dtype.hasobject:
        for item in array.ravel():
            _feed(digest, item)
    elif array.size:
        digest.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)


def _feed_scalar(digest: _Digest, value: object) -> None:
    kind = type(value)
    if kind.__repr__ is object.__repr__:
        raise ArgumentError(
            f"data: expected numbers, text or arrays, got an object of {kind.__module__}.{kind.__qualname__} whose "
            "content cannot be compared between processes; turn the rows into arrays or text first"
        )
    text = f"{kind.__name__} {value!r}"
    digest.update(f"{len(text)} {text};".encode("utf-8", "surrogatepass"))
