"""What is modelled of a history: goals, metrics, success."""

import math

import numpy as np
import pytest

from ayar.samplers import quantities
from ayar.samplers.quantities import Quantity
from ayar.samplers.told import read_told
from ayar.testing.folds import Told, fold_of
from ayar.trial.goal import Constraint, Goal
from ayar.trial.state import State

SPACE = {"x": (0.0, 1.0)}


def every(trials: list[Told], **settings: object) -> dict[str, Quantity]:
    fold = fold_of(SPACE, trials, **settings)  # type: ignore[arg-type]  # forwarded
    told = read_told(fold.history, fold.setup.space.codec)
    return {quantity.name: quantity for quantity in quantities.every(fold.setup, told)}


def test_a_goal_is_modelled_from_the_trials_that_have_values() -> None:
    found = every([Told({"x": 0.1}, 1.0), Told({"x": 0.2}, state=State.PRUNED), Told({"x": 0.3}, 3.0)])
    assert list(found) == ["goal value"]
    assert found["goal value"].rows.tolist() == [0, 2]
    assert found["goal value"].y.tolist() == [-1.0, 1.0]


def test_success_is_modelled_once_a_trial_has_failed() -> None:
    trials = [Told({"x": i / 9}, 1.0 * i) for i in range(3)]
    found = every([*trials, Told({"x": 0.9}, state=State.FAILED)])
    success = found["success"]
    assert (success.y <= success.high).tolist() == [True, True, True, False]
    assert found["goal value"].rows.tolist() == [0, 1, 2]


def test_success_is_modelled_alone_while_every_trial_failed() -> None:
    found = every([Told({"x": i / 9}, state=State.FAILED) for i in range(4)])
    assert list(found) == ["success"]
    assert np.isfinite(found["success"].y).all()
    assert (found["success"].y > found["success"].high).all()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("size <= 2", [True, False, False]),
        ("size >= 2", [False, True, True]),
        ("1.5 <= size <= 5", [False, True, False]),
    ],
)
def test_metrics_keep_their_order_and_their_bounds(text: str, kept: list[bool]) -> None:
    trials = [Told({"x": i / 9}, 0.0, metrics={"size": size}) for i, size in enumerate([1.0, 4.0, 1e9])]
    size = every(trials, constraints=[text])["metric size"]
    assert np.all(np.diff(size.y) > 0)
    assert ((size.low <= size.y) & (size.y <= size.high)).tolist() == kept


def test_what_nobody_told_is_not_modelled() -> None:
    assert list(every([Told({"x": 0.1}, 1.0)], constraints=["size <= 2"])) == ["goal value"]


def test_a_metric_without_bounds_is_not_modelled() -> None:
    trials = [Told({"x": 0.1}, 1.0, metrics={"size": 1.0})]
    assert list(every(trials, constraints=[Constraint("size")])) == ["goal value"]


def test_a_demanded_confidence_goes_with_its_metric() -> None:
    trials = [Told({"x": 0.1}, 1.0, metrics={"size": 1.0})]
    assert every(trials, constraints=[Constraint("size", high=2.0, confidence=0.9)])["metric size"].confidence == 0.9


def test_told_standard_errors_become_variances_of_targets() -> None:
    trials = [Told({"x": i / 9}, float(i), sd=0.5 if i < 2 else None) for i in range(4)]
    goal = every(trials)["goal value"]
    scale = (goal.y[1] - goal.y[0]) / 1.0
    assert goal.noise.tolist() == pytest.approx([0.25 * scale**2, 0.25 * scale**2, 0.0, 0.0])


def test_thresholds_of_goals_lie_among_their_targets() -> None:
    goals = (Goal("a", "minimize"), Goal("b", "maximize", threshold=1.5))
    found = every([Told({"x": i / 9}, (float(i), float(i))) for i in range(4)], goals=goals)
    assert found["goal a"].high == math.inf
    assert (found["goal b"].y <= found["goal b"].high).tolist() == [False, False, True, True]
