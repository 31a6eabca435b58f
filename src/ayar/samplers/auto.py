"""Auto: the sampler for this study's regime, and in the note why.

Decided anew for every proposal, from the space and the number of trials told, so that a study that outgrows the model
changes over by itself. Limits: the measured cost of `mixgp`, and where models of distance stop helping.
"""

from dataclasses import dataclass
from typing import ClassVar

from ayar.base.rng import Streams
from ayar.samplers.base import Capabilities, Proposal, Sampler
from ayar.samplers.design import active_parameters
from ayar.samplers.grid import GridSearch
from ayar.samplers.mixgp import MixGP
from ayar.samplers.qmc import QuasiRandom
from ayar.trial.history import History
from ayar.trial.setup import Setup

_TINY = 8
_MOST_TOLD = 1_000
_MOST_PARAMETERS = 60
_SAMPLERS: dict[str, Sampler] = {"grid": GridSearch(), "gp": MixGP(), "qmc": QuasiRandom()}


def regime(setup: Setup, told: int) -> tuple[str, str]:
    """Name of the sampler for a study with `told` outcomes, and the reason in words."""
    if setup.space.size <= _TINY and setup.repeats == "avoid":
        return "grid", f"at most {_TINY} configurations: all are tried"
    if active_parameters(setup.space) > _MOST_PARAMETERS:
        return "qmc", f"more than {_MOST_PARAMETERS} active parameters: a model of distances would not learn"
    if told >= _MOST_TOLD:
        return "qmc", f"{_MOST_TOLD:,} trials told: the model would cost too much"
    return "gp", f"at most {_MOST_PARAMETERS} active parameters and fewer than {_MOST_TOLD:,} trials told: a model pays"


@dataclass(frozen=True)
class Auto(Sampler):
    """Picks a sampler for each proposal; the name in the table is "auto".

    >>> from ayar.testing.folds import fold_of
    >>> fold = fold_of({"flag": [False, True]}, [])
    >>> Auto().propose(fold.setup, fold.history, Streams(0, 0), 1)[0].note["auto"]
    'grid: at most 8 configurations: all are tried'
    """

    capabilities: ClassVar = Capabilities(several_goals=True, result_constraints=True, learns=True)

    def propose(self, setup: Setup, history: History, rng: Streams, count: int) -> list[Proposal]:
        """`count` proposals of the regime's sampler, each with the reason in its note."""
        name, why = regime(setup, int(history.final.sum()))
        return [
            Proposal(proposal.params, {**proposal.note, "auto": f"{name}: {why}"})
            for proposal in _SAMPLERS[name].propose(setup, history, rng, count)
        ]
