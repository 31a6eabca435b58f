"""What a reader returned, as columns: arrays of one length, text as codes with words.

A reader may return a DataFrame, a table of pyarrow, a mapping of columns, a structured array, or one plain array (the
column "data"). Of a mapping, a value without rows of its own (a word, a number) counts for every row.

Kinds: number, bool, text, moment (datetime64), span (timedelta64). Missing is NaN, NaT, or the code -1 of text; whole
numbers with gaps become floats. What has no such form (objects, mixtures of text and numbers) is refused, by column.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ayar.base.errors import DataError, shorten

Array = NDArray[Any]

KINDS = {"b": "bool", "i": "number", "u": "number", "f": "number", "c": "number", "M": "moment", "m": "span"}
EXACT = 2**53
"""Whole numbers up to here are floats too, exactly."""


@dataclass(frozen=True, eq=False)
class Column:
    """One column of one file."""

    kind: str
    """A value of `KINDS`, "text", or "empty": no row has a value."""
    values: Array
    """(rows, ...) values; codes of `words` where the kind is text."""
    words: tuple[str, ...] = ()


def as_columns(result: object) -> dict[str, Column]:
    """The columns of what a reader returned, in its order.

    Raises:
        DataError: not a table, no rows, rows of different numbers, or values of no kind known here.

    >>> {name: (c.kind, c.values.tolist()) for name, c in as_columns({"x": [1, 2], "site": "A"}).items()}
    {'x': ('number', [1, 2]), 'site': ('text', [0, 0])}
    """
    raw = _by_name(result)
    rows = _count(raw)
    return {name: _column(name, values, rows) for name, values in raw.items()}


def _by_name(result: Any) -> dict[str, Any]:
    if hasattr(result, "column_names") and hasattr(result, "column"):
        return _named((name, result.column(i)) for i, name in enumerate(result.column_names))
    if hasattr(result, "columns") and hasattr(result, "iloc"):
        return _named(result.items())
    if isinstance(result, Mapping):
        return _named(result.items())
    if isinstance(result, np.ndarray):
        names = result.dtype.names
        return {"data": result} if names is None else {name: result[name] for name in names}
    raise DataError(
        "the reader: expected a DataFrame, a mapping of columns or an array, got "
        f"{type(result).__name__} {shorten(result)}"
    )


def _named(pairs: Iterable[tuple[object, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, values in pairs:
        if str(name) in found:
            raise DataError(f"the reader: expected different names of columns, got {str(name)!r} twice")
        found[str(name)] = values
    if not found:
        raise DataError("the reader returned no columns")
    return found


def _count(raw: Mapping[str, Any]) -> int:
    counts = {name: len(values) for name, values in raw.items() if _has_rows(values)}
    if len(set(counts.values())) > 1:
        found = ", ".join(f"{name!r} {count}" for name, count in counts.items())
        raise DataError(f"the reader: expected as many rows in every column, got {shorten(found, 200)}")
    rows = next(iter(counts.values()), 1)
    if rows == 0:
        raise DataError("no rows")
    return rows


def _has_rows(values: Any) -> bool:
    if isinstance(values, np.ndarray):
        return values.ndim > 0
    return not isinstance(values, str | bytes) and hasattr(values, "__len__") and np.ndim(values) > 0


def _column(name: str, values: Any, rows: int) -> Column:
    array = _array(name, values) if _has_rows(values) else np.full(rows, values)
    if array.dtype.kind == "O":
        return _from_objects(name, array)
    if array.dtype.kind in "US":
        return _from_text(name, array)
    if array.dtype.kind not in KINDS:
        raise DataError(f"column {name!r}: expected numbers, truth values, text or times, got {array.dtype}")
    array = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("="))
    return Column("empty" if _is_empty(array) else KINDS[array.dtype.kind], array)


def _is_empty(array: Array) -> bool:
    if array.ndim > 1 or array.dtype.kind not in "fmM":
        return False
    return bool(np.isnan(array).all() if array.dtype.kind == "f" else np.isnat(array).all())


def _array(name: str, values: Any) -> Array:
    if isinstance(values, np.ndarray):
        return values
    if hasattr(values, "combine_chunks"):
        # A column of pyarrow.
        return np.asarray(values.to_numpy(zero_copy_only=False) if hasattr(values, "chunk") else values.to_numpy())
    if hasattr(values, "iloc"):
        return _from_series(values)
    try:
        return np.asarray(values)
    except ValueError as error:
        raise DataError(f"column {name!r}: expected rows of one shape: {error}") from None


def _from_series(series: Any) -> Array:
    """Values of a pandas Series; times with a zone as UTC, missing values of its own kinds as None."""
    if getattr(series.dtype, "tz", None) is not None:
        series = series.dt.tz_convert(None)
    if isinstance(series.dtype, np.dtype):
        return np.asarray(series.to_numpy())
    values = np.array(series.to_numpy(dtype=object), dtype=object)
    values[np.asarray(series.isna())] = None
    return values


def _from_text(name: str, array: Array) -> Column:
    if array.ndim != 1:
        raise DataError(f"column {name!r}: expected one word a row, got text of shape {array.shape}")
    if array.dtype.kind == "S":
        array = np.char.decode(array, "utf-8")
    words, codes = np.unique(array, return_inverse=True)
    return Column("text", codes.astype(np.int32), tuple(words.tolist()))


def _from_objects(name: str, array: Array) -> Column:
    if array.ndim != 1:
        raise DataError(f"column {name!r}: expected numbers or one word a row, got objects of shape {array.shape}")
    items = [None if _is_missing(item) else item for item in array]
    kinds = {type(item) for item in items} - {type(None)}
    if not kinds:
        return Column("empty", np.full(len(items), np.nan))
    if all(issubclass(kind, str) for kind in kinds):
        return _encoded(items)
    if kinds <= {bool, np.bool_} and None not in items:
        return Column("bool", np.array(items, dtype=np.bool_))
    if all(issubclass(kind, int | float | np.integer | np.floating) and kind is not bool for kind in kinds):
        return Column("number", _numbers(name, items))
    found = ", ".join(sorted(kind.__name__ for kind in kinds))
    gaps = " with gaps" if None in items else ""
    raise DataError(
        f"column {name!r}: expected numbers or text throughout, got {found}{gaps}; tell the reader the column's type"
    )


def _is_missing(item: Any) -> bool:
    if item is None or type(item).__name__ in {"NAType", "NaTType"}:
        return True
    return isinstance(item, float | np.floating) and bool(np.isnan(item))


def _encoded(items: list[Any]) -> Column:
    words = sorted({item for item in items if item is not None})
    code = {word: i for i, word in enumerate(words)}
    codes = np.array([-1 if item is None else code[item] for item in items], dtype=np.int32)
    return Column("text", codes, tuple(str(word) for word in words))


def _numbers(name: str, items: list[Any]) -> Array:
    whole = all(item is None or isinstance(item, int | np.integer) for item in items)
    if whole and None not in items:
        array = np.array(items)
        if array.dtype.kind in "iu":
            return array
    if any(isinstance(item, int | np.integer) and abs(int(item)) > EXACT for item in items):
        raise DataError(f"column {name!r}: whole numbers beyond 2**53 beside gaps or fractions would lose digits")
    return np.array([np.nan if item is None else float(item) for item in items])
