"""A study with a scheduler: who is stopped, what the log says of it, and what stopping never does."""

import logging
from dataclasses import replace
from typing import Any

import msgspec
import pytest

import ayar
from ayar.base.errors import ArgumentError, UnknownName
from ayar.schedulers.fold_race import FoldRace
from ayar.storage.memory import MemoryStore
from ayar.study.environment import versions
from ayar.study.replay import circumstances, replay
from ayar.study.study import Study
from ayar.study.verifying import _make
from ayar.trial.crossval import FOLDS
from ayar.trial.events import AttrSet, Plugin, SettingsChanged, TrialDecided
from ayar.trial.state import State
from unit.study.studies import study

HARD = (0.02, -0.01, 0.03, 0.0, -0.04)
"""By how much each fold is worse for everybody."""


def crossed(trial: Any) -> float:
    """Five folds of a parabola, asked after each whether to go on."""
    trial.set_user_attr(FOLDS, {"k": 5, "split": "s"})
    scores = []
    for i, hard in enumerate(HARD):
        if i and trial.should_prune():
            raise ayar.TrialPruned
        scores.append((trial["x"] - 0.3) ** 2 + hard)
        trial.report(scores[-1], step=i, fold=i)
    return float(sum(scores)) / 5


def raced(objective: Any = crossed, trials: int = 25, **settings: Any) -> Study:
    made = study({"x": (0.0, 1.0)}, scheduler="fold_race", **settings)
    return made.optimize(objective, n_trials=trials)


def events(made: Study, kind: type) -> list[Any]:
    return [event for event in made.store.read(1, 0, 100_000) if isinstance(event.body, kind)]


@pytest.mark.parity("N6")
def test_a_bad_fold_stops_the_rest_and_the_log_says_why() -> None:
    made = raced()
    stopped = [trial for trial in made.trials if trial.state is State.PRUNED]
    decided = events(made, TrialDecided)
    assert len(stopped) >= 10
    assert [event.number for event in decided] == [trial.number for trial in stopped]
    for trial, event in zip(stopped, decided, strict=True):
        assert len(trial.reports) == trial.decision["folds"] < 5
        assert trial.value == pytest.approx(sum(report.value for report in trial.reports) / len(trial.reports))
        assert trial.decision["action"] == event.body.action == "stop"
        assert f"trial {trial.decision['incumbent']}" in trial.decision["why"]
        assert made.trials[trial.decision["incumbent"]].state is State.COMPLETE
        assert trial.failure is None
    whole = [trial for trial in made.trials if trial.state is State.COMPLETE]
    assert all(len(trial.reports) == 5 and trial.decision == {} for trial in whole)


@pytest.mark.parity("N6")
def test_a_stopped_trial_is_neither_best_nor_recommended() -> None:
    def flattering(trial: Any) -> float:
        trial.set_user_attr(FOLDS, {"k": 5, "split": "s"})
        number = trial.number
        # From the second trial on: a bad fold first, so each is stopped, and a value as if it were splendid.
        scores = [0.5] * 5 if number == 0 else [0.9]
        for i, score in enumerate(scores):
            trial.report(score, step=i, fold=i)
        return -100.0 if number else 0.5

    made = raced(flattering, trials=12)
    assert made.best.number == made.recommended.number == 0
    assert [trial.state for trial in made.trials[1:]] == [State.PRUNED] * 11, "told as a value, with folds missing"


@pytest.mark.parity("N6")
def test_missing_folds_never_win_even_without_a_scheduler() -> None:
    def half(trial: Any) -> float:
        trial.set_user_attr(FOLDS, {"k": 2})
        trial.report(0.1, step=0, fold=0)
        if trial.number != 1:
            trial.report(0.1, step=1, fold=1)
        return float(trial.number == 0)

    made = study({"x": (0.0, 1.0)}).optimize(half, n_trials=3)
    assert [str(trial.state) for trial in made.trials] == ["complete", "pruned", "complete"]
    assert made.best.number == 2


def test_the_plan_of_folds_is_in_the_log_once_and_before_it_is_needed() -> None:
    made = raced(trials=6)
    facts = events(made, AttrSet)
    assert [event.number for event in facts] == list(range(6))
    assert all(trial.attrs[FOLDS] == {"k": 5, "split": "s"} for trial in made.trials)
    first = {event.number: event.id for event in facts}
    assert all(first[event.number] < event.body.seen for event in events(made, TrialDecided))


@pytest.mark.parity("N6", "N18")
@pytest.mark.parametrize("sampler", ["random", "gp", "tpe"])
def test_proposals_and_decisions_are_made_again_from_the_log(sampler: str) -> None:
    made = raced(sampler=sampler)
    found = made.verify()
    assert found.ok, found.text
    assert (found.proposals, found.decisions) == (25, len(events(made, TrialDecided)))
    assert f"{found.decisions} decisions of the scheduler too" in found.text


def test_a_decision_that_the_log_does_not_bear_out_is_found() -> None:
    made = raced()
    log = list(made.store.read(1, 0, 100_000))
    place = next(i for i, event in enumerate(log) if isinstance(event.body, TrialDecided))
    wrong = msgspec.structs.replace(log[place].body, note={**log[place].body.note, "incumbent": 999})
    log[place] = msgspec.structs.replace(log[place], body=wrong)
    found = replay(log, _make, circumstances(log, versions()))
    assert found.first is not None
    assert (found.first.event, found.first.field, found.first.stored) == (log[place].id, "note.incumbent", "999")


@pytest.mark.parity("G9")
@pytest.mark.parametrize("sampler", ["random", "gp"])
def test_a_study_opened_anew_for_each_trial_goes_on_bit_for_bit(sampler: str) -> None:
    store = MemoryStore()
    made = study({"x": (0.0, 1.0)}, scheduler="fold_race", sampler=sampler, storage=store)
    for _ in range(20):
        entry = store.find(made.name)
        assert entry is not None
        made = Study(store, entry).optimize(crossed, n_trials=1)
    calm = raced(trials=20, sampler=sampler)
    for a, b in zip(made.trials, calm.trials, strict=True):
        assert (a.params, a.note, a.values, a.state, a.decision) == (b.params, b.note, b.values, b.state, b.decision)


def test_an_objective_that_ignores_the_scheduler_is_asked_once_and_stands() -> None:
    def stubborn(trial: Any) -> float:
        for i, hard in enumerate(HARD):
            trial.report((trial["x"] - 0.3) ** 2 + hard, step=i, fold=i)
        return float((trial["x"] - 0.3) ** 2)

    made = raced(stubborn)
    numbers = [event.number for event in events(made, TrialDecided)]
    assert numbers
    assert len(set(numbers)) == len(numbers)
    assert {trial.state for trial in made.trials} == {State.COMPLETE}


def test_ask_and_tell_by_hand_hears_of_the_scheduler() -> None:
    made = study({"x": (0.0, 1.0)}, scheduler="fold_race")
    for point, folds in ((0.3, 5), (0.9, 1)):
        made.enqueue({"x": point})
        with made.ask() as trial:
            made.tell(trial, crossed(trial))
        assert len(made.trials[-1].reports) == folds
    assert [str(trial.state) for trial in made.trials] == ["complete", "pruned"]


def test_a_retried_attempt_is_judged_anew() -> None:
    attempts: list[int] = []

    def shaky(trial: Any) -> float:
        attempts.append(trial.attempt)
        if trial.attempt == 1:
            trial.report(9.0, step=0, fold=0)
            raise ValueError("once")
        return crossed(trial)

    made = study({"x": (0.0, 1.0)}, scheduler="fold_race", max_trials=4, retries={"exception": 1}).optimize(shaky)
    assert attempts == [1, 2] * 4
    assert all(report.value < 1.0 for trial in made.trials for report in trial.reports)


# -- given, kept, changed --------------------------------------------------------------------------------------------


def test_a_scheduler_is_given_by_name_or_as_an_object_and_kept_in_the_log() -> None:
    assert study(scheduler="fold_race").setup.scheduler == Plugin("fold_race")
    made = study(scheduler=FoldRace(rule="mean"))
    assert made.setup.scheduler == Plugin("fold_race", {"rule": "mean"})
    assert study().setup.scheduler is None


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ("fold_rase", UnknownName, "no scheduler is called 'fold_rase'; did you mean 'fold_race'"),
        (FoldRace, ArgumentError, r"scheduler: expected a name \(fold_race, schedule_aware\) or one of their objects"),
        (7, ArgumentError, "register your own by an entry point of the group 'ayar.schedulers'"),
    ],
)
def test_what_is_no_scheduler_is_refused(given: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        study(scheduler=given)


def test_several_goals_are_refused_in_words() -> None:
    goals = {"loss": "minimize", "size": "minimize"}
    with pytest.raises(ArgumentError, match="'fold_race' compares trials by one goal, and this study has 2"):
        study(scheduler="fold_race", goals=goals)


def test_a_change_of_the_scheduler_is_an_event() -> None:
    made = study({"x": (0.0, 1.0)})
    made.change(scheduler="fold_race")
    made.optimize(crossed, n_trials=12)
    assert events(made, TrialDecided)
    made.change(scheduler=None)
    assert made.setup.scheduler is None
    changes = [event.body.changes["scheduler"] for event in events(made, SettingsChanged)]
    assert changes == [{"name": "fold_race", "options": {}}, None]
    decided = len(events(made, TrialDecided))
    made.optimize(crossed, n_trials=12)
    assert len(events(made, TrialDecided)) == decided
    assert made.verify().ok


def test_the_same_call_with_another_scheduler_writes_the_change_and_with_the_same_none() -> None:
    store = MemoryStore()
    again: dict[str, Any] = {"storage": store, "seed": 0, "sampler": "random"}
    for trials, scheduler in ((3, None), (6, "fold_race"), (9, "fold_race"), (12, FoldRace(rule="mean"))):
        made = ayar.minimize(crossed, {"x": (0.0, 1.0)}, max_trials=trials, scheduler=scheduler, **again)
    found = [event.body.changes.get("scheduler") for event in events(made, SettingsChanged)]
    assert found == [{"name": "fold_race", "options": {}}, None, {"name": "fold_race", "options": {"rule": "mean"}}]


# -- said at the end -------------------------------------------------------------------------------------------------


def test_a_scheduler_that_heard_nothing_is_named_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "ayar"):
        raced(lambda trial: trial["x"], trials=3)
    assert "scheduler 'fold_race' is set, but none of 3 trials reported a value with its fold" in caplog.text
    assert "call trial.report(score, step=i, fold=i) and trial.should_prune()" in caplog.text


@pytest.mark.parametrize("scheduler", [None, "fold_race"])
def test_where_it_heard_something_or_is_none_nothing_is_said(scheduler: Any, caplog: pytest.LogCaptureFixture) -> None:
    objective = crossed if scheduler else (lambda trial: trial["x"])
    with caplog.at_level(logging.WARNING, "ayar"):
        study({"x": (0.0, 1.0)}, scheduler=scheduler).optimize(objective, n_trials=3)
    assert caplog.text == ""


def test_a_setup_without_a_scheduler_loads_as_before() -> None:
    created = study().fold.created
    assert created is not None
    assert b"scheduler" not in msgspec.json.encode(created)
    assert replace(study().setup, scheduler=None) == study().setup
