"""Auto: the sampler for this study's regime, and in the note why.

Decided anew for every proposal, from the space, the budget, how many trials are told and how long they took; so a study
that outgrows a model changes over by itself. Where one sampler's costs or limits are near, every fourth proposal comes
from another, so that no regime hangs on one idea. Limits: the measured costs in docs/performance.md.
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ayar.base.rng import Streams
from ayar.samplers.base import Capabilities, Proposal, Sampler
from ayar.samplers.cmaes import CMAES
from ayar.samplers.design import active_parameters
from ayar.samplers.effort import EFFORTS, FULL, within
from ayar.samplers.grid import GridSearch
from ayar.samplers.mixgp import MixGP
from ayar.samplers.nsga2 import NSGA2
from ayar.samplers.tpe import TPE
from ayar.trial.ahead import with_running
from ayar.trial.history import History
from ayar.trial.setup import Setup

_TINY = 8
_MOST_PARAMETERS = 60
_MODEL_ALONE, _MODEL_AT_ALL = 600, 3_000
"""Told trials up to which the model proposes alone, and at all."""
_FREE_TRIALS = 100
"""So many proposals of the model cost 3 s together, whatever the objective costs."""
_SHARE, _LEAST_MS, _MOST_MS = 0.02, 5.0, 200.0
"""A proposal may cost 2 % of a trial, but never has to cost less than 5 ms, nor may it cost more than 200."""
_MODEL_FROM_MS = 10.0
"""Overhead below which no model fits in."""
_CHEAP_S = 0.02
"""A trial this short leaves no time for a model."""
_RECENT = 50  # told trials whose durations count
_OTHER_ARM = 4  # every so many proposals come from the second sampler
_SAMPLERS: dict[str, Sampler] = {
    "grid": GridSearch(),
    "tpe": TPE(),
    "cmaes": CMAES(),
    "nsga2": NSGA2(),
}
_MODELS = {overhead_ms: MixGP(overhead_ms=overhead_ms) for overhead_ms in EFFORTS}


@dataclass(frozen=True)
class Regime:
    """Which samplers suit a study now."""

    samplers: tuple[str, ...]
    """The first one, and a second that proposes every fourth."""
    why: str
    overhead_ms: int = FULL
    """What a proposal may cost, as the effort of that name."""

    def turn(self, number: int) -> str:
        """The sampler whose turn trial `number` is."""
        return self.samplers[-1 if number % _OTHER_ARM == _OTHER_ARM - 1 else 0]


def regime_of(setup: Setup, history: History) -> Regime:
    """The regime of a study as it stands."""
    space, told = setup.space, len(history.order)
    if space.size <= _TINY and setup.repeats == "avoid":
        return Regime(("grid",), f"at most {_TINY} configurations: all are tried")
    seconds = median_seconds(history)
    allowed = min(max(1e3 * _SHARE * seconds, _LEAST_MS), _MOST_MS)
    effort = within(allowed) if allowed < _MOST_MS else FULL
    many = ("tpe", "nsga2" if len(setup.goals) > 1 else "cmaes")
    if active_parameters(space) > _MOST_PARAMETERS:
        return Regime(many, f"more than {_MOST_PARAMETERS} active parameters: a model of distances would not learn")
    if told > _MODEL_AT_ALL:
        return Regime(many, f"more than {_MODEL_AT_ALL:,} trials told: a model would cost too much")
    if setup.max_trials is None and setup.max_seconds is not None and allowed < _MODEL_FROM_MS:
        return Regime(many, f"time is the budget and a trial takes {1e3 * seconds:.3g} ms: more trials are worth more")
    if told >= _FREE_TRIALS and seconds < _CHEAP_S:
        return Regime(many, f"a trial takes {1e3 * seconds:.3g} ms: a model would take longer than what it saves")
    if told > _MODEL_ALONE:
        return Regime(("gp", "tpe"), f"more than {_MODEL_ALONE} trials told: models of two kinds take turns", effort)
    return Regime(("gp",), f"at most {_MODEL_ALONE} trials told: a model pays", effort)


def median_seconds(history: History) -> float:
    """Median duration of the newest told trials; infinite where none was measured."""
    rows = (history.row(number) for number in history.order[-_RECENT:])
    known = [row.seconds for row in rows if row.seconds is not None]
    return float(np.median(known)) if known else math.inf


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
        """`count` proposals of the regime's samplers, each with the reason in its note."""
        regime = regime_of(setup, history)
        if len(regime.samplers) == 1 or count == 1:
            name = regime.turn(rng.first)
            sampler = _MODELS[regime.overhead_ms] if name == "gp" else _SAMPLERS[name]
            return [_explained(name, regime, each) for each in sampler.propose(setup, history, rng, count)]
        return self._in_turns(setup, history, rng, count)

    def _in_turns(self, setup: Setup, history: History, rng: Streams, count: int) -> list[Proposal]:
        """One by one, each with the earlier ones pending."""
        proposals: list[Proposal] = []
        for i in range(count):
            found = self.propose(setup, history, Streams(rng.seed, rng.first + i), 1)
            if not found:
                break
            proposals += found
            history = with_running(history, rng.first + i, found[0].params, found[0].note)
        return proposals


def _explained(name: str, regime: Regime, proposal: Proposal) -> Proposal:
    paced = f"; a proposal may cost {regime.overhead_ms} ms" if regime.overhead_ms < FULL and name == "gp" else ""
    return Proposal(proposal.params, {**proposal.note, "auto": f"{name}: {regime.why}{paced}"})
