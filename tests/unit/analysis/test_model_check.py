"""The model is checked on what it has not seen, in numbers and in words."""

import pytest

from ayar.analysis.model_check import model_check
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
