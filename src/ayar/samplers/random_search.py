"""Random search: independent uniform draws, each parameter on its own scale.

The baseline, and the sampler to copy when writing another. Not for dear trials: after a few dozen, every sampler that
learns does better. Cost: about 50 µs a proposal.
Source: Bergstra and Bengio 2012, Random Search for Hyper-Parameter Optimization, JMLR 13, 281-305.
"""

from dataclasses import dataclass
from typing import ClassVar

from ayar.base.rng import Streams
from ayar.samplers.base import Capabilities, Proposal, Sampler
from ayar.samplers.unseen import Unseen
from ayar.trial.history import History
from ayar.trial.setup import Setup


@dataclass(frozen=True)
class RandomSearch(Sampler):
    """Draws every point by chance; the name in the table is "random"."""

    capabilities: ClassVar = Capabilities(several_goals=True)

    def propose(self, setup: Setup, history: History, rng: Streams, count: int) -> list[Proposal]:
        """`count` draws that meet the space's rules."""
        unseen = Unseen(setup, history)
        draws = (unseen.draw(rng(i, "draw")) for i in range(count))
        return [Proposal(params, {"sampler": "random", "why": "by chance"}) for params in draws if params is not None]
