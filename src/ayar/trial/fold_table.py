"""Fold scores of the trials of a study as one table, extended trial by trial.

n  trials      k  folds that any trial reported, in the order they first came
"""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ayar.trial.crossval import FoldPlan

MOST_FOLDS = 1000
"""Labels beyond this many are no folds of one cross-validation; their scores are left out."""


class FoldTable:
    """(n, k) scores of told trials; readers do not write."""

    def __init__(self) -> None:
        self._columns: dict[int, int] = {}
        """Fold -> its column."""
        self._scores: NDArray[np.float64] = np.full((0, 0), np.nan)
        self._splits: set[str] = set()
        self._k: int | None = None

    @property
    def folds(self) -> tuple[int, ...]:
        """(k,) labels of the folds."""
        return tuple(self._columns)

    @property
    def shared(self) -> bool:
        """Whether all trials were judged on the same folds, so that they can be compared fold by fold."""
        return len(self._splits) <= 1

    @property
    def overlap(self) -> float:
        """Rows judged over rows fitted on, 1/(k − 1) of k-fold; 0 where the folds are repeats with seeds."""
        k = len(self._columns) if self._k is None else self._k
        return 1.0 / (k - 1) if k > 1 else 0.0

    def view(self, n: int) -> NDArray[np.float64]:
        """(n, k) scores, NaN where a trial has none; not to be written to."""
        self._make_room(n, 0)
        view = self._scores[:n, : len(self._columns)]
        view.flags.writeable = False
        return view

    def row(self, number: int) -> dict[int, float]:
        """The scores of one trial, by fold."""
        if number >= len(self._scores):
            return {}
        scores = self._scores[number, : len(self._columns)].tolist()
        return {fold: score for fold, score in zip(self._columns, scores, strict=True) if not math.isnan(score)}

    def put(self, number: int, scores: Mapping[int, float], plan: FoldPlan | None) -> None:
        """Take in the scores of a told trial, and on which split it was judged."""
        if len(self._columns.keys() | scores.keys()) > MOST_FOLDS:
            return
        for fold in scores:
            self._columns.setdefault(fold, len(self._columns))
        self._make_room(number + 1, len(self._columns))
        for fold, score in scores.items():
            self._scores[number, self._columns[fold]] = score
        self._splits.add("" if plan is None else plan.split)
        self._k = self._k if plan is None else plan.k

    def _make_room(self, rows: int, columns: int) -> None:
        have = self._scores.shape
        if rows > have[0] or columns > have[1]:
            shape = [2 * need if need > got else got for need, got in zip((rows, columns), have, strict=True)]
            wider = np.full(shape, np.nan)
            wider[: have[0], : have[1]] = self._scores
            self._scores = wider
