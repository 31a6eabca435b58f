"""The parameters of all trials as arrays, for one codec; encoded once each.

n  trials by number    D  coded columns    X  (n, D) natural values, NaN where inactive    A  (n, D) bool
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ayar.space.codec import Codec
from ayar.trial.column import Column


class Points:
    """X, A and the keys of the points of a history, kept up to date row by row."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        width = len(codec.names)
        self._x = Column(np.nan, np.float64, width)
        self._a = Column(0, np.bool_, width)
        self._keys: list[bytes | None] = []
        self._count: Counter[bytes] = Counter()

    def update(self, length: int, changed: Iterable[tuple[int, Mapping[str, Any] | None]]) -> None:
        """Make the tables `length` rows long and encode the rows in `changed`: (number, parameters or None)."""
        self._x.grow(length)
        self._a.grow(length)
        self._keys.extend([None] * (length - len(self._keys)))
        known = [(number, params) for number, params in changed if params is not None]
        if not known:
            return
        X, A = self.codec.encode([params for _, params in known])
        for (number, _), x, a, key in zip(known, X, A, self.codec.keys(X), strict=True):
            self._set(number, x, a, key)

    def _set(self, number: int, x: NDArray[np.float64], a: NDArray[np.bool_], key: bytes) -> None:
        before = self._keys[number]
        if before is not None:
            self._count[before] -= 1
            if not self._count[before]:
                del self._count[before]
        self._x[number], self._a[number], self._keys[number] = x, a, key
        self._count[key] += 1

    @property
    def arrays(self) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """(X, A), read-only."""
        return self._x.view(), self._a.view()

    @property
    def keys(self) -> Mapping[bytes, int]:
        """Key of each point that was asked, told or waits -> how many trials hold it."""
        return self._count
