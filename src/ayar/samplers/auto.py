"""Auto: the sampler for this study's regime, and in the note why.

n  trials with an outcome. A table of regimes, read from the top; the first that
holds decides. Every proposal is decided anew, so a study that outgrows the model's range changes over by itself.
Source of the limits: measured cost of `mixgp`, and where models of distance stop helping (about 60 parameters).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from ayar.samplers.grid import GridSearch
from ayar.samplers.qmc import QuasiRandom

from ayar.base.rng import Streams
from ayar.samplers.base import Capabilities, Proposal, Sampler
from ayar.samplers.design import active_parameters
from ayar.samplers.mixgp import MixGP
from ayar.trial.history import History
from ayar.trial.setup import Setup

_TINY = 8
_MOST_TRIALS = 1_000
_MOST_PARAMETERS = 60


@dataclass(frozen=True)
class _Regime:
    holds: Callable[[Setup, int], bool]
    name: str
    sampler: Sampler
    why: str


_REGIMES = (
    _Regime(
        lambda setup, n: setup.space.size <= _TINY,
        "grid",
        GridSearch(),
        f"at most {_TINY} configurations: try them all",
    ),
    _Regime(
        lambda setup, n: active_parameters(setup.space) > _MOST_PARAMETERS,
        "qmc",
        QuasiRandom(),
        f"more than {_MOST_PARAMETERS} active parameters: a distance-based model would not learn",
    ),
    _Regime(lambda setup, n: n < _MOST_TRIALS, "gp", MixGP(), f"fewer than {_MOST_TRIALS:,} trials told: a model pays"),
    _Regime(
        lambda setup, n: True, "qmc", QuasiRandom(), f"{_MOST_TRIALS:,} trials told: the model would cost too much"
    ),
)


@dataclass(frozen=True)
class Auto(Sampler):
    """Picks a sampler for each proposal; the name in the table is "auto"."""

    capabilities: ClassVar = Capabilities(several_goals=True, result_constraints=True, learns=True)

    def propose(self, setup: Setup, history: History, rng: Streams, count: int) -> list[Proposal]:
        """`count` proposals of the regime's sampler."""
        regime = next(regime for regime in _REGIMES if regime.holds(setup, int(history.final.sum())))
        return [
            Proposal(proposal.params, {**proposal.note, "sampler": "auto", "chosen": regime.name, "why": regime.why})
            for proposal in regime.sampler.propose(setup, history, rng, count)
        ]
