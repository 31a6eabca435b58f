"""Noise from the folds of cross-validation."""

import numpy as np
import pytest

from ayar.analysis.folds import fold_table, paired_noise
from ayar.testing.folds import Told, fold_of


def test_the_table_holds_trials_with_every_fold() -> None:
    trials = [
        Told({"x": 0.1}, 1.0, reports=[(0, 1.0, 0), (1, 3.0, 1)]),
        Told({"x": 0.2}, 1.0, reports=[(0, 1.0, 0)]),
        Told({"x": 0.3}, 1.0),
    ]
    assert fold_table(fold_of({"x": (0.0, 1.0)}, trials).history, [0, 1, 2]).tolist() == [[1.0, 3.0]]


def test_what_all_trials_share_on_a_fold_is_not_noise() -> None:
    hard = np.array([0.0, 5.0, -3.0, 1.0])
    assert paired_noise(np.array([1.0, 2.0, 3.0])[:, None] + hard) == pytest.approx(0.0, abs=1e-12)


def test_the_noise_of_a_mean_is_recovered() -> None:
    rng = np.random.default_rng(0)
    table = rng.normal(0.0, 0.2, (200, 4)) + rng.normal(0.0, 3.0, (200, 1)) + rng.normal(0.0, 2.0, (1, 4))
    # 600 degrees of freedom: the estimate is within 10 % but for 1 in 2,000.
    assert paired_noise(table) == pytest.approx(0.1, rel=0.1)


def test_one_trial_or_one_fold_tells_nothing() -> None:
    assert paired_noise(np.zeros((1, 5))) is None
    assert paired_noise(np.zeros((5, 1))) is None
    assert paired_noise(np.zeros((0, 0))) is None
