"""Columns of the files as they come in, kept in one growing file until all are known, so that memory stays small.

What the version before knows of an unchanged file is taken from there, unread.
"""

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from ayar.data.columns import Array, Column
from ayar.data.manifest import PackedFile
from ayar.data.schema import Field, Fields, Schema, schema_of


class Table(Protocol):
    """A version that can be asked for columns."""

    def __getitem__(self, name: str, /) -> Array: ...

    def words(self, name: str) -> tuple[str, ...]:
        """What a column of text counts in."""

    def codes(self, name: str) -> Array:
        """A column of text, as numbers of its words; -1 is missing."""


class Source(Protocol):
    """One file's columns, wherever they are kept."""

    @property
    def schema(self) -> Schema:
        """Its own."""

    @property
    def rows(self) -> int:
        """How many."""

    def column(self, name: str) -> Column:
        """One of them."""


@dataclass(frozen=True)
class _Spooled:
    schema: Schema
    rows: int
    spool: "Spool"
    parts: Mapping[str, tuple[Field, int, tuple[str, ...]]]
    """Of each column: what it is, where its values begin, and its words."""

    def column(self, name: str) -> Column:
        field, offset, words = self.parts[name]
        return Column(field.kind, self.spool.read(offset, field.dtype, (self.rows, *field.shape)), words)


@dataclass(frozen=True)
class Reused:
    """A file's columns in the version before."""

    schema: Schema
    fields: Fields
    table: Table
    entry: PackedFile

    @property
    def rows(self) -> int:
        """How many."""
        return self.entry.rows

    def column(self, name: str) -> Column:
        """One of them, in the form in which the file had it."""
        field = self.fields[name]
        part = slice(self.entry.start, self.entry.start + self.entry.rows)
        if field.kind == "text":
            used, codes = _used_words(self.table.codes(name)[part], self.table.words(name))
            return Column("text", codes, used)
        if field.kind == "empty":
            return Column("empty", np.full(self.rows, np.nan))
        # Exact: the pack's type holds every value of the file's own.
        return Column(field.kind, np.asarray(self.table[name][part]).astype(field.dtype, copy=False))


def _used_words(codes: Array, words: tuple[str, ...]) -> tuple[tuple[str, ...], Array]:
    present = np.unique(codes[codes >= 0])
    renumbered = np.where(codes >= 0, np.searchsorted(present, codes), -1).astype(np.int32)
    return tuple(words[i] for i in present), renumbered


class Spool:
    """The growing file.

    Arguments:
        path: where; made here, and removed by `close`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("wb")
        self._size = 0
        self._content: Array | None = None

    def keep(self, columns: Mapping[str, Column]) -> Source:
        """Write one file's columns behind the others.

        Raises:
            OSError: the disk is full.
        """
        schema = schema_of(columns)
        parts = {}
        for field, column in zip(schema, columns.values(), strict=True):
            parts[field.name] = (field, self._size, column.words)
            content = np.ascontiguousarray(column.values).reshape(-1).view(np.uint8).data
            self._file.write(content)
            self._size += len(content)
        return _Spooled(schema, len(column.values), self, parts)

    def read(self, offset: int, dtype: str, shape: tuple[int, ...]) -> Array:
        """Values that were kept; from then on nothing more can be."""
        if self._content is None:
            self._file.close()
            self._content = np.asarray(np.memmap(self._path, np.uint8, "r"))
        size = math.prod(shape) * np.dtype(dtype).itemsize
        return self._content[offset : offset + size].view(dtype).reshape(shape)

    def close(self) -> None:
        """Remove the file."""
        self._content = None
        with suppress(OSError):
            self._file.close()
        self._path.unlink(missing_ok=True)
