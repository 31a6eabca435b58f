"""Results with a standard error."""

import math
from typing import Any

import pytest

from ayar.base.errors import ArgumentError
from ayar.trial.result import Result


@pytest.mark.parametrize(("value", "sd"), [(0.5, 0.1), ((1.0, 2.0), [0.1, 0.0]), ({"a": 1.0, "m": 2.0}, {"a": 0.1})])
def test_a_standard_error_has_the_form_of_its_value(value: Any, sd: Any) -> None:
    assert Result(value, sd=sd).sd == sd


@pytest.mark.parametrize(("value", "sd"), [(0.5, [0.1]), ([1.0, 2.0], [0.1]), ([1.0], 0.1), ({"a": 1.0}, {"b": 0.1})])
def test_another_form_is_refused(value: Any, sd: Any) -> None:
    with pytest.raises(ArgumentError, match=r"Result sd: expected the form of the value"):
        Result(value, sd=sd)


@pytest.mark.parametrize("sd", [-0.1, math.nan, math.inf])
def test_a_standard_error_is_finite_and_not_negative(sd: float) -> None:
    with pytest.raises(ArgumentError, match=r"expected finite standard errors >= 0.*leave sd out"):
        Result(0.5, sd=sd)


def test_attributes_are_a_mapping() -> None:
    with pytest.raises(ArgumentError, match=r"Result attrs: expected a mapping of name to value, got \['rows'\]"):
        Result(0.5, attrs=["rows"])  # type: ignore[arg-type]
