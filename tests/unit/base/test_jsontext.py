"""The JSON codec: what goes in comes out, and what cannot go in is named with its place."""

import math
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ayar.base.errors import ArgumentError
from ayar.base.jsontext import dumps, loads, number_from_wire, number_to_wire, unwrap, wrap

TEXT = st.text(st.characters(codec=None, exclude_categories=()))
KEYS = st.text() | st.just("$")
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=20)


def bits(value: Any) -> Any:
    """`value` with floats as their bits, so that NaN equals NaN and -0.0 differs from 0.0."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else struct.pack("d", value)
    if isinstance(value, list):
        return [bits(item) for item in value]
    if isinstance(value, dict):
        return {key: bits(item) for key, item in value.items()}
    return value, type(value)


@given(VALUES)
def test_every_value_comes_back_with_its_bits(value: Any) -> None:
    assert bits(loads(dumps(value))) == bits(value)


@given(VALUES)
def test_the_text_is_plain_unicode(value: Any) -> None:
    dumps(value).encode("utf-8")


def test_tuples_and_arrays_become_lists_and_numpy_scalars_native() -> None:
    back = loads(dumps({"t": (1, 2), "a": np.eye(2), "f": np.float32(0.5), "i": np.int64(3), "b": np.bool_(True)}))
    assert back == {"t": [1, 2], "a": [[1.0, 0.0], [0.0, 1.0]], "f": 0.5, "i": 3, "b": True}
    assert [type(back[key]) for key in "fib"] == [float, int, bool]


def test_a_subclass_of_a_number_or_text_is_stored_as_its_base() -> None:
    class Level(int):
        pass

    class Name(str):
        __slots__ = ()

    assert [type(item) for item in loads(dumps([Level(2), Name("a")]))] == [int, str]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": [1, object()]}, r"settings\.a\[1\]: expected something JSON can hold.*got object.*checkpoint_dir"),
        ({1: 2}, r"settings: JSON keys are text, got 1; write it as '1'"),
        ({"a": 1j}, r"settings\.a: .*got complex 1j"),
        ({"a": b"raw"}, r"settings\.a: .*got bytes b'raw'"),
    ],
)
def test_what_json_cannot_hold_is_named_with_its_place(value: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        wrap(value, "settings")


def test_text_that_is_no_json_is_quoted() -> None:
    with pytest.raises(ArgumentError, match=r"expected JSON text, got '\{\"a\": '"):
        loads('{"a": ')


@pytest.mark.parametrize("text", ['{"$": "pickle", "v": 1}', '{"$": [1]}', '{"$": 3}'])
def test_an_unknown_tag_is_refused(text: str) -> None:
    with pytest.raises(ArgumentError, match=r"unknown JSON tag"):
        loads(text)


@pytest.mark.parametrize("value", [0.1, -0.0, 5e-324, math.inf, -math.inf])
def test_a_number_field_holds_every_float(value: float) -> None:
    assert struct.pack("d", number_from_wire(number_to_wire(value))) == struct.pack("d", value)


def test_a_number_field_holds_nan_by_name() -> None:
    assert number_to_wire(math.nan) == "nan"
    assert math.isnan(number_from_wire("nan"))


def test_a_number_field_holds_no_other_text() -> None:
    with pytest.raises(ArgumentError, match=r"expected a number or 'nan', 'inf', '-inf', got '1e5'"):
        number_from_wire("1e5")


def test_plain_values_are_left_as_they_are() -> None:
    value = {"a": [1, "x", None, True, 0.5]}
    assert wrap(value) == value
    assert unwrap(value) == value
