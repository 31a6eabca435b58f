"""Arrays that grow."""

import numpy as np
import pytest

from ayar.trial.column import Column


def test_new_rows_hold_the_fill_value() -> None:
    column = Column(-1.0, np.float64)
    column.grow(40)
    assert len(column) == 40
    assert column.view().tolist() == [-1.0] * 40


def test_rows_survive_growing() -> None:
    column = Column(0, np.int64)
    for i in range(100):
        column.grow(i + 1)
        column[i] = i
    assert column.view().tolist() == list(range(100))


def test_a_wide_column_has_two_dimensions() -> None:
    column = Column(np.nan, np.float64, width=3)
    column.grow(2)
    column[1] = (1.0, 2.0, 3.0)
    assert column.view().shape == (2, 3)
    assert column.view()[1].tolist() == [1.0, 2.0, 3.0]


def test_growing_never_shrinks() -> None:
    column = Column(0, np.int8)
    column.grow(5)
    column.grow(2)
    assert len(column) == 5


def test_readers_cannot_write() -> None:
    column = Column(0, np.int8)
    column.grow(1)
    with pytest.raises(ValueError, match=r"read-only"):
        column.view()[0] = 1


def test_growth_doubles_so_that_n_rows_cost_n_copies() -> None:
    column = Column(0, np.int8)
    bases = set()
    for i in range(1000):
        column.grow(i + 1)
        base = column.view().base
        bases.add(id(base))
    assert len(bases) <= 8
