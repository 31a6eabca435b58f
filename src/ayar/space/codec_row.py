"""One configuration at a time, in plain Python: for a single row NumPy's calls would cost more than the work.

A row is a list of D codes with NaN where a parameter is inactive; for batches see `ayar.space.codec`.
"""

from array import array
from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from math import isnan, nan
from typing import Any

from ayar.space.conditions import Structure
from ayar.space.domains import Choices, Domain, Float, Int
from ayar.space.scales import Scales
from ayar.space.values import is_number

Demands = tuple[tuple[int, tuple[float, ...]], ...]
"""What must hold for a parameter to be active: (column, its codes), all of them."""

_FLOATS = frozenset({float})


class RowCodec:
    """The translation of single rows; made once per space as `space.codec.row`.

    >>> from ayar.space.space import Space
    >>> row = Space({"lr": (0.0, 1.0), "kernel": ["rbf", "poly"]}).codec.row
    >>> row.from_unit([0.25, 0.75])
    [0.25, 1.0]
    >>> row.decode([0.25, 1.0])
    {'lr': 0.25, 'kernel': 'poly'}
    """

    def __init__(self, structure: Structure, scales: Scales, demands: Mapping[str, Demands | None]) -> None:
        """`demands` holds all parameters, parents first; None marks one that is never active."""
        self._scales = scales
        self._demands = demands
        self._held = structure.held
        self._places = {name: place for place, name in enumerate(structure.free)}
        self._names = structure.free
        # A Float is its own code: only the others need a step each.
        others = [name for name in structure.free if not isinstance(structure.params[name], Float)]
        self._coders = [(self._places[name], structure.params[name].code) for name in others]
        self._other_readers = [(name, _reader(structure.params[name])) for name in others]
        self._readers = [(name, self._places.get(name, -1), _reader(d)) for name, d in structure.params.items()]
        self._conditional = [name for name in demands if name in self._places and demands[name] != ()]
        self._all_free = len(self._places) == len(structure.params)

    def encode(self, point: Mapping[str, Any]) -> list[float]:
        """The row of a configuration: as `Codec.encode`."""
        codes = list(map(point.get, self._names, repeat(nan)))
        for place, code in self._coders:
            codes[place] = code(codes[place])
        return codes if _FLOATS.issuperset(map(type, codes)) else [float(c) if is_number(c) else nan for c in codes]

    def decode(self, codes: Sequence[float]) -> dict[str, Any]:
        """The configuration of a row: native values, active parameters only, in the space's order."""
        if self._all_free and not any(map(isnan, codes)):
            point: dict[str, Any] = dict(zip(self._names, codes, strict=True))
            for name, read in self._other_readers:
                point[name] = read(point[name])
            return point
        point = {}
        for name, place, read in self._readers:
            if place >= 0:
                if not isnan(codes[place]):
                    point[name] = read(codes[place])
            elif self.is_active(name, codes):
                point[name] = read(self._held[name])
        return point

    def is_active(self, name: str, codes: Sequence[float]) -> bool:
        """Whether a parameter is active, given its parents' codes in a row."""
        demands = self._demands[name]
        return demands is not None and all(codes[parent] in allowed for parent, allowed in demands)

    def from_unit(self, u: Sequence[float]) -> list[float]:
        """The row of D unit coordinates, conditions applied; always inside the bounds and on the steps."""
        codes = self._scales.row_from_unit(u)
        for name in self._conditional:
            if not self.is_active(name, codes):
                codes[self._places[name]] = nan
        return codes

    def key(self, codes: Sequence[float]) -> bytes:
        """The row's key: as `Codec.keys`."""
        # The sum turns -0.0 into 0.0; a row's NaN is always the one of `math` and NumPy.
        return array("d", [code + 0.0 for code in codes]).tobytes()


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
