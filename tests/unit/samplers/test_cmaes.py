"""CMA-ES: what it proposes, whoever asks, in whatever order answers come."""

import copy
import pickle
import random
import statistics
from collections.abc import Mapping
from typing import Any

import pytest

import ayar
from ayar.base.errors import ArgumentError
from ayar.base.rng import Streams
from ayar.samplers.cmaes import CMAES
from ayar.space.domains import Categorical, Float, Int
from ayar.space.space import Space
from ayar.storage.memory import MemoryStore
from ayar.testing.folds import Told, fold_of
from ayar.testing.zoo import ZOO
from ayar.trial.fold import Fold
from unit.samplers.study import pending, propose, run

PLANE = Space({"x": Float(0.0, 1.0), "y": Float(0.0, 1.0)})
BRANCHES = Space(
    {
        "kind": Categorical(["line", "steps"]),
        "slope": Float(0.0, 1.0, when={"kind": "line"}),
        "count": Int(1, 40, when={"kind": "steps"}),
        "size": Float(1e-3, 1e3, log=True),
        "grain": Float(0.0, 1.0, step=0.05),
    },
    constraints=["size <= 100"],
)


def bowl(params: Mapping[str, Any]) -> float:
    return float((params["x"] - 0.7) ** 2 + (params["y"] - 0.2) ** 2)


def branched(params: Mapping[str, Any]) -> float:
    level = params.get("slope", params.get("count", 20) / 80)
    return float(level + abs(params["size"] - 1.0) / 100 + (params["grain"] - 0.3) ** 2)


def test_a_note_tells_run_and_generation() -> None:
    note = run(PLANE, CMAES(population=4), bowl, 6)[5].note
    assert note == {"sampler": "cmaes", "why": "drawn from the search distribution", "run": 0, "generation": 1}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"population": 3}, "population: expected a whole number >= 4 or None, got 3"),
        ({"population": True}, "population: expected a whole number >= 4 or None, got True"),
        ({"sigma": 0.0}, "sigma: expected a share of the range above 0, at most 1, got 0.0"),
        ({"sigma": "wide"}, "sigma: expected a share of the range above 0, at most 1, got 'wide'"),
        ({"restarts": "ibop"}, "restarts: expected one of ipop, bipop, none, got 'ibop'; did you mean 'ipop'"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        CMAES(**options)


# -- many workers, any order -------------------------------------------------------------------------------------------


def shuffled_study(at_once: int, seed: int) -> MemoryStore:
    """Asks kept `at_once` ahead; answers in random order: values, failures, pruned trials, enqueued points."""
    store, dice = MemoryStore(), random.Random(seed)
    study = ayar.create_study(
        BRANCHES, sampler=CMAES(population=6), seed=3, storage=store, name="s", max_failures=1_000
    )
    waiting: list[Any] = []
    for step in range(90):
        if step % 20 == 7:
            study.enqueue({"kind": "line", "slope": 0.1, "size": 1.0 + step, "grain": 0.25})
        while len(waiting) < at_once:
            waiting.append(study.ask())
        live = waiting.pop(dice.randrange(len(waiting)))
        fate = dice.random()
        if fate < 0.1:
            study.tell(live, state="failed")
        elif fate < 0.15:
            study.tell(live, state="pruned")
        else:
            study.tell(live, branched(dict(live)))
    return store


@pytest.mark.parametrize("at_once", [1, 4, 30])
@pytest.mark.parity("VZ2", "G4", "G9")
def test_a_long_lived_sampler_proposes_what_a_fresh_one_does(at_once: int) -> None:
    """The study keeps its sampler, with its cache; replay has neither."""
    store = shuffled_study(at_once, seed=at_once)
    entry = store.find("s")
    assert entry is not None
    events = store.read(entry.id, 0, 10_000)
    whole = Fold(BRANCHES)
    whole.extend(events)
    ours = [trial for trial in whole.history.trials() if trial.note.get("sampler") == "cmaes"]
    assert len(ours) > 80
    for trial in ours:
        fold = Fold(BRANCHES)
        fold.extend(events[: trial.seen])
        again = CMAES(population=6).propose(fold.setup, fold.history, Streams(3, trial.number), 1)[0]
        assert (again.params, again.note) == (trial.parameters, trial.note)


def test_workers_that_see_the_same_take_different_draws() -> None:
    fold = fold_of(PLANE, run(PLANE, CMAES(), bowl, 20))
    found = [CMAES().propose(fold.setup, fold.history, Streams(0, number), 1)[0].params for number in range(20, 60)]
    assert len({tuple(params.values()) for params in found}) == 40


@pytest.mark.parity("G4")
def test_more_asks_than_a_population_are_draws_of_the_same_generation() -> None:
    trials = run(PLANE, CMAES(population=6), bowl, 30)
    found = propose(fold_of(PLANE, trials), CMAES(population=6), count=100)
    assert {proposal.note["generation"] for proposal in found} == {5}
    assert len({tuple(proposal.params.values()) for proposal in found}) == 100
    ahead = fold_of(PLANE, [*trials, *map(pending, found[:40])])
    assert propose(ahead, CMAES(population=6))[0].params == found[40].params


def test_with_answers_thirty_asks_late_it_still_converges() -> None:
    """A search that dropped late answers would have learned from every sixth trial alone."""
    study = ayar.create_study(PLANE, sampler=CMAES(population=6), seed=0)
    waiting = [study.ask() for _ in range(30)]
    for _ in range(300):
        live = waiting.pop(0)
        study.tell(live, bowl(dict(live)))
        waiting.append(study.ask())
    assert study.best.values[0] < 1e-4


@pytest.mark.parity("G4")
def test_the_order_in_which_a_generation_is_told_changes_nothing() -> None:
    def next_after(order: list[int]) -> dict[str, Any]:
        study = ayar.create_study(PLANE, sampler=CMAES(population=6), seed=0)
        waiting = [study.ask() for _ in range(6)]
        for place in order:
            study.tell(waiting[place], bowl(dict(waiting[place])))
        return dict(study.ask())

    assert next_after([4, 2, 0, 5, 1, 3]) == next_after([0, 1, 2, 3, 4, 5])


def test_copies_and_pickles_leave_the_cache_behind() -> None:
    sampler = CMAES(population=6)
    fold = fold_of(PLANE, run(PLANE, sampler, bowl, 20))
    expected = propose(fold, sampler)[0]
    for twin in (copy.deepcopy(sampler), pickle.loads(pickle.dumps(sampler))):
        assert twin == sampler
        assert propose(fold, twin)[0] == expected


def test_one_sampler_may_serve_two_studies_in_turn() -> None:
    sampler, other = CMAES(population=6), Space({"a": Float(0.0, 1.0), "b": Int(1, 9)})
    one, two = fold_of(PLANE, run(PLANE, CMAES(6), bowl, 20)), fold_of(other, [])
    for _ in range(2):
        assert propose(one, sampler) == propose(one, CMAES(population=6))
        assert propose(two, sampler) == propose(two, CMAES(population=6))


# -- spaces ------------------------------------------------------------------------------------------------------------


@pytest.mark.parity("N9")
def test_draws_against_the_rules_are_drawn_again_and_learned_from() -> None:
    space = Space({"x": Float(0.0, 1.0), "y": Float(0.0, 1.0)}, constraints=["x + y <= 0.9"])
    trials = run(space, CMAES(population=6), bowl, 90)
    assert sum("redraw" in trial.note for trial in trials) > 10
    assert all(trial.params["x"] + trial.params["y"] <= 0.9 for trial in trials)
    assert min(float(trial.values) for trial in trials) < 0.006  # type: ignore[arg-type]  # the bowl's least is 0


def test_a_finite_space_is_walked_to_its_end_and_the_note_says_when_chance_took_over() -> None:
    trials = run({"n": (1, 7), "k": ["a", "b"]}, CMAES(), lambda p: abs(p["n"] - 5) + (p["k"] == "a"), 50)
    assert len(trials) == 14
    reasons = {trial.note.get("fallback") for trial in trials}
    assert reasons == {None, "no draw from the search distribution was new and kept the rules"}


def test_with_repeats_allowed_the_distribution_alone_decides() -> None:
    trials = run({"n": (1, 4)}, CMAES(), lambda p: abs(p["n"] - 3), 60, repeats="allow")
    assert len(trials) == 60
    assert all(trial.note["why"].startswith("drawn") for trial in trials)
    assert statistics.mode(trial.params["n"] for trial in trials[30:]) == 3


def test_a_space_without_freedom_has_one_point() -> None:
    assert [trial.params for trial in run({"c": 3}, CMAES(), lambda _: 0.0, 5)] == [{"c": 3}]


def test_integers_do_not_freeze_while_floats_converge() -> None:
    space = Space({"x": Float(0.0, 1.0), "y": Float(0.0, 1.0), "n": Int(0, 20)})

    def late_surprise(params: Mapping[str, Any]) -> float:
        """The floats decide until they are right; then the integer's best value shows."""
        floats = (params["x"] - 0.4) ** 2 + (params["y"] - 0.6) ** 2
        return float(floats + 1e-6 * abs(params["n"] - 17))

    def found(seed: int) -> bool:
        study = ayar.create_study(space, sampler="cmaes", seed=seed)
        for _ in range(400):
            live = study.ask()
            study.tell(live, late_surprise(dict(live)))
        return bool(study.best.params["n"] == 17)

    # Of 12 seeds 11 find it, and 6 without the margin.
    assert sum(found(seed) for seed in range(6)) >= 5


@pytest.mark.parity("G5")
def test_units_of_the_objective_and_of_the_parameters_change_nothing() -> None:
    scaled = Space({"x": Float(0.0, 1e-9), "y": Float(0.0, 1e5)})

    def in_units(params: Mapping[str, Any]) -> float:
        return 1e6 * bowl({"x": params["x"] * 1e9, "y": params["y"] / 1e5}) + 1e9

    plain, turned = run(PLANE, CMAES(), bowl, 60), run(scaled, CMAES(), in_units, 60)
    for one, other in zip(plain, turned, strict=True):
        assert other.params["x"] * 1e9 == pytest.approx(one.params["x"], abs=1e-9)
        assert other.params["y"] / 1e5 == pytest.approx(one.params["y"], abs=1e-9)


def test_a_valley_turned_against_the_axes_is_followed() -> None:
    def valley(params: Mapping[str, Any]) -> float:
        x, y = params["x"] - 0.3, params["y"] - 0.6
        return float(1e4 * (x - y) ** 2 + (x + y) ** 2)

    def best(seed: int) -> float:
        study = ayar.create_study(PLANE, sampler="cmaes", seed=seed)
        for _ in range(400):
            live = study.ask()
            study.tell(live, valley(dict(live)))
        return float(study.best.values[0])

    # Medians over 5 seeds lie near 1e-6; chance reaches 0.1.
    assert statistics.median(best(seed) for seed in range(5)) < 1e-3


# -- against chance ----------------------------------------------------------------------------------------------------


def regret(name: str, sampler: str, seed: int) -> float:
    problem = ZOO[name]
    study = ayar.create_study(problem.space, sampler=sampler, seed=seed, max_failures=200)
    for _ in range(150):
        live = study.ask()
        try:
            study.tell(live, problem.objective(dict(live)))
        except ValueError:
            study.tell(live, state="failed")
    return problem.regret(study.best.params)


@pytest.mark.parametrize("name", ["rosenbrock3", "kernels", "fails", "network"])
def test_it_beats_chance(name: str) -> None:
    # Medians of 5 seeds were 1e-1 to 1e-5 of chance's; a false alarm needs three seeds of five ten times worse.
    ours, chance = ([regret(name, sampler, seed) for seed in range(5)] for sampler in ("cmaes", "random"))
    assert statistics.median(ours) < 0.5 * statistics.median(chance)


def test_nothing_told_before_is_proposed_again() -> None:
    first = propose(fold_of(PLANE, []), CMAES())[0].params
    assert propose(fold_of(PLANE, [Told(first, 1.0)]), CMAES())[0].params != first
