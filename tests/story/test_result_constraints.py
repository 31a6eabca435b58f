"""A vector of results, each to be held between two bounds: searched from an infeasible start, in batches of four.

Feasible is a fiftieth of the plane, a tilted square; the best place of it, (0.35, 0.35), is in the middle of an edge.
The first five points told lie outside. Seeds are fixed.
"""

from typing import Any

import pytest

import ayar
from ayar.base.errors import NoTrial

FORCES = {"force.0": (0.5, 0.7), "force.1": (-0.1, 0.1)}
BEST = 0.605  # at (0.35, 0.35), of kind plain
SPACE: dict[str, Any] = {"x": (0.0, 1.0), "y": (0.0, 1.0), "kind": ["plain", "hard"]}
BATCH = 4
SLACK = 0.02  # a tenth of the width of either bound


def measured(params: Any) -> dict[str, float]:
    """The loss, and a vector of two forces."""
    x, y = params["x"], params["y"]
    loss = (x - 0.9) ** 2 + (y - 0.9) ** 2 + (0.05 if params["kind"] == "hard" else 0.0)
    return {"value": loss, "force.0": x + y, "force.1": x - y}


def searched(sampler: str, batches: int, seed: int = 0) -> ayar.Study:
    study = ayar.create_study(SPACE, sampler=sampler, seed=seed, constraints=FORCES)
    for x, y in ((0.9, 0.9), (0.1, 0.9), (0.95, 0.5), (0.05, 0.1), (0.6, 0.9)):
        point = {"x": x, "y": y, "kind": "plain"}
        study.add(point, measured(point))
    for _ in range(batches):
        trials = [study.ask() for _ in range(BATCH)]
        assert len({tuple(trial.params.values()) for trial in trials}) == BATCH
        for trial in reversed(trials):
            study.tell(trial, measured(trial))
    return study


def within(study: ayar.Study, slack: float) -> list[ayar.Trial]:
    """Trials whose forces break no bound by more than `slack`."""
    return [
        trial
        for trial in study.trials
        if all(low - slack <= trial.metrics[m] <= high + slack for m, (low, high) in FORCES.items())
    ]


def feasible(study: ayar.Study) -> list[ayar.Trial]:
    return within(study, 0.0)


@pytest.mark.parity("BO3")
@pytest.mark.parametrize("seed", range(2))
def test_the_model_finds_the_best_place_between_the_bounds(seed: int) -> None:
    study = searched("gp", 15, seed)
    assert study.best in feasible(study)
    # Measured on eight seeds: at most 1.4e-5 above the best; 37 to 44 of 65 trials this near, 3 by chance.
    assert study.best.value < BEST + 1e-4
    assert len(within(study, SLACK)) >= 30
    # Where the best lies on a bound, an exact search ends with proposals a hair to either side of it, so how many are
    # inside says little: 5 to 10.
    assert len(feasible(study)) >= 4


@pytest.mark.parity("BO3")
@pytest.mark.parametrize(("sampler", "batches"), [("tpe", 15), ("nsga2", 50), ("cmaes", 50)])
def test_other_samplers_come_to_hold_the_bounds_too(sampler: str, batches: int) -> None:
    study = searched(sampler, batches)
    late = [trial for trial in feasible(study) if trial.number >= len(study.trials) // 2]
    # By chance one in fifty; measured on six seeds: 13 to 18 of 33 with TPE, 28 to 88 of 103 with the others.
    assert len(late) >= len(study.trials) // 2 // 10
    assert study.best in feasible(study)


@pytest.mark.parity("BO3")
def test_while_no_result_is_between_the_bounds_the_search_goes_on_without_a_best() -> None:
    study = ayar.create_study(SPACE, sampler="gp", seed=0, constraints={"force.0": (3.0, 4.0), "force.1": (5.0, 6.0)})
    for _ in range(4):
        for trial in [study.ask() for _ in range(BATCH)]:
            study.tell(trial, measured(trial))
    assert study.trials[-1].note["why"].startswith("largest probability of keeping the constraints")
    with pytest.raises(NoTrial, match=r"force\.0: every trial lies outside its bounds, the nearest by 1"):
        _ = study.best
