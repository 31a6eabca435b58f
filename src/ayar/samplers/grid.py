"""Grid search: every configuration once, by any number of workers, to the exact end.

Points that were enqueued or added are not tried again. The grid is walked lazily: a trial costs the same on 10^12
configurations as on a hundred. Not for many parameters: most of a grid repeats the values of those that matter.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, ClassVar

from ayar.base.rng import Streams
from ayar.samplers.base import Capabilities, Proposal, Sampler
from ayar.samplers.places import Places
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
        taken = (places.take(rng.first + i, unseen) for i in range(count))
        return [
            Proposal(params, {"sampler": "grid", "why": f"place {place} of the grid"})
            for place, params in filter(None, taken)
        ]


# Keyed by the bound method, so by the very space: spaces that are equal may hold other functions as constraints.
@lru_cache(maxsize=8)
def _places(grid: Callable[[int | None], Iterator[dict[str, Any]]], codec: Codec, points: int | None) -> Places:
    return Places(codec.keys(codec.encode([point])[0])[0] for point in grid(points))
