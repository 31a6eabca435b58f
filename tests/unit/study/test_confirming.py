"""`study.confirm`: new splits, resumed from the log, failures set aside, the cost said first."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ayar
from ayar.base.errors import ArgumentError, ObjectiveFailed
from ayar.evaluate import CrossValidation, TimeSplit, seal
from ayar.evaluate.confirm import CONFIRMED
from ayar.study.confirming import RUN
from threshold import build

RNG = np.random.default_rng(0)
X = RNG.normal(size=(150, 1))
Y = (X[:, 0] + RNG.normal(size=150) > 0).astype(int)


def searched(objective: Any, trials: int = 14, **settings: Any) -> ayar.Study:
    return ayar.maximize(objective, {"at": (-2.0, 2.0)}, max_trials=trials, sampler="random", seed=0, **settings)


@pytest.mark.parity("N11")
def test_the_few_best_run_on_new_splits_and_the_verdict_is_in_log_and_report(tmp_path: Path) -> None:
    objective = CrossValidation(build, seal(X, Y))
    study = searched(objective)
    said: list[str] = []
    found = study.confirm(objective, k=3, repeats=2, watch=said.append)
    assert said[0].startswith("confirming the best 3: at most 6 runs of the objective (5 folds each, up to 2 rounds)")
    assert said[-1] == str(found)
    runs = study.records(RUN)
    assert {run["number"] for run in runs} == {standing.number for standing in found.standings}
    assert all(len(run["scores"]) == 5 for run in runs)
    first = {run["number"]: run["scores"] for run in runs if run["turn"] == 1}
    for number, scores in first.items():
        assert scores != [report.value for report in study.trials[number].reports], "the search's own folds"
    assert study.records(CONFIRMED) == [found.to_dict()]
    assert len(study.trials) == 14
    assert str(found) in study.report(tmp_path / "report.md").read_text()


def test_it_goes_on_where_it_ended_and_takes_more_rounds(tmp_path: Path) -> None:
    storage = f"sqlite:///{tmp_path / 'study.db'}"
    objective = CrossValidation(build, seal(X, Y))
    study = searched(objective, storage=storage)

    class Interrupted(Exception):
        pass

    def leave(line: str) -> None:
        if line.startswith("round 1"):
            raise Interrupted

    with pytest.raises(Interrupted):
        study.confirm(objective, k=3, watch=leave)
    assert len(study.records(RUN)) == 1
    again = ayar.load_study(storage)
    whole = again.confirm(objective, k=3, repeats=1, watch=None)
    assert len(again.records(RUN)) == 3
    said: list[str] = []
    assert again.confirm(objective, k=3, repeats=1, watch=said.append) == whole
    assert said[1] == "3 of these runs are in the log and are not run again"
    assert len(again.records(CONFIRMED)) == 1
    more = again.confirm(objective, k=3, repeats=2, watch=None)
    assert more.runs > 3
    alone = searched(CrossValidation(build, seal(X, Y))).confirm(objective, k=3, repeats=2, watch=None)
    assert [(s.number, s.score, s.best) for s in alone.standings] == [
        (s.number, s.score, s.best) for s in more.standings
    ]


def test_any_objective_is_run_with_new_seeds() -> None:
    seeds: list[int] = []

    def noisy(trial: Any) -> float:
        seeds.append(trial.seed)
        return float(-(trial["at"] ** 2) + 0.01 * (trial.seed / 2**32))

    study = searched(noisy, 10)
    before = set(seeds)
    found = study.confirm(noisy, k=3, repeats=3, watch=None)
    assert not before & set(seeds[10:])
    assert len(set(seeds[10:])) == found.runs
    assert found.chosen.rounds >= 2
    assert abs(found.chosen.params["at"]) < 0.8


@pytest.mark.slow
def test_workers_change_nothing_of_the_verdict() -> None:
    objective = CrossValidation(build, seal(X, Y))
    study, other = searched(objective), searched(objective)
    alone = study.confirm(objective, k=3, repeats=1, watch=None)
    two = other.confirm(objective, k=3, repeats=1, workers=2, watch=None)
    assert {s.number: s.score for s in alone.standings} == {s.number: s.score for s in two.standings}


def test_a_candidate_that_fails_is_set_aside_and_all_but_one_is_an_error() -> None:
    def fragile(trial: Any) -> float:
        if state["broken"] and trial.number in state["broken"]:
            raise RuntimeError("out of luck")
        return -abs(float(trial["at"]))

    state: dict[str, Any] = {"broken": ()}
    study = searched(fragile, 10)
    best = study.best.number
    state["broken"] = {best}
    found = study.confirm(fragile, k=4, repeats=1, watch=None)
    assert found.failed == (best,)
    assert found.number != best
    assert f"trial {best} failed when it was run again" in found.explain()
    other = searched(lambda trial: -abs(float(trial["at"])), 10)
    state["broken"] = range(10)
    with pytest.raises(ObjectiveFailed, match=r"at least 2 candidates that run again, got 0: trial \d+: .*out of luck"):
        other.confirm(fragile, k=3, repeats=1, watch=None)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"k": 1}, r"confirm: expected a whole number k >= 2, got 1"),
        ({"repeats": 0}, r"confirm: expected a whole number repeats >= 1, got 0"),
    ],
)
def test_wrong_arguments_are_refused_in_words(given: dict[str, Any], words: str) -> None:
    study = searched(lambda trial: trial["at"], 9)
    with pytest.raises(ArgumentError, match=words):
        study.confirm(lambda trial: trial["at"], **given)


def test_folds_that_are_not_drawn_confirm_nothing() -> None:
    objective = CrossValidation(build, seal(X, Y, times=np.arange(150)), cv=TimeSplit(3))
    study = searched(objective, 9)
    with pytest.raises(
        ArgumentError, match=r"expected folds that are drawn, .* got TimeSplit\(k=3, gap=0\); judge the"
    ):
        study.confirm(objective, watch=None)


def test_two_different_trials_are_needed() -> None:
    study = searched(lambda trial: 1.0, 1)
    with pytest.raises(ArgumentError, match=r"expected at least 2 different complete trials, got 1"):
        study.confirm(lambda trial: 1.0, watch=None)
