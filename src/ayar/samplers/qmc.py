"""Quasi-random search: points of a low-discrepancy sequence, spread more evenly than chance would.

Trial number k takes place k of the study's own sequence, or the next place whose point is free and meets the rules, so
workers do not meet. For a first look at a space, and for batches that do not wait for results. Where ten thousand
places in a row are taken or against the rules it draws by chance and says so in the note.
Source: Bousquet et al. 2017, Critical Hyper-Parameters: No Random, No Cry, arXiv:1706.03200.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from ayar.base.errors import ArgumentError, did_you_mean, shorten
from ayar.base.rng import Streams, stream
from ayar.numerics.sequences import LatinHypercubes, Sequence, halton, sobol
from ayar.samplers.base import Capabilities, Proposal, Sampler
from ayar.samplers.unseen import Unseen
from ayar.space.codec import Floats
from ayar.trial.history import History
from ayar.trial.setup import Setup

LARGEST_CUBE = 1_000
"""Points of one Latin hypercube, if the study's budget does not say fewer."""
BATCHES = (1, 7, 56, 448, 3_584, 5_904)
"""Places looked at in one go, until one suits: ten thousand in all."""


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
        width = len(setup.space.codec.names)
        sequence = _sequence(self.kind, setup.seed, width, min(setup.max_trials or LARGEST_CUBE, LARGEST_CUBE))
        unseen = Unseen(setup, history)
        proposals = []
        for i in range(count):
            found = _next_suitable(sequence, unseen, rng.first + i) if width else None
            if found is not None:
                place, X = found
                note = {"sampler": "qmc", "why": f"place {place} of the {self.kind} sequence"}
                proposals.append(Proposal(unseen.take(X), note))
                continue
            params = unseen.draw(rng(i, "draw"))
            if params is None:
                break
            note = {"sampler": "qmc", "why": "by chance", "fallback": f"no place suited from {rng.first + i} on"}
            proposals.append(Proposal(params, note))
        return proposals


def _next_suitable(sequence: Sequence, unseen: Unseen, start: int) -> tuple[int, Floats] | None:
    """The first place from `start` on that meets the rules and is free, and its codes (1, D)."""
    space, first = unseen.space, start
    for size in BATCHES:
        X = space.codec.from_unit(sequence.points(np.arange(first, first + size)))
        A = space.codec.activity(X)
        X = space.codec.mask(X, A)
        rows = np.flatnonzero(space.feasible(X, A))
        suitable = rows[unseen.accepts(X[rows])]
        if len(suitable):
            return first + int(suitable[0]), X[suitable[:1]]
        first += size
    return None


def _sobol(seed: int, width: int, _cube: int) -> Sequence:
    return sobol(width, stream(seed, 0, "qmc sobol").random)


def _halton(seed: int, width: int, _cube: int) -> Sequence:
    return halton(width, stream(seed, 0, "qmc halton").random)


def _cubes(seed: int, width: int, cube: int) -> Sequence:
    return LatinHypercubes(width, cube, lambda number, shape: stream(seed, number, "qmc lhs").random(shape))


_KINDS: Mapping[str, Callable[[int, int, int], Sequence]] = {"sobol": _sobol, "halton": _halton, "lhs": _cubes}


@lru_cache(maxsize=16)
def _sequence(kind: str, seed: int, width: int, cube: int) -> Sequence:
    return _KINDS[kind](seed, width, cube)
