"""Mixed and conditional points as rows of one Euclidean space, so that one matrix product gives all distances.

U, A  (n, D) unit coordinates and activity       E  (n, P) embedded rows       blk  (P,) parameter of each column
numeric                 u                                        distance² Δu²
conditional numeric     active (cos u·π/2, sin u·π/2), else (0, 0)   active-active 4 sin²(πΔu/4), active-inactive 1
categorical, C values   one-hot / √2, zeros where inactive          distance² 1[c ≠ c′]; active-inactive ½
Two configurations inactive in a parameter agree there: branches share what is learned on common parameters.
Source: Swersky et al. 2013, Raiders of the lost architecture, arXiv:1409.4011, section 3 (arc kernel).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ayar.numerics.arrays import Bools, Floats, Ints

_ARC = 0.5 * np.pi
_HALF = np.sqrt(0.5)


@dataclass(frozen=True, slots=True)
class Axis:
    """One parameter: `categories` is the number of unordered values, 0 for a numeric or ordered one."""

    categories: int
    conditional: bool

    @property
    def width(self) -> int:
        """Columns it takes in E."""
        return self.categories or 1 + self.conditional


class Coded(Protocol):
    """What must be known of a coded column to embed it; the records of `space.codec` fit."""

    @property
    def kind(self) -> str:
        """The word "categorical" for a set without order."""

    @property
    def levels(self) -> int:
        """Number of values, 0 where they are not counted."""

    @property
    def conditional(self) -> bool:
        """Whether it is inactive in some configurations."""


class Embedding:
    """The map from unit coordinates to embedded rows.

    >>> Embedding([Axis(0, False), Axis(2, False)])(np.array([[0.3, 0.75]]), np.ones((1, 2), bool)).round(2).tolist()
    [[0.3, 0.0, 0.71]]
    """

    def __init__(self, axes: Sequence[Axis]) -> None:
        self.axes = tuple(axes)
        self.blk: Ints = np.repeat(np.arange(len(self.axes)), [axis.width for axis in self.axes])
        self.categorical: Bools = np.array([axis.categories > 0 for axis in self.axes], dtype=np.bool_)
        self.numeric: Ints = np.flatnonzero(~self.categorical)
        first = np.searchsorted(self.blk, np.arange(len(self.axes)))
        arc = np.array([axis.conditional and not axis.categories for axis in self.axes], dtype=np.bool_)
        self._plain, self._arcs, self._sets = (
            np.flatnonzero(mask) for mask in (~arc & ~self.categorical, arc, self.categorical)
        )
        self._at_plain, self._at_arcs, self._at_sets = (first[d] for d in (self._plain, self._arcs, self._sets))
        self._categories = np.array([self.axes[d].categories for d in self._sets], dtype=np.intp)

    @classmethod
    def of(cls, columns: Iterable[Coded]) -> "Embedding":
        """The embedding of a space's coded columns."""
        return cls([Axis(_categories(column), column.conditional) for column in columns])

    def __call__(self, U: Floats, A: Bools) -> Floats:
        """(n, P) rows; inactive coordinates are not read, and ½ stands for an unconditional one that is missing."""
        E = np.zeros((len(U), len(self.blk)))
        E[:, self._at_plain] = np.where(A[:, self._plain], U[:, self._plain], 0.5)
        if len(self._arcs):
            angle, active = _ARC * U[:, self._arcs], A[:, self._arcs]
            E[:, self._at_arcs] = np.where(active, np.cos(angle), 0.0)
            E[:, self._at_arcs + 1] = np.where(active, np.sin(angle), 0.0)
        if len(self._sets):
            active = A[:, self._sets]
            value = (np.where(active, U[:, self._sets], 0.0) * self._categories).astype(np.intp)
            column = self._at_sets + np.minimum(value, self._categories - 1)
            E[np.arange(len(U))[:, None], column] = np.where(active, _HALF, 0.0)
        return E

    def pull_back(self, by_E: Floats, U: Floats, A: Bools) -> Floats:
        """∂f/∂U (n, D) from ∂f/∂E (n, P); 0 for categorical and for inactive parameters."""
        slopes = np.zeros(U.shape)
        slopes[:, self._plain] = np.where(A[:, self._plain], by_E[:, self._at_plain], 0.0)
        if len(self._arcs):
            angle = _ARC * U[:, self._arcs]
            turned = np.cos(angle) * by_E[:, self._at_arcs + 1] - np.sin(angle) * by_E[:, self._at_arcs]
            slopes[:, self._arcs] = np.where(A[:, self._arcs], _ARC * turned, 0.0)
        return slopes


def _categories(column: Coded) -> int:
    return column.levels if column.kind == "categorical" else 0
