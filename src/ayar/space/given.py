"""A finite list of given points: the space is these configurations and no others, whatever its domains allow.

k  points      X  (k, D) codes of all columns, an inactive one at its lowest      U  (m, D) unit coordinates
Samplers search as in any space; what they come to is moved to the nearest given point, so the columns still teach a
model how points are alike. Random draws take each point as often as any other. For points that were made beforehand:
molecules, compiled kernels, trained checkpoints. Cost: 8 k D bytes, and a tree that finds a neighbour in ln k steps.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ayar.base.errors import SpaceError, shorten
from ayar.space.domains import Categorical, Domain, Float, Int
from ayar.space.scales import Column, Floats
from ayar.space.values import identity, is_number, native

Mask = NDArray[np.bool_]


class Coded(Protocol):
    """What is needed of a codec."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns."""

    def encode(self, points: Sequence[Mapping[str, Any]]) -> tuple[Floats, Mask]:
        """(X, A) of configurations."""

    def to_unit(self, X: Floats) -> Floats:
        """(n, D) unit coordinates."""

    def keys(self, X: Floats) -> list[bytes]:
        """One key per row of masked codes."""


class Given:
    """The given points, coded; each once.

    Arguments:
        codec: of the space they lie in.
        points: configurations of that space, at least one.
    """

    def __init__(self, codec: Coded, points: Sequence[Mapping[str, Any]]) -> None:
        from scipy.spatial import KDTree  # tens of milliseconds, for spaces of this kind alone

        masked, A = codec.encode(points)
        keys = codec.keys(masked)
        first = sorted({key: place for place, key in reversed(list(enumerate(keys)))}.values())
        lowest = np.array([column.low for column in codec.columns])
        self.X: Floats = np.where(A, masked, lowest)[first]
        self.keys = frozenset(keys)
        self._tree = KDTree(codec.to_unit(self.X))

    def __len__(self) -> int:
        return len(self.X)

    def nearest(self, U: Floats) -> Floats:
        """(m, D) codes of the given point nearest to each place."""
        _, found = self._tree.query(U)
        return self.X[found]

    @property
    def digest(self) -> str:
        """Eight letters that tell this list from another."""
        return blake2b(b"".join(sorted(self.keys)), digest_size=4).hexdigest()


def rows_of(points: Any) -> list[dict[str, Any]]:
    """Given points as native mappings.

    Raises:
        SpaceError: no list of mappings, or an empty one.
    """
    if isinstance(points, Mapping | str) or not isinstance(points, Iterable):
        raise SpaceError(f'points are a list of configurations such as [{{"x": 0.5}}], got {shorten(points)}')
    rows = list(points)
    for place, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise SpaceError(f"points: expected a mapping of parameters as point {place}, got {shorten(row)}")
    if not rows:
        raise SpaceError("points: expected at least one configuration, got none")
    return [{name: native(value) for name, value in row.items()} for row in rows]


def domains_from(rows: Sequence[Mapping[str, Any]]) -> dict[str, Domain]:
    """The domains that given points span: ranges of numbers, and lists of everything else.

    >>> domains_from([{"x": 0.5, "n": 3, "kind": "a"}, {"x": 2, "n": 5, "kind": "b"}])
    {'x': Float(0.5, 2.0), 'n': Int(3, 5), 'kind': Categorical(['a', 'b'])}
    """
    columns: dict[str, list[Any]] = {}
    for row in rows:
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    return {name: _domain(values) for name, values in columns.items()}


def _domain(values: list[Any]) -> Domain:
    if all(type(value) is int for value in values):
        return Int(min(values), max(values))
    if all(is_number(value) for value in values):
        return Float(float(min(values)), float(max(values)))
    return Categorical(list({identity(value): value for value in values}.values()))
