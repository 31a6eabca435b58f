"""The corrected score is the truth on average where the naive one flatters, whatever the metric."""

from typing import Any

import numpy as np
import pytest

from ayar.base.errors import ArgumentError
from ayar.evaluate.metrics import METRICS, Metric
from ayar.evaluate.selection import corrected_means, corrected_scores


def test_of_equal_configurations_the_naive_winner_flatters_and_the_corrected_does_not() -> None:
    """60 searches among 50 equal ones: the corrected mean has a standard error of 0.002; false alarms 1 in 300."""
    naive, corrected, covered = [], [], []
    for seed in range(60):
        hits = np.random.default_rng(seed).random((50, 200)) < 0.9
        found = corrected_means(hits, np.random.default_rng(seed), direction="maximize", draws=500)
        naive.append(found.naive - 0.9)
        corrected.append(found.score - 0.9)
        covered.append(found.low <= 0.9 <= found.high)
    assert np.mean(naive) > 0.035
    assert abs(np.mean(corrected)) < 0.006
    assert np.mean(covered) >= 0.95


def test_a_clear_winner_is_hardly_corrected() -> None:
    hits = np.random.default_rng(0).random((20, 1000)) < np.array([0.9] + [0.6] * 19)[:, None]
    found = corrected_means(hits, np.random.default_rng(0), direction="maximize")
    assert found.winner == 0
    assert abs(found.optimism) < 0.003


def test_less_is_better_where_the_metric_says_so() -> None:
    errors = np.random.default_rng(0).normal(1.0, 0.5, size=(40, 100)) ** 2
    found = corrected_means(errors, np.random.default_rng(0), direction="minimize")
    assert found.naive == errors.mean(axis=1).min()
    assert found.optimism > 0
    assert found.score > found.naive


def test_the_quick_way_and_the_general_way_agree_bit_for_bit_but_for_rounding() -> None:
    truth = np.random.default_rng(0).integers(3, size=80)
    predictions = [np.where(np.random.default_rng(i).random(80) < 0.7, truth, 0) for i in range(8)]
    quick = METRICS["accuracy"]
    slow = Metric(quick.score, "maximize", "accuracy")
    groups = np.arange(80) // 4
    a = corrected_scores(quick, truth, predictions, np.random.default_rng(1), groups=groups, draws=500)
    b = corrected_scores(slow, truth, predictions, np.random.default_rng(1), groups=groups, draws=500)
    # Sums in another order may break an exact tie between configurations the other way.
    assert a.score == pytest.approx(b.score, abs=2e-3)
    assert a.naive == pytest.approx(b.naive)
    assert a.winner == b.winner


def test_a_metric_that_is_no_mean_is_corrected_too() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(2, size=150)
    scores = [np.column_stack([1 - p, p]) for p in rng.random((30, 150))]
    found = corrected_scores(METRICS["roc_auc"], truth, scores, rng, draws=500)
    assert found.naive > 0.54
    assert abs(found.score - 0.5) < 0.06


def test_rows_of_a_group_are_drawn_together_which_widens_the_interval() -> None:
    rng = np.random.default_rng(0)
    hits = np.repeat(rng.random((10, 30)) < 0.7, 10, axis=1)
    groups = np.repeat(np.arange(30), 10)
    apart = corrected_means(hits, np.random.default_rng(0), direction="maximize")
    whole = corrected_means(hits, np.random.default_rng(0), direction="maximize", groups=groups)
    assert whole.high - whole.low > 1.5 * (apart.high - apart.low)


@pytest.mark.parametrize(
    ("shape", "given", "words"),
    [
        ((1, 50), {}, r"at least 2 configurations judged on 2 rows \(or groups\), got 1 on 50"),
        ((3, 50), {"groups": [1] * 50}, r"at least 2 configurations .* got 3 on 1"),
        ((3, 50), {"draws": 10}, r"expected draws >= 500 and a level between 0 and 1, got 10"),
        ((3, 50), {"level": 95}, r"a level between 0 and 1, got 1000 and 95"),
    ],
)
def test_what_cannot_be_corrected_is_refused_in_words(shape: Any, given: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        corrected_means(np.ones(shape), np.random.default_rng(0), direction="maximize", **given)


def test_missing_scores_are_refused() -> None:
    rows = np.ones((3, 50))
    rows[1, 3] = np.nan
    with pytest.raises(ArgumentError, match=r"a score for every configuration, got NaN for number 1"):
        corrected_means(rows, np.random.default_rng(0), direction="maximize")
