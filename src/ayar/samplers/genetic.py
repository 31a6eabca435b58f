"""Crossover and mutation of configurations, mixed and conditional, in the unit cube.

m  children     D  coded columns     U  (m, D) unit coordinates, NaN where a parent has the parameter inactive
Numbers cross by simulated binary crossover and mutate polynomially, both bounded; a number with steps that mutates
moves at least one step. Categories are taken from either parent and mutate to any other. A parameter that one parent
lacks is the other's; one that both lack is drawn, for it may become active in the child.
Sources: Deb and Agrawal 1995, Simulated binary crossover, Complex Systems 9, 115-148; Deb and Agrawal 1999, A niched
penalty approach, doi 10.1007/978-3-7091-6384-9_40 (polynomial mutation); bounds and rates as in Deb et al. 2002,
doi 10.1109/4235.996017, section IV, and the authors' program.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ayar.numerics.arrays import Bools, Floats
from ayar.space.codec import Column

Uniforms = Callable[[tuple[int, ...]], Floats]
"""Uniform numbers in [0, 1) of a given shape."""

_PAIRS_CROSSED, _GENES_CROSSED = 0.9, 0.5
_CROSSOVER_INDEX, _MUTATION_INDEX = 20.0, 20.0  # η: the larger, the nearer children stay to their parents


@dataclass(frozen=True, eq=False)
class Genes:
    """What variation needs to know of the columns."""

    unordered: Bools
    """(D,) categories."""
    levels: Floats
    """(D,) number of values; 0 where continuous."""

    @classmethod
    def of(cls, columns: Sequence[Column]) -> "Genes":
        """Those of a space's columns."""
        return cls(
            np.array([column.kind == "categorical" for column in columns], dtype=np.bool_),
            np.array([column.levels for column in columns], dtype=np.float64),
        )


def cross(genes: Genes, mothers: Floats, fathers: Floats, uniforms: Uniforms) -> Floats:
    """One child for each pair, (m, D), no coordinate missing.

    >>> number = Genes(np.array([False]), np.array([0.0]))
    >>> cross(number, np.array([[0.2]]), np.array([[0.2]]), np.zeros).tolist()
    [[0.2]]
    """
    drawn = uniforms(mothers.shape)
    lacks = np.isnan(fathers)
    children = np.where(np.isnan(mothers), np.where(lacks, drawn, fathers), mothers)
    others = np.where(lacks, children, fathers)
    crossed = (uniforms((len(mothers), 1)) < _PAIRS_CROSSED) & (uniforms(mothers.shape) < _GENES_CROSSED)
    numbers = np.nonzero(crossed & ~genes.unordered & (children != others))
    blended = _blended(children[numbers], others[numbers], uniforms)
    children = np.where(crossed & genes.unordered, others, children)
    children[numbers] = blended
    return children


def _blended(mothers: Floats, fathers: Floats, uniforms: Uniforms) -> Floats:
    """Simulated binary crossover of different numbers, (k,): either of the two children of each pair, by chance."""
    low, high = np.minimum(mothers, fathers), np.maximum(mothers, fathers)
    gap, middle = high - low, 0.5 * (low + high)
    side = np.where(uniforms(gap.shape) < 0.5, 1.0, -1.0)
    room = np.where(side > 0.0, 1.0 - high, low)
    power = _CROSSOVER_INDEX + 1.0
    r = uniforms(gap.shape) * (2.0 - (1.0 + 2.0 * room / gap) ** -power)
    spread = np.where(r <= 1.0, r, 1.0 / (2.0 - r)) ** (1.0 / power)
    return np.asarray(np.clip(middle + 0.5 * side * spread * gap, 0.0, 1.0))


def mutate(genes: Genes, U: Floats, rates: Floats, uniforms: Uniforms) -> Floats:
    """Each coordinate of U (m, D) changed with its row's probability, rates (m, 1).

    >>> flag = Genes(np.array([True]), np.array([2.0]))
    >>> mutate(flag, np.array([[0.25]]), np.ones((1, 1)), np.zeros).tolist()
    [[0.75]]
    """
    rows, columns = np.nonzero(uniforms(U.shape) < rates)
    u, r, levels = U[rows, columns], uniforms(rows.shape), genes.levels[columns]
    mutants = U.copy()
    mutants[rows, columns] = np.where(genes.unordered[columns], _another(u, levels, r), _nudged(u, levels, r))
    return mutants


def _another(u: Floats, levels: Floats, r: Floats) -> Floats:
    """(k,) the middle of any other category's share of the axis, each as likely."""
    levels = np.maximum(levels, 1.0)
    place = np.floor(u * levels) + 1.0 + np.floor(r * (levels - 1.0))
    return np.asarray((place % levels + 0.5) / levels)


def _nudged(u: Floats, levels: Floats, r: Floats) -> Floats:
    """(k,) polynomial mutation, at least one step wide, away from an end that the step would cross."""
    power = _MUTATION_INDEX + 1.0
    side = np.where(r < 0.5, -1.0, 1.0)
    room, half = np.where(r < 0.5, u, 1.0 - u), np.minimum(r, 1.0 - r)
    length = 1.0 - (2.0 * half + (1.0 - 2.0 * half) * (1.0 - room) ** power) ** (1.0 / power)
    move = side * np.maximum(length, np.divide(1.0, levels, out=np.zeros_like(levels), where=levels > 0.0))
    inside = (u + move >= 0.0) & (u + move <= 1.0)
    return np.asarray(np.clip(np.where(inside, u + move, u - move), 0.0, 1.0))
