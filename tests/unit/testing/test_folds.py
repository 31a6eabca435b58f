"""The fold made of a list of trials."""

from ayar.testing.folds import Told, fold_of
from ayar.trial.state import State


def test_trials_stand_as_told_with_reports_notes_and_times() -> None:
    told = Told({"x": 0.5}, 2.0, sd=0.1, reports=[(0, 1.0), (1, 2.0, 3)], note={"sampler": "gp"}, attrs={"a": [1]})
    trial = fold_of({"x": (0.0, 1.0)}, [told]).history.trial(0)
    assert (trial.value, trial.sd, trial.note, trial.attrs) == (2.0, (0.1,), {"sampler": "gp"}, {"a": [1]})
    assert [tuple(report) for report in trial.reports] == [(0, 1.0, None), (1, 2.0, 3)]
    assert (trial.seconds, trial.overhead, trial.attempts) == (0.5, 0.01, 1)


def test_a_running_trial_has_no_outcome() -> None:
    history = fold_of({"x": (0.0, 1.0)}, [Told({"x": 0.5}, state=State.RUNNING)]).history
    assert history.trial(0).state is State.RUNNING
    assert list(history.order) == []


def test_settings_and_records_reach_the_fold() -> None:
    fold = fold_of({"x": (0.0, 1.0)}, [], max_trials=7, seed=3, records=[("topic", {"k": 1})])
    assert (fold.setup.max_trials, fold.setup.seed) == (7, 3)
    assert [event.body.topic for event in fold.records] == ["topic"]


def test_infinite_values_and_several_goals_are_kept() -> None:
    goals = {"a": "minimize", "b": "maximize"}
    fold = fold_of({"x": (0.0, 1.0)}, [({"x": 0.5}, (float("inf"), -1.0))], goals=goals)
    assert fold.history.trial(0).values == (float("inf"), -1.0)
