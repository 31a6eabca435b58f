"""The columns of whatever holds rows, one at a time, as numbers or as categories.

n  rows    d  columns    values  (n,) floats: numbers, NaN where missing, or for categories the codes of their levels

Arrays of more than two axes (pictures) are read as one long row each; a list of texts is one column of categories.
Dates are numbers. A text, an object and a missing value of any kind are levels of a category.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ayar.evaluate.rows import Indices, Rows, count_rows, take

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Column:
    """One column."""

    name: str
    values: Floats
    levels: tuple[Any, ...] | None = None
    """What the codes stand for; None for numbers."""
    is_time: bool = False
    """Whether it holds dates."""

    @property
    def whole(self) -> bool:
        """Whether it holds whole numbers only, none missing."""
        return self.levels is None and bool(np.all(np.isfinite(self.values) & (self.values == np.rint(self.values))))

    @cached_property
    def distinct(self) -> int:
        """How many different values there are; missing ones count as one."""
        return len(np.unique(self.values))

    @cached_property
    def level_hashes(self) -> NDArray[np.uint64]:
        """64 bits of each level's content, equal in every process and every part of the data."""
        digests = (
            blake2b(repr(level).encode("utf-8", "surrogatepass"), digest_size=8).digest() for level in self.levels or ()
        )
        return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


@dataclass(frozen=True, eq=False)
class Columns:
    """The d columns of X, read when asked for."""

    X: Rows

    @cached_property
    def n(self) -> int:
        """Number of rows."""
        return count_rows(self.X)

    @property
    def sparse(self) -> bool:
        """Whether X is a sparse matrix."""
        return hasattr(self.X, "tocsr")

    @property
    def named(self) -> bool:
        """Whether columns have names of their own."""
        return hasattr(self.X, "columns")

    @cached_property
    def _source(self) -> Any:
        if self.sparse:
            return self.X.tocsc()
        if hasattr(self.X, "iloc"):
            return self.X
        if isinstance(self.X, list | tuple):
            return _from_list(self.X)
        array = np.asarray(self.X)
        return array.reshape(len(array), -1) if array.size else array.reshape(len(array), 0)

    @cached_property
    def d(self) -> int:
        """Number of columns."""
        shape = self._source.shape
        return int(shape[1]) if len(shape) > 1 else 1

    def name(self, j: int) -> str:
        """The name of column `j`; its number where it has none."""
        return str(self._source.columns[j]) if self.named else str(j)

    def __getitem__(self, j: int) -> Column:
        source = self._source
        if self.sparse:
            return _read(self.name(j), source[:, [j]].toarray()[:, 0])
        if not hasattr(source, "iloc"):
            return _read(self.name(j), source[:, j])
        return _read(self.name(j), _plain(source.iloc[:, j] if source.ndim > 1 else source))

    def __iter__(self) -> Iterator[Column]:
        return (self[j] for j in range(self.d))

    def part(self, rows: Indices) -> "Columns":
        """The same columns of some rows."""
        return Columns(take(self.X.tocsr() if self.sparse else self.X, rows))

    def nonzeros(self) -> NDArray[np.intp]:
        """(d,) entries of each column of a sparse matrix that are stored."""
        counts: NDArray[np.intp] = np.diff(self._source.indptr)
        return counts


def _from_list(rows: list[Any] | tuple[Any, ...]) -> NDArray[Any]:
    """Lists of one length as an array of objects or numbers; anything else as one column."""
    if rows and not isinstance(rows[0], str | bytes):
        try:
            array = np.asarray(rows)
        except ValueError:  # rows of several lengths
            array = np.empty(0)
        if array.ndim > 1 and array.dtype.kind in "biufO":
            return array.reshape(len(array), -1)
    column = np.empty(len(rows), dtype=object)
    column[:] = list(rows) if not rows or np.ndim(rows[0]) == 0 else [repr(row) for row in rows]
    return column.reshape(-1, 1)


def _plain(series: Any) -> NDArray[Any]:
    """A column of a table as an array: extension types with missing entries become floats or objects."""
    if hasattr(series, "dt") and str(series.dtype).startswith("datetime"):
        return np.asarray(series.dt.tz_localize(None) if getattr(series.dt, "tz", None) else series)
    return np.asarray(series)


def _read(name: str, values: NDArray[Any]) -> Column:
    if values.dtype.kind in "biuf":
        return Column(name, values.astype(np.float64))
    if values.dtype.kind in "mM":
        missing = np.isnat(values)
        return Column(
            name,
            np.where(missing, np.nan, values.astype(np.int64).astype(np.float64)),
            is_time=values.dtype.kind == "M",
        )
    items = values.tolist()
    if values.dtype.kind == "O" and all(item is None or _is_number(item) for item in items):
        return Column(name, np.array([np.nan if item is None else float(item) for item in items]))
    table: dict[Any, int] = {}
    codes = [table.setdefault(_level(item), len(table)) for item in items]
    return Column(name, np.array(codes, dtype=np.float64), tuple(table))


def _is_number(item: object) -> bool:
    return isinstance(item, int | float | np.number)


def _level(item: Any) -> Any:
    """What tells an item from others: itself, None for what is missing, its text where it cannot be a key."""
    if item is None or item != item or str(item) == "<NA>":  # noqa: PLR0124  # NaN is not equal to itself
        return None
    return item if isinstance(item, str | int | float | bytes) else repr(item)
