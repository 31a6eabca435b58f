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
    mothers, fathers = (
        np.where(np.isnan(a), np.where(np.isnan(b), drawn, b), a) for a, b in _both_ways(mothers, fathers)
    )
    crossed = (uniforms((len(mothers), 1)) < _PAIRS_CROSSED) & (uniforms(mothers.shape) < _GENES_CROSSED)
    blended = np.where(genes.unordered, fathers, _blended(mothers, fathers, uniforms))
    return np.where(crossed, blended, mothers)


def _both_ways(a: Floats, b: Floats) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    return (a, b), (b, a)


def _blended(mothers: Floats, fathers: Floats, uniforms: Uniforms) -> Floats:
    """Simulated binary crossover: either of the two children of each pair of coordinates, by chance."""
    low, high = np.minimum(mothers, fathers), np.maximum(mothers, fathers)
    gap = np.where(high > low, high - low, 1.0)
    upper = uniforms(gap.shape) < 0.5
    room = np.where(upper, 1.0 - high, low)
    power = _CROSSOVER_INDEX + 1.0
    alpha = 2.0 - (1.0 + 2.0 * room / gap) ** -power
    r = uniforms(gap.shape) * alpha
    spread = np.where(r <= 1.0, r, 1.0 / (2.0 - r)) ** (1.0 / power)
    moved = 0.5 * (low + high + np.where(upper, 1.0, -1.0) * spread * gap)
    return np.where(high > low, np.clip(moved, 0.0, 1.0), mothers)


def mutate(genes: Genes, U: Floats, rates: Floats, uniforms: Uniforms) -> Floats:
    """Each coordinate of U (m, D) changed with its row's probability, rates (m, 1).

    >>> flag = Genes(np.array([True]), np.array([2.0]))
    >>> mutate(flag, np.array([[0.25]]), np.ones((1, 1)), np.zeros).tolist()
    [[0.75]]
    """
    changed = uniforms(U.shape) < rates
    r = uniforms(U.shape)
    return np.where(changed, np.where(genes.unordered, _another(genes, U, r), _nudged(genes, U, r)), U)


def _another(genes: Genes, U: Floats, r: Floats) -> Floats:
    """The middle of any other category's share of the axis, each as likely."""
    levels = np.maximum(genes.levels, 1.0)
    place = np.floor(U * levels) + 1.0 + np.floor(r * (levels - 1.0))
    return np.asarray((place % levels + 0.5) / levels)


def _nudged(genes: Genes, U: Floats, r: Floats) -> Floats:
    """Polynomial mutation, at least one step wide."""
    power = _MUTATION_INDEX + 1.0
    down = (2.0 * r + (1.0 - 2.0 * r) * (1.0 - U) ** power) ** (1.0 / power) - 1.0
    up = 1.0 - (2.0 * (1.0 - r) + (2.0 * r - 1.0) * U**power) ** (1.0 / power)
    step = np.divide(1.0, genes.levels, out=np.zeros_like(genes.levels), where=genes.levels > 0.0)
    move = np.where(r < 0.5, np.minimum(down, -step), np.maximum(up, step))
    moved = U + move
    return np.asarray(np.clip(np.where((moved < 0.0) | (moved > 1.0), U - move, moved), 0.0, 1.0))
