"""Rows of mapped arrays as PyTorch's `DataLoader` wants them: by number, and by a list of numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ayar.data.columns import Array


@dataclass(frozen=True, eq=False)
class RowDataset:
    """Rows of several arrays side by side; a map-style data set for PyTorch.

    Arguments:
        arrays: (n, ...) each.
    """

    arrays: tuple[Array, ...]

    def __len__(self) -> int:
        return len(self.arrays[0])

    def __getitem__(self, row: int) -> tuple[Any, ...]:
        """Row number `row`, copied, since PyTorch wants memory that may be written."""
        return tuple(np.array(array[row]) if array.ndim > 1 else array[row] for array in self.arrays)

    def __getitems__(self, rows: Sequence[int]) -> list[tuple[Any, ...]]:
        """Several rows, gathered at once: what the loader makes a batch of."""
        parts = [np.asarray(array)[np.asarray(rows)] for array in self.arrays]
        return list(zip(*parts, strict=True))
