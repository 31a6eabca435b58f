"""Splits for cross-validation: index pairs (rows to fit, rows to judge), drawn once and frozen.

The contract: nothing seen in fitting is used in judging. Every row is judged exactly once
(with `TimeSplit` at most once). A split is a record; the rows come out of `split(y, groups, rng)`, so equal generators
give equal folds everywhere.
Not for tuning with fresh folds a trial: trials are compared pair by pair, on the same folds.
Further splits are in `split_strata`, `split_parts` and `split_guest`; `split_table` reads what `cv=` says.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from ayar.base.errors import ArgumentError, shorten
from ayar.evaluate.labels import encode
from ayar.evaluate.rows import Indices, Rows, count_rows

Folds = list[tuple[Indices, Indices]]
"""(rows to fit, rows to judge) of each fold, both ascending."""


class Split(Protocol):
    """What `cv=` takes: a record that turns labels into folds."""

    def split(self, y: Rows, groups: Rows | None, rng: np.random.Generator) -> Folds:
        """Folds of the rows of `y`; pure, all randomness from `rng`."""


def need_folds(k: object, name: str) -> None:
    """See that `k` is a number of folds; `name` is the split's.

    Raises:
        ArgumentError: it is none.
    """
    if not isinstance(k, int) or isinstance(k, bool) or k < 2:
        raise ArgumentError(f"{name}: expected a whole number k >= 2 of folds, got k={shorten(k)}; try {name}(k=5)")


def from_parts(part: Indices, k: int) -> Folds:
    """Folds from the (n,) number of the fold that judges each row."""
    return [(np.flatnonzero(part != i), np.flatnonzero(part == i)) for i in range(k)]


@dataclass(frozen=True)
class KFold:
    """k parts of equal size (within one row); each is judged once.

    Arguments:
        k: number of folds, at least 2.
        shuffle: draw the parts at random; False cuts the rows in their order.

    >>> KFold(2, shuffle=False).split([7, 8, 9], None, np.random.default_rng(0))
    [(array([2]), array([0, 1])), (array([0, 1]), array([2]))]
    """

    k: int = 5
    shuffle: bool = True

    def __post_init__(self) -> None:
        need_folds(self.k, "KFold")

    def split(self, y: Rows, groups: Rows | None, rng: np.random.Generator) -> Folds:  # noqa: ARG002  # one contract for all splits
        """Folds of the rows of `y`.

        Raises:
            ArgumentError: fewer rows than folds.
        """
        n = count_rows(y, "y")
        if n < self.k:
            raise ArgumentError(f"KFold: expected at least k={self.k} rows, got {n}; lower k")
        order = rng.permutation(n) if self.shuffle else np.arange(n)
        part = np.empty(n, dtype=np.intp)
        part[order] = np.repeat(np.arange(self.k), [len(rows) for rows in np.array_split(order, self.k)])
        return from_parts(part, self.k)


@dataclass(frozen=True)
class StratifiedKFold:
    """k parts in which every class has the same number of rows, within one; so have the parts themselves.

    Arguments:
        k: number of folds, at least 2; every class needs as many rows.
    """

    k: int = 5

    def __post_init__(self) -> None:
        need_folds(self.k, "StratifiedKFold")

    def split(self, y: Rows, groups: Rows | None, rng: np.random.Generator) -> Folds:  # noqa: ARG002  # one contract for all splits
        """Folds of the rows of `y`, its classes balanced.

        Raises:
            ArgumentError: a missing label, or a class with fewer rows than folds.
        """
        classes, codes = encode(y, "y")
        if len(codes) < self.k:
            raise ArgumentError(f"StratifiedKFold: expected at least k={self.k} rows, got {len(codes)}; lower k")
        counts = np.bincount(codes)
        rarest = int(np.argmin(counts))
        if counts[rarest] < self.k:
            raise ArgumentError(
                f"StratifiedKFold: expected at least k={self.k} rows of every class, got {counts[rarest]} of class "
                f"{classes[rarest]!r} ({len(classes)} classes in {len(codes)} rows); lower k, merge or drop rare "
                "classes, or use KFold() if y is a measurement"
            )
        # Rows, shuffled and class after class, are dealt out like cards: no class and no part is off by more than one.
        order = rng.permutation(len(codes))
        order = order[np.argsort(codes[order], kind="stable")]
        part = np.empty(len(codes), dtype=np.intp)
        part[order] = np.arange(len(codes)) % self.k
        return from_parts(part, self.k)


@dataclass(frozen=True)
class GroupKFold:
    """k parts of whole groups (a patient, a file, a site), of about equal size: no group is on both sides.

    The largest group goes first, each to the smallest part so far; groups of one size go in random order.

    Arguments:
        k: number of folds, at least 2; there must be as many groups.
    """

    k: int = 5

    def __post_init__(self) -> None:
        need_folds(self.k, "GroupKFold")

    def split(self, y: Rows, groups: Rows | None, rng: np.random.Generator) -> Folds:
        """Folds of the rows of `y`, along `groups`, one entry a row.

        Raises:
            ArgumentError: no groups, one missing, or fewer groups than folds.
        """
        if groups is None:
            raise ArgumentError("GroupKFold: expected groups, one a row, got none; pass groups= to seal()")
        names, codes = encode(groups, "groups")
        if len(codes) != count_rows(y, "y"):
            raise ArgumentError(f"GroupKFold: expected one group a row, got {len(codes)} for {count_rows(y, 'y')} rows")
        if len(names) < self.k:
            raise ArgumentError(
                f"GroupKFold: expected at least k={self.k} groups, got {len(names)}: {shorten(names)}; lower k"
            )
        sizes = np.bincount(codes)
        order = rng.permutation(len(names))
        order = order[np.argsort(-sizes[order], kind="stable")]
        part_of_group = np.empty(len(names), dtype=np.intp)
        filled = np.zeros(self.k, dtype=np.intp)
        for group in order:
            smallest = int(np.argmin(filled))
            part_of_group[group] = smallest
            filled[smallest] += sizes[group]
        return from_parts(part_of_group[codes], self.k)


@dataclass(frozen=True)
class TimeSplit:
    """Fit on the past, judge the k stretches that follow, one after the other. Rows stand in order of time.

    The rows are cut into k + 1 stretches; the first is longer by what is left over and is never judged.

    Arguments:
        k: number of folds, at least 2.
        gap: rows left out between fitting and judging, where labels look ahead.

    >>> TimeSplit(2).split(range(6), None, np.random.default_rng(0))
    [(array([0, 1]), array([2, 3])), (array([0, 1, 2, 3]), array([4, 5]))]
    """

    k: int = 5
    gap: int = 0

    def __post_init__(self) -> None:
        need_folds(self.k, "TimeSplit")
        if self.gap < 0:
            raise ArgumentError(f"TimeSplit: expected a whole number gap >= 0 of rows, got gap={self.gap!r}")

    def split(self, y: Rows, groups: Rows | None, rng: np.random.Generator) -> Folds:  # noqa: ARG002  # one contract for all splits
        """Folds of the rows of `y`, which stand in order of time.

        Raises:
            ArgumentError: too few rows for the folds and the gap.
        """
        n = count_rows(y, "y")
        length = n // (self.k + 1)
        first = n - self.k * length
        if length < 1 or first - self.gap < 1:
            raise ArgumentError(
                f"TimeSplit: expected rows to fit before the first of k={self.k} stretches and a gap of {self.gap}, "
                f"got {n} rows; lower k or gap"
            )
        starts = range(first, n, length)
        return [(np.arange(start - self.gap), np.arange(start, start + length)) for start in starts]


@dataclass(frozen=True)
class GivenSplit:
    """Folds made elsewhere, such as `list(RepeatedKFold().split(X))` of scikit-learn.

    Arguments:
        pairs: (rows to fit, rows to judge) of each fold; a row may be judged in several folds.
    """

    pairs: Sequence[Any] = field(repr=False)

    def split(self, y: Rows, groups: Rows | None, rng: np.random.Generator) -> Folds:  # noqa: ARG002  # one contract for all splits
        """The folds as given, checked against the rows of `y`.

        Raises:
            ArgumentError: not pairs of row numbers, an empty side, a number outside the rows.
        """
        n = count_rows(y, "y")
        return [(_row_numbers(fit, i, n), _row_numbers(judge, i, n)) for i, (fit, judge) in enumerate(self._read())]

    def _read(self) -> list[tuple[Any, ...]]:
        pairs = [tuple(pair) if isinstance(pair, list | tuple) else () for pair in self.pairs]
        if not pairs or any(len(pair) != 2 for pair in pairs):
            raise ArgumentError(
                f"cv: expected a list of pairs (rows to fit, rows to judge), got {shorten(self.pairs)}; a splitter of "
                "scikit-learn goes in as list(splitter.split(X, y))"
            )
        return pairs


def _row_numbers(rows: object, fold: int, n: int) -> Indices:
    array = np.asarray(rows)
    if array.ndim != 1 or array.size == 0 or array.dtype.kind not in "iu":
        raise ArgumentError(f"cv: fold {fold}: expected row numbers on both sides, got {shorten(rows)}")
    if array.min() < 0 or array.max() >= n:
        raise ArgumentError(
            f"cv: fold {fold}: expected row numbers 0 to {n - 1}, got {array.min()} to {array.max()}; count the "
            "development rows (the X of seal()), not all rows"
        )
    return np.sort(array).astype(np.intp)
