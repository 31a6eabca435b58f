"""What the checks look at: columns, labels, folds, and what rows share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ayar.evaluate.labels import are_classes
from ayar.evaluate.leaks.columns import Columns, Floats
from ayar.evaluate.leaks.row_hash import Hashes, label_hashes, row_hashes
from ayar.evaluate.rows import Indices, Rows
from ayar.evaluate.split import Folds


@dataclass(frozen=True, eq=False)
class Outline:
    """What a check may know of sealed rows: hashes and sums, never a row."""

    n: int
    hashes: Hashes
    """(n,) of rows with their labels."""
    sums: Floats
    """(d,) of each column, NaN where it is no number."""
    squares: Floats


def outline(X: Rows, y: Rows) -> Outline:
    """The outline of some rows; sums are left out for sparse matrices."""
    columns = Columns(X)
    hashes = row_hashes(columns) + label_hashes(y)
    if columns.sparse:
        return Outline(columns.n, hashes, np.full(columns.d, np.nan), np.full(columns.d, np.nan))
    return Outline(columns.n, hashes, *moments(columns))


def moments(columns: Columns) -> tuple[Floats, Floats]:
    """(d,) sums and sums of squares; NaN for a column of categories or with missing values."""
    sums, squares = np.full(columns.d, np.nan), np.full(columns.d, np.nan)
    for j, column in enumerate(columns):
        if column.levels is None:
            sums[j], squares[j] = column.values.sum(), (column.values**2).sum()
    return sums, squares


@dataclass(frozen=True, eq=False)
class Material:
    """Development rows and how they are split."""

    X: Rows
    y: Rows
    folds: Folds
    inner: Sequence[Folds] = ()
    """For each outer fold its inner folds, in development rows; empty without an inner loop."""
    groups: Rows | None = None
    files: Rows | None = None
    times: Rows | None = None
    by_time: bool = False
    """Whether the folds fit on the past and judge what follows."""
    sealed: Outline | None = None

    @cached_property
    def columns(self) -> Columns:
        """The columns of X."""
        return Columns(self.X)

    @property
    def n(self) -> int:
        """Number of development rows."""
        return self.columns.n

    @cached_property
    def targets(self) -> list[Floats]:
        """(n,) class codes or values, one array an output."""
        return [column.values for column in Columns(self.y)]

    @cached_property
    def classes(self) -> bool:
        """Whether the labels are classes."""
        return are_classes(self.y)

    @cached_property
    def hashes(self) -> Hashes:
        """(n,) hashes of rows without labels."""
        return row_hashes(self.columns)

    @cached_property
    def labelled_hashes(self) -> Hashes:
        """(n,) hashes of rows with labels."""
        return self.hashes + label_hashes(self.y)

    @property
    def fold_words(self) -> str:
        """How many folds there are, in words."""
        inner = sum(len(folds) for folds in self.inner)
        return f"{len(self.folds)} folds" + (f", {inner} inner folds" if inner else "")

    def all_folds(self) -> Iterator[tuple[str, Indices, Indices]]:
        """(where, rows to fit, rows to judge) of outer and inner folds."""
        for i, (fit, judged) in enumerate(self.folds):
            yield f"fold {i}", fit, judged
        for i, folds in enumerate(self.inner):
            for j, (fit, judged) in enumerate(folds):
                yield f"inner fold {j} of fold {i}", fit, judged
