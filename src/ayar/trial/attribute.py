"""Attributes of trials and studies: small facts in JSON, not the place for models or data."""

from typing import Any

import msgspec

from ayar.base.errors import ArgumentError
from ayar.base.jsontext import Json, wrap

MOST_BYTES = 64 * 1024
"""What one attribute may take as JSON text."""


def attribute(name: str, value: Any) -> Json:
    """The value of an attribute as the log holds it.

    Raises:
        ArgumentError: JSON cannot hold it, or it takes more than 64 KB.

    >>> attribute("rows", (1, 2))
    [1, 2]
    """
    wire = wrap(value, f"attribute {name!r}")
    size = len(msgspec.json.encode(wire))
    if size > MOST_BYTES:
        raise ArgumentError(
            f"attribute {name!r}: expected at most {MOST_BYTES // 1024} KB of JSON, got {size / 1024:,.0f} KB; "
            "write it to a file and keep the file's name"
        )
    return wire
