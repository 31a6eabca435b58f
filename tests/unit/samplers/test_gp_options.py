"""The options and the rarer problems of `gp`, from the first trial to the last."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from ayar.base.errors import ArgumentError
from ayar.samplers.effort import EFFORTS
from ayar.samplers.mixgp import MixGP
from ayar.space.domains import Categorical, Float
from ayar.space.prior import Normal
from ayar.space.space import Space
from ayar.testing.folds import Told, fold_of
from ayar.trial.goal import Constraint, Goal
from ayar.trial.state import State
from unit.samplers.study import propose, run

PLANE = Space({"x": Float(0, 1), "y": Float(0, 1)})


def bowl(params: Mapping[str, Any]) -> float:
    return float((params["x"] - 0.7) ** 2 + (params["y"] - 0.2) ** 2)


@pytest.mark.parametrize(
    ("acquisition", "words"),
    [
        ("ei", "expected improvement"),
        ("pi", "probability of improvement"),
        ("ucb", "confidence bound"),
        ("thompson", "gain on a function drawn from the model"),
    ],
)
def test_every_acquisition_finds_the_minimum_and_names_itself(acquisition: str, words: str) -> None:
    trials = run(PLANE, MixGP(acquisition=acquisition), bowl, 20)
    assert min(bowl(trial.params) for trial in trials) < 5e-3
    assert any(trial.note["why"] == f"largest {words}" for trial in trials)


def test_an_unknown_acquisition_is_refused_with_a_suggestion() -> None:
    with pytest.raises(ArgumentError, match=r"acquisition: expected one of ei, pi, ucb, thompson, got 'ucbb'.*ucb"):
        MixGP(acquisition="ucbb")


@pytest.mark.parametrize("overhead_ms", sorted(EFFORTS))
def test_every_effort_finds_the_minimum(overhead_ms: int) -> None:
    trials = run(PLANE, MixGP(overhead_ms=overhead_ms), bowl, 14)
    assert min(bowl(trial.params) for trial in trials) < 5e-3


def test_an_unknown_effort_is_refused() -> None:
    with pytest.raises(ArgumentError, match="overhead_ms: expected one of 8, 16, 32, 64, 128, 256, got 10"):
        MixGP(overhead_ms=10)


# -- what the caller believes ------------------------------------------------------------------------------------------


def believing(mean: float) -> Space:
    return Space(
        {"x": Float(0, 1, prior=Normal(mean, 0.05)), "y": Float(0, 1), "k": Categorical(["a", "b"], prior=[0.1, 0.9])}
    )


@pytest.mark.parity("SO8")
def test_what_is_believed_is_tried_while_nothing_speaks_against_it() -> None:
    trials = run(believing(0.25), MixGP(), lambda _: 1.0, 12)
    guided = [trial.params for trial in trials if trial.note["arm"] == "model"]
    assert np.mean([abs(params["x"] - 0.25) < 0.15 for params in guided]) >= 0.8
    assert np.mean([params["k"] == "b" for params in guided]) >= 0.6


@pytest.mark.parity("SO8")
def test_a_wrong_belief_costs_little() -> None:
    trials = run(believing(0.1), MixGP(), bowl, 24)
    assert min(bowl(trial.params) for trial in trials) < 1e-2


# -- several goals -----------------------------------------------------------------------------------------------------


def corners(params: Mapping[str, Any]) -> tuple[float, float, float]:
    """Squared distances to three corners: all of the triangle between them is best."""
    x, y = params["x"], params["y"]
    return x**2 + y**2, (x - 1) ** 2 + y**2, x**2 + (y - 1) ** 2


def several(objective: Callable[[Any], Any], n: int, **settings: Any) -> list[Told]:
    return run(PLANE, MixGP(), objective, n, **settings)


def test_three_goals_are_searched_together() -> None:
    trials = several(corners, 18, goals=dict.fromkeys("abc", "minimize"))
    guided = [trial for trial in trials if trial.note["arm"] != "start" and trial.note["arm"] != "random"]
    inside = [trial for trial in guided if trial.params["x"] + trial.params["y"] <= 1.05]
    assert len(inside) >= 0.8 * len(guided)
    assert all(len(trial.note["mean"]) == 3 for trial in guided)


def test_the_note_tells_each_goal_in_its_own_units() -> None:
    goals = {"cost": "minimize", "gain": "maximize"}
    trials = several(lambda p: (1e6 + 1e3 * bowl(p), 5.0 - bowl(p)), 10, goals=goals)
    cost, gain = propose(fold_of(PLANE, trials, goals=goals), MixGP())[0].note["mean"]
    assert 1e6 - 1e3 < cost < 1e6 + 1e3
    assert 3.0 < gain < 6.0


def test_a_threshold_keeps_the_search_where_it_is_met() -> None:
    def loss(params: Mapping[str, Any]) -> tuple[float, float]:
        return params["x"] + 0.1 * params["y"], (1.0 - params["x"]) ** 2

    goals = (Goal("a", threshold=0.4), Goal("b"))
    late = [trial.params["x"] for trial in several(loss, 20, goals=goals)[8:] if trial.note["arm"] != "random"]
    assert np.mean(np.array(late) <= 0.42) >= 0.8


def test_several_goals_with_failed_and_pending_trials_are_searched_on() -> None:
    goals = dict.fromkeys("ab", "minimize")
    trials = several(lambda p: None if p["x"] > 0.8 else (p["x"], (p["x"] - 1) ** 2 + p["y"]), 12, goals=goals)
    trials += [Told({"x": 0.9, "y": 0.1}, state=State.FAILED), Told({"x": 0.5, "y": 0.0}, state=State.RUNNING)]
    batch = propose(fold_of(PLANE, trials, goals=goals), MixGP(), 3)
    assert len({repr(proposal.params) for proposal in batch}) == 3
    assert sum(proposal.params["x"] <= 0.85 for proposal in batch) >= 2


# -- batches -----------------------------------------------------------------------------------------------------------


def nearest(points: list[Mapping[str, Any]]) -> float:
    U = np.array([[point["x"], point["y"]] for point in points])
    return float((np.abs(U[:, None] - U[None]).max(axis=2) + np.eye(len(U))).min())


@pytest.mark.parity("G4")
@pytest.mark.parametrize(
    ("goals", "failed"), [(None, 0), (None, 1), ({"a": "minimize", "b": "minimize"}, 0)], ids=["one", "failed", "two"]
)
def test_batches_spread_whatever_is_modelled(goals: Any, failed: int) -> None:
    points = [{"x": (i + 0.5) / 9, "y": (3.7 * i + 1.0) / 9 % 1.0} for i in range(9)]
    told = [Told(point, bowl(point) if goals is None else (point["x"] ** 2, bowl(point))) for point in points]
    told += [Told({"x": 0.01, "y": 0.99}, state=State.FAILED)] * failed
    batch = propose(fold_of(PLANE, told, goals=goals), MixGP(), 5)
    # Without the pending trials among what is to be improved on they lay 0.01 apart, or less.
    assert nearest([proposal.params for proposal in batch]) > 0.03


# -- odd studies -------------------------------------------------------------------------------------------------------


def test_a_metric_without_bounds_is_no_trouble() -> None:
    trials = [Told({"x": i / 9, "y": 0.5}, i / 9, metrics={"m": float(i)}) for i in range(9)]
    assert propose(fold_of(PLANE, trials, constraints=[Constraint("m")]), MixGP())[0].note["fallback"] is None


def test_trials_by_the_wrong_end_of_an_open_bound_and_failed_ones_are_no_trouble() -> None:
    trials = [Told({"x": i / 9, "y": 0.5}, i / 9, metrics={"m": i / 9}) for i in range(9)]
    trials += [Told({"x": 0.5, "y": 0.1}, state=State.FAILED), Told({"x": 0.6, "y": 0.1}, 0.0)]
    note = propose(fold_of(PLANE, trials, constraints=["m >= 0.5"]), MixGP())[0].note
    assert note["fallback"] is None


def test_points_out_of_bounds_are_learned_from_as_if_at_the_bounds() -> None:
    trials = [Told({"x": 1.5 - i / 4, "y": -3.0 + i}, bowl({"x": 1.5 - i / 4, "y": 0.5})) for i in range(7)]
    batch = propose(fold_of(PLANE, trials), MixGP(), 4)
    assert all(PLANE.explain(proposal.params) is None for proposal in batch)
