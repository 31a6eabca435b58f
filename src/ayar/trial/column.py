"""A NumPy array that grows by doubling, so that extending a history never rebuilds it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Column:
    """Rows of one type; `view()` is a read-only slice of what is filled."""

    __slots__ = ("_data", "_fill", "_length")

    def __init__(self, fill: float, dtype: Any, width: int | None = None) -> None:
        """`fill` stands in rows not written yet; `width` makes it (n, width) instead of (n,)."""
        shape = (16,) if width is None else (16, width)
        self._fill = fill
        self._data: NDArray[Any] = np.full(shape, fill, dtype=dtype)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def grow(self, length: int) -> None:
        """Make the column at least `length` long."""
        if length <= self._length:
            return
        if length > len(self._data):
            wider = np.full((max(length, 2 * len(self._data)), *self._data.shape[1:]), self._fill, self._data.dtype)
            wider[: self._length] = self._data[: self._length]
            self._data = wider
        self._length = length

    def __setitem__(self, row: int | list[int], value: Any) -> None:
        self._data[row] = value

    def view(self) -> NDArray[Any]:
        """The filled rows, not to be written to."""
        out = self._data[: self._length]
        out.flags.writeable = False
        return out
