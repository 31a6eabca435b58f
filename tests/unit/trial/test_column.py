"""Arrays that grow."""

import numpy as np
import pytest

from ayar.trial.column import Column


def test_new_rows_hold_the_fill_value() -> None:
    column = Column(-1.0, np.float64)
    column.make_room(40)
    assert column.view(40).tolist() == [-1.0] * 40


def test_rows_survive_growing() -> None:
    column = Column(0, np.int64)
    for i in range(100):
        column.make_room(i + 1)
        column[i] = i
    assert column.view(100).tolist() == list(range(100))


def test_a_wide_column_has_two_dimensions() -> None:
    column = Column(np.nan, np.float64, width=3)
    column[1] = (1.0, 2.0, 3.0)
    assert column.view(2).shape == (2, 3)
    assert column.view(2)[1].tolist() == [1.0, 2.0, 3.0]


def test_growing_never_shrinks() -> None:
    column = Column(0, np.int8)
    column.make_room(50)
    column.make_room(2)
    assert len(column) >= 50


def test_readers_cannot_write() -> None:
    with pytest.raises(ValueError, match=r"read-only"):
        Column(0, np.int8).view(1)[0] = 1


def test_growth_doubles_so_that_n_rows_cost_n_copies() -> None:
    column = Column(0, np.int8)
    rooms = set()
    for i in range(1000):
        column.make_room(i + 1)
        rooms.add(len(column))
    assert len(rooms) <= 8
