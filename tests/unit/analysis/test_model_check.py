"""The model is checked on what it has not seen, in numbers and in words."""

import numpy as np
import pytest

from ayar.analysis.model_check import model_check
from ayar.analysis.prediction import predict
from ayar.base.errors import NoTrial
from ayar.testing.folds import fold_of
from unit.analysis.noisy import BOX, Planted, bowl


@pytest.mark.parity("AX3")
def test_a_smooth_goal_is_explained() -> None:
    found = model_check(Planted(BOX, 60).fold())
    assert found.explained > 0.99
    assert found.rank_correlation > 0.99
    assert found.reliable
    assert not found.noisy
    assert found.sentence.startswith(
        "Each predicted from the others, 60 trials of value come out well: over 99 % of the variation explained, rank "
        f"correlation {found.rank_correlation:.2f}; "
    )
    assert found.sentence.endswith(" % lie within their 95 % interval; no noise found.")


@pytest.mark.parity("AX3")
def test_pure_noise_is_called_badly_predicted() -> None:
    found = model_check(Planted(BOX, 60, noise=50.0).fold())
    assert found.explained < 0.3
    assert not found.reliable
    assert found.inside > 0.85  # the intervals are honest all the same
    assert "come out badly: " in found.sentence
    assert found.sentence.endswith("; values are noisy.")


@pytest.mark.parity("AX3")
def test_intervals_hold_what_they_promise_under_noise() -> None:
    inside = [model_check(Planted(BOX, 60, noise=0.1, seed=seed).fold()).inside for seed in range(6)]
    # 95 % of 360 values: standard error 1.2 points; 4 of them, and the kindness of fitted hyperparameters.
    assert 0.90 < sum(inside) / len(inside) < 0.995


def test_a_trial_unlike_its_neighbours_is_named() -> None:
    told = [(params, bowl(params)) for params in Planted(BOX, 60, noise=0.0).points]
    told[17] = (told[17][0], told[17][1] + 0.6)
    assert model_check(fold_of(BOX, told)).surprises[:1] == (17,)


def test_too_few_trials_are_said() -> None:
    with pytest.raises(NoTrial, match=r"expected at least 8 complete trials to model 'value', got 3"):
        model_check(Planted(BOX, 3).fold())


@pytest.mark.parity("AX3")
@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_it_says_what_cross_validation_with_models_fitted_anew_says(noise: float) -> None:
    """Trials left out in six parts, each predicted by a model that has never seen them: the check is hardly kinder."""
    planted = Planted(BOX, 48, noise=noise, seed=1)
    trials = planted.fold().history.trials()
    told = [(dict(trial.params), trial.values[0]) for trial in trials]
    missed, values = [], []
    for part in range(6):
        rest = fold_of(BOX, [pair for i, pair in enumerate(told) if i % 6 != part])
        left = [pair for i, pair in enumerate(told) if i % 6 == part]
        means = predict(rest, [params for params, _ in left]).mean
        missed += [value - mean for (_, value), mean in zip(left, means, strict=True)]
        values += [value for _, value in left]
    anew = 1.0 - float(np.var(missed) + np.mean(missed) ** 2) / float(np.var(values))
    found = model_check(planted.fold())
    assert found.explained == pytest.approx(anew, abs=0.12)
    assert found.explained > anew - 0.05
