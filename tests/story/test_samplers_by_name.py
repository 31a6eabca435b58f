"""Every sampler of the table, chosen by its name, does on a problem of its kind what it is known for.

Statistical tests take medians of fixed seeds against random search with as many trials; what was measured stands beside
each. The comparisons with other packages and with the papers' own numbers are in tests/golden.
"""

from collections.abc import Mapping
from statistics import median
from typing import Any

import numpy as np
import pytest

import ayar
from ayar.numerics.hypervolume import hypervolume
from ayar.samplers import SAMPLERS
from ayar.samplers.tpe import TPE
from ayar.testing.zoo import ZOO

Params = Mapping[str, Any]
SEEDS = range(7)
TWO = {"error": "minimize", "speed": "maximize"}


def best(sampler: Any, name: str, trials: int, seed: int, *, pending: int = 1) -> float:
    """Regret of the best of a problem's trials, with so many open at a time."""
    problem = ZOO[name]
    study = ayar.create_study(problem.space, sampler=sampler, seed=seed)
    for _ in range(trials // pending):
        for trial in [study.ask() for _ in range(pending)]:
            study.tell(trial, problem.objective(trial.params))
    return float(problem.regret(study.best.params))


def typical(sampler: Any, name: str, trials: int, **how: int) -> float:
    return median(best(sampler, name, trials, seed, **how) for seed in SEEDS)


def test_the_table_holds_no_sampler_without_a_test_here() -> None:
    assert set(SAMPLERS) == {"auto", "random", "grid", "qmc", "gp", "cmaes", "tpe", "nsga2"}


# -- without a model ---------------------------------------------------------------------------------------------------


@pytest.mark.parity("OP3")
def test_random_leaves_as_much_above_it_as_independent_draws_do() -> None:
    def least(seed: int) -> float:
        study = ayar.create_study({"x": (0.0, 1.0)}, sampler="random", seed=seed)
        return min(float(study.ask()["x"]) for _ in range(100))

    # The least of n uniforms is 1 / (n + 1) on average, with about that deviation; four deviations of 40 studies.
    assert np.mean([least(seed) for seed in range(40)]) == pytest.approx(1 / 101, abs=4 / 101 / 40**0.5)


@pytest.mark.parity("OP3")
def test_grid_finds_the_best_of_all_and_ends() -> None:
    problem = ZOO["cells"]
    study = ayar.minimize(
        lambda trial: problem.objective(trial.params), problem.space, sampler="grid", max_trials=9_999
    )
    assert len(study.trials) == problem.space.size == 1_875
    assert problem.regret(study.best.params) == 0.0
    assert study.stopped == "exhausted"


@pytest.mark.parity("OP3")
@pytest.mark.parametrize("shape", [(8, 8), (64, 1), (2, 32)])
def test_qmc_puts_one_of_64_points_into_each_equal_box(shape: tuple[int, int]) -> None:
    study = ayar.create_study({"x": (0.0, 1.0), "y": (0.0, 1.0)}, sampler="qmc", seed=7)
    points = [study.ask().params for _ in range(64)]
    # Sobol points in two dimensions are a (0, 6, 2)-net, and a digital shift keeps it one.
    assert len({(int(shape[0] * p["x"]), int(shape[1] * p["y"])) for p in points}) == 64


# -- one goal ----------------------------------------------------------------------------------------------------------


@pytest.mark.parity("OP3")
@pytest.mark.parametrize(
    ("sampler", "problem", "trials", "share"),
    [  # measured on these seeds: 0.004, 0.08, 0.004; 0.25; 0.05, 0.005; 0.08
        ("gp", "branin", 28, 0.05),
        ("gp", "kernels", 28, 0.3),
        ("auto", "branin", 28, 0.05),
        ("tpe", "boosting", 80, 0.6),
        ("cmaes", "rosenbrock3", 300, 0.3),
        ("cmaes", "boosting", 300, 0.1),
        ("nsga2", "boosting", 300, 0.3),
    ],
)
def test_it_leaves_a_share_of_the_regret_that_chance_does(
    sampler: str, problem: str, trials: int, share: float
) -> None:
    assert typical(sampler, problem, trials) <= share * typical("random", problem, trials)


@pytest.mark.parity("OP3")
def test_gp_in_batches_of_four_is_far_ahead_of_chance_too() -> None:
    assert typical("gp", "branin", 28, pending=4) <= 0.1 * typical("random", "branin", 28)


@pytest.mark.parity("OP3")
def test_tpe_is_joint_by_default_and_follows_a_ridge() -> None:
    """Good trials lie on x = y: their product of margins would fill the square."""
    points = np.random.default_rng(0).random((200, 2)).tolist()

    def distances(sampler: Any) -> list[float]:
        study = ayar.create_study({"x": (0.0, 1.0), "y": (0.0, 1.0)}, sampler=sampler, seed=0)
        for x, y in points:
            study.add({"x": x, "y": y}, abs(x - y))
        return [abs(trial["x"] - trial["y"]) for trial in (study.ask() for _ in range(40))]

    joint, independent = distances("tpe"), distances(TPE(joint=False))
    assert joint == distances(TPE(joint=True))
    assert median(joint) < 0.5 * median(independent)


# -- several goals, constraints ----------------------------------------------------------------------------------------

SPACE: dict[str, Any] = {
    "depth": (1, 12),
    "rate": ayar.Float(1e-4, 1.0, log=True),
    "kind": ["light", "heavy"],
    "share": (0.0, 1.0),
}


def measured(params: Params) -> dict[str, float]:
    """Error falls with depth, speed too; a rate of 0.01 and a share of 0.3 are best for both; memory limits depth."""
    miss = 0.2 * (np.log10(params["rate"]) + 2.0) ** 2 + 2.0 * (params["share"] - 0.3) ** 2
    heavy = params["kind"] == "heavy"
    error = 1.0 / params["depth"] + miss - (0.1 if heavy else 0.0)
    speed = 1.0 - params["depth"] / 12 - miss
    return {"error": float(error), "speed": float(speed), "memory": params["depth"] + 4.0 * heavy}


def volume(sampler: str, trials: int, seed: int, constraints: Any) -> float:
    """Hypervolume of what a study found that keeps the constraints, below error 1.5 and above speed −0.5."""
    study = ayar.create_study(SPACE, sampler=sampler, goals=TWO, constraints=constraints, seed=seed)
    for _ in range(trials):
        trial = study.ask()
        study.tell(trial, measured(trial.params))
    front = [(trial.values[0], -trial.values[1]) for trial in study.best]
    return float(hypervolume(np.array(front), np.array([1.5, 0.5])))


@pytest.mark.parity("OP3")
@pytest.mark.parametrize("constraints", [None, ["memory <= 9"]], ids=["free", "constrained"])
@pytest.mark.parametrize(("sampler", "trials"), [("gp", 25), ("tpe", 60), ("nsga2", 200)])
def test_the_front_of_two_goals_is_ahead_of_chance(sampler: str, trials: int, constraints: Any) -> None:
    """The largest volume there is is 1.973, constrained 1.876; what is missing of it is at most half."""
    most = 1.9733 if constraints is None else 1.8764
    own, chance = ([volume(name, trials, seed, constraints) for seed in SEEDS] for name in (sampler, "random"))
    assert most - median(own) < 0.5 * (most - median(chance))
