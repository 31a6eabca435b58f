"""Data placed once in shared memory, for worker processes: `X = ayar.data.share(X)`.

An objective that uses `X` then carries a few hundred bytes to its workers instead of a copy each. On Linux the memory
is an anonymous file (memfd) that has no name anywhere: it goes with the last process that maps it, however these
end, `kill -9` included, and no sweep is needed. Workers find it through its owner, so the owner must live when they
start. It is sealed: nobody can write to it.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from ayar.base.errors import ArgumentError
from ayar.data.columns import Array
from ayar.data.mapped import MappedArray
from ayar.data.memory import place
from ayar.data.shared_frame import rebuild_pandas

Place = Callable[[Array], Array]


def share(obj: Any) -> Any:
    """`obj` with its arrays in shared memory, read-only; to be kept as long as workers use it.

    Arguments:
        obj: an array, a DataFrame or Series, a sparse matrix, or a dict, list, tuple or dataclass that holds such
            (what `ayar.evaluate.seal` returns, too; its sealed rows stay where they are). Everything else in it is
            left as it is.

    Returns:
        The same kind of object. Its arrays pickle as handles; arrays that are shared or mapped already are kept.

    Raises:
        ArgumentError: there is no array in it.
        DiskFailed: memory is short.

    >>> data = share({"X": np.arange(6.0).reshape(3, 2), "name": "six"})
    >>> data["X"].sum(), data["X"].flags.writeable, data["name"]
    (np.float64(15.0), False, 'six')
    """
    found: list[Array] = []

    def note(array: Array) -> Array:
        found.append(array)
        return array

    _rebuilt(obj, note)
    if not found:
        raise ArgumentError(
            f"share: expected an array, a DataFrame, or a dict, list, tuple or dataclass that holds some, got "
            f"{type(obj).__name__} without any; arrays of Python objects, and empty ones, cannot be shared"
        )
    # The same array twice is placed once.
    new = {id(array): array for array in found if not _is_shared(array)}
    placed = dict(zip(new, place(list(new.values())), strict=True)) if new else {}
    by_turn = iter([placed.get(id(array), array) for array in found])
    return _rebuilt(obj, lambda _: next(by_turn))


def _is_shared(array: Array) -> bool:
    return isinstance(array, MappedArray) and array.is_mapped


def _rebuilt(obj: Any, place: Place) -> Any:
    """`obj` with every array replaced by `place(array)`, in an order that depends on `obj` alone."""
    if isinstance(obj, np.ndarray):
        return obj if obj.dtype.hasobject or not obj.size else place(obj)
    if hasattr(obj, "iloc"):
        return rebuild_pandas(obj, place)
    if hasattr(obj, "indptr") and hasattr(obj, "indices"):
        parts = tuple(_rebuilt(getattr(obj, name), place) for name in ("data", "indices", "indptr"))
        return type(obj)(parts, shape=obj.shape, copy=False)
    if isinstance(obj, dict):
        return {key: _rebuilt(value, place) for key, value in obj.items()}
    if isinstance(obj, list):
        return [_rebuilt(value, place) for value in obj]
    if isinstance(obj, tuple):
        parts = tuple(_rebuilt(value, place) for value in obj)
        return type(obj)(*parts) if hasattr(obj, "_fields") else parts
    if dataclasses.is_dataclass(obj) and not isinstance(obj, type):
        names = [field.name for field in dataclasses.fields(obj) if field.init and not field.name.startswith("_")]
        return dataclasses.replace(obj, **{name: _rebuilt(getattr(obj, name), place) for name in names})
    return obj
