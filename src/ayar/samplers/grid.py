"""Grid search: every configuration once, by any number of workers, to the exact end.

Trial number k takes place k of the grid, or the next free one, going round; so workers that ask at once do not meet,
and points that were enqueued or added are not tried again. The grid is walked lazily: a trial costs the same on 10^12
configurations as on a hundred. Not for many parameters: most of a grid repeats the values of those that matter.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from ayar.base.rng import Streams
from ayar.samplers.base import Capabilities, Proposal, Sampler
from ayar.samplers.unseen import Unseen
from ayar.space.codec import Codec
from ayar.trial.history import History
from ayar.trial.setup import Setup


@dataclass(frozen=True)
class GridSearch(Sampler):
    """Tries every configuration once, also where repeats are allowed; the name in the table is "grid".

    Arguments:
        points: how many values a continuous Float stands for, bounds included; without it such a space is refused.
    """

    points: int | None = None
    capabilities: ClassVar = Capabilities(several_goals=True, finite_only=True)

    def propose(self, setup: Setup, history: History, rng: Streams, count: int) -> list[Proposal]:
        """The next `count` free places.

        Raises:
            SpaceError: a continuous Float, and no `points`.
        """
        places = _places(setup.space.grid, setup.space.codec, self.points)
        unseen = Unseen(replace(setup, repeats="avoid"), history)
        proposals = []
        for i in range(count):
            free = (place for place in places.round_from(rng.first + i) if unseen.is_free(places.keys[place]))
            if (place := next(free, None)) is None:
                break
            params = unseen.take(np.frombuffer(places.keys[place])[None])
            proposals.append(Proposal(params, {"sampler": "grid", "why": f"place {place} of the grid"}))
        return proposals


class _Places:
    """The grid's points by place, walked as far as they were needed; may be dropped at any time."""

    def __init__(self, walk: Iterator[dict[str, Any]], codec: Codec) -> None:
        self.walk = walk
        self.codec = codec
        self.keys: list[bytes] = []

    def round_from(self, start: int) -> Iterator[int]:
        """Every place once: from `start` to the last, then from the first."""
        place = start
        while self._reaches(place):
            yield place
            place += 1
        yield from range(min(start, len(self.keys)))

    def _reaches(self, place: int) -> bool:
        while len(self.keys) <= place and (point := next(self.walk, None)) is not None:
            X, _ = self.codec.encode([point])
            self.keys += self.codec.keys(X)
        return place < len(self.keys)


# Keyed by the bound method, so by the very space: spaces that are equal may hold other functions as constraints.
@lru_cache(maxsize=8)
def _places(grid: Callable[[int | None], Iterator[dict[str, Any]]], codec: Codec, points: int | None) -> _Places:
    return _Places(grid(points), codec)
