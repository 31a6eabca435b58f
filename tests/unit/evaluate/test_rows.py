"""Rows of any holder are counted, taken and identified alike."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from ayar.base.errors import ArgumentError
from ayar.evaluate.rows import count_rows, fingerprint, take

TABLE = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": ["x", "y", "z"]}, index=[10, 20, 30])
HOLDERS = [
    np.arange(6).reshape(3, 2),
    [[0, 1], [2, 3], [4, 5]],
    ["one", "two", "three"],
    TABLE,
    TABLE["b"],
    sparse.csr_array(np.eye(3)),
]


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
def test_rows_are_counted_and_taken_in_the_order_asked_for(holder: Any) -> None:
    assert count_rows(holder) == 3
    taken = take(holder, np.array([2, 0]))
    assert type(taken) is type(holder)
    assert count_rows(taken) == 2
    assert fingerprint(take(taken, np.array([1, 0]))) == fingerprint(take(holder, np.array([0, 2])))


@pytest.mark.parametrize("holder", [*HOLDERS, np.array(["x", None, 1.5], dtype=object), pd.Series([1, None])])
def test_equal_content_has_an_equal_fingerprint(holder: Any) -> None:
    assert fingerprint(holder) == fingerprint(take(holder, np.arange(3 if count_rows(holder) == 3 else 2)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (np.zeros(4), np.zeros((2, 2))),
        (np.zeros(2, dtype=np.float32), np.zeros(1)),
        (["ab", "c"], ["a", "bc"]),
        ([1, 2], ["1", "2"]),
        ([[1], [2]], [[1, 2], []]),
        (TABLE, TABLE.rename(columns={"a": "c"})),
        (TABLE, TABLE.assign(a=TABLE["a"] + 1)),
        (TABLE["b"], TABLE["b"].astype("category")),
        (sparse.csr_array(np.eye(3)), sparse.csr_array(2 * np.eye(3))),
        ([np.arange(2000)], [np.arange(2000) + (np.arange(2000) == 1000)]),
    ],
)
def test_other_content_has_another_fingerprint(one: Any, other: Any) -> None:
    assert fingerprint(one) != fingerprint(other)


def test_the_place_in_memory_does_not_count() -> None:
    table = np.arange(12.0).reshape(3, 4)
    assert fingerprint(np.asfortranarray(table)) == fingerprint(table)
    assert fingerprint(table[:, ::2]) == fingerprint(table[:, ::2].copy())


def test_the_index_of_a_table_does_not_count() -> None:
    assert fingerprint(TABLE) == fingerprint(TABLE.reset_index(drop=True))


def test_a_fingerprint_is_the_same_in_every_process() -> None:
    # Pinned: studies in stores hold it.
    assert fingerprint(np.arange(3, dtype="<i8"), ["a", None]) == "4127f372b55a5c43299c6a6f38434da6"


def test_objects_without_content_are_refused_in_words() -> None:
    with pytest.raises(ArgumentError, match=r"numbers, text or arrays, got an object of .*turn the rows into arrays"):
        fingerprint([object()])


@pytest.mark.parametrize("data", [3, "text", None, np.float64(1.0)])
def test_what_has_no_rows_is_refused_in_words(data: object) -> None:
    with pytest.raises(ArgumentError, match=r"y: expected rows \(an array, a list, a DataFrame\), got "):
        count_rows(data, "y")
