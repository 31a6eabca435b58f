"""Predictions of named configurations: right, in the goal's own units, from all trials, and with words for mistakes."""

from typing import Any

import numpy as np
import pytest

import ayar
from ayar.analysis.prediction import predict
from ayar.base.errors import ArgumentError, NoTrial, SpaceError
from ayar.space.space import Space
from ayar.testing.folds import Told, fold_of
from ayar.trial.state import State
from unit.analysis.noisy import BOX, Planted, bowl
from unit.analysis.simulated import drawn

BRANCHES = Space(
    {
        "model": ["svm", "tree"],
        "C": (0.0, 1.0),
        "gamma": {"low": 0.0, "high": 1.0, "when": {"model": "svm"}},
        "depth": {"low": 1, "high": 9, "when": {"model": "tree"}},
    }
)


@pytest.mark.parity("BO7")
def test_a_smooth_goal_is_predicted_in_its_own_units() -> None:
    fold = Planted(BOX, 60).fold()
    points = drawn(BOX, 50, seed=9)
    found = predict(fold, points)
    error = found.mean - [bowl(params) for params in points]
    assert np.abs(error).max() < 0.02
    assert np.mean(np.abs(error) <= 3.0 * found.sd + 1e-4) > 0.9


@pytest.mark.parity("BO7")
def test_the_last_trial_counts_at_once() -> None:
    points = Planted(BOX, 40).points
    told = [(params, bowl(params)) for params in points]
    before, after = fold_of(BOX, told[:-1]), fold_of(BOX, told)
    (unsure,), (sure,) = predict(before, points[-1:]).sd, predict(after, points[-1:]).sd
    assert sure < 0.2 * unsure
    assert predict(after, points[-1:]).mean[0] == pytest.approx(told[-1][1], abs=1e-3)


@pytest.mark.parity("BO7")
def test_the_covariance_is_that_of_the_deviations_and_near_places_move_together() -> None:
    found = predict(Planted(BOX, 12).fold(), [{"x": 0.10, "y": 0.9}, {"x": 0.11, "y": 0.9}, {"x": 0.9, "y": 0.1}])
    np.testing.assert_allclose(np.sqrt(np.diagonal(found.covariance)), found.sd, rtol=1e-6)
    correlation = found.covariance / np.outer(found.sd, found.sd)
    assert correlation[0, 1] > 0.95 > abs(correlation[0, 2])
    assert np.linalg.eigvalsh(found.covariance).min() > -1e-9


def test_far_from_where_a_search_gathered_predictions_stay_honest() -> None:
    study = ayar.minimize(lambda trial: bowl(trial.params), BOX, max_trials=25, sampler="gp", seed=0)
    points = drawn(BOX, 60, seed=9)
    found = study.predict(points)
    truth = np.array([bowl(params) for params in points])
    assert np.mean(np.abs(found.mean - truth) > 3.0 * found.sd) < 0.1
    assert found.mean.max() > 0.7 * truth.max()  # not cut where most trials are


def test_to_maximise_only_the_sign_of_the_mean_turns() -> None:
    points, asked = Planted(BOX, 30).points, drawn(BOX, 5, seed=9)
    least = predict(fold_of(BOX, [(p, bowl(p)) for p in points]), asked)
    greatest = predict(fold_of(BOX, [(p, -bowl(p)) for p in points], goals={"v": "maximize"}), asked)
    np.testing.assert_allclose(greatest.mean, -least.mean)
    np.testing.assert_allclose(greatest.covariance, least.covariance)


def test_each_goal_has_its_own_prediction() -> None:
    points = Planted(BOX, 30).points
    fold = fold_of(BOX, [(p, (bowl(p), 10.0 * p["x"])) for p in points], goals={"loss": "minimize", "x": "maximize"})
    asked = {"x": 0.5, "y": 0.5}
    assert predict(fold, [asked]).mean[0] == pytest.approx(bowl(asked), abs=0.02)
    assert predict(fold, [asked], "x").mean[0] == pytest.approx(5.0, abs=0.2)
    with pytest.raises(ArgumentError, match=r"no goal is called 'size'"):
        predict(fold, [asked], "size")


@pytest.mark.parity("SO6")
def test_branches_share_what_is_known_and_inactive_parameters_are_ignored() -> None:
    told = [(p, p["C"] + (0.2 if p["model"] == "svm" else 0.0)) for p in drawn(BRANCHES, 60)]
    assert all(("gamma" in p) != ("depth" in p) for p, _ in told)
    fold = fold_of(BRANCHES, told)
    svm, tree = {"model": "svm", "C": 0.4, "gamma": 0.5}, {"model": "tree", "C": 0.4, "depth": 3}
    assert predict(fold, [svm, tree]).mean == pytest.approx([0.6, 0.4], abs=0.05)


def test_a_told_trial_may_stand_for_its_configuration() -> None:
    fold = Planted(BOX, 20).fold()
    assert predict(fold, list(fold.history.trials())[:2]).mean.shape == (2,)


def test_no_points_give_empty_arrays() -> None:
    found = predict(Planted(BOX, 20).fold(), [])
    assert (found.mean.shape, found.sd.shape, found.covariance.shape) == ((0,), (0,), (0, 0))


def test_a_terrible_value_leaves_predictions_finite() -> None:
    good, bad = {"x": 0.3, "y": 0.6}, {"x": 1.0, "y": 0.0}
    told = [Told(params, bowl(params)) for params in Planted(BOX, 30).points]
    found = predict(fold_of(BOX, [*told, Told(bad, 1e30)]), [good, bad])
    assert found.mean[0] == pytest.approx(bowl(good), abs=0.05)
    assert bowl(bad) < found.mean[1] < 2.0  # the fence, beyond which values are not told apart


@pytest.mark.parametrize(
    ("points", "error", "words"),
    [
        ([{"x": 0.5}], SpaceError, r"predict: point 0: .*parameter 'y' is missing; it is Float"),
        (
            [{"x": 0.5, "y": 0.5}, {"x": 2.0, "y": 0.5}],
            SpaceError,
            r"predict: point 1: .*parameter 'x': expected a float",
        ),
        ([{"x": 0.5, "y": 0.5, "z": 1}], SpaceError, r"predict: point 0: .*no parameter is called 'z'"),
        ({"x": 0.5, "y": 0.5}, ArgumentError, r"predict: expected a list of configurations, got .*write \[point\]"),
        ([0.5], ArgumentError, r"predict: expected a mapping of parameters as point 0, got 0\.5"),
    ],
)
def test_points_that_are_no_configurations_get_words(points: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        predict(Planted(BOX, 10).fold(), points)


def test_too_few_trials_are_said() -> None:
    told = [*(Told(params, 1.0) for params in Planted(BOX, 5).points), Told({"x": 0.1, "y": 0.1}, state=State.FAILED)]
    with pytest.raises(NoTrial, match=r"expected at least 8 complete trials to model 'value', got 5; run 3 more"):
        predict(fold_of(BOX, told), [{"x": 0.5, "y": 0.5}])


def test_values_that_are_all_alike_are_said() -> None:
    fold = fold_of(BOX, [(params, 1.0) for params in Planted(BOX, 10).points])
    with pytest.raises(NoTrial, match=r"expected values of 'value' that differ"):
        predict(fold, [{"x": 0.5, "y": 0.5}])
