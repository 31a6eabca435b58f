"""Quasi-random search: points of a low-discrepancy sequence, spread more evenly than chance would.

The study's own sequence, less what breaks the rules or repeats. For a first look at a space, and for batches that do
not wait for results. Where twenty thousand places in a row bring nothing new, it draws by chance and its note says so.
Source: Bousquet et al. 2017, Critical Hyper-Parameters: No Random, No Cry, arXiv:1706.03200.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from ayar.base.errors import ArgumentError, did_you_mean, shorten
from ayar.base.rng import Streams, stream
from ayar.numerics.sequences import LatinHypercubes, Sequence, halton, sobol
from ayar.samplers.base import Capabilities, Proposal, Sampler
from ayar.samplers.places import Places
from ayar.samplers.unseen import Unseen
from ayar.space.codec import Codec, Floats, Mask
from ayar.trial.history import History
from ayar.trial.setup import Setup

LARGEST_CUBE = 1_000
"""Points of one Latin hypercube, if the study's budget does not say fewer."""
LONGEST_GAP = 20_000
"""Places without a new point after which a sequence counts as used up."""
SMALLEST_BATCH, LARGEST_BATCH = 32, 2_048


@dataclass(frozen=True)
class QuasiRandom(Sampler):
    """Walks a low-discrepancy sequence; the name in the table is "qmc".

    Arguments:
        kind: "sobol" (scrambled), "halton" (scrambled) or "lhs" (Latin hypercubes of `max_trials` points).
    """

    kind: str = "sobol"
    capabilities: ClassVar = Capabilities(several_goals=True)

    def __post_init__(self) -> None:
        if self.kind not in _KINDS:
            near = did_you_mean(str(self.kind), _KINDS)
            raise ArgumentError(f"kind: expected one of {', '.join(_KINDS)}, got {shorten(self.kind)}{near}")

    def propose(self, setup: Setup, history: History, rng: Streams, count: int) -> list[Proposal]:
        """The next `count` points of the sequence that suit."""
        cube = min(setup.max_trials or LARGEST_CUBE, LARGEST_CUBE)
        places = _places(setup.space.feasible, setup.space.codec, self.kind, setup.seed, cube)
        unseen = Unseen(setup, history)
        proposals = (self._next(places, unseen, rng, i) for i in range(count))
        return [proposal for proposal in proposals if proposal is not None]

    def _next(self, places: Places, unseen: Unseen, rng: Streams, i: int) -> Proposal | None:
        found = places.take(rng.first + i, unseen)
        if found is not None:
            place, params = found
            return Proposal(params, {"sampler": "qmc", "why": f"point {place} of the {self.kind} sequence"})
        drawn = unseen.draw(rng(i, "draw"))
        note = {"sampler": "qmc", "why": "by chance", "fallback": f"the {self.kind} sequence brings nothing new"}
        return None if drawn is None else Proposal(drawn, note)


# Keyed by the bound method, so by the very space: spaces that are equal may hold other functions as constraints.
@lru_cache(maxsize=16)
def _places(feasible: Callable[[Floats, Mask], Mask], codec: Codec, kind: str, seed: int, cube: int) -> Places:
    return Places(_walk(feasible, codec, kind, seed, cube))


def _walk(feasible: Callable[[Floats, Mask], Mask], codec: Codec, kind: str, seed: int, cube: int) -> Iterator[bytes]:
    """Keys of the sequence's points that meet the rules, each once, until a long stretch brings no new one."""
    if not codec.names:
        return
    sequence = _KINDS[kind](seed, len(codec.names), cube)
    seen: set[bytes] = set()
    start, newest, size = 0, 0, SMALLEST_BATCH
    while start - newest < LONGEST_GAP:
        X = codec.nearest(sequence.points(np.arange(start, start + size)))
        A = codec.activity(X)
        masked = codec.mask(X, A)
        for key in codec.keys(masked[feasible(masked, A)]):
            if key not in seen:
                seen.add(key)
                newest = start
                yield key
        start, size = start + size, min(2 * size, LARGEST_BATCH)


def _sobol(seed: int, width: int, _cube: int) -> Sequence:
    return sobol(width, stream(seed, 0, "qmc sobol").random)


def _halton(seed: int, width: int, _cube: int) -> Sequence:
    return halton(width, stream(seed, 0, "qmc halton").random)


def _cubes(seed: int, width: int, cube: int) -> Sequence:
    return LatinHypercubes(width, cube, lambda number, shape: stream(seed, number, "qmc lhs").random(shape))


_KINDS: Mapping[str, Callable[[int, int, int], Sequence]] = {"sobol": _sobol, "halton": _halton, "lhs": _cubes}
