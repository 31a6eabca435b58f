"""The draws of a CMA-ES: which trial takes which point of the search distribution.

k  draws     N, c  ordered columns and categories     D  all columns
A trial's draw is row (number mod 32) of the uniform numbers of block ⌊number / 32⌋ of the study, put through the
distribution that the history gives. So trials of different numbers never take the same draw, however many workers ask
at once and however many trials wait; what a generation changes is the distribution. Blocks are put through it whole,
since a row alone would come out with other last bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ayar.base.rng import stream
from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.single_thread import one_blas_thread
from ayar.samplers.catcma import Layout, Model, Points
from ayar.space.space import Space

_BLOCK = 32
_AGAIN = 64


@dataclass(frozen=True, eq=False)
class Drawn:
    """Some draws: the points, and what they mean in the space."""

    points: Points
    X: Floats
    """(k, D) masked natural values."""
    fits: Bools
    """(k,) which keep the space's rules."""
    keys: Sequence[bytes]


class Draws:
    """All draws of a study, from the distribution in use; remembers only what it can make again.

    Arguments:
        space: where they lie.
        layout: of its columns.
        seed: the study's.
        model: the first distribution.
    """

    def __init__(self, space: Space, layout: Layout, seed: int, model: Model) -> None:
        self._space = space
        self._layout = layout
        self._seed = seed
        self._model = model
        self._blocks: dict[int, Drawn] = {}
        self._seeds: dict[int, Floats] = {}

    def use(self, model: Model) -> None:
        """Draw from this distribution from now on."""
        self._model = model
        self._blocks = {}

    def of(self, number: int) -> tuple[Drawn, int]:
        """Draws among which is that of trial `number`, and its row there."""
        block, row = divmod(number, _BLOCK)
        if block not in self._blocks:
            if block not in self._seeds:
                self._seeds = {block: self._seeds_of(_BLOCK, block, "cma")}  # the next generation may begin in it
            self._blocks[block] = self._through(self._seeds[block])
        return self._blocks[block], row

    def again(self, number: int) -> Drawn:
        """Further draws for trial `number`, in their order."""
        return self._through(self._seeds_of(_AGAIN, number, "cma again"))

    def _seeds_of(self, count: int, number: int, purpose: str) -> Floats:
        return self._layout.seeds(stream(self._seed, number, purpose).random((count, self._layout.width)))

    def _through(self, seeds: Floats) -> Drawn:
        codec = self._space.codec
        with one_blas_thread():
            points = self._model.points(seeds)
        X = codec.masked(self._layout.codes(points))
        fits = self._space.feasible(X, ~np.isnan(X)) if self._space.rules else np.ones(len(X), dtype=np.bool_)
        return Drawn(points, X, fits, codec.keys(X))
