"""A pack: the rows of many files as columns over mapped memory, shared by every process that opens it.

Everything it hands out is read-only and costs no memory of its own, unless its description says "copy". It may be sent
to other processes: it travels as the name of its folder, and its arrays as places in its files.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from ayar.base.errors import ArgumentError, did_you_mean
from ayar.base.optional import need
from ayar.data import derived
from ayar.data.columns import Array
from ayar.data.dataset import RowDataset
from ayar.data.fraction import count_of, order_files, strata_of
from ayar.data.manifest import BadFile, Manifest, PackedColumn, need_manifest
from ayar.data.versions import Hold, map_block


class Pack(Mapping[str, Array]):
    """Columns by name: `pack["x"]` is an array of all rows, files one behind the other, sorted by path.

    Made by `ManyFiles.open()`. Numbers, truth values and times are mapped; text is an array of str (None where it is
    missing), made once a process when it is first asked for.

    Arguments:
        folder: of a published version.

    Raises:
        DataError: the folder is gone or damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._hold = Hold(folder)
        self.manifest: Manifest = need_manifest(folder)
        """What it was built from, and how."""
        self._columns = {column.name: column for column in self.manifest.columns}
        self._texts: dict[str, Array] = {}

    def __reduce__(self) -> tuple[type["Pack"], tuple[Path]]:
        return Pack, (self.folder,)

    def __repr__(self) -> str:
        bad = f", {len(self.bad)} files left out" if self.bad else ""
        return f"<Pack {self.n_rows:,} rows of {len(self.files):,} files, {len(self._columns)} columns{bad}>"

    def __len__(self) -> int:
        return len(self._columns)

    def __iter__(self) -> Any:
        return iter(self._columns)

    def __getitem__(self, name: str) -> Array:
        column = self._column(name)
        return self._text(column) if column.kind == "text" else self._mapped(column)

    @property
    def n_rows(self) -> int:
        """Rows of all files together."""
        return self.manifest.rows

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Paths of the files whose rows these are; `groups` counts in them."""
        return tuple(entry.fact.path for entry in self.manifest.files)

    @property
    def bad(self) -> tuple[BadFile, ...]:
        """Files that are left out, each with `path` and `why`."""
        return self.manifest.bad

    @property
    def groups(self) -> Array:
        """(n,) number of each row's file in `files`: what `seal(X, y, groups=pack.groups)` keeps together."""
        return map_block(self.folder, self.manifest.blocks[-1])

    @cached_property
    def fingerprint(self) -> str:
        """32 hex digits that identify the files' contents and the reader."""
        parts = [self.manifest.reader.fingerprint, *(entry.hash for entry in self.manifest.files)]
        return blake2b("|".join(parts).encode(), digest_size=16).hexdigest()

    def rows_of(self, file: int) -> slice:
        """The rows of file number `file`."""
        entry = self.manifest.files[file]
        return slice(entry.start, entry.start + entry.rows)

    def words(self, name: str) -> tuple[str, ...]:
        """The different words of a column of text, sorted; `codes` counts in them."""
        return tuple(msgspec.json.decode((self.folder / self._need_text(name).words).read_bytes(), type=list[str]))

    def codes(self, name: str) -> Array:
        """(n,) numbers of the words of a column of text, mapped; -1 is missing."""
        return self._mapped(self._need_text(name))

    def matrix(self, columns: Sequence[str] | None = None) -> Array:
        """(n, d) matrix of columns of numbers or truth values, for NumPy and scikit-learn.

        Columns of one type are mapped as they lie. Those of several types are put together once, in their common
        type, in a file of the pack that all processes share.

        Arguments:
            columns: which, in what order; None takes all that are numbers or truth values.

        Raises:
            ArgumentError: a column that is no plain number, or none at all.
        """
        names = self._numeric(columns)
        chosen = [self._column(name) for name in names]
        places = [column.place for column in chosen if column.place is not None]
        if len({column.block for column in chosen}) == 1 and len(places) == len(chosen):
            block = map_block(self.folder, self.manifest.blocks[chosen[0].block])
            steps = set(np.diff(places).tolist())
            if steps <= {1}:
                found: Array = block[:, min(places) : max(places) + 1]
                return found
        return derived.matrix(self.folder, names, [self[name] for name in names])

    def frame(self, columns: Sequence[str] | None = None) -> Any:
        """A pandas DataFrame over the mapped columns; text as categories, a column of arrays left out.

        Arguments:
            columns: which, in what order; None takes all of one value a row.

        Raises:
            MissingExtra: pandas is not installed.
            ArgumentError: no such column, or one of arrays.
        """
        pandas = need("pandas", "data")
        plain = [name for name, column in self._columns.items() if len(self._shape(column)) == 1]
        names = plain if columns is None else list(columns)
        parts = {}
        for name in names:
            column = self._column(name)
            if column.name not in plain:
                raise ArgumentError(
                    f"frame: expected columns of one value a row, got {name!r} of {self._shape(column)}"
                )
            if column.kind == "text":
                parts[name] = pandas.Categorical.from_codes(self.codes(name), categories=list(self.words(name)))
            else:
                parts[name] = np.asarray(self[name])
        return pandas.DataFrame(parts, copy=False)

    def dataset(self, *columns: str | Sequence[str]) -> RowDataset:
        """A data set for PyTorch's `DataLoader`: item i is a tuple of row i of each of `columns`.

        A list of names is a matrix of these columns; text comes as numbers of its words. Worker processes of the
        loader share the pages. Nothing of PyTorch is imported here.

        Raises:
            ArgumentError: no such column, or none given.
        """
        if not columns:
            raise ArgumentError(f"dataset: expected names of columns, got none; known: {', '.join(self)}")
        return RowDataset(tuple(self._tensor_source(name) for name in columns))

    def fraction(self, share: float, *, by: str | None = None, seed: int = 0) -> Array:
        """Row numbers of a share of the files, for quick first stages: `X[pack.fraction(0.1)]`.

        Smaller shares are parts of larger ones (of the same `by` and `seed`), and 1.0 is every row.

        Arguments:
            share: of the files, above 0 and up to 1; at least one file is taken.
            by: a column whose values the files chosen represent: classes, or a measurement by quarters of its mean.
            seed: another one gives another order of the files.

        Raises:
            ArgumentError: no such share or column.
        """
        chosen = np.zeros(len(self.files), dtype=np.bool_)
        chosen[self._order(by, seed)[: count_of(share, len(self.files))]] = True
        return np.flatnonzero(chosen[self.groups])

    def _order(self, by: str | None, seed: int) -> Array:
        count = len(self.files)
        strata = np.zeros(count, dtype=np.intp)
        if by is not None:
            column = self._column(by)
            if column.kind not in {"text", "bool", "number"} or len(self._shape(column)) > 1:
                raise ArgumentError(f"fraction: expected by= a column of classes or numbers, got {by!r}: {column.kind}")
            strata = strata_of(np.asarray(self._mapped(column)), np.asarray(self.groups), count, column.kind)
        return order_files(strata, seed)

    def _column(self, name: str) -> PackedColumn:
        if name not in self._columns:
            raise ArgumentError(f"the pack has no column {name!r}{did_you_mean(name, self._columns)}")
        return self._columns[name]

    def _need_text(self, name: str) -> PackedColumn:
        column = self._column(name)
        if column.kind != "text":
            raise ArgumentError(f"column {name!r}: expected text, got {column.kind}")
        return column

    def _shape(self, column: PackedColumn) -> tuple[int, ...]:
        shape = self.manifest.blocks[column.block].shape
        return shape if column.place is None else shape[:1]

    def _mapped(self, column: PackedColumn) -> Array:
        block = map_block(self.folder, self.manifest.blocks[column.block])
        return block if column.place is None else block[:, column.place]

    def _text(self, column: PackedColumn) -> Array:
        if column.name not in self._texts:
            words = np.array([*self.words(column.name), None], dtype=object)
            text = words[self._mapped(column)]
            text.flags.writeable = False
            self._texts[column.name] = text
        return self._texts[column.name]

    def _numeric(self, columns: Iterable[str] | None) -> list[str]:
        kinds = {"number", "bool"}
        if columns is None:
            names = [c.name for c in self._columns.values() if c.kind in kinds and len(self._shape(c)) == 1]
        else:
            names = list(columns)
        for name in names:
            column = self._column(name)
            if column.kind not in kinds or len(self._shape(column)) > 1:
                raise ArgumentError(f"matrix: expected columns of numbers, got {name!r}: {column.kind}")
        if not names:
            raise ArgumentError(f"matrix: expected columns of numbers, got none; known: {', '.join(self._columns)}")
        return names

    def _tensor_source(self, name: str | Sequence[str]) -> Array:
        if not isinstance(name, str):
            return self.matrix(name)
        column = self._column(name)
        if column.kind in {"moment", "span"}:
            raise ArgumentError(f"dataset: PyTorch has no times; turn column {name!r} into numbers in the reader")
        return self._mapped(column)
