"""What an objective may return instead of a bare number: the value, how sure it is, and attributes to keep."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ayar.base.errors import ArgumentError, shorten

Values = float | Sequence[float] | Mapping[str, float]
"""One number for a study with one goal; several in the goals' order, or by name, constraint metrics among them."""


@dataclass(frozen=True)
class Result:
    """A result with its standard error.

    Arguments:
        value: what a plain objective would return.
        sd: standard error of the value, in its unit and its form (a number, several, or by name); None where unknown.
            Samplers that model noise use it.
        attrs: attributes to keep on the trial; anything JSON can hold.

    Raises:
        ArgumentError: `sd` in another form than `value`, negative or not finite; attributes that are no mapping.

    >>> Result(0.93, sd=0.01, attrs={"rows": 1437})
    Result(value=0.93, sd=0.01, attrs={'rows': 1437})
    """

    value: Values
    sd: Values | None = None
    attrs: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.attrs is not None and not isinstance(self.attrs, Mapping):
            raise ArgumentError(f"Result attrs: expected a mapping of name to value, got {shorten(self.attrs)}")
        if self.sd is None:
            return
        if not _match(self.value, self.sd):
            raise ArgumentError(
                f"Result sd: expected the form of the value {shorten(self.value)}, got {shorten(self.sd)}; "
                "give one standard error for each value, or leave sd out"
            )
        for sd in _each(self.sd):
            if not (math.isfinite(sd) and sd >= 0):
                raise ArgumentError(
                    f"Result sd: expected finite standard errors >= 0, got {shorten(self.sd)}; "
                    "leave sd out where it is unknown"
                )


def _match(value: Values, sd: Values) -> bool:
    if isinstance(sd, Mapping):
        return isinstance(value, Mapping) and set(sd) <= set(value)
    if isinstance(sd, Sequence):
        return isinstance(value, Sequence) and len(sd) == len(value)
    return not isinstance(value, Mapping | Sequence)


def _each(values: Values) -> list[float]:
    if isinstance(values, Mapping):
        return list(values.values())
    return list(values) if isinstance(values, Sequence) else [values]
