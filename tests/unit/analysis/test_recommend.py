"""Which trial is recommended: the best where values can be believed, the one expected to be best where they cannot."""

from typing import Any

import numpy as np
import pytest

from ayar.analysis.recommend import recommend
from ayar.base.errors import NoTrial
from ayar.space.space import Space
from ayar.testing.folds import Told, fold_of
from ayar.trial.best import best_number, front_numbers
from ayar.trial.fold import Fold
from ayar.trial.goal import Constraint, Goal
from ayar.trial.state import State
from unit.analysis.noisy import BOX, MIXED, Planted, bowl
from unit.analysis.simulated import drawn


def number(fold: Fold) -> int:
    (trial,) = recommend(fold).trials
    return trial.number


@pytest.mark.parity("CM1")
@pytest.mark.parametrize("space", [BOX, MIXED])
@pytest.mark.parametrize("trials", [12, 60])
def test_without_noise_the_best_is_recommended(space: Space, trials: int) -> None:
    fold = Planted(space, trials).fold()
    assert number(fold) == best_number(fold.history)
    assert not recommend(fold).noisy


@pytest.mark.parity("CM1")
def test_under_noise_the_recommended_trial_is_better_than_the_luckiest() -> None:
    ratios: list[tuple[float, float]] = []
    for seed in range(20):
        study = Planted(MIXED, 60, noise=0.15, seed=seed)
        fold, truth = study.fold(), [bowl(params) for params in study.points]
        assert recommend(fold).noisy
        ratios.append((truth[number(fold)] - min(truth), truth[best_number(fold.history)] - min(truth)))
    recommended, seen = np.median(ratios, axis=0)
    # 0.04 over 120 other seeds; of 20 drawn from those, the ratio is above 0.75 in 2 of 100 cases.
    assert recommended <= 0.75 * seen


def test_with_few_trials_the_best_seen_is_recommended() -> None:
    fold = Planted(BOX, 7, noise=0.5).fold()
    assert number(fold) == best_number(fold.history)
    assert not recommend(fold).modelled


def test_trials_of_one_configuration_average() -> None:
    lucky = [({"x": 0.8, "y": 0.6}, value) for value in (-0.4, 0.9, 0.8, 0.7, 0.9, 0.8)]
    steady = [({"x": 0.3, "y": 0.6}, value) for value in (0.1, 0.0, 0.2, 0.1, 0.1, 0.2)]
    fold = fold_of(BOX, [*lucky, *steady])
    assert best_number(fold.history) == 0
    assert recommend(fold).trials[0].params == {"x": 0.3, "y": 0.6}
    assert number(fold) == 6


def test_a_told_standard_error_is_believed() -> None:
    points = [{"x": x / 20, "y": 0.6} for x in range(20)]
    told = [Told(params, bowl(params), sd=0.001) for params in points]
    told[15] = Told(points[15], -0.2, sd=2.0)
    fold = fold_of(BOX, told)
    assert (best_number(fold.history), number(fold)) == (15, 6)


def test_failed_pruned_and_infinite_trials_are_never_recommended() -> None:
    points = Planted(BOX, 40).points
    states = [State.FAILED, State.PRUNED, State.COMPLETE, State.COMPLETE]
    told = [
        Told(params, [-1.0, -1.0, np.inf, bowl(params)][i % 4], state=states[i % 4]) for i, params in enumerate(points)
    ]
    fold = fold_of(BOX, told)
    assert number(fold) == best_number(fold.history)
    assert number(fold) % 4 == 3


def test_infinite_values_alone_leave_the_best_seen() -> None:
    fold = fold_of(BOX, [({"x": x / 20, "y": 0.5}, np.inf) for x in range(20)])
    assert number(fold) == best_number(fold.history) == 0


def test_nothing_complete_is_said_as_for_the_best() -> None:
    with pytest.raises(NoTrial, match=r"expected a complete trial, got none \(no trials yet\)"):
        recommend(fold_of(BOX, []))


def test_a_third_of_penalties_leaves_the_good_trials_as_far_apart_as_they_are() -> None:
    points = Planted(BOX, 60).points
    fold = fold_of(BOX, [(p, 1e6 if i % 3 == 0 else bowl(p)) for i, p in enumerate(points)])
    chosen = recommend(fold).trials[0]
    assert bowl(chosen.params) < np.quantile([bowl(p) for p in points], 0.1)
    cliff = fold_of(BOX, [(p, 1e6 if p["x"] + p["y"] > 1.2 else bowl(p)) for p in points])
    assert number(cliff) == best_number(cliff.history)


def test_to_maximise_the_sign_turns() -> None:
    points = Planted(BOX, 30).points
    least, greatest = (
        fold_of(BOX, [(p, sign * bowl(p)) for p in points], goals={"v": word})
        for sign, word in ((1.0, "minimize"), (-1.0, "maximize"))
    )
    assert number(least) == number(greatest)


def test_very_many_trials_are_judged_in_bounded_time() -> None:
    study = Planted(BOX, 3_000, noise=0.1)
    truth = [bowl(params) for params in study.points]
    fold = study.fold()
    assert truth[number(fold)] < truth[best_number(fold.history)]
    assert truth[number(fold)] - min(truth) < 0.1 * 0.1  # a tenth of the noise


# -- constraints -------------------------------------------------------------------------------------------------------


def limited(confidence: float | None, noise: float) -> Fold:
    """A metric equal to x, with noise, that must be at least 0.5; the least loss within is at x = 0.5."""
    constraint = Constraint("m", low=0.5, confidence=confidence)
    study = Planted(BOX, 80, settings={"constraints": [constraint]})
    return study.fold(lambda params, z: {"m": params["x"] + noise * z})


def test_a_metric_without_noise_is_taken_at_its_word() -> None:
    fold = limited(0.999, 0.0)
    assert number(fold) == best_number(fold.history)
    assert recommend(fold).trials[0]["x"] >= 0.5


@pytest.mark.parity("SP4")
def test_the_confidence_demanded_of_a_constraint_is_honoured() -> None:
    fold = limited(None, 0.2)
    assert fold.history.trial(best_number(fold.history))["x"] < 0.5  # kept it once, by chance
    even, sure = (recommend(limited(asked, 0.2)).trials[0]["x"] for asked in (None, 0.95))
    assert 0.5 < even < sure


@pytest.mark.parity("SP4")
def test_a_confidence_that_nobody_reaches_is_said_with_the_nearest() -> None:
    words = r"keeps 'm' with 0\.9999 confidence, got none of \d+ that kept it once: trial \d+ comes nearest with 0\.\d+"
    with pytest.raises(NoTrial, match=words):
        recommend(limited(0.9999, 2.0))


# -- several goals -----------------------------------------------------------------------------------------------------


def two_goals(noise: float, **goal: Any) -> Fold:
    points = drawn(BOX, 80)
    rng = np.random.Generator(np.random.Philox(key=1))
    told = [(p, (p["x"] + noise * rng.normal(), (1 - p["x"]) ** 2 + p["y"] + noise * rng.normal())) for p in points]
    return fold_of(BOX, told, goals=[Goal("a", **goal), Goal("b")])


def test_without_noise_the_front_is_the_one_that_was_seen() -> None:
    fold = two_goals(0.0)
    assert [trial.number for trial in recommend(fold).trials] == front_numbers(fold.history)


def test_under_noise_the_front_is_that_of_expected_values() -> None:
    fold = two_goals(0.2)
    recommended = [trial["y"] for trial in recommend(fold).trials]
    seen = [fold.history.trial(number)["y"] for number in front_numbers(fold.history)]
    assert np.mean(recommended) < 0.7 * np.mean(seen)  # y only costs


@pytest.mark.parity("SO3")
def test_thresholds_hold_for_expected_values_too() -> None:
    trials = recommend(two_goals(0.05, threshold=0.4)).trials
    assert trials
    assert all(trial["x"] < 0.5 for trial in trials)
