"""The parameters of all trials as arrays, for one codec; encoded once each.

n  trials by number    D  coded columns    X  (n, D) natural values, NaN where inactive    A  (n, D) bool
U  (n, D) unit coordinates of X
"""

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
        self._x = Column(np.nan, np.float64, len(codec.names))
        self._active = Column(False, np.bool_, len(codec.names))
        self._units = Column(np.nan, np.float64, len(codec.names))
        self._keys: list[bytes | None] = []
        self._count: dict[bytes, int] = {}
        self._fresh: list[int] = []
        """Rows whose keys are known and that the arrays do not hold yet: not every sampler looks at those."""

    def update(self, length: int, changed: Iterable[tuple[int, Mapping[str, Any] | None]]) -> None:
        """Make the tables `length` rows long and encode the rows in `changed`: (number, parameters or None)."""
        self._keys.extend([None] * (length - len(self._keys)))
        row = self.codec.row
        for number, params in changed:
            if params is not None:
                key = row.key(row.encode(params))
                self._recount(self._keys[number], key)
                self._keys[number] = key
                self._fresh.append(number)

    def _recount(self, before: bytes | None, now: bytes) -> None:
        if before is not None:
            self._count[before] -= 1
            if not self._count[before]:
                del self._count[before]
        self._count[now] = self._count.get(now, 0) + 1

    @property
    def arrays(self) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """(X, A), both read-only."""
        self._fill()
        return self._x.view(len(self._keys)), self._active.view(len(self._keys))

    @property
    def units(self) -> NDArray[np.float64]:
        """U, read-only."""
        self._fill()
        return self._units.view(len(self._keys))

    def _fill(self) -> None:
        for column in (self._x, self._active, self._units):
            column.make_room(len(self._keys))
        if self._fresh:
            # A key is the bytes of its row.
            joined = b"".join(self._keys[number] or b"" for number in self._fresh)
            X = np.frombuffer(joined).reshape(len(self._fresh), len(self.codec.names))
            self._x[self._fresh], self._active[self._fresh] = X, ~np.isnan(X)
            self._units[self._fresh] = self.codec.to_unit(X)
            self._fresh = []

    @property
    def keys(self) -> Mapping[bytes, int]:
        """Key of each point that was asked, told or waits -> how many trials hold it."""
        return self._count
