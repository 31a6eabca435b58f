"""Low-discrepancy sequences by index, randomised: scrambled Sobol, scrambled Halton, Latin hypercubes.

d  dimensions      index  (n,) places in the sequence, from 0, in any order      points  (n, d) in [0, 1)
A point depends on its index and on the uniform numbers of the randomisation alone, so that many workers can share one
sequence. Each randomisation is a record made once from uniforms, and keeps every point uniform on the cube.
Sources: Matousek 1998, On the L2-discrepancy for anchored boxes, J. Complexity 14, 527-556 (linear scramble of Sobol
nets); Owen 2017, A randomized Halton algorithm, arXiv:1706.02808; McKay, Beckman and Conover 1979, Technometrics 21.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ayar.numerics.arrays import Floats
from ayar.numerics.qmc import BITS, sobol_net

Index = NDArray[np.int64]
Uniforms = Callable[[tuple[int, ...]], Floats]
"""Uniform numbers in [0, 1) of a given shape."""

_DIGITS = 53  # binary digits that a float64 in [0, 1) resolves
_SMALLEST_NET = 10  # base-2 logarithm of the points made at once


class Sequence(Protocol):
    """One randomised sequence."""

    def points(self, index: Index) -> Floats:
        """(n, d) points in [0, 1) at these places."""


@dataclass(frozen=True, eq=False)
class Sobol:
    """Sobol points whose binary digits are multiplied by random lower triangular matrices and shifted at random.

    Any 2^m points from a place that is a multiple of 2^m put one point into each of 2^m equal slices of every axis.
    """

    columns: NDArray[np.uint32]
    """(BITS, d) column k: what digit k, the most significant first, adds modulo 2."""
    shift: NDArray[np.uint32]
    """(d,)"""

    def points(self, index: Index) -> Floats:
        """(n, d) points at these places, of the first 2^30."""
        last = int(index.max(initial=0))
        net = sobol_net(len(self.shift), max(last.bit_length(), _SMALLEST_NET))[index]
        scrambled = np.broadcast_to(self.shift, net.shape).copy()
        for k, column in enumerate(self.columns):
            digit = (net >> np.uint32(BITS - 1 - k)) & np.uint32(1)
            scrambled ^= digit * column
        return np.asarray((scrambled + 0.5) / 2.0**BITS)


def sobol(d: int, uniforms: Uniforms) -> Sobol:
    """A scrambled Sobol sequence.

    >>> points = sobol(1, lambda shape: np.full(shape, 0.25)).points(np.arange(4))
    >>> sorted((points * 4).astype(int).ravel().tolist())
    [0, 1, 2, 3]
    """
    # Below the one that keeps the triangle regular, each digit of a column is a coin.
    coins = uniforms((BITS, BITS, d)) < 0.5
    rows, places = np.indices((BITS, BITS))
    matrix = np.where((rows == places)[:, :, None], True, coins & (rows > places)[:, :, None])
    weights = np.uint32(1) << np.arange(BITS - 1, -1, -1, dtype=np.uint32)
    columns = (matrix * weights[:, None, None]).sum(axis=0, dtype=np.uint32)
    return Sobol(columns, (uniforms((d,)) * 2.0**BITS).astype(np.uint32))


@dataclass(frozen=True, eq=False)
class Halton:
    """Radical inverses of the index in the first d primes, with a random permutation for every digit."""

    permutations: tuple[NDArray[np.int64], ...]
    """For each dimension (digits, base): row j permutes digit j, the most significant first."""

    def points(self, index: Index) -> Floats:
        """(n, d) points at these places."""
        return np.stack([self._inverse(index, table) for table in self.permutations], axis=1)

    def _inverse(self, index: Index, table: NDArray[np.int64]) -> Floats:
        base, rest = table.shape[1], index.copy()
        point, unit = np.zeros(len(index)), 1.0
        for permutation in table:
            rest, digit = np.divmod(rest, base)
            unit /= base
            point += permutation[digit] * unit
        return np.minimum(point, np.nextafter(1.0, 0.0))


def halton(d: int, uniforms: Uniforms) -> Halton:
    """A scrambled Halton sequence of d dimensions."""
    tables = []
    for base in primes(d):
        digits = math.ceil(_DIGITS / math.log2(base))
        tables.append(np.argsort(uniforms((digits, base)), axis=1, kind="stable"))
    return Halton(tuple(tables))


def primes(count: int) -> list[int]:
    """The first `count` primes.

    >>> primes(5)
    [2, 3, 5, 7, 11]
    """
    found: list[int] = []
    candidate = 2
    while len(found) < count:
        if all(candidate % prime for prime in found if prime * prime <= candidate):
            found.append(candidate)
        candidate += 1
    return found


@dataclass(frozen=True, eq=False)
class LatinHypercubes:
    """One Latin hypercube of `size` points after the other, each drawn from uniforms of its own."""

    d: int
    size: int
    uniforms: Callable[[int, tuple[int, ...]], Floats]
    """Uniform numbers of one hypercube: (its number, shape)."""

    def points(self, index: Index) -> Floats:
        """(n, d) points at these places; place i is row i mod size of hypercube i // size."""
        number, row = np.divmod(index, self.size)
        points = np.empty((len(index), self.d))
        for block in np.unique(number):
            points[number == block] = self._block(int(block))[row[number == block]]
        return points

    def _block(self, number: int) -> Floats:
        draws = self.uniforms(number, (2, self.size, self.d))
        slices = np.argsort(draws[0], axis=0, kind="stable")
        return np.asarray((slices + draws[1]) / self.size)
