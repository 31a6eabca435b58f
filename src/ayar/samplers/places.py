"""Distinct points in a fixed order, by place: what a grid and a low-discrepancy sequence have in common.

Trial number k takes place k, or the next free one, going round; so workers that ask at once do not meet. The order is
walked as far as it was needed and remembered; dropped, it would be walked again to the same places.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ayar.samplers.unseen import Unseen


class Places:
    """The points of one walk.

    Arguments:
        walk: the points' keys (`Codec.keys`), each once.
    """

    def __init__(self, walk: Iterator[bytes]) -> None:
        self._walk = walk
        self._keys: list[bytes] = []

    def take(self, start: int, unseen: Unseen) -> tuple[int, dict[str, Any]] | None:
        """The first free place from `start` on, going round, and its configuration, now taken; None if none is free."""
        for place in self._round(start):
            if unseen.is_free(self._keys[place]):
                return place, unseen.take(np.frombuffer(self._keys[place])[None])
        return None

    def _round(self, start: int) -> Iterator[int]:
        """Every place once; a `start` beyond the last counts on from the first."""
        place = start
        while self._reaches(place):
            yield place
            place += 1
        total = len(self._keys)
        if start >= total > 0:
            start %= total
            yield from range(start, total)
        yield from range(min(start, total))

    def _reaches(self, place: int) -> bool:
        while len(self._keys) <= place and (key := next(self._walk, None)) is not None:
            self._keys.append(key)
        return place < len(self._keys)
