"""A NumPy array that grows by doubling, so that extending a history never rebuilds it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Column:
    """Rows of one type. Its length is what it has room for; `view(n)` is a read-only slice of the first n rows."""

    __slots__ = ("_data", "_fill")

    def __init__(self, fill: float, dtype: Any, width: int | None = None) -> None:
        """`fill` stands in rows not written yet; `width` makes it (n, width) instead of (n,)."""
        shape = (16,) if width is None else (16, width)
        self._fill = fill
        self._data: NDArray[Any] = np.full(shape, fill, dtype=dtype)

    def __len__(self) -> int:
        return len(self._data)

    def make_room(self, length: int) -> None:
        """Have room for `length` rows, and for as many again when it has to grow."""
        room = len(self._data)
        if length > room:
            wider = np.full((max(length, 2 * room), *self._data.shape[1:]), self._fill, self._data.dtype)
            wider[:room] = self._data
            self._data = wider

    def __setitem__(self, row: int | list[int], value: Any) -> None:
        self._data[row] = value

    def view(self, length: int) -> NDArray[Any]:
        """The first `length` rows, not to be written to."""
        out = self._data[:length]
        out.flags.writeable = False
        return out
