"""Histories as models read them: states, order, goals, result constraints."""

import math

import numpy as np
import pytest

from ayar.samplers.told import Told as Read
from ayar.samplers.told import read_told
from ayar.space.domains import Categorical, Float
from ayar.space.space import Space
from ayar.testing.folds import Told, fold_of
from ayar.trial.state import State

LINE = Space({"x": Float(0, 1)})


def read(trials: list[Told], space: Space = LINE, **settings: object) -> Read:
    return read_told(fold_of(space, trials, **settings).history, space.codec)  # type: ignore[arg-type]  # forwarded


def test_failed_and_not_finite_values_become_nan() -> None:
    told = read(
        [
            Told({"x": 0.1}, 1.0),
            Told({"x": 0.2}, math.inf),
            Told({"x": 0.3}, -math.inf),
            Told({"x": 0.4}, state=State.FAILED),
        ]
    )
    assert np.isnan(told.goals[:, 0]).tolist() == [False, True, True, True]
    assert told.failed.tolist() == [False, True, True, True]


def test_cancelled_trials_teach_nothing_and_running_ones_are_pending() -> None:
    told = read([Told({"x": 0.1}, state=State.CANCELLED), Told({"x": 0.2}, state=State.RUNNING), Told({"x": 0.3}, 1.0)])
    assert told.U.tolist() == [[0.3]]
    assert told.U_pending.tolist() == [[0.2]]


def test_values_to_maximise_are_turned_round() -> None:
    told = read([Told({"x": 0.1}, 5.0)], goals={"accuracy": "maximize"})
    assert told.goals.tolist() == [[-5.0]]


def test_metrics_are_read_where_they_were_told() -> None:
    trials = [
        Told({"x": 0.1}, 3.0, metrics={"size": 1.0}),
        Told({"x": 0.3}, 0.0, metrics={"size": 5.0}),
        Told({"x": 0.5}, 0.0),
    ]
    told = read(trials, constraints=["size <= 2"])
    np.testing.assert_equal(told.metrics[:, 0], [1.0, 5.0, np.nan])
    assert told.good.tolist() == [True, False, False]


def test_merit_puts_good_trials_first_then_the_least_broken_then_the_failed() -> None:
    trials = [
        Told({"x": 0.1}, state=State.FAILED),
        Told({"x": 0.2}, 1.0, metrics={"size": math.inf}),
        Told({"x": 0.3}, 0.0, metrics={"size": 5.0}),
        Told({"x": 0.4}, 9.0, metrics={"size": 3.0}),
        Told({"x": 0.5}, 8.0, metrics={"size": 1.0}),
        Told({"x": 0.6}, 7.0, metrics={"size": 2.0}),
    ]
    assert read(trials, constraints=["size <= 2"]).merit.tolist() == [5, 4, 3, 2, 1, 0]


def test_merit_of_several_goals_goes_by_fronts() -> None:
    trials = [Told({"x": 0.1}, (2.0, 2.0)), Told({"x": 0.2}, (1.0, 3.0)), Told({"x": 0.3}, (1.0, 1.0))]
    assert read(trials, goals={"a": "minimize", "b": "minimize"}).merit.tolist() == [1, 2, 0]


def test_first_rows_are_a_history_of_their_own() -> None:
    told = read([Told({"x": 0.1}, 1.0), Told({"x": 0.2}, 2.0), Told({"x": 0.3}, state=State.RUNNING)])
    assert told.first(1).goals.tolist() == [[1.0]]
    assert len(told.first(1).U_pending) == 0


@pytest.mark.parametrize("counts", [(1, 4), (5, 1)])
def test_neglected_branch_has_the_fewest_points_for_its_size(counts: tuple[int, int]) -> None:
    space = Space({"kind": Categorical(["a", "b"]), "x": Float(0, 1, when={"kind": "a"})})
    trials = [Told({"kind": "a", "x": (i + 1) / 9}, 0.0) for i in range(counts[0])]
    trials += [Told({"kind": "b"}, 0.0)] * counts[1]
    branch = read(trials, space).neglected_branch(np.array([False, True]))
    assert branch is not None
    assert bool(branch[1]) == (counts[0] / 3 < counts[1] / 2)


def test_no_branch_is_neglected_where_nearly_every_point_has_its_own() -> None:
    space = Space({"kind": Categorical(["a", "b"]), "x": Float(0, 1, when={"kind": "a"})})
    trials = [Told({"kind": "a", "x": 0.5}, 0.0), Told({"kind": "b"}, 0.0), Told({"kind": "b"}, 0.0)]
    assert read(trials, space).neglected_branch(np.array([False, True])) is None


def test_no_branch_is_neglected_where_there_is_one() -> None:
    assert read([Told({"x": 0.1}, 0.0), Told({"x": 0.2}, 0.0)]).neglected_branch(np.array([False])) is None


def test_a_point_that_lacks_an_unconditional_parameter_is_in_no_branch() -> None:
    space = Space({"x": Float(0, 1), "y": Float(0, 1)})
    trials = [Told({"x": 0.5}, 0.0)] + [Told({"x": 0.5, "y": i / 9}, 0.0) for i in range(9)]
    assert read(trials, space).neglected_branch(np.zeros(2, dtype=np.bool_)) is None
