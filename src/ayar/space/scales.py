"""The unit cube: codes to coordinates in [0, 1] and back, in batches or one row at a time.

n  configurations    D  columns    X  (n, D) codes    U  (n, D) unit coordinates    T  (n, D) in between
T is the tick's number where a column has levels on a linear scale, ln X on a log scale, else X;
U = (T + pad - start) / span.

Unit coordinates are logarithmic where declared; everything with steps is padded by half a step at both ends, so that
all its values get equal room. Integers over 2**50 values, or above 2**44 on a log scale, are finer than the cube
resolves.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ayar.space.domains import Domain, Float, Int
from ayar.space.ticks import Ticks

Floats = NDArray[np.float64]

_PLAIN = Ticks(0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Column:
    """What a sampler may know of one column."""

    name: str
    kind: str
    """"float", "int", "ordinal" or "categorical" (a Bool too)."""
    low: float
    high: float
    log: bool
    step: float
    """Distance of neighbouring values; 0 if continuous."""
    levels: int
    """Number of values; 0 if continuous."""
    conditional: bool


def column_of(name: str, domain: Domain) -> Column:
    """The column of one parameter."""
    conditional = domain.when is not None
    if isinstance(domain, Float | Int):
        step = float(domain.step or 0)
        return Column(
            name, domain.kind, float(domain.low), float(domain.high), domain.log, step, domain.levels, conditional
        )
    return Column(name, domain.kind, 0.0, float(domain.levels - 1), False, 1.0, domain.levels, conditional)


def _is_curved(column: Column) -> bool:
    """Whether a log scale differs from a linear one: over a tiny ratio of bounds it does not, but for rounding."""
    return column.log and column.levels != 1 and column.high > column.low * (1 + 1e-9)


class Scales:
    """The two maps, and their constants: one entry per column."""

    def __init__(self, columns: Sequence[Column], domains: Sequence[Domain]) -> None:
        """Precompute the constants."""
        ticks = list(map(_ticks, domains, columns))
        counted = np.array([c.levels > 0 for c in columns], dtype=bool)
        self.low = np.array([c.low for c in columns], dtype=np.float64)
        self.high = np.array([c.high for c in columns], dtype=np.float64)
        self.log = np.array([_is_curved(c) for c in columns], dtype=bool)
        self.whole = counted
        self.base = np.array([t.base for t in ticks], dtype=np.float64)
        self.stride = np.array([t.stride for t in ticks], dtype=np.float64)
        self.scale = np.array([t.scale for t in ticks], dtype=np.float64)
        linear = counted & ~self.log
        # Codes are cut to these ends in ticks, before they become values again.
        self.first = np.where(linear, 0.0, self.low)
        self.last = np.where(linear, [max(c.levels, 1) - 1.0 for c in columns], self.high)
        half = np.where(counted & self.log, 0.5, 0.0)
        self.rounding = half
        self.pad = np.where(linear, 0.5, 0.0)
        start, end = self.low - half, self.high + half
        self.start = np.where(linear, 0.0, np.log(start, where=self.log, out=start.copy()))
        self.span = np.where(linear, self.last + 1.0, np.log(end, where=self.log, out=end.copy()) - self.start)
        # The way back begins and ends a hair outside and is cut to the ends, so that U = 0 and U = 1 give them exactly:
        # neither exp(ln low) nor low + (high - low) need give the bound back.
        with np.errstate(over="ignore"):  # of bounds near the largest float
            hair = np.where(self.log, 4.0 * np.finfo(np.float64).eps * (1.0 + np.abs(self.start) + self.span), 0.0)
            self.begin, reach = self.start - hair, self.span + 2.0 * hair
            short = ~self.log & (reach + self.begin < self.last)
            self.reach = np.where(short, np.nextafter(reach, np.inf), reach)
        self.any_log = bool(self.log.any())
        self.any_whole = bool(counted.any())
        self.any_ticks = any(t != _PLAIN for t in ticks)
        # The same as lists, for single rows.
        self._way = self.reach.tolist(), self.begin.tolist()
        self._ends = self.first.tolist(), self.last.tolist()
        self._logs = np.flatnonzero(self.log).tolist()
        self._wholes = [(int(place), float(half[place])) for place in np.flatnonzero(counted)]
        self._ticked = [(place, t) for place, t in enumerate(ticks) if t != _PLAIN]

    def to_unit(self, X: Floats) -> Floats:
        """(n, D) unit coordinates of codes; codes out of bounds are cut to the nearest bound, NaN stays NaN."""
        T = np.clip(X, self.low, self.high)
        if self.any_ticks:
            T = (T * self.scale - self.base) / self.stride
        if self.any_log:
            np.log(T, out=T, where=self.log)
        T += self.pad - self.start
        T /= self.span
        return T

    def from_unit(self, U: Floats) -> Floats:
        """(n, D) codes of unit coordinates, all columns as though active; always inside the bounds and on the steps."""
        T = U * self.reach
        T += self.begin
        if self.any_log:
            np.exp(T, out=T, where=self.log)
        if self.any_whole:
            T += self.rounding
            np.floor(T, out=T, where=self.whole)
        np.maximum(T, self.first, out=T)
        np.minimum(T, self.last, out=T)
        if self.any_ticks:
            T *= self.stride
            T += self.base
            T /= self.scale
        return T

    def row_from_unit(self, u: Sequence[float]) -> list[float]:
        """(D,) codes of one row, for which NumPy's calls would cost more than the work.

        Equal to `from_unit` but for the last digit of an exponential.
        """
        codes = [at * reach + begin for at, reach, begin in zip(u, *self._way, strict=True)]
        for place in self._logs:
            codes[place] = math.exp(codes[place])
        for place, rounding in self._wholes:
            codes[place] = float(math.floor(codes[place] + rounding))
        ends = zip(codes, *self._ends, strict=True)
        codes = [t if first <= t <= last else first if t < first else last for t, first, last in ends]
        for place, ticks in self._ticked:
            codes[place] = ticks.value(codes[place])
        return codes


def _ticks(domain: Domain, column: Column) -> Ticks:
    if isinstance(domain, Float):
        return domain.ticks or _PLAIN
    if isinstance(domain, Int) and not _is_curved(column):
        return Ticks(float(domain.low), float(domain.step))
    return _PLAIN
