"""Parameters as arrays, encoded once each."""

from typing import Any

import numpy as np

from ayar.space.space import Space
from ayar.trial.points import Points

SPACE = Space({"x": (0.0, 1.0), "kind": ["a", "b"]})


class CountingCodec:
    """The space's codec, counting the configurations it encodes."""

    def __init__(self) -> None:
        self.encoded = 0
        self.names = SPACE.codec.names
        self.row = self

    def encode(self, params: Any) -> Any:
        self.encoded += 1
        return SPACE.codec.row.encode(params)

    def key(self, codes: Any) -> Any:
        return SPACE.codec.row.key(codes)


def test_each_configuration_is_encoded_once() -> None:
    codec = CountingCodec()
    points = Points(codec)  # type: ignore[arg-type]  # stands in for a Codec
    for i in range(50):
        points.update(i + 1, [(i, {"x": i / 50, "kind": "a"})])
    assert codec.encoded == 50


def test_rows_without_parameters_are_nan() -> None:
    points = Points(SPACE.codec)
    points.update(2, [(0, None), (1, {"x": 0.5, "kind": "b"})])
    X, A = points.arrays
    assert np.isnan(X[0]).all()
    assert A.tolist() == [[False, False], [True, True]]
    assert X[1].tolist() == [0.5, 1.0]


def test_a_row_that_changes_gives_its_old_key_back() -> None:
    points = Points(SPACE.codec)
    points.update(2, [(0, {"x": 0.5, "kind": "a"}), (1, {"x": 0.5, "kind": "a"})])
    assert list(points.keys.values()) == [2]
    points.update(2, [(1, {"x": 0.7, "kind": "a"})])
    assert sorted(points.keys.values()) == [1, 1]


def test_the_arrays_hold_what_changed_since_they_were_last_read() -> None:
    points = Points(SPACE.codec)
    points.update(1, [(0, {"x": 0.5, "kind": "a"})])
    assert points.arrays[0].tolist() == [[0.5, 0.0]]
    points.update(3, [(2, {"x": 0.25, "kind": "b"}), (0, {"x": 0.75, "kind": "a"}), (0, {"x": 1.0, "kind": "a"})])
    X, A = points.arrays
    assert X[[0, 2]].tolist() == [[1.0, 0.0], [0.25, 1.0]]
    assert A.tolist() == [[True, True], [False, False], [True, True]]
