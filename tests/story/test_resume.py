"""Kill a worker anywhere and run it again: it proposes what an uninterrupted run would have, bit for bit.

Promise P10 of the store and case G9, for every sampler of the table: a proposal depends on setup, history, seed and
number alone. The killed run is killed before and after each claim and append, and in the objective, at random.
"""

from pathlib import Path
from typing import Any

import pytest

import ayar
from ayar.base.errors import StudyFinished
from ayar.samplers import SAMPLERS
from ayar.space.space import Space
from ayar.storage.memory import MemoryStore
from ayar.study.study import Study
from ayar.testing.spaces import FINITE as FINITE_SPACES
from ayar.testing.spaces import SPACES
from story.actors import act

CONDITIONAL, FINITE = "kernels", "cells"
ALL_SPACES = {**SPACES, **FINITE_SPACES}


def proposals(path: Path) -> list[Any]:
    return [(t.number, t.params, dict(t.note), t.values, t.state) for t in ayar.load_study(path).trials]


@pytest.mark.slow
@pytest.mark.parity("G9")
@pytest.mark.parametrize("problem", [CONDITIONAL, FINITE])
@pytest.mark.parametrize("sampler", sorted(SAMPLERS))
def test_a_killed_run_proposes_what_a_calm_one_does(sampler: str, problem: str, tmp_path: Path) -> None:
    if SAMPLERS.get_class(sampler).capabilities.finite_only and problem == CONDITIONAL:
        pytest.skip(f"{sampler} needs a finite space")
    act("calm", tmp_path / "calm.db", sampler, problem)
    told = act("killed", tmp_path / "killed.db", sampler, problem, 5)
    assert told["exits"] == [0]
    assert told["kills"] >= 3
    calm, killed = proposals(tmp_path / "calm.db"), proposals(tmp_path / "killed.db")
    assert len(calm) == 14
    assert killed == calm


def asked_one_by_one(sampler: str, space: Space, *, reopened: bool) -> list[Any]:
    """The proposals of twelve trials, by one study object that keeps its caches or by a new one for each trial."""
    store = MemoryStore()
    study = ayar.create_study(space, storage=store, sampler=sampler, seed=7, max_trials=12)
    found = []
    for _ in range(12):
        if reopened:
            entry = store.find(study.name)
            assert entry is not None
            study = Study(store, entry, space)
        try:
            trial = study.ask()
        except StudyFinished:
            break
        found.append((trial.params, dict(study.history.note(trial.number))))
        # Any fixed function of the parameters will do.
        study.tell(trial, sum(len(repr(value)) for value in trial.params.values()) + trial.number % 3)
    return found


@pytest.mark.parity("G9")
@pytest.mark.parity("N18")
@pytest.mark.parametrize("space", sorted(ALL_SPACES))
@pytest.mark.parametrize("sampler", sorted(SAMPLERS))
def test_nothing_is_remembered_that_the_log_does_not_hold(sampler: str, space: str) -> None:
    if SAMPLERS.get_class(sampler).capabilities.finite_only and space in SPACES:
        pytest.skip(f"{sampler} needs a finite space")
    tried = ALL_SPACES[space]
    kept = asked_one_by_one(sampler, tried, reopened=False)
    assert kept
    assert asked_one_by_one(sampler, tried, reopened=True) == kept
