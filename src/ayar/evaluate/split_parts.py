"""One part to judge (hold-out), parts that somebody has chosen, and any split several times over.

Three parts, to fit, to choose and to test, are `seal(X, y, test=0.2)` with `cv=HoldOut(0.25)`: the sealed rows are the
test, a quarter of the others the validation part.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ayar.base.errors import ArgumentError, shorten
from ayar.evaluate.holdout import choose_kind, choose_rows, read_size
from ayar.evaluate.labels import column
from ayar.evaluate.rows import Rows, count_rows
from ayar.evaluate.split import Folds, Split


@dataclass(frozen=True)
class HoldOut:
    """One part to judge on, drawn once, for models that are too dear to fit k times.

    A trial then has one score and no standard error; `RepeatedSplit(HoldOut(), 5)` has both.

    Arguments:
        share: the share of rows to judge, or their number.
        kind: "random", "stratified", "group", "stratified_group", "time" (the last rows as they stand); "auto": by
            groups where there are any, stratified where `y` reads as classes, else at random.

    >>> [(fit, judged)] = HoldOut(0.25, "time").split(range(8), None, np.random.default_rng(0))
    >>> judged
    array([6, 7])
    """

    share: float | int = 0.2
    kind: str = "auto"

    def split(self, y: Rows, groups: Rows | None, rng: np.random.Generator) -> Folds:
        """The one fold.

        Raises:
            ArgumentError: a share that leaves a side empty, an unknown kind, groups missing.
        """
        kind = choose_kind(y, groups, None) if self.kind == "auto" else self.kind
        n = count_rows(y, "y")
        times = np.arange(n) if kind == "time" else None
        fit, judged = choose_rows(kind, read_size(self.share, n, "HoldOut"), y, groups, times, rng)
        return [(np.sort(fit), np.sort(judged))]


@dataclass(frozen=True)
class PredefinedSplit:
    """Folds by number: who made the data said which part each row belongs to.

    Arguments:
        part: n whole numbers, the fold that judges each row; rows of part -1 are always fitted and never judged.

    >>> PredefinedSplit([0, 0, 1, -1]).split(range(4), None, np.random.default_rng(0))
    [(array([2, 3]), array([0, 1])), (array([0, 1, 3]), array([2]))]
    """

    part: Any = field(repr=False)

    def split(self, y: Rows, groups: Rows | None, rng: np.random.Generator) -> Folds:  # noqa: ARG002  # one contract for all splits
        """A fold for each number from 0 on.

        Raises:
            ArgumentError: not one whole number a row, or none to judge.
        """
        part, n = column(self.part, "PredefinedSplit"), count_rows(y, "y")
        if part.dtype.kind not in "iu" or len(part) != n:
            raise ArgumentError(
                f"PredefinedSplit: expected one whole number for each of {n} development rows, got {len(part)} of "
                f"type {part.dtype}; number the rows of seal()'s X, not all rows"
            )
        numbers = [int(number) for number in np.unique(part) if number >= 0]
        if not numbers:
            raise ArgumentError("PredefinedSplit: expected parts to judge, numbered from 0, got -1 alone")
        return [(np.flatnonzero(part != number), np.flatnonzero(part == number)) for number in numbers]


@dataclass(frozen=True)
class RepeatedSplit:
    """A split several times over, drawn anew each time: less noise for as many times the fits.

    Arguments:
        of: a split that draws at random; `TimeSplit` and given parts are the same each time.
        repeats: how often, at least 2.

    >>> from ayar.evaluate.split import KFold
    >>> len(RepeatedSplit(KFold(5), 3).split(range(20), None, np.random.default_rng(0)))
    15
    """

    of: Split
    repeats: int = 2

    def __post_init__(self) -> None:
        if not isinstance(self.repeats, int) or isinstance(self.repeats, bool) or self.repeats < 2:
            raise ArgumentError(f"RepeatedSplit: expected a whole number repeats >= 2, got {shorten(self.repeats)}")

    def split(self, y: Rows, groups: Rows | None, rng: np.random.Generator) -> Folds:
        """All folds, repeat after repeat.

        Raises:
            ArgumentError: as the split does; or the repeats are all the same.
        """
        rounds = [self.of.split(y, groups, rng) for _ in range(self.repeats)]
        first, second = ([judged.tolist() for _, judged in folds] for folds in rounds[:2])
        if first == second:
            raise ArgumentError(
                f"RepeatedSplit: expected a split that draws at random, got {self.of!r}, which is the same each "
                "time; leave the repeats out"
            )
        return [fold for folds in rounds for fold in folds]
