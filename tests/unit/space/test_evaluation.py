"""Values, truths and distances on columns."""

from typing import Any

import numpy as np
import pytest

from ayar.space.evaluation import distance, holds
from ayar.space.expression import parse

COLUMNS: dict[str, Any] = {
    "a": np.array([1.0, 2.0, 3.0]),
    "b": np.array([3.0, 2.0, 1.0]),
    "k": np.array(["rbf", "poly", None], dtype=object),
    "mixed": np.array(["auto", 0.5, 2], dtype=object),
    "c": 2,
}


def truth(text: str) -> list[bool]:
    return [bool(value) for value in holds(parse(text), COLUMNS, 3)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < b", [True, False, False]),
        ("1 < a <= 2", [False, True, False]),
        ("a * b <= 3", [True, False, True]),
        ("-2 ** 2 == -4", [True, True, True]),
        ("2 ** 3 ** 2 == 512", [True, True, True]),
        ("7 // 2 == 3 and -7 // 2 == -4 and -7 % 3 == 2", [True, True, True]),
        ("a ** -1 < 0.6", [False, True, True]),
        ("not a < b or a == 1", [True, True, True]),
        ("k == 'rbf'", [True, False, False]),
        ("k != 'rbf'", [False, True, True]),
        ("k in ['rbf', None]", [True, False, True]),
        ('k not in ("rbf", None)', [False, True, False]),
        ("k == None", [False, False, True]),
        ("mixed == 'auto' or mixed < 1", [True, True, False]),
        ("mixed + 1 > 0", [False, True, True]),
        ("min(a, b, c) == 1 and max(a, b) == 3", [True, False, True]),
        ("abs(a - b) == 2", [True, False, True]),
        ("sqrt(a * a) == a and exp(log(a)) < a + 1", [True, True, True]),
        ("a in []", [False, False, False]),
        ("1 / (a - a) > 5", [True, True, True]),
        ("log(0 - a) < 1e9", [False, False, False]),
        ("c == 2", [True, True, True]),
    ],
)
def test_expressions_mean_what_they_mean_in_python(text: str, expected: list[bool]) -> None:
    assert truth(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a <= 1", [0.0, 1.0, 2.0]),
        ("a >= 3", [2.0, 1.0, 0.0]),
        ("a == b", [2.0, 0.0, 2.0]),
        ("a <= 1 and b <= 1", [2.0, 2.0, 2.0]),
        ("a <= 1 or b <= 1", [0.0, 1.0, 0.0]),
        ("a in [1, 5]", [0.0, 1.0, 2.0]),
        ("k == 'rbf'", [0.0, 1.0, 1.0]),
        ("not a < 2", [1.0, 0.0, 0.0]),
    ],
)
def test_distances_are_zero_exactly_where_the_expression_holds(text: str, expected: list[float]) -> None:
    assert distance(parse(text), COLUMNS, 3).tolist() == expected


def test_a_strict_comparison_that_just_fails_is_a_positive_distance_away() -> None:
    assert distance(parse("a < 1"), COLUMNS, 3)[0] > 0.0


def test_distances_stay_finite() -> None:
    assert np.isfinite(distance(parse("1 / (a - a) < 5 and log(0 - a) > 1"), COLUMNS, 3)).all()
