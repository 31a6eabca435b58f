"""One trial run again, outside the study."""

import platform
from typing import Any

import pytest

import ayar
from ayar.base.errors import NoTrial
from ayar.study.rerun import rerun
from ayar.study.running import Crew
from ayar.trial.fold import Fold
from ayar.trial.state import State

INLINE = Crew(executor="inline")
SPACE = {"x": (0.0, 1.0), "kind": ["a", "b"]}


def seeded(trial: Any) -> float:
    trial.report(trial["x"], step=1)
    return float(trial["x"] + trial.seed % 1000)


def studied(objective: Any = seeded, space: Any = SPACE) -> Fold:
    study = ayar.create_study(space, sampler="random", seed=3)
    study.optimize(objective, n_trials=4)
    return study.fold


@pytest.mark.parity("N15")
def test_parameters_and_seed_give_the_same_value_again() -> None:
    fold = studied()
    head = fold.head
    for number in range(4):
        again = rerun(fold, seeded, number, INLINE)
        assert again.outcome.values == fold.history.trial(number).values
        assert again.differences == ()
    assert fold.head == head


def test_a_space_defined_by_run_gives_what_was_asked_for() -> None:
    def by_run(trial: Any) -> float:
        return float(trial.suggest_float("x", 0.0, 1.0) + trial.suggest_int("n", 1, 9))

    fold = studied(by_run, space=None)
    assert rerun(fold, by_run, 2, INLINE).outcome.values == fold.history.trial(2).values


def test_a_failure_is_an_outcome() -> None:
    def fails(trial: Any) -> float:
        raise ValueError("no data")

    again = rerun(studied(), fails, 1, INLINE)
    assert again.outcome.state is State.FAILED
    assert again.outcome.failure is not None
    assert again.outcome.failure.message == "no data"


@pytest.mark.parity("N15")
def test_the_environment_that_differs_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    fold = studied()
    monkeypatch.setattr(platform, "node", lambda: "elsewhere")
    monkeypatch.setattr(platform, "python_version", lambda: "3.99")
    names = {name: now for name, _, now in rerun(fold, seeded, 0, INLINE).differences}
    assert names == {"host": "elsewhere", "python": "3.99"}


def test_a_trial_that_is_not_there_is_refused() -> None:
    with pytest.raises(NoTrial, match="expected the number of a trial with parameters, got 9; the study has 4"):
        rerun(studied(), seeded, 9, INLINE)
