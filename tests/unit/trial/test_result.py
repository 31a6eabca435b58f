"""A result checks that its standard error fits its value."""

import math
from typing import Any

import pytest

from ayar.base.errors import ArgumentError
from ayar.trial.result import Result


@pytest.mark.parametrize(
    ("value", "sd"), [(1.0, 0.1), (1.0, None), ([1.0, 2.0], [0.1, 0.0]), ({"a": 1.0, "b": 2.0}, {"a": 0.1})]
)
def test_an_error_has_the_form_of_its_value(value: Any, sd: Any) -> None:
    assert Result(value, sd=sd).sd == sd


@pytest.mark.parametrize(("value", "sd"), [(1.0, [0.1]), ([1.0, 2.0], [0.1]), ([1.0], 0.1), ({"a": 1.0}, {"b": 0.1})])
def test_another_form_is_refused_in_words(value: Any, sd: Any) -> None:
    with pytest.raises(ArgumentError, match=r"sd: expected the form of the value .*one standard error for each value"):
        Result(value, sd=sd)


@pytest.mark.parametrize("sd", [-0.1, math.nan, math.inf])
def test_an_impossible_error_is_refused_in_words(sd: float) -> None:
    with pytest.raises(ArgumentError, match=r"finite standard errors >= 0, got .*leave sd out"):
        Result(1.0, sd=sd)


def test_attributes_are_a_mapping() -> None:
    with pytest.raises(ArgumentError, match=r"attrs: expected a mapping of name to value, got \['note'\]"):
        Result(1.0, attrs=["note"])  # type: ignore[arg-type]  # the mistake under test
