"""Best so far, counts and time."""

import math

import numpy as np
import pytest

from ayar.analysis.progress import best_so_far, counts, evaluating_seconds, time_split
from ayar.base.errors import ArgumentError
from ayar.testing.folds import Told, fold_of
from ayar.trial.state import State

SPACE = {"x": (0.0, 1.0)}


def told(*values: float) -> list[tuple[dict[str, float], float]]:
    return [({"x": i / 100}, value) for i, value in enumerate(values)]


def test_the_best_falls_when_minimising_and_rises_when_maximising() -> None:
    values = (3.0, 1.0, 2.0, 5.0)
    assert best_so_far(fold_of(SPACE, told(*values))).best.tolist() == [3.0, 1.0, 1.0, 1.0]
    assert best_so_far(fold_of(SPACE, told(*values), goals={"v": "maximize"})).best.tolist() == [3.0, 3.0, 3.0, 5.0]


def test_infinite_failed_and_pruned_results_never_become_the_best() -> None:
    trials = [
        Told({"x": 0.1}, -math.inf),
        Told({"x": 0.2}, state=State.FAILED),
        Told({"x": 0.3}, 0.5, state=State.PRUNED),
        Told({"x": 0.4}, 2.0),
    ]
    curve = best_so_far(fold_of(SPACE, trials))
    assert np.isnan(curve.best[:3]).all()
    assert curve.best[3] == 2.0


def test_a_result_that_breaks_a_constraint_does_not_count() -> None:
    trials = [Told({"x": 0.1}, 1.0, metrics={"ms": 50.0}), Told({"x": 0.2}, 2.0, metrics={"ms": 5.0})]
    curve = best_so_far(fold_of(SPACE, trials, constraints=["ms <= 10"]))
    assert curve.counts.tolist() == [False, True]
    assert curve.best[-1] == 2.0


def test_improvements_are_the_places_where_the_best_changed() -> None:
    curve = best_so_far(fold_of(SPACE, told(3.0, 4.0, 1.0, 2.0, 1.0)))
    assert curve.improvements.tolist() == [0, 2]


def test_an_empty_study_has_an_empty_curve() -> None:
    curve = best_so_far(fold_of(SPACE, []))
    assert (len(curve), curve.improvements.tolist()) == (0, [])
    assert time_split(fold_of(SPACE, [])).overhead == 0.0


def test_goals_are_found_by_name_and_an_unknown_one_says_what_is_near() -> None:
    fold = fold_of(SPACE, [({"x": 0.1}, (1.0, 8.0))], goals={"loss": "minimize", "size": "maximize"})
    assert best_so_far(fold, "size").best.tolist() == [8.0]
    with pytest.raises(ArgumentError, match=r"no goal is called 'sise'; did you mean 'size'\?"):
        best_so_far(fold, "sise")
    with pytest.raises(ArgumentError, match=r"expected a goal from 0 to 1, got 2"):
        best_so_far(fold, 2)


def test_time_is_split_into_proposing_and_evaluating() -> None:
    trials = [Told({"x": 0.1}, 1.0, seconds=3.0, overhead=0.5), Told({"x": 0.2}, 1.0, seconds=2.0, overhead=0.5)]
    split = time_split(fold_of(SPACE, trials))
    assert (split.evaluating, split.proposing) == (5.0, 1.0)
    assert split.overhead == pytest.approx(1 / 6)
    assert split.wall == 3.5  # proposed before tick 2, told at tick 5


def test_where_nobody_measured_an_evaluation_it_took_from_asking_to_telling() -> None:
    trials = [Told({"x": 0.1}, 1.0, seconds=None), Told({"x": 0.2}, state=State.FAILED, seconds=None)]
    fold = fold_of(SPACE, trials)
    assert [evaluating_seconds(trial) for trial in fold.history.trials()] == [1.0, None]
    assert time_split(fold).evaluating == 1.0


def test_counts_leave_out_states_without_trials() -> None:
    trials = [Told({"x": 0.1}, 1.0), Told({"x": 0.2}, state=State.RUNNING)]
    assert counts(fold_of(SPACE, trials)) == {State.RUNNING: 1, State.COMPLETE: 1}
