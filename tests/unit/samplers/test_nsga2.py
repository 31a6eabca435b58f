"""NSGA-II: what it proposes, whoever asks and however often."""

import copy
import pickle
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

import ayar
from ayar.base.errors import ArgumentError
from ayar.base.rng import Streams
from ayar.samplers.nsga2 import NSGA2
from ayar.space.domains import Categorical, Float, Int
from ayar.space.space import Space
from ayar.storage.memory import MemoryStore
from ayar.testing.folds import Told, fold_of
from ayar.trial.failure import Failure
from ayar.trial.fold import Fold
from ayar.trial.state import State
from unit.samplers.study import propose, run

TWO = {"f": "minimize", "g": "minimize"}
PLANE = Space({"x": Float(0.0, 1.0), "y": Float(0.0, 1.0)})
BRANCHES = Space(
    {
        "kind": Categorical(["line", "steps"]),
        "slope": Float(0.0, 1.0, when={"kind": "line"}),
        "count": Int(1, 40, when={"kind": "steps"}),
        "size": Float(1e-3, 1e3, log=True),
    },
    constraints=["size <= 100"],
)


def two(params: Mapping[str, Any]) -> tuple[float, float]:
    level = params.get("slope", params.get("count", 20) / 80)
    return level + params["size"] / 100, 1.0 - level


def test_the_first_generation_is_a_latin_hypercube() -> None:
    trials = run(PLANE, NSGA2(10), lambda p: p["x"], 10)
    for name in ("x", "y"):
        assert sorted(int(10 * trial.params[name]) for trial in trials) == list(range(10))
    assert {trial.note["why"] for trial in trials} == {"first generation: a Latin hypercube"}


def test_the_first_trial_takes_the_defaults() -> None:
    space = Space({"x": Float(0.0, 1.0, default=0.3), "y": Float(0.0, 1.0)})
    assert run(space, NSGA2(10), lambda p: p["x"], 1)[0].params["x"] == 0.3


def test_a_note_tells_generation_and_parents() -> None:
    trials = run(PLANE, NSGA2(4), lambda p: p["x"], 13)
    assert [trial.note["generation"] for trial in trials] == [0] * 4 + [1] * 4 + [2] * 4 + [3]
    assert trials[4].note["why"] == "child of two survivors"
    assert all(parent < 4 for parent in trials[4].note["parents"])


def test_children_have_better_parents_than_most() -> None:
    trials = run(PLANE, NSGA2(20), lambda p: p["x"], 60)
    parents = {parent for trial in trials[40:] for parent in trial.note["parents"]}
    best = sorted(range(40), key=lambda number: trials[number].params["x"])[:20]
    assert parents <= set(best)


@pytest.mark.parametrize("at_once", [1, 7])
@pytest.mark.parity("G9")
def test_a_long_lived_sampler_proposes_what_a_fresh_one_does(at_once: int) -> None:
    """The study keeps its sampler, with its cache; replay has neither."""
    store = MemoryStore()
    study = ayar.create_study(BRANCHES, sampler=NSGA2(8), goals=TWO, seed=3, storage=store, name="s")
    for _ in range(42 // at_once):
        for live in reversed([study.ask() for _ in range(at_once)]):
            study.tell(live, two(dict(live)))
    entry = store.find("s")
    assert entry is not None
    events = store.read(entry.id, 0, 10_000)
    for trial in study.trials:
        fold = Fold(BRANCHES)
        fold.extend(events[: trial.seen])
        again = NSGA2(8).propose(fold.setup, fold.history, Streams(3, trial.number), 1)[0]
        assert (again.params, again.note) == (trial.params, trial.note)


def test_workers_that_see_the_same_take_different_children() -> None:
    trials = run(PLANE, NSGA2(10), lambda p: p["x"], 20)
    fold = fold_of(PLANE, trials)
    found = [NSGA2(10).propose(fold.setup, fold.history, Streams(0, number), 1)[0].params for number in range(20, 35)]
    assert len({tuple(params.values()) for params in found}) == 15


def test_a_child_that_was_tried_before_gives_way_to_a_mutant_of_it() -> None:
    trials = run(PLANE, NSGA2(10), lambda p: p["x"], 20)
    child = propose(fold_of(PLANE, trials), NSGA2(10))[0]
    fold = fold_of(PLANE, [*trials, Told(child.params, 1.0)])
    mutant = NSGA2(10).propose(fold.setup, fold.history, Streams(0, 20), 1)[0]
    assert mutant.note["why"] == "child of two survivors, mutated: it was tried before"
    changed = [name for name in child.params if mutant.params[name] != child.params[name]]
    assert changed
    assert all(abs(mutant.params[name] - child.params[name]) < 0.5 for name in changed)


def test_while_all_trials_fail_it_spreads_out_again() -> None:
    broken = Failure("exception", "no luck", type="ValueError")
    trials = [Told({"x": i / 40, "y": 0.5}, state=State.FAILED, failure=broken) for i in range(20)]
    found = propose(fold_of(PLANE, trials), NSGA2(10), count=10)
    assert sorted(int(10 * proposal.params["y"]) for proposal in found) == list(range(10))
    assert {proposal.note["generation"] for proposal in found} == {2}


def test_a_space_with_hardly_a_feasible_child_is_still_searched() -> None:
    space = Space({"x": Float(0.0, 1.0), "y": Float(0.0, 1.0)}, constraints=["x + y <= 0.01"])
    trials = run(space, NSGA2(5), lambda p: -p["x"] - p["y"], 60)
    assert len(trials) == 60
    assert max(trial.params["x"] + trial.params["y"] for trial in trials) > 0.009


def test_every_branch_that_has_a_share_of_the_front_is_kept() -> None:
    trials = run(BRANCHES, NSGA2(10), two, 60, goals=TWO)
    assert {trial.params["kind"] for trial in trials[30:]} == {"line", "steps"}


def test_a_used_sampler_can_be_copied_and_pickled() -> None:
    sampler = NSGA2(6)
    run(PLANE, sampler, lambda p: p["x"], 3)
    assert pickle.loads(pickle.dumps(sampler)) == copy.deepcopy(sampler) == sampler


@pytest.mark.parametrize("population", [1, 0, 2.5, "ten"])
def test_a_population_too_small_is_refused(population: Any) -> None:
    with pytest.raises(ArgumentError, match=r"nsga2: expected population of at least 2, got"):
        NSGA2(population)


def test_one_goal_is_searched_better_than_by_chance() -> None:
    def bowl(params: Mapping[str, Any]) -> float:
        return float((params["x"] - 0.3) ** 2 + (params["y"] - 0.6) ** 2)

    losses = [trial.values for trial in run(PLANE, NSGA2(10), bowl, 100)]
    # Of 100 random points the best is below 0.0005 in one run of seven.
    assert np.min(losses) < 0.0005


def test_a_result_constraint_is_learnt() -> None:
    """Feasible is a fiftieth of the plane, and the best lies in its corner, where half the children fall outside."""
    trials: list[Told] = []
    for _ in range(150):
        fold = fold_of(PLANE, trials, constraints=["m <= 0.2"])
        params = propose(fold, NSGA2(10))[0].params
        trials.append(Told(params, -params["x"], metrics={"m": params["x"] + params["y"]}))
    feasible = [trial.params["x"] for trial in trials if trial.metrics["m"] <= 0.2]
    assert max(feasible) > 0.19
    assert sum(trial.metrics["m"] <= 0.2 for trial in trials[100:]) > 15
