"""A splitter of scikit-learn, by its methods: `split(X, y, groups)` and `get_n_splits`. Nothing is imported."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ayar.base.errors import ArgumentError
from ayar.evaluate.rows import Rows, count_rows
from ayar.evaluate.split import Folds, GivenSplit


@dataclass(frozen=True)
class GuestSplit:
    """Folds of a splitter that has `split(X, y, groups)`; it gets the number of rows, the labels and the groups.

    Arguments:
        splitter: such as `RepeatedStratifiedKFold(random_state=0)`; one that draws needs its random state, or a
            restart would judge on other folds.
    """

    splitter: Any

    def split(self, y: Rows, groups: Rows | None, rng: np.random.Generator) -> Folds:
        """The splitter's folds, checked against the rows of `y`.

        Raises:
            ArgumentError: it draws other folds each time, gives none that fit the rows, or refuses them.
        """
        once, again = self._pairs(y, groups), self._pairs(y, groups)
        if any(not np.array_equal(a[1], b[1]) for a, b in zip(once, again, strict=False)) or len(once) != len(again):
            raise ArgumentError(
                f"cv: expected the same folds from {self.splitter!r} each time, got others; give it a random_state"
            )
        return GivenSplit(once).split(y, groups, rng)

    def _pairs(self, y: Rows, groups: Rows | None) -> list[tuple[Any, Any]]:
        rows = np.zeros((count_rows(y, "y"), 1))
        try:
            return [(fit, judged) for fit, judged in self.splitter.split(rows, y, groups)]
        except ValueError as error:
            given = "no groups" if groups is None else "groups"
            raise ArgumentError(
                f"cv: expected folds from {self.splitter!r} for {len(rows)} rows with {given}, got {error}"
            ) from error
