"""The error of a mean over folds, and what a trial with missing folds would have come to."""

import math

import numpy as np
import pytest

from ayar.numerics.fold_noise import FEWEST, completed_means, fold_deviations

NAN = math.nan


def scores(trials: int, k: int, luck: float, hard: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(true losses, their scores on k shared folds)."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(0.0, 0.1, trials)
    return truth, truth[:, None] + rng.normal(0.0, hard, k) + rng.normal(0.0, luck, (trials, k))


def test_the_formula_by_hand() -> None:
    x = np.array([[1.0, 2.0, 3.0], [4.0, 4.0, 7.0]])
    v = np.array([1.0, 3.0])  # sample variances; the common one is their median, 2
    shrunk = (2.0 * v + 5.0 * 2.0) / 7.0
    expected = np.sqrt(shrunk * 2.0 / 3.0 * (1.0 / 3.0 + 1.0 / 2.0))
    both = np.array([True, True])
    assert fold_deviations(x, both, shared=False, overlap=0.5) == pytest.approx(expected)
    assert fold_deviations(x, both, shared=False, overlap=0.0) == pytest.approx(np.sqrt(shrunk / 3.0)), "repeats"


def test_fewer_folds_are_less_sure_and_a_single_one_is_not_called_certain() -> None:
    _, x = scores(30, 5, luck=0.01, hard=0.02)
    x[0, 1:], x[1, 2:], x[2, 4:] = NAN, NAN, NAN
    whole = np.isfinite(x).all(axis=1)
    sd = fold_deviations(x, whole, shared=True, overlap=0.25)
    rest = float(np.median(sd[whole]))
    assert sd[0] > sd[1] > sd[2] > 0.8 * rest
    # √((1 + 1/4)/(1/5 + 1/4)) times as wide, give or take what its own folds say.
    assert sd[0] == pytest.approx(rest * math.sqrt(1.25 / 0.45), rel=0.2)


def test_what_makes_a_fold_hard_for_everybody_is_no_noise_in_a_comparison() -> None:
    truth, x = scores(200, 5, luck=0.01, hard=0.02)
    whole = np.ones(len(x), bool)
    off = x.mean(axis=1) - truth
    error = float(np.std(off))  # of comparisons: the folds' common part has gone
    said = float(np.median(fold_deviations(x, whole, shared=True, overlap=0.25)))
    blind = float(np.median(fold_deviations(x, whole, shared=False, overlap=0.25)))
    assert error == pytest.approx(0.01 / math.sqrt(5), rel=0.15)
    assert error < said < 1.6 * error, "the rows that folds share in fitting are allowed for"
    assert blind > 1.5 * said


def test_few_whole_trials_do_not_tell_which_folds_are_hard() -> None:
    _, x = scores(FEWEST - 1, 5, luck=0.0, hard=0.02)
    whole = np.ones(len(x), bool)
    assert fold_deviations(x, whole, shared=True, overlap=0.25) == pytest.approx(
        fold_deviations(x, whole, shared=False, overlap=0.25)
    )


def test_a_diverged_trial_makes_the_others_no_less_sure() -> None:
    _, x = scores(30, 5, luck=0.01, hard=0.02)
    whole = np.ones(len(x), bool)
    before = fold_deviations(x, whole, shared=True, overlap=0.25)
    x[3] = [0.1, 50.0, 0.2, 900.0, 3.0]
    after = fold_deviations(x, whole, shared=True, overlap=0.25)
    others = np.arange(len(x)) != 3
    assert after[others] == pytest.approx(before[others], rel=0.25)
    assert after[3] > 100.0 * after[4]


@pytest.mark.parametrize("x", [np.full((3, 5), NAN), np.zeros((3, 1)), np.zeros((0, 0)), np.full((2, 0), NAN)])
def test_where_there_is_nothing_to_learn_from_nothing_is_said(x: np.ndarray) -> None:
    assert np.isnan(fold_deviations(x, np.zeros(len(x), bool), shared=True, overlap=0.25)).all()


def test_easy_folds_do_not_flatter() -> None:
    rival = np.array([0.1, 0.3, 0.5])
    x = np.array([[0.2, NAN, NAN], [NAN, NAN, 0.6], [0.2, 0.4, 0.6], [NAN, NAN, NAN]])
    assert completed_means(x, rival)[:3] == pytest.approx([0.4, 0.4, 0.4])
    assert completed_means(x, None)[:3] == pytest.approx([0.2, 0.6, 0.4])
    assert math.isnan(completed_means(x, rival)[3])
