"""Intervals hold the truth as often as they say, and are honest about what they cannot know."""

import math
from typing import Any

import numpy as np
import pytest

from ayar.base.errors import ArgumentError
from ayar.evaluate.intervals import bootstrap_interval, cv_interval, standard_error, wilson_interval
from ayar.evaluate.metrics import accuracy, roc_auc


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_the_corrected_error_is_wider_than_the_plain_one() -> None:
    scores = [0.90, 0.92, 0.91, 0.95, 0.93]
    plain = float(np.std(scores, ddof=1)) / math.sqrt(5)
    assert standard_error(scores, 80, 20) == pytest.approx(plain * math.sqrt(1 + 5 / 4))


@pytest.mark.parametrize("scores", [[], [0.9]])
def test_fewer_than_two_folds_give_no_interval(scores: list[float]) -> None:
    assert math.isnan(standard_error(scores, 80, 20))
    assert cv_interval(scores, 80, 20) is None


def test_infinite_scores_give_no_interval() -> None:
    with np.errstate(invalid="ignore"):
        assert cv_interval([0.5, math.inf], 80, 20) is None


def test_the_interval_of_a_test_holds_the_truth_as_often_as_it_says() -> None:
    # 2,000 draws at a true rate of 0.95: the share that holds it has a standard deviation of 0.005; Wilson's own
    # coverage at p = 0.97, n = 300 is 0.944. The bounds are 4 standard deviations off: one false alarm in 15,000.
    hits = rng().binomial(300, 0.97, size=2000)
    held = [low <= 0.97 <= high for low, high in (wilson_interval(int(h), 300) for h in hits)]
    assert 0.924 < np.mean(held) < 0.97


def test_a_perfect_score_still_has_an_interval() -> None:
    low, high = wilson_interval(50, 50)
    assert low == pytest.approx(0.92865, abs=1e-5)
    assert high == 1.0


def test_draws_are_repeatable() -> None:
    truth = rng().integers(2, size=50)
    one, other = (bootstrap_interval(accuracy, truth, np.ones(50), rng(3)) for _ in range(2))
    assert one == other


def test_the_bootstrap_of_a_mean_is_near_the_normal_interval() -> None:
    # 1.96 standard errors; the percentile of 2,000 draws is off by 3 % of that, one sample of 400 by 4 %.
    truth = rng().normal(size=400)
    low, high = bootstrap_interval(lambda t, p: float(np.mean(t)), truth, truth, rng(1)) or (0.0, 0.0)
    assert (high - low) / 2 == pytest.approx(1.96 * np.std(truth) / 20, rel=0.15)


def test_rows_of_a_group_are_drawn_together() -> None:
    # 10 groups of 40 equal rows know as much as 10 rows: the interval is far wider than that of 400 rows.
    groups = np.repeat(np.arange(10), 40)
    truth = rng().normal(size=10)[groups]
    wide = bootstrap_interval(lambda t, p: float(np.mean(t)), truth, truth, rng(1), groups) or (0.0, 0.0)
    narrow = bootstrap_interval(lambda t, p: float(np.mean(t)), truth, truth, rng(1)) or (0.0, 0.0)
    assert wide[1] - wide[0] > 4 * (narrow[1] - narrow[0])


@pytest.mark.parametrize(("n", "groups"), [(1, None), (5, ["a"] * 5)])
def test_a_single_row_or_group_gives_no_interval(n: int, groups: Any) -> None:
    assert bootstrap_interval(accuracy, np.ones(n), np.ones(n), rng(), groups) is None


def test_draws_without_a_score_are_left_out() -> None:
    truth, P = np.array([0, 0, 0, 1, 1]), np.tile([0.5, 0.5], (5, 1))
    assert bootstrap_interval(roc_auc, truth, P, rng()) == (0.5, 0.5)


def test_a_score_that_is_rarely_known_gives_no_interval() -> None:
    assert bootstrap_interval(roc_auc, np.ones(5, dtype=int), np.tile([0.5, 0.5], (5, 1)), rng()) is None


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_outside_its_range_is_refused_in_words(level: float) -> None:
    words = rf"level: expected a number between 0 and 1, got {level}; try 0.95"
    with pytest.raises(ArgumentError, match=words):
        cv_interval([0.1, 0.2], 80, 20, level)
    with pytest.raises(ArgumentError, match=words):
        wilson_interval(1, 2, level)


def test_impossible_counts_are_refused_in_words() -> None:
    with pytest.raises(ArgumentError, match=r"expected 0 <= hits <= n and n > 0, got hits=3, n=2"):
        wilson_interval(3, 2)
    with pytest.raises(ArgumentError, match=r"expected rows to fit and to judge, got n_train=0, n_test=20"):
        standard_error([0.1, 0.2], 0, 20)
