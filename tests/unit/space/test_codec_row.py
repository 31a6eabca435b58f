"""Single rows are coded as batches are."""

import math

import numpy as np
import pytest

from ayar.space.domains import Float
from ayar.space.space import Space
from ayar.testing.spaces import SPACES
from unit.space.test_codec import MIXED, draws


@pytest.mark.parametrize("space", [MIXED, *SPACES.values()], ids=["mixed", *SPACES])
def test_one_row_is_coded_as_a_batch_is(space: Space) -> None:
    X, A = draws(space, 100)
    rows, points, row = X.tolist(), space.codec.decode(X, A), space.codec.row
    assert [row.decode(codes) for codes in rows] == points
    assert [list(row.decode(codes)) for codes in rows] == [list(point) for point in points]
    assert [row.key(codes) for codes in rows] == space.codec.keys(X)
    assert np.array_equal(np.array([row.encode(point) for point in points]).reshape(X.shape), X, equal_nan=True)


@pytest.mark.parametrize("space", [MIXED, *SPACES.values()], ids=["mixed", *SPACES])
def test_one_row_comes_from_the_unit_cube_as_a_batch_does(space: Space) -> None:
    codec = space.codec
    U = np.random.default_rng(3).random((200, len(codec.names)))
    rows = np.array([codec.row.from_unit(u) for u in U.tolist()]).reshape(U.shape)
    X = codec.masked(codec.from_unit(U))
    discrete = np.array([column.levels > 0 for column in codec.columns], dtype=bool)
    assert np.array_equal(rows[:, discrete], X[:, discrete], equal_nan=True)
    assert np.allclose(rows, X, rtol=4e-15, atol=0.0, equal_nan=True)


@pytest.mark.parametrize("u", [0.0, 1.0])
def test_the_ends_of_the_cube_are_the_bounds(u: float) -> None:
    codes = MIXED.codec.row.from_unit([u] * len(MIXED.codec.names))
    ends = [column.high if u else column.low for column in MIXED.codec.columns]
    assert [end for code, end in zip(codes, ends, strict=True) if not math.isnan(code)] == [
        code for code in codes if not math.isnan(code)
    ]


def test_a_row_that_holds_a_part_of_a_point_is_decoded_to_that_part() -> None:
    row = Space({"x": (0.0, 1.0), "kind": ["a", "b"]}).codec.row
    assert row.decode([0.5, math.nan]) == {"x": 0.5}
    assert row.encode({"x": 0.5, "kind": "no such kind"})[0] == 0.5


def test_zeros_of_either_sign_share_a_key() -> None:
    row = Space({"x": Float(-1.0, 1.0)}).codec.row
    assert row.key([-0.0]) == row.key([0.0])
    assert row.key([0.0]) != row.key([math.nan])
