"""Labels are told from measurements, and missing ones are named."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ayar.base.errors import ArgumentError
from ayar.evaluate.labels import are_classes, encode, refuse_missing


@pytest.mark.parametrize(
    "y",
    [
        ["ham", "spam"],
        [True, False],
        [0, 1, 1],
        [0.0, 1.0],
        np.repeat(np.arange(10), 10),
        pd.Series(["a", "b"], dtype="category"),
    ],
)
def test_repeating_values_and_text_are_classes(y: Any) -> None:
    assert are_classes(y)


@pytest.mark.parametrize("y", [[0.5, 1.0], np.arange(100), np.linspace(0, 9, 50), np.zeros((4, 2)), [1.0, np.inf, 0.0]])
def test_measurements_are_not_classes(y: Any) -> None:
    assert not are_classes(y)


@pytest.mark.parametrize(
    "y",
    [
        [1.0, 2.0, np.nan],
        ["a", "b", None],
        np.array(["a", "b", np.nan], dtype=object),
        pd.Series(["a", "b", pd.NA]),
        pd.Series([1, 2, None], dtype="Int64"),
        np.array(["2020-01-01", "2020-01-02", "NaT"], dtype="datetime64[D]"),
        np.array([[1.0, 2.0], [3.0, 4.0], [5.0, np.nan]]),
        pd.DataFrame({"a": [1.0, 2.0, None]}),
    ],
)
def test_a_missing_label_is_named_with_its_row(y: Any) -> None:
    with pytest.raises(
        ArgumentError, match=r"y: expected a value for every row, got 1 missing of 3, the first in row 2"
    ):
        refuse_missing(y, "y")


def test_codes_follow_the_sorted_values() -> None:
    names, codes = encode(pd.Series(["b", "a", "b"]), "groups")
    assert list(names) == ["a", "b"]
    assert codes.tolist() == [1, 0, 1]


def test_values_without_a_common_order_are_refused_in_words() -> None:
    with pytest.raises(ArgumentError, match=r"groups: expected values of one kind, got int, str mixed"):
        encode(np.array(["a", 1], dtype=object), "groups")


def test_several_columns_are_refused_in_words() -> None:
    with pytest.raises(ArgumentError, match=r"y: expected one value a row, got an array of shape \(2, 2\)"):
        encode([[1, 2], [3, 4]], "y")
