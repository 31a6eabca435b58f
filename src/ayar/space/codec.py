"""Configurations as arrays, and back, in batches.

n  configurations          X  (n, D) float64 codes: numbers as they are, choices by place, NaN where inactive
D  parameters with freedom A  (n, D) bool, active
                           U  (n, D) in [0, 1]: the unit cube the samplers search

Constants and fixed parameters have no column; they come back on decoding where they are active. The maps to the cube
and back are `ayar.space.scales`; `codec.row` does the same for one configuration at a time.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ayar.space.codec_row import Demands, RowCodec
from ayar.space.conditions import Structure, Tests
from ayar.space.domains import Choices
from ayar.space.given import Given
from ayar.space.scales import Column, Floats, Scales, column_of
from ayar.space.values import is_number

__all__ = ["Codec", "Column", "Floats", "Mask"]

Mask = NDArray[np.bool_]


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

    given: Given | None
    """The points that the space consists of; None where its domains say all."""

    def __init__(self, structure: Structure, points: Sequence[Mapping[str, Any]] = ()) -> None:
        """Precompute what every call needs; `points` are those the space is limited to, if any."""
        self.structure = structure
        self.names = structure.free
        self.places = {name: place for place, name in enumerate(self.names)}
        domains = [structure.params[name] for name in self.names]
        self.columns: tuple[Column, ...] = tuple(map(column_of, self.names, domains))
        self._scales = Scales(self.columns, domains)
        self._demands = {name: self._placed(structure.demands[name]) for name in structure.order}
        self._conditional = [
            (self.places[name], demands)
            for name, demands in self._demands.items()
            if name in self.places and demands != ()
        ]
        self.row = RowCodec(structure, self._scales, self._demands)
        self._words = {name: _table(d) for name, d in structure.params.items() if isinstance(d, Choices)}
        self.given = Given(self, points) if points else None

    def _placed(self, demands: Tests | None) -> Demands | None:
        if demands is None:
            return None
        return tuple((self.places[test.parent], tuple(sorted(test.codes))) for test in demands)

    def encode(self, points: Sequence[Mapping[str, Any]]) -> tuple[Floats, Mask]:
        """(X, A) of configurations; A marks the names a point holds.

        Exact for points the space contains. Of others, names without a column and values that cannot be coded are left
        out, numbers out of bounds keep their value.
        """
        # Filling lists and making one array of all is several times quicker than filling an array.
        X = np.array([self.row.encode(point) for point in points]).reshape(len(points), len(self.names))
        return X, ~np.isnan(X)

    def decode(self, X: Floats, A: Mask) -> list[dict[str, Any]]:
        """The configurations of (X, A): native values, active parameters only, in the space's order."""
        return [self.row.decode(codes) for codes in self.mask(X, A).tolist()]

    def to_unit(self, X: Floats) -> Floats:
        """(n, D) unit coordinates of codes; codes out of bounds are cut to the nearest bound, NaN stays NaN."""
        return self._scales.to_unit(X)

    def from_unit(self, U: Floats) -> Floats:
        """(n, D) codes of unit coordinates, all columns as though active; always inside the bounds and on the steps."""
        return self._scales.from_unit(U)

    def nearest(self, U: Floats) -> Floats:
        """(n, D) codes of places to try: those of `from_unit`, or of the given points nearest to them."""
        return self.from_unit(U) if self.given is None else self.given.nearest(U)

    def activity(self, X: Floats) -> Mask:
        """(n, D) bool: which columns the conditions make active, given the codes of all."""
        A = np.ones(X.shape, dtype=bool)
        for place, demands in self._conditional:
            A[:, place] = _met(demands, X, A)
        return A

    def active_at(self, place: int, X: Floats) -> bool:
        """Whether column `place` is active in the one masked row X, given its parents' codes."""
        return self.row.is_active(self.names[place], X[0].tolist())

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


def _met(demands: Demands | None, X: Floats, A: Mask) -> Mask:
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


def _table(domain: Choices) -> NDArray[Any]:
    """(levels,) choices as expressions see them: floats if all are numbers or truths, else objects."""
    words = domain.words()
    table = np.empty(len(words), dtype=object)
    for place, word in enumerate(words):
        table[place] = word
    return table.astype(np.float64) if all(isinstance(word, bool) or is_number(word) for word in words) else table
