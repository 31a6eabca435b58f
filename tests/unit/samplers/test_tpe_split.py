"""Which trials are good: by goals, fronts, violations and thresholds."""

import numpy as np
import pytest

from ayar.numerics.arrays import Floats
from ayar.samplers.tpe_split import beyond_thresholds, good_rows
from ayar.trial.goal import Goal


def free(n: int) -> Floats:
    return np.zeros((n, 0))


def test_best_tenth_is_good_best_first() -> None:
    losses = np.array([[5.0], [1.0], [0.0]] + [[9.0]] * 17)
    assert good_rows(losses, free(20)).tolist() == [2, 1]


def test_of_equal_losses_the_earlier_is_better() -> None:
    assert good_rows(np.ones((30, 1)), free(30)).tolist() == [0, 1, 2]


def test_failed_trials_are_never_good_and_do_not_count() -> None:
    losses = np.array([[np.nan]] * 40 + [[1.0], [2.0]])
    assert good_rows(losses, free(42)).tolist() == [40]


def test_nothing_is_good_where_all_failed() -> None:
    assert good_rows(np.full((5, 1), np.nan), free(5)).tolist() == []
    assert good_rows(np.empty((0, 1)), np.empty((0, 2))).tolist() == []


def test_trials_that_keep_the_constraints_come_first() -> None:
    losses = np.arange(20.0)[:, None]
    violations = np.where(np.arange(20) < 19, 1.0, 0.0)[:, None]
    assert good_rows(losses, violations).tolist() == [19, 0]


def test_broken_constraints_are_ordered_by_their_total_whatever_their_units() -> None:
    losses = np.zeros((11, 1))
    violations = np.ones((11, 2)) * [1.0, 1e6]
    violations[4] = [0.5, 0.4e6]
    violations[7] = [0.1, 0.7e6]
    assert good_rows(losses, violations).tolist() == [7, 4]


@pytest.mark.parity("OP7")
def test_a_trial_that_did_not_tell_a_constraint_is_not_good() -> None:
    violations = np.array([[np.nan], [3.0], [np.inf]])
    assert good_rows(np.array([[0.0], [5.0], [0.0]]), violations).tolist() == [1]


def test_with_several_goals_front_after_front_is_good() -> None:
    losses = np.array([[2.0, 2.0], [0.0, 3.0], [3.0, 0.0]] + [[4.0, 4.0]] * 17)
    assert set(good_rows(losses, free(20)).tolist()) <= {0, 1, 2}
    assert len(good_rows(np.repeat(losses, 30, axis=0), free(600))) == 60


@pytest.mark.parity("G5")
@pytest.mark.parametrize(("scale", "shift"), [(1e6, 1e9), (1e-6, -3.0)])
def test_the_cut_through_a_front_does_not_depend_on_units(scale: float, shift: float) -> None:
    steps = np.linspace(0.0, 1.0, 41)
    losses = np.column_stack([steps, (1.0 - np.sqrt(steps))])
    expected = good_rows(losses, free(41)).tolist()
    assert good_rows(losses * [scale, 1.0] + [shift, 0.0], free(41)).tolist() == expected


def test_the_cut_through_a_front_spreads() -> None:
    steps = np.linspace(0.0, 1.0, 41)
    chosen = good_rows(np.column_stack([steps, 1.0 - steps]), free(41))
    assert np.ptp(steps[chosen]) > 0.4


@pytest.mark.parametrize("value", [1e300, -1e300, 0.0])
def test_values_near_the_ends_of_floats_are_cut_without_trouble(value: float) -> None:
    losses = np.column_stack([np.linspace(-1e300, 1e300, 41), np.linspace(value, -value, 41)])
    assert len(good_rows(losses, free(41))) == 5


def test_losses_worse_than_a_threshold_count_as_broken() -> None:
    goals = (Goal("error", threshold=0.5), Goal("speed", "maximize", threshold=10.0), Goal("size"))
    losses = np.array([[0.4, -20.0, 1e9], [0.7, -9.0, 0.0], [np.nan] * 3])
    expected = np.array([[0.0, 0.0, 0.0], [0.2, 1.0, 0.0], [np.nan] * 3])
    np.testing.assert_allclose(beyond_thresholds(losses, goals), expected)
