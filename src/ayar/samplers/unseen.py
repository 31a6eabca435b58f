"""Which points a proposal may still take: none that is told, pending or proposed before in the same call."""

from typing import Any

import numpy as np

from ayar.space.codec import Floats, Mask
from ayar.space.draw import draw
from ayar.trial.history import History
from ayar.trial.setup import Setup


class Unseen:
    """The points taken so far, for one call of `propose`.

    Arguments:
        setup: whose space it is, and whether repeats are allowed; if so, nothing counts as taken.
        history: whose points are taken; looked up, not copied.
    """

    def __init__(self, setup: Setup, history: History) -> None:
        self.space = setup.space
        self._avoids = setup.repeats != "allow"
        self._taken = history.taken(setup.space.codec) if self._avoids else {}
        self._own: set[bytes] = set()

    def is_free(self, key: bytes) -> bool:
        """Whether the point of this key (`Codec.keys`) may be taken."""
        return not self._avoids or (key not in self._taken and key not in self._own)

    def accepts(self, X: Floats) -> Mask:
        """(m,) bool: which rows of masked codes may be taken."""
        if not self._avoids:
            return np.ones(len(X), dtype=bool)
        return np.array([self.is_free(key) for key in self.space.codec.keys(X)], dtype=bool)

    def take(self, X: Floats) -> dict[str, Any]:
        """The configuration of one row of masked codes (1, D), from now on taken."""
        codes, row = X[0].tolist(), self.space.codec.row
        self._own.add(row.key(codes))
        return row.decode(codes)

    def draw(self, generator: np.random.Generator) -> dict[str, Any] | None:
        """A free configuration by chance, from now on taken; None if there is none left.

        Raises:
            SpaceError: no configuration meets the space's rules.
        """
        row, width = self.space.codec.row, len(self.space.codec.names)
        if not self.space.rules:
            codes = row.from_unit(generator.random(width).tolist())
            key = row.key(codes)
            # Nearly every first draw will do: it is spared the machinery for those that do not.
            if self.is_free(key):
                self._own.add(key)
                return row.decode(codes)
        X, _ = draw(self.space, lambda m: generator.random((m, width)), 1, self.accepts)
        return self.take(X) if len(X) else None
