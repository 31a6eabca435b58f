"""The Gaussian-process sampler: what it proposes, and that it does so again."""

import json
import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from ayar.samplers.fits import NOTE_VERSION
from ayar.samplers.mixgp import MixGP
from ayar.space.domains import Bool, Categorical, Constant, Float, Int
from ayar.space.space import Space
from ayar.testing.folds import Told, fold_of
from ayar.testing.zoo import ZOO
from ayar.trial.state import State
from unit.samplers.study import pending, propose, run

LINE = Space({"x": Float(0, 1)})
MIXED = Space(
    {
        "kernel": Categorical(["rbf", "poly"]),
        "C": Float(1e-3, 1e3, log=True),
        "gamma": Float(1e-4, 1e1, log=True, when={"kernel": "rbf"}),
        "degree": Int(2, 5, when={"kernel": "poly"}),
    }
)


def bowl(params: Any) -> float:
    return float((params["x"] - 0.7) ** 2)


def mixed_loss(params: Any) -> float:
    branch = abs(math.log10(params["gamma"]) + 1) if "gamma" in params else 0.5 + abs(params["degree"] - 3)
    return branch + 0.1 * math.log10(params["C"]) ** 2


def test_minimum_of_a_smooth_function_is_found_within_a_dozen_trials() -> None:
    trials = run(LINE, MixGP(), bowl, 12)
    assert min(bowl(trial.params) for trial in trials) < 1e-4


def test_first_trial_is_the_default_where_one_is_given() -> None:
    space = Space({"x": Float(0, 1, default=0.2), "k": Categorical(["a", "b", "c"], default="c"), "n": Int(1, 9)})
    assert propose(fold_of(space, []), MixGP())[0].params == {"x": 0.2, "k": "c", "n": 5}


@pytest.mark.parametrize("name", sorted(ZOO))
def test_every_proposal_lies_in_the_space_and_is_new(name: str) -> None:
    problem = ZOO[name]

    def objective(params: Any) -> float | None:
        try:
            return problem.objective(params)
        except ValueError:
            return None

    trials = run(problem.space, MixGP(), objective, 14)
    assert [problem.space.explain(trial.params) for trial in trials] == [None] * 14
    assert len({repr(sorted(trial.params.items())) for trial in trials}) == 14


@pytest.mark.parity("G4")
def test_asking_for_four_equals_asking_four_times() -> None:
    trials = run(MIXED, MixGP(), mixed_loss, 8)
    together = propose(fold_of(MIXED, trials), MixGP(), 4)
    for proposal in together:
        assert propose(fold_of(MIXED, trials), MixGP())[0] == proposal
        trials.append(pending(proposal))


@pytest.mark.parity("G4")
def test_pending_points_push_the_next_ones_away() -> None:
    told = [({"x": x}, bowl({"x": x})) for x in (0.0, 0.5, 1.0)]
    first = propose(fold_of(LINE, [*told, ({"x": 0.2}, 0.25)]), MixGP())[0].params["x"]
    others = [p.params["x"] for p in propose(fold_of(LINE, [*told, ({"x": 0.2}, 0.25)]), MixGP(), 4)[1:]]
    assert max(abs(x - first) for x in others) > 0.02


@pytest.mark.parity("G9")
def test_fresh_process_proposes_the_same_bits() -> None:
    trials = run(MIXED, MixGP(), mixed_loss, 9)
    here = propose(fold_of(MIXED, trials), MixGP())[0]
    script = (
        "import json; from unit.samplers.test_mixgp import *; trials = run(MIXED, MixGP(), mixed_loss, 9);"
        "p = propose(fold_of(MIXED, trials), MixGP())[0]; print(json.dumps([p.params, dict(p.note)]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd="tests")
    assert json.loads(done.stdout) == [here.params, dict(here.note)]


@pytest.mark.parity("G6")
def test_maximising_the_negative_proposes_the_same() -> None:
    down = run(MIXED, MixGP(), mixed_loss, 10)
    up = run(MIXED, MixGP(), lambda params: -mixed_loss(params), 10, goals={"value": "maximize"})
    assert [trial.params for trial in up] == [trial.params for trial in down]
    assert up[-1].note["mean"] == -down[-1].note["mean"]


@pytest.mark.parity("G5")
def test_scale_and_offset_of_the_objective_cost_no_quality() -> None:
    trials = run(LINE, MixGP(), lambda params: 1e6 * bowl(params) + 1e9, 14)
    assert min(bowl(trial.params) for trial in trials) < 1e-4


@pytest.mark.parity("G5")
def test_ranges_of_different_size_cost_no_quality() -> None:
    space = Space({"tiny": Float(0, 1e-9), "wide": Float(-1e5, 1e5)})

    def loss(params: Any) -> float:
        return float((params["tiny"] * 1e9 - 0.3) ** 2 + (params["wide"] / 1e5 - 0.4) ** 2)

    assert min(loss(trial.params) for trial in run(space, MixGP(), loss, 20)) < 1e-3


@pytest.mark.parity("G2")
def test_finite_space_is_used_up_and_then_ends() -> None:
    space = Space({"a": Int(1, 3), "b": Bool(), "c": Int(0, 2, when={"b": True})})
    trials = run(space, MixGP(), lambda p: p["a"] + p.get("c", 5), 30)
    assert len(trials) == space.size == 12
    assert len({repr(trial.params) for trial in trials}) == 12
    assert propose(fold_of(space, trials), MixGP(), 3) == []


def test_asking_for_more_than_is_left_gives_what_is_left() -> None:
    assert len(propose(fold_of(Space({"n": Int(1, 5)}), []), MixGP(), 9)) == 5


def test_repeats_are_proposed_where_they_are_allowed() -> None:
    trials = run(Space({"n": Int(1, 2)}), MixGP(), lambda p: p["n"], 9, repeats="allow")
    assert len(trials) == 9


def odd_histories() -> dict[str, list[Told]]:
    xs = [i / 9 for i in range(9)]
    failed = [Told({"x": x}, state=State.FAILED) for x in xs]
    return {
        "all failed": failed,
        "constant": [Told({"x": x}, 3.0) for x in xs],
        "1e300": [Told({"x": x}, 1e300 * (-1) ** i) for i, x in enumerate(xs)],
        "infinite": [Told({"x": x}, [math.inf, -math.inf, 1.0][i % 3]) for i, x in enumerate(xs)],
        "one point many times": [Told({"x": 0.5}, i / 10) for i in range(9)],
        "one good": [Told({"x": 0.5}, 1.0), *failed],
        "cancelled": [Told({"x": x}, state=State.CANCELLED) for x in xs],
        "pending only": [Told({"x": x}, state=State.RUNNING) for x in xs],
        "more pending than told": [
            Told({"x": x}, x, state=s) for x, s in zip(xs, [State.COMPLETE] * 2 + [State.RUNNING] * 7, strict=True)
        ],
        "pruned": [Told({"x": x}, state=State.PRUNED) for x in xs],
    }


@pytest.mark.parity("G7")
@pytest.mark.parametrize("name", sorted(odd_histories()))
def test_odd_history_still_gives_new_points_and_a_note(name: str) -> None:
    proposals = propose(fold_of(LINE, odd_histories()[name]), MixGP(), 2)
    assert len({proposal.params["x"] for proposal in proposals}) == 2
    assert all(0 <= proposal.params["x"] <= 1 for proposal in proposals)
    assert all(proposal.note["why"] for proposal in proposals)
    json.dumps([dict(proposal.note) for proposal in proposals], allow_nan=False)


@pytest.mark.parity("G7")
def test_note_that_cannot_be_fitted_falls_back_to_the_prior_and_says_so() -> None:
    trials = run(LINE, MixGP(), bowl, 6)
    spoiled = {"sampler": "gp", "version": NOTE_VERSION, "models": {"goal value": [6, [math.nan] * 5]}}
    proposal = propose(fold_of(LINE, [*trials[:-1], Told(trials[-1].params, 0.1, note=spoiled)]), MixGP())[0]
    assert proposal.note["fallback"] == "no model with the fitted length-scales; used the prior's"


@pytest.mark.parametrize(
    "space",
    [
        Space({"x": Float(0, 1), "only": Float(2, 2)}),
        Space({"x": Float(0, 1), "only": Categorical(["a"])}),
        Space({f"c{i}": Categorical(["a", "b", "c"]) for i in range(40)}),
    ],
    ids=["one number", "one choice", "forty categories"],
)
def test_unusual_columns_are_no_trouble(space: Space) -> None:
    trials = run(space, MixGP(), lambda p: sum(len(repr(v)) for v in p.values()), 8)
    assert len(trials) == 8


def test_space_of_constants_has_one_point() -> None:
    space = Space({"only": Float(2, 2)})
    assert [trial.params for trial in run(space, MixGP(), lambda p: 1.0, 3)] == [{"only": 2.0}]


def test_the_one_point_of_a_space_of_constants_is_repeated_where_that_is_allowed() -> None:
    space = Space({"c": Constant(3)})
    assert len(run(space, MixGP(), lambda _: 0.5, 7, repeats="allow")) == 7


def test_failing_region_is_avoided() -> None:
    trials = run(LINE, MixGP(), lambda p: None if p["x"] > 0.5 else (p["x"] - 0.4) ** 2, 20)
    late = [trial for trial in trials[10:] if trial.state is State.FAILED]
    assert len(late) <= 3
    assert min(abs(trial.params["x"] - 0.4) for trial in trials) < 1e-2


def test_best_point_at_the_edge_of_a_failing_region_is_found() -> None:
    trials = run(LINE, MixGP(), lambda p: None if p["x"] > 0.57 else -p["x"], 20)
    assert max(trial.params["x"] for trial in trials if trial.state is State.COMPLETE) > 0.55


def test_several_goals_spread_over_the_front() -> None:
    trials = run(
        LINE,
        MixGP(),
        lambda p: (p["x"] ** 2, (p["x"] - 0.6) ** 2),
        24,
        goals={"a": "minimize", "b": "minimize"},
    )
    on_front = [trial.params["x"] for trial in trials[6:] if trial.params["x"] <= 0.61]
    assert len(on_front) >= 14
    assert np.ptp(on_front) > 0.4


def test_the_ends_of_a_front_are_found_from_its_middle() -> None:
    def goals(params: Any) -> tuple[float, float]:
        return params["x"] ** 2 + params["y"], (1 - params["x"]) ** 2 + params["y"]

    points = [(0.4, 0.0), (0.45, 0.0), (0.5, 0.0), (0.55, 0.0), (0.6, 0.0), (0.1, 0.9), (0.9, 0.9)]
    space = Space({"x": Float(0, 1), "y": Float(0, 1)})
    told = [({"x": x, "y": y}, goals({"x": x, "y": y})) for x, y in points]
    fold = fold_of(space, told, goals={"a": "minimize", "b": "minimize"})
    xs = [proposal.params["x"] for proposal in propose(fold, MixGP(), 8)]
    assert min(xs) < 0.15
    assert max(xs) > 0.85


@pytest.mark.parity("G14")
def test_feasible_results_are_searched_first() -> None:
    trials: list[Told] = []
    for _ in range(18):
        fold = fold_of(LINE, trials, constraints=["size <= 0.1"])
        proposal = propose(fold, MixGP())[0]
        x = proposal.params["x"]
        trials.append(Told(proposal.params, -x, metrics={"size": abs(x - 0.23)}, note=proposal.note))
    feasible = [trial.params["x"] for trial in trials if abs(trial.params["x"] - 0.23) <= 0.1]
    assert len(feasible) >= 5
    assert max(feasible) > 0.3


@pytest.mark.parity("N12")
def test_note_says_what_was_expected_in_the_goals_own_units() -> None:
    trials = run(LINE, MixGP(), lambda p: 100 + 50 * bowl(p), 10)
    note = propose(fold_of(LINE, trials), MixGP())[0].note
    assert note["sampler"] == "gp"
    assert note["why"].startswith("largest expected improvement")
    assert 99 < note["mean"] < 110
    assert note["told"] == 10
    assert note["pending"] == 0
    assert "numpy" in note["fingerprint"]


def test_budget_shortens_the_start() -> None:
    trials = run(ZOO["hartmann6"].space, MixGP(), ZOO["hartmann6"].objective, 8, max_trials=20)
    assert [trial.note["arm"] for trial in trials[:5]] == ["start"] * 4 + ["model"]


def test_fitted_vector_is_read_back_from_the_note() -> None:
    trials = run(LINE, MixGP(), bowl, 8)
    first = propose(fold_of(LINE, trials), MixGP())[0]
    second = propose(fold_of(LINE, [*trials, pending(first)]), MixGP())[0]
    assert second.note["models"] == first.note["models"]
    assert first.note["models"]["goal value"][0] == 8


def test_told_order_decides_and_not_the_number() -> None:
    trials = run(LINE, MixGP(), bowl, 7)
    assert propose(fold_of(LINE, trials), MixGP())[0].note["models"]["goal value"][0] == 7


@pytest.mark.parity("N8")
def test_branches_share_what_is_learned_on_common_parameters() -> None:
    space = Space(
        {
            "branch": Categorical(["a", "b"]),
            "x": Float(0, 1),
            "p": Float(0, 1, when={"branch": "a"}),
            "q": Float(0, 1, when={"branch": "b"}),
        }
    )

    def loss(params: Any) -> float:
        return float((params["x"] - 0.8) ** 2 * 5 + (0.1 if "p" in params else 0.0))

    grid = [({"branch": "a", "x": x, "p": p}, loss({"x": x, "p": p})) for x in (0.0, 0.3, 0.6, 0.9) for p in (0.2, 0.8)]
    trials: list[Any] = [*grid, ({"branch": "b", "x": 0.1, "q": 0.5}, loss({"x": 0.1}))]
    first_in_b = next(p for p in propose(fold_of(space, trials), MixGP(), 6) if p.params["branch"] == "b")
    # What was learned of x in branch a: the only point of b lies at x = 0.1.
    assert first_in_b.params["x"] > 0.6
