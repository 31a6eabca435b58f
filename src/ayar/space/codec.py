"""Configurations as arrays, and back, in batches.

n  configurations          X  (n, D) float64 codes: numbers as they are, choices by place, NaN where inactive
D  parameters with freedom A  (n, D) bool, active
                           U  (n, D) in [0, 1]: the unit cube the samplers search

Constants and fixed parameters have no column; they come back on decoding where they are active. Unit coordinates are
logarithmic where declared; everything with steps is padded by half a step at both ends, so that all its values get
equal room. Integers over 2**50 values, or above 2**44 on a log scale, are finer than the cube resolves.
"""

import math
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ayar.space.conditions import Structure, Tests
from ayar.space.domains import Choices, Domain, Float, Int
from ayar.space.ticks import Ticks
from ayar.space.values import is_number

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
_Demands = tuple[tuple[int, tuple[float, ...]], ...]
"""What must hold for a parameter to be active: (column, its codes), all of them."""


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


def _column(name: str, domain: Domain) -> Column:
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


class _Scales:
    """The constants of the two maps between codes and unit coordinates, one entry per column.

    code -> T = ticks(code) where it has levels on a linear scale, ln code on a log scale, else the code
    U = (T + pad - start) / span
    """

    def __init__(self, columns: Sequence[Column], ticks: Sequence[Ticks]) -> None:
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


_PLAIN = Ticks(0.0, 1.0)


def _ticks(domain: Domain, column: Column) -> Ticks:
    if isinstance(domain, Float):
        return domain.ticks or _PLAIN
    if isinstance(domain, Int) and not _is_curved(column):
        return Ticks(float(domain.low), float(domain.step))
    return _PLAIN


class Codec:
    """The two-way translation for one space; made once per space as `space.codec`.

    >>> from ayar.space.space import Space
    >>> codec = Space({"lr": (0.0, 1.0), "kernel": ["rbf", "poly"]}).codec
    >>> X, A = codec.encode([{"lr": 0.25, "kernel": "poly"}])
    >>> X
    array([[0.25, 1.  ]])
    >>> codec.to_unit(X)
    array([[0.25, 0.75]])
    >>> codec.decode(X, A)
    [{'lr': 0.25, 'kernel': 'poly'}]
    """

    def __init__(self, structure: Structure) -> None:
        """Precompute what every call needs."""
        self.structure = structure
        self.names = structure.free
        self.places = {name: place for place, name in enumerate(self.names)}
        self._coders = {name: (place, structure.params[name].code) for name, place in self.places.items()}
        domains = [structure.params[name] for name in self.names]
        self.columns = tuple(map(_column, self.names, domains))
        self._scales = _Scales(self.columns, list(map(_ticks, domains, self.columns)))
        self._demands = {name: self._placed(structure.demands[name]) for name in structure.order}
        self._conditional = [
            (self.places[name], demands)
            for name, demands in self._demands.items()
            if name in self.places and demands != ()
        ]
        self._readers = [(name, self.places.get(name, -1), _reader(d)) for name, d in structure.params.items()]
        self._words = {name: _table(d) for name, d in structure.params.items() if isinstance(d, Choices)}

    def _placed(self, demands: Tests | None) -> _Demands | None:
        if demands is None:
            return None
        return tuple((self.places[test.parent], tuple(sorted(test.codes))) for test in demands)

    def encode(self, points: Sequence[Mapping[str, Any]]) -> tuple[Floats, Mask]:
        """(X, A) of configurations; A marks the names a point holds.

        Exact for points the space contains. Of others, names without a column and values that cannot be coded are left
        out, numbers out of bounds keep their value.
        """
        # Filling lists and making one array of all is several times quicker than filling an array.
        X = np.array([self.encode_one(point) for point in points]).reshape(len(points), len(self.names))
        return X, ~np.isnan(X)

    def encode_one(self, point: Mapping[str, Any]) -> list[float]:
        """(D,) codes of one configuration, NaN where it holds no value that can be coded: a row of `encode`."""
        codes = [math.nan] * len(self.names)
        for name, value in point.items():
            coder = self._coders.get(name)
            if coder is not None:
                place, code = coder
                codes[place] = code(value)
        return codes

    def decode(self, X: Floats, A: Mask) -> list[dict[str, Any]]:
        """The configurations of (X, A): native values, active parameters only, in the space's order."""
        return [self._decode_row(x, a) for x, a in zip(X.tolist(), A.tolist(), strict=True)]

    def decode_one(self, codes: list[float]) -> dict[str, Any]:
        """The configuration of one row of masked codes."""
        return self._decode_row(codes, [not math.isnan(code) for code in codes])

    def _decode_row(self, x: list[float], a: list[bool]) -> dict[str, Any]:
        point = {}
        for name, place, read in self._readers:
            if place >= 0:
                if a[place]:
                    point[name] = read(x[place])
            elif self._row_active(name, x, a):
                point[name] = read(self.structure.held[name])
        return point

    def _row_active(self, name: str, x: list[float], a: list[bool]) -> bool:
        demands = self._demands[name]
        return demands is not None and all(a[place] and x[place] in codes for place, codes in demands)

    def to_unit(self, X: Floats) -> Floats:
        """(n, D) unit coordinates of codes; codes out of bounds are cut to the nearest bound, NaN stays NaN."""
        s = self._scales
        T = np.clip(X, s.low, s.high)
        if s.any_ticks:
            T = (T * s.scale - s.base) / s.stride
        if s.any_log:
            np.log(T, out=T, where=s.log)
        T += s.pad - s.start
        T /= s.span
        return T

    def from_unit(self, U: Floats) -> Floats:
        """(n, D) codes of unit coordinates, all columns as though active; always inside the bounds and on the steps."""
        s = self._scales
        T = U * s.reach
        T += s.begin
        if s.any_log:
            np.exp(T, out=T, where=s.log)
        if s.any_whole:
            T += s.rounding
            np.floor(T, out=T, where=s.whole)
        np.maximum(T, s.first, out=T)
        np.minimum(T, s.last, out=T)
        if s.any_ticks:
            T *= s.stride
            T += s.base
            T /= s.scale
        return T

    def activity(self, X: Floats) -> Mask:
        """(n, D) bool: which columns the conditions make active, given the codes of all."""
        A = np.ones(X.shape, dtype=bool)
        for place, demands in self._conditional:
            A[:, place] = _met(demands, X, A)
        return A

    def active_at(self, place: int, X: Floats) -> bool:
        """Whether column `place` is active in the one masked row X, given its parents' codes."""
        return self._row_active(self.names[place], X[0].tolist(), (~np.isnan(X[0])).tolist())

    def mask(self, X: Floats, A: Mask) -> Floats:
        """X with NaN where inactive."""
        return np.where(A, X, np.nan)

    def masked(self, X: Floats) -> Floats:
        """Codes of all columns, with NaN where the conditions leave one inactive; X itself if there are none."""
        return self.mask(X, self.activity(X)) if self._conditional else X

    def present(self, name: str, X: Floats, A: Mask) -> Mask:
        """(n,) bool: in which rows parameter `name`, with or without a column, is active."""
        place = self.places.get(name)
        return _met(self._demands[name], X, A) if place is None else A[:, place]

    def values(self, name: str, X: Floats) -> Any:
        """The values of one parameter: (n,) floats where all are numbers, else (n,) objects; () for a constant.

        Choices that are not plain values stand as their labels. Meaningless in rows where the parameter is inactive.
        """
        words, place = self._words.get(name), self.places.get(name)
        if place is None:
            code = self.structure.held[name]
            # An array, not the bare value: a list or tuple would be taken for a column.
            return code if words is None else words[int(code), ...]
        return X[:, place] if words is None else words[np.nan_to_num(X[:, place]).astype(np.intp)]

    def keys(self, X: Floats) -> list[bytes]:
        """One key per row of masked codes; equal for equal configurations only."""
        Y = X + 0.0
        Y[np.isnan(Y)] = np.nan
        width = 8 * Y.shape[1]
        joined = Y.tobytes()
        return [joined[i * width : (i + 1) * width] for i in range(len(X))]

    def key_one(self, codes: list[float]) -> bytes:
        """The key of one row of masked codes."""
        return array("d", [math.nan if math.isnan(code) else code + 0.0 for code in codes]).tobytes()


def _met(demands: _Demands | None, X: Floats, A: Mask) -> Mask:
    """(n,) bool: which rows meet all demands."""
    active = np.full(len(X), demands is not None)
    for parent, codes in demands or ():
        active &= A[:, parent]
        # `isin` costs more than a few comparisons.
        active &= np.isin(X[:, parent], codes) if len(codes) > 4 else _any_of(X[:, parent], codes)
    return active


def _any_of(codes: Floats, allowed: tuple[float, ...]) -> Mask:
    found: Mask = codes == allowed[0]
    for code in allowed[1:]:
        found |= codes == code
    return found


def _reader(domain: Domain) -> Callable[[float], Any]:
    """The quickest exact way from a code to the value."""
    if isinstance(domain, Float):
        return float
    if isinstance(domain, Int):
        return int
    if isinstance(domain, Choices) and domain.hands_out_copies():
        return domain.value
    table = {float(place): choice for place, choice in enumerate(domain.choices if isinstance(domain, Choices) else ())}
    return table.__getitem__


def _table(domain: Choices) -> NDArray[Any]:
    """(levels,) choices as expressions see them: floats if all are numbers or truths, else objects."""
    words = domain.words()
    table = np.empty(len(words), dtype=object)
    for place, word in enumerate(words):
        table[place] = word
    return table.astype(np.float64) if all(isinstance(word, bool) or is_number(word) for word in words) else table
