"""The parameters of all trials as arrays, for one codec; encoded once each.

n  trials by number    D  coded columns    X  (n, D) natural values, NaN where inactive    A  (n, D) bool
"""

from collections.abc import Iterable, Mapping
from operator import eq
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ayar.space.codec import Codec
from ayar.trial.column import Column


class Points:
    """X, A and the keys of the points of a history, kept up to date row by row."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self._x = Column(np.nan, np.float64, len(codec.names))
        self._active = Column(False, np.bool_, len(codec.names))
        self._keys: list[bytes | None] = []
        self._count: dict[bytes, int] = {}

    def update(self, length: int, changed: Iterable[tuple[int, Mapping[str, Any] | None]]) -> None:
        """Make the tables `length` rows long and encode the rows in `changed`: (number, parameters or None)."""
        if length > len(self._x):
            self._x.make_room(length)
            self._active.make_room(length)
        self._keys.extend([None] * (length - len(self._keys)))
        # Mostly there is one row, and NumPy's calls cost more than the work.
        for number, params in changed:
            if params is not None:
                self._set(number, self.codec.row.encode(params))

    def _set(self, number: int, codes: list[float]) -> None:
        self._x[number] = codes
        self._active[number] = list(map(eq, codes, codes))  # NaN equals nothing, itself included
        key = self.codec.row.key(codes)
        self._recount(self._keys[number], key)
        self._keys[number] = key

    def _recount(self, before: bytes | None, now: bytes) -> None:
        if before is not None:
            self._count[before] -= 1
            if not self._count[before]:
                del self._count[before]
        self._count[now] = self._count.get(now, 0) + 1

    @property
    def arrays(self) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """(X, A), both read-only."""
        return self._x.view(len(self._keys)), self._active.view(len(self._keys))

    @property
    def keys(self) -> Mapping[bytes, int]:
        """Key of each point that was asked, told or waits -> how many trials hold it."""
        return self._count
