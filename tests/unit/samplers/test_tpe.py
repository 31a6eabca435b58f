"""TPE: what it proposes, what it learns from, and that it does so again."""

import math
import statistics
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ayar.base.errors import ArgumentError
from ayar.base.registry import options_of
from ayar.base.rng import Streams
from ayar.samplers.base import Sampler
from ayar.samplers.random_search import RandomSearch
from ayar.samplers.tpe import TPE, fading_weights
from ayar.space.domains import Bool, Categorical, Constant, Float, Int, Normal, Ordinal
from ayar.space.space import Space
from ayar.testing.folds import Told, fold_of
from ayar.testing.zoo import ZOO, Problem
from ayar.trial.state import State
from unit.samplers.study import pending, propose, run, told, without_notes

LINE = Space({"x": Float(0, 1)})
TREE = Space(
    {
        "kernel": Categorical(["rbf", "poly"]),
        "C": Float(1e-3, 1e3, log=True),
        "gamma": Float(1e-4, 1e1, log=True, when={"kernel": "rbf"}),
        "degree": Int(2, 5, when={"kernel": "poly"}),
    }
)
BOTH = pytest.mark.parametrize("sampler", [TPE(), TPE(joint=False)], ids=["joint", "independent"])


def bowl(params: Any) -> float:
    return float((params["x"] - 0.7) ** 2)


def tree_loss(params: Any) -> float:
    branch = abs(math.log10(params["gamma"]) + 1) if "gamma" in params else 0.5 + abs(params["degree"] - 3)
    return branch + 0.1 * math.log10(params["C"]) ** 2


def even(n: int, loss: Callable[[Any], float] = bowl) -> list[Told]:
    """n trials of LINE, evenly spread."""
    return [Told({"x": (i + 0.5) / n}, loss({"x": (i + 0.5) / n})) for i in range(n)]


def proposed(
    trials: list[Told], sampler: TPE | None = None, space: Space = LINE, n: int = 40, **settings: Any
) -> list[float]:
    """x of n proposals from one history, by n streams."""
    fold = fold_of(space, trials, **settings)
    streams = (Streams(seed, len(fold.history)) for seed in range(n))
    return [
        (sampler or TPE()).propose(fold.setup, fold.history, stream, 1)[0].params.get("x", math.nan)
        for stream in streams
    ]


@BOTH
def test_proposals_gather_where_good_trials_are(sampler: TPE) -> None:
    assert statistics.median(abs(x - 0.7) for x in proposed(even(50), sampler)) < 0.1


def test_first_trial_is_the_default_where_one_is_given() -> None:
    space = Space({"x": Float(0, 1, default=0.2), "k": Categorical(["a", "b", "c"], default="c")})
    assert propose(fold_of(space, []), TPE())[0].params == {"x": 0.2, "k": "c"}


@pytest.mark.parametrize(("start", "arms"), [(None, 4), (2, 2), (9, 9)])
def test_start_is_as_long_as_asked(start: int | None, arms: int) -> None:
    trials = run(LINE, TPE(start=start), bowl, 12)
    assert [trial.note["arm"] for trial in trials] == ["start"] * arms + ["densities"] * (12 - arms)


@pytest.mark.parametrize("start", [0, -3, 2.5, True, "10"])
def test_a_start_that_is_no_count_is_refused(start: Any) -> None:
    with pytest.raises(ArgumentError, match=r"expected start= as a whole number of trials >= 1, got .*leave it out"):
        TPE(start=start)


@pytest.mark.parametrize("name", sorted(ZOO))
def test_every_proposal_lies_in_the_space_and_is_new(name: str) -> None:
    problem = ZOO[name]

    def objective(params: Any) -> float | None:
        try:
            return problem.objective(params)
        except ValueError:
            return None

    trials = run(problem.space, TPE(), objective, 16)
    assert [problem.space.explain(trial.params) for trial in trials] == [None] * 16
    assert len({repr(sorted(trial.params.items())) for trial in trials}) == 16


def best_of(sampler: Sampler, problem: Problem, n: int, seed: int) -> float:
    trials: list[Told] = []
    for _ in range(n):
        proposal = propose(fold_of(problem.space, trials, seed=seed), sampler, seed=seed)[0]
        trials.append(told(proposal, problem.objective(proposal.params)))
    return min(float(problem.regret(trial.params)) for trial in trials)


@pytest.mark.parity("OP3")
@pytest.mark.parametrize(
    ("sampler", "name"), [(TPE(), "rosenbrock3"), (TPE(), "boosting"), (TPE(joint=False), "rosenbrock3")]
)
def test_after_50_trials_it_is_ahead_of_random_search_on_most_seeds(sampler: TPE, name: str) -> None:
    """At least 5 of 6 seeds; a sampler no better than random passes by chance in one of nine, so seeds are fixed."""
    seeds = range(6)
    wins = [best_of(sampler, ZOO[name], 50, seed) < best_of(RandomSearch(), ZOO[name], 50, seed) for seed in seeds]
    assert sum(wins) >= 5


@pytest.mark.parity("N8")
@BOTH
def test_the_better_branch_is_tried_more(sampler: TPE) -> None:
    trials = run(TREE, sampler, tree_loss, 40)
    assert sum("gamma" in trial.params for trial in trials[20:]) > 12


@pytest.mark.parity("G4")
@BOTH
def test_asking_for_four_equals_asking_four_times(sampler: TPE) -> None:
    trials = run(TREE, sampler, tree_loss, 12)
    together = propose(fold_of(TREE, trials), sampler, 4)
    for proposal in together:
        assert propose(fold_of(TREE, trials), sampler)[0] == proposal
        trials.append(pending(proposal))


@pytest.mark.parity("G4")
def test_pending_points_push_the_next_ones_away() -> None:
    waiting = [Told({"x": 0.7 + 1e-4 * i}, state=State.RUNNING) for i in range(10)]
    near = sum(abs(x - 0.7) < 0.05 for x in proposed(even(30)))
    assert sum(abs(x - 0.7) < 0.05 for x in proposed([*even(30), *waiting])) < 0.7 * near


@pytest.mark.parity("G3")
def test_failed_trials_push_the_next_ones_away() -> None:
    failed = [Told({"x": 0.7 + 1e-4 * i}, state=State.FAILED) for i in range(10)]
    near = sum(abs(x - 0.7) < 0.05 for x in proposed(even(30)))
    assert sum(abs(x - 0.7) < 0.05 for x in proposed([*even(30), *failed])) < 0.7 * near


def test_pruned_trials_count_with_what_they_reported_last() -> None:
    cut = [Told(trial.params, trial.values, state=State.PRUNED) for trial in even(50)]
    assert proposed(cut) == proposed(even(50))


def test_cancelled_trials_say_nothing() -> None:
    gone = [Told({"x": 0.01 * i}, state=State.CANCELLED) for i in range(5)]
    fold, more = fold_of(LINE, even(50)), fold_of(LINE, [*even(50), *gone])
    one, other = (TPE().propose(each.setup, each.history, Streams(0, 99), 1) for each in (fold, more))
    assert one == other


@pytest.mark.parity("G10")
def test_foreign_points_teach_from_the_nearest_bound() -> None:
    outside = [Told({"x": 1.5 + 0.01 * i}, -1.0) for i in range(6)]
    assert statistics.median(proposed([*even(30), *outside])) > 0.9


def test_constraints_on_results_keep_proposals_where_they_hold() -> None:
    trials = [Told(t.params, t.values, metrics={"cost": t.params["x"]}) for t in even(60)]
    found = proposed(trials, constraints=["cost <= 0.4"])
    assert statistics.median(found) < 0.45


def test_while_nothing_is_feasible_it_heads_for_the_least_violation() -> None:
    trials = [Told(t.params, t.values, metrics={"cost": 1.0 + t.params["x"]}) for t in even(60)]
    assert statistics.median(proposed(trials, constraints=["cost <= 0.4"])) < 0.2


def test_several_goals_gather_on_the_front() -> None:
    trials = [Told(t.params, (abs(t.params["x"] - 0.3), abs(t.params["x"] - 0.5))) for t in even(60)]
    found = proposed(trials, goals={"left": "minimize", "right": "minimize"})
    assert sum(0.25 < x < 0.55 for x in found) > 30


def test_thresholds_narrow_the_front_that_is_searched() -> None:
    from ayar.trial.goal import Goal

    trials = [Told(t.params, (abs(t.params["x"] - 0.1), abs(t.params["x"] - 0.9))) for t in even(60)]
    goals = [Goal("left", threshold=0.15), Goal("right")]
    assert statistics.median(proposed(trials, goals=goals)) < 0.35


@pytest.mark.parity("HO5")
def test_while_nothing_is_good_priors_steer_the_draws() -> None:
    space = Space({"x": Float(0, 1, prior=Normal(0.9, 0.05)), "k": Categorical(["a", "b", "c"], prior=[1, 1, 8])})
    failed = [Told({"x": (i + 0.5) / 30, "k": "abc"[i % 3]}, state=State.FAILED) for i in range(30)]
    fold = fold_of(space, failed)
    points = [TPE().propose(fold.setup, fold.history, Streams(seed, 30), 1)[0].params for seed in range(30)]
    assert sum(point["x"] > 0.75 for point in points) > 20
    assert sum(point["k"] == "c" for point in points) > 20


@pytest.mark.parity("HO5")
def test_priors_steer_the_start() -> None:
    space = Space({"x": Float(0, 1, prior=Normal(0.9, 0.02))})
    assert sum(trial.params["x"] > 0.8 for trial in run(space, TPE(start=12), bowl, 12)) >= 5


@pytest.mark.parity("G5")
@BOTH
def test_units_of_the_goal_change_nothing(sampler: TPE) -> None:
    small = [Told(t.params, 2.0**20 * float(t.values) + 2.0**30) for t in even(32)]  # type: ignore[arg-type]  # one goal
    assert proposed(small, sampler, n=5) == proposed(even(32), sampler, n=5)


@pytest.mark.parity("G2")
@BOTH
def test_a_small_space_is_walked_to_its_end_best_points_first(sampler: TPE) -> None:
    space = Space({"a": Int(1, 6), "b": Int(1, 6), "c": Bool()}, constraints=["a <= b"])
    trials = run(space, sampler, lambda p: (p["a"] - 2) ** 2 + (p["b"] - 5) ** 2 + p["c"], 100)
    assert len(trials) == 42
    losses = [float(trial.values) for trial in trials]  # type: ignore[arg-type]  # one goal
    assert statistics.mean(losses[4:23]) < statistics.mean(losses[23:])


@BOTH
def test_constants_alone_are_proposed_once(sampler: TPE) -> None:
    space = Space({"c": Constant(3)})
    trials = run(space, sampler, lambda _: 1.0, 5)
    assert [trial.params for trial in trials] == [{"c": 3}]


def test_a_narrow_feasible_region_still_gets_learned_proposals() -> None:
    space = Space({"x": Float(0, 1), "y": Float(0, 1)}, constraints=["x + y <= 0.02"])
    trials = run(space, TPE(), lambda p: (p["x"] - 0.01) ** 2, 16)
    assert [trial.note["arm"] for trial in trials[-8:]] == ["densities"] * 8


def test_the_note_says_what_the_proposal_came_from() -> None:
    note = dict(propose(fold_of(LINE, even(50)), TPE())[0].note)
    assert {name: note[name] for name in ("sampler", "version", "arm", "told", "pending", "good")} == {
        "sampler": "tpe",
        "version": 1,
        "arm": "densities",
        "told": 50,
        "pending": 0,
        "good": 5,
    }
    assert note["log_ratio"] > 0.0
    assert note["why"]


def test_a_proposal_without_a_likely_free_point_says_so() -> None:
    space = Space({"n": Int(1, 20_000)})
    trials = [Told({"n": i}, abs(i - 10_000.0)) for i in range(1, 20_000)]
    proposal = propose(fold_of(space, trials), TPE())[0]
    assert proposal.params == {"n": 20_000}
    assert (proposal.note["arm"], proposal.note["fallback"]) == (
        "random",
        "neither design nor densities had a free point",
    )


@pytest.mark.parity("G9")
def test_a_sampler_with_a_past_proposes_the_same_bits_as_a_new_one() -> None:
    sampler, space = (
        TPE(),
        Space({"x": Float(0, 1), "y": Float(0, 1), "z": Float(0, 1, when={"k": "a"}), "k": ["a", "b"]}),
    )
    trials = run(space, sampler, bowl, 40)
    assert [propose(fold_of(space, trials[:n]), sampler) for n in (40, 7, 23)] == [
        propose(fold_of(space, trials[:n]), TPE()) for n in (40, 7, 23)
    ]


def test_what_a_sampler_keeps_is_no_option() -> None:
    sampler = TPE()
    run(LINE, sampler, bowl, 12)
    assert sampler == TPE()
    assert repr(sampler) == "TPE(joint=True, start=None)"
    assert options_of(sampler) == {}
    assert options_of(TPE(joint=False, start=7)) == {"joint": False, "start": 7}


def test_notes_of_earlier_proposals_do_not_matter() -> None:
    trials = run(TREE, TPE(), tree_loss, 20)
    assert propose(fold_of(TREE, trials), TPE()) == propose(fold_of(TREE, without_notes(trials)), TPE())


@pytest.mark.parity("G9")
def test_a_fresh_process_proposes_the_same_bits() -> None:
    program = """
import sys; sys.path.insert(0, {path!r})
from unit.samplers.test_tpe import TREE, TPE, fold_of, propose, run, tree_loss
print(propose(fold_of(TREE, run(TREE, TPE(), tree_loss, 14)), TPE()))
"""
    tests = __file__.partition("/unit/")[0]
    done = subprocess.run(
        [sys.executable, "-c", program.format(path=tests)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == str(propose(fold_of(TREE, run(TREE, TPE(), tree_loss, 14)), TPE()))


@pytest.mark.parametrize("n", [0, 1, 25, 26, 300])
def test_weights_fade_only_beyond_the_newest_25(n: int) -> None:
    weights = fading_weights(n)
    assert len(weights) == n
    assert (weights[-25:] == 1.0).all()
    assert (np.diff(weights) >= 0.0).all()
    assert n == 0 or weights[0] == (1.0 if n <= 25 else 1.0 / n)


def test_spaces_of_every_kind_of_domain_are_searched() -> None:
    space = Space(
        {
            "lr": Float(1e-5, 1e-1, log=True),
            "share": Float(0, 1, step=0.1),
            "width": Int(1, 4096, log=True),
            "size": Ordinal([8, 16, 512], prior=[1, 0, 2]),
            "act": Categorical([None, ("a", 1), "relu"]),
        }
    )
    trials = run(space, TPE(), lambda p: abs(math.log(p["width"] / 64)) + p["share"], 40)
    late = [trial.params["width"] for trial in trials[25:]]
    assert statistics.median(abs(math.log2(width / 64)) for width in late) < 2.0
