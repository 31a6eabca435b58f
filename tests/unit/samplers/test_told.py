"""Histories as models read them: states, order, goals, result constraints."""

import math

import numpy as np
import pytest

from ayar.samplers.told import Told as Read
from ayar.samplers.told import read_told, single_losses
from ayar.space.domains import Categorical, Float
from ayar.space.space import Space
from ayar.testing.folds import Told, fold_of
from ayar.trial.state import State

LINE = Space({"x": Float(0, 1)})
ONE = np.array([0.5])


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
    assert np.isnan(single_losses(told, ONE)).tolist() == [False, True, True, True]


def test_cancelled_trials_teach_nothing_and_running_ones_are_pending() -> None:
    told = read([Told({"x": 0.1}, state=State.CANCELLED), Told({"x": 0.2}, state=State.RUNNING), Told({"x": 0.3}, 1.0)])
    assert told.U.tolist() == [[0.3]]
    assert told.U_pending.tolist() == [[0.2]]


def test_values_to_maximise_are_turned_round() -> None:
    told = read([Told({"x": 0.1}, 5.0)], goals={"accuracy": "maximize"})
    assert single_losses(told, ONE).tolist() == [-5.0]


def test_joined_goals_prefer_points_of_the_front() -> None:
    told = read(
        [Told({"x": 0.1}, (0.0, 1.0)), Told({"x": 0.2}, (1.0, 0.0)), Told({"x": 0.3}, (1.0, 1.0))],
        goals={"a": "minimize", "b": "minimize"},
    )
    for uniform in (0.1, 0.5, 0.9):
        losses = single_losses(told, np.array([uniform, 0.5]))
        assert losses[2] > losses[:2].max()


def test_goal_of_another_scale_weighs_the_same() -> None:
    trials = [Told({"x": i / 4}, ((i - 1.0) ** 2, 1e9 * (i - 3.0) ** 2)) for i in range(5)]
    scaled = read(trials, goals={"a": "minimize", "b": "minimize"})
    plain = read(
        [Told(trial.params, (trial.values[0], trial.values[1] / 1e9)) for trial in trials],  # type: ignore[index]  # pairs
        goals={"a": "minimize", "b": "minimize"},
    )
    weights = np.array([0.3, 0.6])
    np.testing.assert_allclose(single_losses(scaled, weights), single_losses(plain, weights))


def test_broken_result_constraints_come_after_all_that_keep_them() -> None:
    trials = [
        Told({"x": 0.1}, 3.0, metrics={"size": 1.0}),
        Told({"x": 0.2}, 9.0, metrics={"size": 1.0}),
        Told({"x": 0.3}, 0.0, metrics={"size": 5.0}),
        Told({"x": 0.4}, 0.0, metrics={"size": 7.0}),
        Told({"x": 0.5}, 0.0),
    ]
    losses = single_losses(read(trials, constraints=["size <= 2"]), ONE)
    assert losses[:2].tolist() == [3.0, 9.0]
    assert losses[3] > losses[2] > 9.0
    assert np.isnan(losses[4])


def test_violation_alone_counts_while_nothing_is_feasible() -> None:
    trials = [Told({"x": 0.1}, 0.0, metrics={"size": 9.0}), Told({"x": 0.2}, 5.0, metrics={"size": 4.0})]
    losses = single_losses(read(trials, constraints=["size <= 2"]), ONE)
    assert losses[1] < losses[0]


@pytest.mark.parametrize("counts", [(1, 4), (5, 1)])
def test_neglected_branch_has_the_fewest_points_for_its_size(counts: tuple[int, int]) -> None:
    space = Space({"kind": Categorical(["a", "b"]), "x": Float(0, 1, when={"kind": "a"})})
    trials = [Told({"kind": "a", "x": (i + 1) / 9}, 0.0) for i in range(counts[0])]
    trials += [Told({"kind": "b"}, 0.0)] * counts[1]
    branch = read(trials, space).neglected_branch()
    assert branch is not None
    assert bool(branch[1]) == (counts[0] / 3 < counts[1] / 2)


def test_no_branch_is_neglected_where_nearly_every_point_has_its_own() -> None:
    space = Space({"kind": Categorical(["a", "b"]), "x": Float(0, 1, when={"kind": "a"})})
    trials = [Told({"kind": "a", "x": 0.5}, 0.0), Told({"kind": "b"}, 0.0), Told({"kind": "b"}, 0.0)]
    assert read(trials, space).neglected_branch() is None


def test_no_branch_is_neglected_where_there_is_one() -> None:
    assert read([Told({"x": 0.1}, 0.0), Told({"x": 0.2}, 0.0)]).neglected_branch() is None
