"""A small study for sampler tests: ask, tell, and the history they make."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ayar.base.rng import Streams
from ayar.samplers.base import Proposal, Sampler
from ayar.testing.folds import Told, fold_of
from ayar.trial.fold import Fold
from ayar.trial.state import State

Objective = Callable[[Mapping[str, Any]], Any]


def propose(fold: Fold, sampler: Sampler, count: int = 1, seed: int = 0) -> list[Proposal]:
    return sampler.propose(fold.setup, fold.history, Streams(seed, len(fold.history)), count)


def pending(proposal: Proposal) -> Told:
    return Told(proposal.params, state=State.RUNNING, note=proposal.note)


def told(proposal: Proposal, value: Any) -> Told:
    if value is None:
        return Told(proposal.params, state=State.FAILED, note=proposal.note)
    return Told(proposal.params, value, note=proposal.note)


def run(space: object, sampler: Sampler, objective: Objective, n: int, **settings: Any) -> list[Told]:
    """`n` trials one after another; fewer where the space is exhausted. None from the objective: failed."""
    trials: list[Told] = []
    for _ in range(n):
        proposals = propose(fold_of(space, trials, **settings), sampler)
        if not proposals:
            break
        trials.append(told(proposals[0], objective(proposals[0].params)))
    return trials


def without_notes(trials: list[Told]) -> list[Told]:
    return [replace(trial, note={}) for trial in trials]
