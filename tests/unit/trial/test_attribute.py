"""Attributes are small and plain."""

import math
from typing import Any

import pytest

from ayar.base.errors import ArgumentError
from ayar.trial.attribute import MOST_BYTES, attribute


@pytest.mark.parametrize(
    ("value", "wire"), [((1, 2), [1, 2]), (math.inf, {"$": "inf"}), (None, None), ({"a": 1}, {"a": 1})]
)
def test_an_attribute_is_held_as_json(value: Any, wire: Any) -> None:
    assert attribute("a", value) == wire


def test_an_attribute_of_the_greatest_size_is_taken() -> None:
    assert attribute("a", "x" * (MOST_BYTES - 2)) == "x" * (MOST_BYTES - 2)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("x" * MOST_BYTES, r"attribute 'a': expected at most 64 KB of JSON, got 64 KB; write it to a file"),
        (object(), r"attribute 'a': expected something JSON can hold"),
    ],
)
def test_what_the_log_should_not_hold_is_refused(value: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        attribute("a", value)
