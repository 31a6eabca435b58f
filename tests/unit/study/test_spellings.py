"""Spaces, constraints and combinations that users of other tuners write, run by the samplers."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
import pytest

import ayar
from ayar.base.errors import ArgumentError, SpaceError
from ayar.study.study import Study

QUICK = ("random", "qmc")


def asked(study: Study, count: int) -> list[Mapping[str, Any]]:
    """Parameters of `count` trials, none of them told."""
    return [study.ask().params for _ in range(count)]


def made(space: Any, sampler: str = "random", **settings: Any) -> Study:
    return ayar.create_study(space, sampler=sampler, seed=0, **settings)


# -- BayesianOptimization: pbounds -------------------------------------------------------------------------------------


@pytest.mark.parity("BO1")
def test_bounds_of_bayesian_optimization_are_a_space() -> None:
    pbounds = {"x": (-2.0, 2.0), "layers": (1, 5, int), "scale": (0, 10, float), "kernel": ["rbf", "poly"]}
    study = made(pbounds, "gp")
    for _ in range(6):
        trial = study.ask()
        assert [type(value) for value in trial.params.values()] == [float, int, float, str]
        study.tell(trial, trial["x"] ** 2 + trial["layers"])
    assert study.space.params["layers"] == ayar.Int(1, 5)


@pytest.mark.parity("BO1")
def test_two_numeric_choices_are_a_list_and_not_a_range() -> None:
    values = {params["batch"] for params in asked(made({"batch": [16, 64], "x": (0.0, 1.0)}), 40)}
    assert values == {16, 64}


@pytest.mark.parity("BO8")
@pytest.mark.parametrize("sampler", ["random", "qmc", "gp", "tpe", "auto"])
def test_a_seeded_rerun_gives_the_same_sequence(sampler: str) -> None:
    def run() -> list[Mapping[str, Any]]:
        study = made({"x": (0.0, 1.0), "n": (1, 9), "kind": ["a", "b"]}, sampler)
        for _ in range(12):
            trial = study.ask()
            study.tell(trial, (trial["x"] - 0.3) ** 2 + trial["n"])
        return [trial.params for trial in study.trials]

    assert run() == run()


# -- GPyOpt: kinds of variables, constraints with context --------------------------------------------------------------


@pytest.mark.parity("GO1")
def test_kinds_of_variables_of_gpyopt_have_a_spelling() -> None:
    space = {
        "x": ayar.Vector((-1.0, 1.0), 3),  # continuous, with a dimensionality
        "batch": ayar.Ordinal([16, 32, 64, 256]),  # listed numbers
        "kernel": ["rbf", "poly"],  # categories, strings too
    }
    study = made(space, "gp")
    for _ in range(7):
        trial = study.ask()
        assert len(trial["x"]) == 3
        study.tell(trial, sum(value**2 for value in trial["x"]) + trial["batch"] / 256 + (trial["kernel"] == "rbf"))
    assert study.best["x"] == [study.best[f"x[{i}]"] for i in range(3)]


CONTEXT = ayar.Space(
    {"a": (0.0, 1.0), "b": (0.0, 1.0), "n": (1, 8), "machine": ["small", "large"], "kind": ["p", "q", "r"]},
    constraints=[
        "a + b <= 0.9",
        "n <= 4 or machine == 'large'",
        lambda params: params["kind"] != "q" or params["a"] > 0.2,
    ],
).fix({"machine": "small", "b": 0.25})


@pytest.mark.parity("GO2", "N9")
@pytest.mark.parametrize(("sampler", "count"), [("random", 1_000), ("qmc", 1_000), ("gp", 30), ("tpe", 100)])
def test_no_proposal_is_infeasible_with_context_and_categories(sampler: str, count: int) -> None:
    study = made(CONTEXT, sampler)
    for number in range(count):
        trial = study.ask()
        assert CONTEXT.contains(trial.params)
        assert (trial["machine"], trial["b"]) == ("small", 0.25)
        if number % 2 or sampler == "gp":  # every second one stays pending
            study.tell(trial, trial["a"] + trial["n"])


@pytest.mark.parity("MO5")
@pytest.mark.parametrize(("sampler", "count"), [("random", 1_000), ("qmc", 1_000), ("gp", 25), ("tpe", 60)])
def test_a_simplex_in_a_box_is_never_left(sampler: str, count: int) -> None:
    names = "abcd"
    space = ayar.Space(dict.fromkeys(names, (0.0, 1.0)), constraints=["a + b + c + d <= 1"])
    study = made(space, sampler)
    for _ in range(count):
        trial = study.ask()
        assert sum(trial.params.values()) <= 1.0
        study.tell(trial, -trial["a"] - 0.5 * trial["b"])  # pulls into a corner


# -- SigOpt: linear constraints in batches, priors, combinations -------------------------------------------------------


@pytest.mark.parity("SO7", "N9")
@pytest.mark.parametrize("sampler", [*QUICK, "gp", "tpe"])
def test_linear_constraints_sums_and_products_hold_in_batches_of_mixed_numbers(sampler: str) -> None:
    rules = ["2 * x + 3 * n <= 14", "n - x >= -2", "x * n <= 8", "0.5 <= x + y / 4"]
    space = ayar.Space({"x": (0.0, 5.0), "n": (1, 6), "y": (0, 8)}, constraints=rules)
    study = made(space, sampler)
    for batch in range(3):
        trials = [study.ask() for _ in range(8)]
        assert all(space.contains(trial.params) for trial in trials)
        assert len({tuple(trial.params.values()) for trial in trials}) == 8
        for trial in trials:
            study.tell(trial, (trial["x"] - 2.0) ** 2 - trial["n"] + batch)


@pytest.mark.parity("SO6")
def test_inactive_parameters_are_absent_from_the_trial() -> None:
    space = {"model": {"svm": {"C": (0.1, 10.0)}, "tree": {"depth": (1, 9)}}}
    for params in asked(made(space, "gp"), 12):
        assert set(params) == {"model", "C"} if params["model"] == "svm" else set(params) == {"model", "depth"}


@pytest.mark.parity("SO8")
@pytest.mark.parametrize("sampler", ["gp", "tpe"])
def test_priors_steer_early_proposals_and_yield_to_data(sampler: str) -> None:
    space = {"x": ayar.Float(0.0, 1.0, prior=ayar.Normal(0.8, 0.08)), "y": (0.0, 1.0)}
    study = made(space, sampler)
    xs = []
    for _ in range(40):
        trial = study.ask()
        xs.append(trial["x"])
        study.tell(trial, 20.0 * (trial["x"] - 0.3) ** 2 + 0.1 * trial["y"])
    assert np.mean(np.abs(np.array(xs[:4]) - 0.8) < 0.25) >= 0.75
    assert np.median(np.abs(np.array(xs[-10:]) - 0.3)) < 0.2


@pytest.mark.parity("SO3")
def test_metrics_that_are_neither_goal_nor_constraint_are_stored_and_not_modelled() -> None:
    names = [f"m{i}" for i in range(5)]
    study = made(
        {"x": (0.0, 1.0)},
        goals=[ayar.Goal("loss", threshold=0.5), ayar.Goal("speed", "maximize", threshold=0.05)],
        constraints=[f"{name} <= 1" for name in names],
    )
    for _ in range(10):
        trial = study.ask()
        told = {"loss": trial["x"], "speed": trial["x"] ** 2, "memory": 3.0} | dict.fromkeys(names, trial["x"])
        study.tell(trial, told)
    assert all(trial["x"] <= 0.5 and trial["x"] ** 2 >= 0.05 for trial in study.best)
    assert study.best[0].attrs == {"memory": 3.0}
    assert list(study.best[0].metrics) == names


SPACES = {
    "conditional": {
        "model": {"svm": {"C": ayar.Float(1e-3, 1e3, log=True)}, "tree": {"depth": (1, 9), "leaf": (1, 20)}},
        "rate": ayar.Float(1e-4, 1.0, log=True, prior=ayar.Normal(1e-2, 1.0)),
    },
    "gridded": {"a": range(2, 33, 2), "b": ayar.Float(0.0, 1.0, step=0.1), "kind": ["p", "q"]},
}
RULES = {"conditional": ["depth * leaf <= 40", "rate <= 0.5"], "gridded": ["a * b <= 20", "a + 10 * b >= 4"]}
GOALS: dict[str, Any] = {
    "one goal": {},
    "two goals": {"goals": [ayar.Goal("loss", threshold=5.0), ayar.Goal("size", "maximize")]},
}
LIMITS: dict[str, Any] = {"no limit": {}, "a limit": {"constraints": ["P(m <= 0.9) >= 0.6", "k >= -5"]}}


@pytest.mark.parity("SO12")
@pytest.mark.parametrize("sampler", ["gp", "tpe", "random"])
@pytest.mark.parametrize(("space", "goals", "limits"), list(product(SPACES, GOALS, LIMITS)))
def test_conditions_rules_goals_limits_priors_and_batches_go_together(
    sampler: str, space: str, goals: str, limits: str
) -> None:
    whole = ayar.Space(SPACES[space], constraints=RULES[space])
    study = made(whole, sampler, max_trials=12, **GOALS[goals], **LIMITS[limits])
    for _ in range(3):
        trials = [study.ask() for _ in range(4)]
        assert all(whole.contains(trial.params) for trial in trials)
        for trial in trials:
            size = float(sum(value for value in trial.params.values() if not isinstance(value, str)))
            told = {"value": size, "loss": size, "size": -size, "m": size / 100, "k": size}
            study.tell(trial, {name: told[name] for name in [goal.name for goal in study.setup.goals] + ["m", "k"]})
    assert len(study.trials) == 12
    assert study.best


@pytest.mark.parity("SO12")
def test_what_cannot_go_together_is_refused_in_one_sentence() -> None:
    with pytest.raises(
        ArgumentError, match=r"a threshold narrows the front of several goals, and this is the only one"
    ):
        made({"x": (0.0, 1.0)}, goals=[ayar.Goal("loss", threshold=0.5)])
    with pytest.raises(SpaceError, match=r"step and log=True exclude each other; use Ordinal"):
        ayar.Float(0.1, 1.0, log=True, step=0.1)
    with pytest.raises(SpaceError, match=r"grid: 'x' = Float\(0\.0, 1\.0\) is continuous; give it a step"):
        made({"x": (0.0, 1.0)}, "grid").ask()
