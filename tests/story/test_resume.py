"""Kill a worker anywhere and run it again: it proposes what an uninterrupted run would have, bit for bit.

Promise P10 of the store and case G9, for every sampler of the table: a proposal depends on setup, history, seed and
number alone. The killed run is killed before and after each claim and append, and in the objective, at random.
"""

from pathlib import Path
from typing import Any

import pytest

import ayar
from ayar.samplers import SAMPLERS
from story.actors import act

CONDITIONAL, FINITE = "kernels", "cells"


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
