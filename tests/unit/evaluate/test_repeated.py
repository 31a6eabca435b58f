"""Repeats of one configuration with different seeds are one trial."""

from typing import Any

import numpy as np
import pytest

import ayar
from ayar.base.errors import ArgumentError
from ayar.evaluate import Repeated
from ayar.samplers.told import read_told
from ayar.trial.crossval import FOLDS
from ayar.trial.fold_values import fold_values
from ayar.trial.state import State

SPACE = {"x": (0.0, 1.0)}


def luck(trial: Any) -> float:
    return float((trial["x"] - 0.3) ** 2 + np.random.default_rng(trial.seed).normal(0.0, 0.05))


def tuned(objective: Any, trials: int = 12, **settings: Any) -> ayar.Study:
    return ayar.minimize(objective, SPACE, max_trials=trials, seed=0, **({"sampler": "random"} | settings))


@pytest.mark.parity("RT7")
def test_the_sampler_sees_the_mean_with_its_spread() -> None:
    study = tuned(Repeated(luck, repeats=4))
    told = read_told(study.history, study.space.codec)
    for trial in study.trials:
        values = [report.value for report in trial.reports]
        assert len(set(values)) == 4, "four seeds"
        assert trial.value == pytest.approx(np.mean(values))
        assert trial.sd[0] == pytest.approx(np.std(values, ddof=1) / 2.0)
    assert told.goals[:, 0] == pytest.approx([trial.value for trial in study.trials])
    # Deviation 0.05, four repeats: shrunk to the common spread, every trial is about as sure as it is.
    assert told.sd[:, 0] == pytest.approx(0.025, rel=0.5)
    assert float(np.median(told.sd)) == pytest.approx(0.025, rel=0.25)


@pytest.mark.parity("RT7", "N6")
def test_the_scheduler_sees_the_repeats_as_they_come() -> None:
    study = tuned(Repeated(luck, repeats=4), trials=30, scheduler="fold_race")
    stopped = [trial for trial in study.trials if trial.state is State.PRUNED]
    assert stopped
    assert all(trial.decision["folds"] == len(trial.reports) < 4 for trial in stopped)
    assert study.best.state is State.COMPLETE
    assert len(study.best.reports) == 4
    losses, sd = fold_values(study.history)
    numbers = [trial.number for trial in stopped]
    assert losses[numbers, 0] == pytest.approx([trial.value for trial in stopped]), "seeds are nobody's shared folds"
    assert float(np.median(sd[numbers])) > float(np.median(sd[[study.best.number]]))


def test_repeats_have_seeds_of_their_own_and_the_same_again() -> None:
    seeds: list[int] = []

    def noting(trial: Any) -> float:
        seeds.append(trial.seed)
        return 0.0

    tuned(Repeated(noting), trials=3)
    first = list(seeds)
    assert len(set(first)) == 9
    seeds.clear()
    tuned(Repeated(noting), trials=3)
    assert seeds == first


def test_a_repeat_is_a_trial_to_its_objective() -> None:
    def curious(trial: Any) -> float:
        assert dict(**trial) == {"x": trial["x"]} == trial.params
        assert "x" in trial
        assert list(trial) == ["x"]
        assert len(trial) == 1
        assert trial.suggest_float("x", 0.0, 1.0) == trial["x"]
        for step in range(3):
            trial.report(9.0, step)
        return 1.0

    study = tuned(Repeated(curious, repeats=2), trials=1)
    [trial] = study.trials
    assert trial.state is State.COMPLETE, trial.failure
    assert [tuple(report) for report in trial.reports[:4]] == [(0, 9.0, 0), (1, 9.0, 0), (2, 9.0, 0), (3, 1.0, 0)]
    assert trial.attrs[FOLDS] == {"k": 1, "repeats": 2, "split": "seeds of trial 0"}


def test_a_failed_repeat_fails_the_trial() -> None:
    def broken(trial: Any) -> float:
        raise ValueError("no luck")

    study = ayar.create_study(SPACE, max_failures=9)
    study.optimize(Repeated(broken), n_trials=2)
    assert {trial.state for trial in study.trials} == {State.FAILED}


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        ("0.5", "repeat 0: expected a number, got '0.5'"),
        (None, "repeat 0: expected a number, got None"),
        (ayar.Result(0.5), "repeat 0: expected a number, got Result"),
        ([0.5, 0.6], "repeat 0: expected a number"),
    ],
)
def test_what_is_no_number_is_named(returned: Any, message: str) -> None:
    study = ayar.create_study(SPACE, max_failures=9)
    study.optimize(Repeated(lambda trial: returned), n_trials=1)
    failure = study.trials[0].failure
    assert failure is not None
    assert message in failure.message


def test_folds_within_a_repeat_are_refused() -> None:
    def folded(trial: Any) -> float:
        trial.report(0.5, step=0, fold=0)
        return 0.5

    study = ayar.create_study(SPACE, max_failures=9)
    study.optimize(Repeated(folded), n_trials=1)
    failure = study.trials[0].failure
    assert failure is not None
    assert "expected no fold within a repeat, got fold=0" in failure.message


@pytest.mark.parametrize("repeats", [1, 0, 2.5, True, "3"])
def test_too_few_repeats_are_refused(repeats: Any) -> None:
    with pytest.raises(ArgumentError, match="repeats: expected a whole number >= 2"):
        Repeated(luck, repeats=repeats)


def test_what_cannot_be_called_is_refused() -> None:
    with pytest.raises(ArgumentError, match="objective: expected a function of a trial, got 3"):
        Repeated(3)  # type: ignore[arg-type]  # that is the point
