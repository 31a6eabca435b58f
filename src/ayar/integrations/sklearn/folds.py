"""The folds of one search: drawn once, the same for every candidate."""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.model_selection import check_cv
from sklearn.utils.metadata_routing import get_routing_for_object

from ayar.base.errors import ArgumentError
from ayar.evaluate.drawn import fold_sizes
from ayar.evaluate.rows import fingerprint
from ayar.evaluate.split_table import check_classes


class Folds:
    """A splitter whose folds are drawn when first asked for, and stay; singly, it stands for the `current` one alone.

    Raises:
        ArgumentError: no fold, or one that judges no row.
    """

    def __init__(self, cv: Any, y: Any, estimator: Any, *, singly: bool) -> None:
        """`cv` is what the caller gave: a number, a splitter, or a list of (rows to fit, rows to judge)."""
        self._cv = check_cv(cv, y, classifier=is_classifier(estimator))
        self._classifies = is_classifier(estimator)
        self._data: tuple[Any, Any] = (None, None)
        self.singly = singly
        self.current = 0
        self.pairs: list[tuple[Any, Any]] = []
        """(rows to fit, rows to judge) of each fold, once drawn."""

    def get_n_splits(self, X: Any = None, y: Any = None, **routed: Any) -> int:
        """How many fits a candidate takes in one call."""
        self._draw(X, y, routed)
        return 1 if self.singly else len(self.pairs)

    def split(self, X: Any, y: Any = None, **routed: Any) -> Iterator[tuple[Any, Any]]:
        """The folds, or the current one."""
        self._draw(X, y, routed)
        yield from [self.pairs[self.current]] if self.singly else self.pairs

    def get_metadata_routing(self) -> Any:
        """What the caller's splitter asks for; this is how groups reach it."""
        return get_routing_for_object(self._cv)

    @property
    def sizes(self) -> tuple[float, float]:
        """Mean number of rows (to fit, to judge) over folds."""
        return fold_sizes(self.pairs)

    def facts(self) -> dict[str, Any]:
        """What identifies data and folds, so that a stored search goes on with the same; a pass over all bytes."""
        n_train, n_test = self.sizes
        return {
            "fingerprint": fingerprint(*self._data),
            "folds": len(self.pairs),
            "n_train": n_train,
            "n_test": n_test,
            "cv": repr(self._cv),
            "cv_fingerprint": self.digest,
        }

    @property
    def digest(self) -> str:
        """Equal for equal folds."""
        return fingerprint([[np.asarray(fit), np.asarray(rows)] for fit, rows in self.pairs])

    def _draw(self, X: Any, y: Any, routed: dict[str, Any]) -> None:
        if self.pairs:
            return
        self.pairs, self._data = list(self._cv.split(X, y, **routed)), (X, y)
        if not self.pairs:
            raise ArgumentError("cv: expected at least one fold, got none")
        empty = next((i for i, (_, rows) in enumerate(self.pairs) if len(rows) == 0), None)
        if empty is not None:
            raise ArgumentError(f"cv: expected rows to judge in every fold, got none in fold {empty}")
        if self._classifies and y is not None and np.ndim(y) == 1:
            _warn_of_one_class(self.pairs, y)

    def __getstate__(self) -> dict[str, Any]:
        """Without data and folds: scikit-learn sends the search along with each fit."""
        return {**vars(self), "pairs": [], "_data": (None, None)}

    def __repr__(self) -> str:
        return repr(self._cv)


def _warn_of_one_class(pairs: list[tuple[Any, Any]], y: Any) -> None:
    """Some classifiers take rows of a single class, and then score on chance; scikit-learn lets them."""
    try:
        check_classes(pairs, y)
    except ArgumentError as error:
        warnings.warn(str(error), UserWarning, stacklevel=2)
