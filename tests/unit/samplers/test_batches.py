"""Batches of the Gaussian process: as many proposals as asked for, each made in sight of all that are open."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from ayar.samplers.mixgp import MixGP
from ayar.space.domains import Categorical, Float, Int
from ayar.space.space import Space
from ayar.testing.folds import Told, fold_of
from ayar.trial.state import State
from unit.samplers.study import pending, propose, run

LINE = Space({"x": Float(0, 1)})
SPACE = Space({"x": Float(0, 1), "y": Float(0, 1), "n": Int(1, 9), "kind": Categorical(["a", "b"])})
ACQUISITIONS = ["ei", "pi", "ucb", "thompson"]


def loss(params: Mapping[str, Any]) -> float:
    return float((params["x"] - 0.3) ** 2 + (params["y"] - 0.6) ** 2 + params["n"] / 20 + 0.2 * (params["kind"] == "b"))


@pytest.fixture(scope="module")
def begun() -> list[Told]:
    return run(SPACE, MixGP(), loss, 12)


@pytest.mark.parity("MO2")
@pytest.mark.parametrize("acquisition", ACQUISITIONS)
@pytest.mark.parametrize("count", [1, 3, 6])
def test_as_many_points_as_asked_for_come_back_and_no_two_alike(
    begun: list[Told], acquisition: str, count: int
) -> None:
    open_already = [Told({"x": 0.3, "y": 0.6, "n": n, "kind": "a"}, state=State.RUNNING) for n in (1, 2)]
    batch = propose(fold_of(SPACE, [*begun, *open_already]), MixGP(acquisition=acquisition), count)
    assert len({repr(proposal.params) for proposal in batch}) == count
    assert [proposal.note["pending"] for proposal in batch] == list(range(2, 2 + count))
    assert not any(proposal.params == trial.params for proposal in batch for trial in open_already)


@pytest.mark.parity("MO2")
@pytest.mark.parametrize("acquisition", ACQUISITIONS)
def test_a_batch_equals_single_proposals_each_pending_to_the_next(begun: list[Told], acquisition: str) -> None:
    sampler, trials = MixGP(acquisition=acquisition), list(begun)
    for proposal in propose(fold_of(SPACE, trials), sampler, 3):
        assert propose(fold_of(SPACE, trials), sampler)[0].params == proposal.params
        trials.append(pending(proposal))


def wavy(x: float) -> float:
    """Two valleys, the one at 0.25 a little deeper."""
    return float(np.cos(4.0 * np.pi * x) + 0.1 * x)


@pytest.mark.parity("MO2")
def test_a_batch_does_not_gather_in_one_valley() -> None:
    told = [Told({"x": x}, wavy(x)) for x in np.linspace(0.02, 0.98, 11).tolist()]
    xs = [proposal.params["x"] for proposal in propose(fold_of(LINE, told), MixGP(), 4)]
    assert min(abs(x - 0.25) for x in xs) < 0.06
    assert min(abs(x - 0.75) for x in xs) < 0.06
    assert min(np.diff(sorted(xs))) > 1e-4


@pytest.mark.parity("MO2")
def test_where_an_open_trial_stands_nothing_more_is_to_be_gained() -> None:
    told = [Told({"x": x}, wavy(x)) for x in (0.0, 0.15, 0.4, 0.55, 0.7, 0.9)]
    alone, beside = propose(fold_of(LINE, told), MixGP(), 2)
    assert abs(beside.params["x"] - alone.params["x"]) > 1e-3
    assert beside.note["score"] < alone.note["score"]


@pytest.mark.parity("MO2")
def test_batches_with_several_goals_and_a_constraint_are_whole_too() -> None:
    told = [Told({"x": x}, (x, (1 - x) ** 2), metrics={"m": abs(x - 0.5)}) for x in np.linspace(0.05, 0.95, 9).tolist()]
    fold = fold_of(LINE, told, goals={"a": "minimize", "b": "minimize"}, constraints=["m <= 0.3"])
    xs = sorted(proposal.params["x"] for proposal in propose(fold, MixGP(), 5))
    assert min(np.diff(xs)) > 1e-3
    assert sum(0.15 < x < 0.85 for x in xs) >= 4
