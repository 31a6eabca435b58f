"""The one JSON codec: everything stored or sent passes here.

JSON has no NaN and no infinities, readers differ on integers over 64 bits, and databases treat lone surrogates each in
their own way. Four shapes carry what JSON cannot, all under the reserved key "$":

    {"$": "nan"}, {"$": "inf"}, {"$": "-inf"}        floats that are not finite
    {"$": "text", "v": [97, 55296]}                  text with lone surrogates, as code points
    {"$": "int", "v": "340282366920938463463"}       integers over 64 bits
    {"$": "map", "v": {...}}                         a mapping that itself has the key "$"

Finite floats are written in shortest round-trip form, so they come back with the same bits. Nothing here runs code.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from ayar.base.errors import ArgumentError, shorten

Json = Any
"""What `msgspec.json` reads and writes: None, bool, int, float, str, lists and dicts of them."""

_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder().decode
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def float_name(value: float) -> str:
    """How a float that is not finite is written: "nan", "inf" or "-inf"."""
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"


def wrap(value: object, where: str = "value") -> Json:
    """`value` as plain JSON types, with what JSON lacks put under "$".

    Tuples and arrays become lists, NumPy scalars Python ones.

    Raises:
        ArgumentError: a type that JSON cannot carry; `where` names the place.
    """
    return _wrap(value, (where,))


Place = tuple[Any, ...]
"""Where a value stands: ("note",), or (place of its holder, its key). Written out only for an error."""


def _wrap(value: object, place: Place) -> Json:
    kind = type(value)
    if kind is dict:
        return _wrap_mapping(value, place)  # type: ignore[arg-type]  # mypy does not read `kind is dict`
    if value is None or kind is bool:
        return value
    if isinstance(value, int):
        return int(value) if value.bit_length() < 64 else {"$": "int", "v": str(int(value))}
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"$": float_name(value)}
    if isinstance(value, str):
        text = str(value)
        return text if _is_unicode(text) else {"$": "text", "v": [ord(letter) for letter in text]}
    if isinstance(value, list | tuple):
        return [_wrap(item, (place, i)) for i, item in enumerate(value)]
    if isinstance(value, np.generic | np.ndarray):
        return _wrap(value.tolist(), place)
    if isinstance(value, Mapping):
        return _wrap_mapping(value, place)
    raise ArgumentError(
        f"{_written(place)}: expected something JSON can hold (None, bool, number, text, list, dict), got "
        f"{type(value).__name__} {shorten(value)}; store files under trial.checkpoint_dir instead"
    )


def _wrap_mapping(value: Mapping[Any, Any], place: Place) -> Json:
    out = {}
    for key, item in value.items():
        if not (type(key) is str and key.isascii()):
            _check_key(key, place)
        kind = type(item)
        # Most of what is wrapped is short text and finite numbers, which stay as they are.
        is_plain = math.isfinite(item) if kind is float else kind is str and item.isascii()
        out[key] = item if is_plain else _wrap(item, (place, key))
    return {"$": "map", "v": out} if "$" in out else out


def _written(place: Place) -> str:
    """A place as text: note.parents[1]."""
    if len(place) == 1:
        return str(place[0])
    holder, key = place
    return f"{_written(holder)}[{key}]" if isinstance(key, int) else f"{_written(holder)}.{key}"


def _check_key(key: object, place: Place) -> None:
    if not (isinstance(key, str) and _is_unicode(key)):
        raise ArgumentError(f"{_written(place)}: JSON keys are text, got {shorten(key)}; write it as {str(key)!r}")


def _is_unicode(text: str) -> bool:
    return text.isascii() or not _SURROGATE.search(text)


def unwrap(value: Json) -> Any:
    """The value that `wrap` was given (tuples come back as lists)."""
    if isinstance(value, list):
        return [unwrap(item) for item in value]
    if not isinstance(value, dict) or not value:
        return value
    tag = value.get("$")
    if tag is None:
        return {key: unwrap(item) for key, item in value.items()}
    if isinstance(tag, str) and tag in _NOT_FINITE:
        return _NOT_FINITE[tag]
    if tag == "map":
        return {key: unwrap(item) for key, item in value["v"].items()}
    if tag == "int":
        return int(value["v"])
    if tag == "text":
        return "".join(map(chr, value["v"]))
    raise ArgumentError(f"unknown JSON tag {shorten(tag)}; the text was written by a newer Ayar or by another program")


Number = float | str
"""A number field of a stored record: a finite float, or "nan", "inf", "-inf"."""


def number_to_wire(value: float) -> Number:
    """A float as a number field holds it."""
    return value if math.isfinite(value) else float_name(value)


def number_from_wire(value: Number) -> float:
    """The float of a number field.

    Raises:
        ArgumentError: text other than "nan", "inf", "-inf".
    """
    if not isinstance(value, str):
        return float(value)
    if value not in _NOT_FINITE:
        raise ArgumentError(f"expected a number or 'nan', 'inf', '-inf', got {shorten(value)}")
    return _NOT_FINITE[value]


def dumps(value: object, where: str = "value") -> str:
    """`value` as JSON text, lossless for floats and text.

    >>> loads(dumps({"loss": float("-inf"), "lr": 0.1}))
    {'loss': -inf, 'lr': 0.1}
    """
    return _ENCODE(wrap(value, where)).decode()


def loads(text: str | bytes) -> Any:
    """The value of JSON text that `dumps` wrote.

    Raises:
        ArgumentError: not JSON; the message quotes the place.
    """
    try:
        return unwrap(_DECODE(text))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ArgumentError(f"expected JSON text, got {shorten(text)}: {error}") from None
