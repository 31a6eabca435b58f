"""Durations, sizes, numbers and names as people write them on a command line, read with words of our own."""

import math
import re
from collections.abc import Callable
from enum import StrEnum

from ayar.base.errors import ArgumentError

_SECONDS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}
_BYTES = {"": 1, "b": 1, "kb": 2**10, "mb": 2**20, "gb": 2**30, "tb": 2**40}
_WHOLE = re.compile(r"\s*[+-]?\d{1,18}\s*")
_QUANTITY = re.compile(r"\s*(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+)\s*([a-z]*)\s*", re.IGNORECASE)


def seconds(text: str) -> float:
    """A duration in seconds.

    Raises:
        ArgumentError: anything but a positive number with s, m, h or d, or without a unit.

    >>> seconds("90"), seconds("30m"), seconds("1.5h")
    (90.0, 1800.0, 5400.0)
    """
    return _quantity(text, _SECONDS, "a duration such as 90, 30m or 8h")


def size(text: str) -> int:
    """A size in bytes; 1 KB is 1,024 bytes.

    Raises:
        ArgumentError: anything but a positive number with KB, MB, GB or TB, or without a unit.

    >>> size("512MB")
    536870912
    """
    return int(_quantity(text, _BYTES, "a size such as 512MB or 8GB"))


def whole(least: int | None = None) -> Callable[[str], int]:
    """A reader of whole numbers, of at least `least`.

    Raises (the reader):
        ArgumentError: anything else.

    >>> whole(1)("40")
    40
    """
    expected = "a whole number" if least is None else f"a whole number of at least {least}"

    def read(text: str) -> int:
        value = int(text) if _WHOLE.fullmatch(text) else None
        if value is None or (least is not None and value < least):
            raise ArgumentError(f"expected {expected}, got {text!r}")
        return value

    return read


def amount(text: str) -> float:
    """A number that is not negative.

    Raises:
        ArgumentError: anything else.

    >>> amount("0.5")
    0.5
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (value >= 0 and math.isfinite(value)):
        raise ArgumentError(f"expected a number of at least 0, got {text!r}")
    return value


def one_of(words: type[StrEnum]) -> Callable[[str], StrEnum]:
    """A reader of one of a few words.

    Raises (the reader):
        ArgumentError: another word.
    """

    def read(text: str) -> StrEnum:
        if text not in list(words):
            raise ArgumentError(f"expected one of {', '.join(words)}, got {text!r}")
        return words(text)

    return read


def _quantity(text: str, units: dict[str, int], expected: str) -> float:
    match = _QUANTITY.fullmatch(text)
    unit = units.get(match[2].lower()) if match else None
    value = float(match[1]) * unit if match and unit is not None else math.nan
    if not (value > 0 and math.isfinite(value)):
        raise ArgumentError(f"expected {expected}, got {text!r}")
    return value
