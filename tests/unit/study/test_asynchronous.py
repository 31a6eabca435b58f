"""Eight trials open at a time, told in any order, some by number, with points from elsewhere in between."""

from typing import Any

import numpy as np
import pytest

import ayar

SPACE: dict[str, Any] = {"x": (0.0, 1.0), "n": (1, 50), "kind": ["a", "b", "c"]}
OPEN, ROUNDS = 8, 24


def loss(params: Any) -> float:
    return float((params["x"] - 0.3) ** 2 + (params["n"] / 50 - 0.5) ** 2 + 0.2 * (params["kind"] != "b"))


def searched(sampler: str) -> ayar.Study:
    """Each round one open trial, by lot, is told and a new one is asked; every sixth round a foreign point comes in."""
    study = ayar.create_study(SPACE, sampler=sampler, seed=2)
    lot = np.random.default_rng(0)
    waiting = [study.ask() for _ in range(OPEN)]
    for turn in range(ROUNDS):
        trial = waiting.pop(int(lot.integers(len(waiting))))
        study.tell(trial.number if turn % 2 else trial, loss(trial.params))
        if turn % 6 == 5:
            point = {"x": turn / 100, "n": turn, "kind": "c"}
            study.add(point, loss(point))
        waiting.append(study.ask())
    for trial in reversed(waiting):
        study.tell(trial.number, loss(trial.params))
    return study


@pytest.mark.parity("SK3")
@pytest.mark.parametrize("sampler", ["auto", "gp", "tpe", "cmaes", "nsga2", "random"])
def test_tells_in_any_order_reach_their_own_trials(sampler: str) -> None:
    trials = list(searched(sampler).trials)
    assert len(trials) == OPEN + ROUNDS + ROUNDS // 6
    assert [trial.value for trial in trials] == [loss(trial.params) for trial in trials]
    assert len({tuple(trial.params.values()) for trial in trials}) == len(trials)


@pytest.mark.parity("SK3")
def test_a_model_reads_what_was_told_and_what_is_open_at_each_moment() -> None:
    trials = list(searched("gp").trials)
    own = [trial for trial in trials if trial.note]
    assert len(own) == OPEN + ROUNDS
    for turn, trial in enumerate(own[OPEN:]):
        assert (trial.note["told"], trial.note["pending"]) == (1 + turn + (turn + 1) // 6, OPEN - 1)


@pytest.mark.parity("SK3")
def test_foreign_points_beyond_the_bounds_are_taken_with_one_warning_each_and_learned_from() -> None:
    def clipped(x: float) -> float:
        return (min(x, 1.0) - 0.9) ** 2

    study = ayar.create_study({"x": (0.0, 1.0)}, sampler="gp", seed=0)
    waiting = [study.ask() for _ in range(3)]
    for x in (1.2, 1.4):
        with pytest.warns(UserWarning, match=r"add: taken although outside the space") as caught:
            study.add({"x": x}, clipped(x))
        assert len(caught) == 1
    for trial in reversed(waiting):
        study.tell(trial, clipped(trial["x"]))
    for _ in range(8):
        trial = study.ask()
        study.tell(trial, clipped(trial["x"]))
    assert study.trials[-1].note["told"] == 12
    assert study.best["x"] == pytest.approx(0.9, abs=0.02)
