"""A 64-bit number for each row, equal for equal rows: sums over columns of hashed values.

h_j(x)  the hash of value x in column j    row = Σ_j h_j(x_j) mod 2⁶⁴, so a column can be taken out by subtraction

Two different rows get the same number with chance 2⁻⁶⁴: among 100,000 rows some pair does with chance 3·10⁻¹⁰.
Mixing: SplitMix64, Steele, Lea and Flood 2014, doi 10.1145/2660193.2660195, figure 17.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ayar.evaluate.leaks.columns import Column, Columns
from ayar.evaluate.rows import Rows

Hashes = NDArray[np.uint64]


def _mixed(z: Hashes) -> Hashes:
    with np.errstate(over="ignore"):
        z = z + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _bits(values: NDArray[Any]) -> Hashes:
    """The bits of floats; 0.0 and -0.0 are one value, and so is every NaN."""
    clean = np.where(np.isnan(values), np.nan, values + 0.0)
    return np.ascontiguousarray(clean, dtype=np.float64).view(np.uint64)


def column_hashes(column: Column, j: int) -> Hashes:
    """(n,) h_j of the rows' values; zero for a zero, so that sparse and dense rows agree."""
    known = column.levels is not None
    content = column.level_hashes[column.values.astype(np.intp)] if known else _bits(column.values)
    return np.where(content == 0, np.uint64(0), _mixed(content ^ _mixed(np.full(1, j, dtype=np.uint64))))


def row_hashes(columns: Columns) -> Hashes:
    """(n,) hashes of the rows. Cost: one pass, 0.05 s for 100,000 rows of 20 numbers."""
    total = np.zeros(columns.n, dtype=np.uint64)
    if columns.sparse:
        return _sparse_hashes(columns.X.tocsr(), total)
    for j, column in enumerate(columns):
        total += column_hashes(column, j)
    return total


def _sparse_hashes(matrix: Any, total: Hashes) -> Hashes:
    content = _bits(matrix.data.astype(np.float64))
    at = _mixed(matrix.indices.astype(np.uint64))
    hashes = np.where(content == 0, np.uint64(0), _mixed(content ^ at))
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    np.add.at(total, rows, hashes)
    return total


def label_hashes(y: Rows) -> Hashes:
    """(n,) hashes of the labels, of one or several outputs."""
    return _mixed(row_hashes(Columns(y)))
