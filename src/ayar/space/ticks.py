"""Evenly spaced values, exact: the i-th is (base + i * stride) / scale.

With base and stride whole and scale a power of ten, one correctly rounded division gives the float that a person would
have typed: 0.0 to 1.0 by 0.1 has 0.3 in it, not 0.30000000000000004.
"""

from dataclasses import dataclass

EXACT = 2**53
"""Whole numbers up to here are exact in float64."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """The arithmetic of one grid; the same formula serves Python floats and arrays, with the same bits."""

    base: float
    stride: float
    scale: float = 1.0

    def value(self, index: float) -> float:
        """The value number `index`, counted from 0."""
        return (self.base + index * self.stride) / self.scale

    def index(self, value: float) -> float:
        """The (fractional) number of `value`."""
        return (value * self.scale - self.base) / self.stride

    def nearest(self, value: float) -> float:
        """The value of the grid nearest to `value`; itself where it is on the grid, however its index was rounded."""
        return self.value(round(self.index(value)))


def decimal_ticks(low: float, high: float, step: float) -> Ticks:
    """Ticks from `low` by `step`, in whole decimal units where these fit a float64, else in plain float arithmetic."""
    from decimal import Decimal

    digits = max(0, *(-int(Decimal(repr(x)).as_tuple().exponent) for x in (low, step)))
    unit = 10**digits
    base, stride = Decimal(repr(low)) * unit, Decimal(repr(step)) * unit
    if digits > 22 or max(abs(base), abs(Decimal(repr(high)) * unit), stride) > EXACT:
        return Ticks(low, step)
    return Ticks(float(base), float(stride), float(unit))
