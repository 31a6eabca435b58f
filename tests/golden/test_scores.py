"""Metrics against scikit-learn 1.9 and intervals against published and computed values."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sk

from ayar.evaluate.intervals import cv_interval, wilson_interval
from ayar.evaluate.metrics import METRICS

RNG = np.random.default_rng(0)
LABELS = RNG.integers(4, size=200)
GUESSES = np.where(RNG.random(200) < 0.7, LABELS, RNG.integers(5, size=200))
TARGETS = RNG.normal(size=200)
VALUES = TARGETS + 0.3 * RNG.normal(size=200)
PROBABILITIES = RNG.dirichlet(np.ones(4), size=200)
BINARY = (LABELS > 1).astype(int)
# Rounded, so that ties occur.
CHANCES = np.round(np.clip(BINARY * 0.3 + RNG.random(200) * 0.7, 0, 1), 1)


@pytest.mark.parametrize(
    ("name", "truth", "prediction", "wanted"),
    [
        ("accuracy", LABELS, GUESSES, sk.accuracy_score(LABELS, GUESSES)),
        ("error_rate", LABELS, GUESSES, sk.zero_one_loss(LABELS, GUESSES)),
        ("f1_macro", LABELS, GUESSES, sk.f1_score(LABELS, GUESSES, average="macro")),
        ("log_loss", LABELS, PROBABILITIES, sk.log_loss(LABELS, PROBABILITIES)),
        ("roc_auc", BINARY, np.stack([1 - CHANCES, CHANCES], axis=1), sk.roc_auc_score(BINARY, CHANCES)),
        ("mse", TARGETS, VALUES, sk.mean_squared_error(TARGETS, VALUES)),
        ("rmse", TARGETS, VALUES, sk.root_mean_squared_error(TARGETS, VALUES)),
        ("mae", TARGETS, VALUES, sk.mean_absolute_error(TARGETS, VALUES)),
        ("r2", TARGETS, VALUES, sk.r2_score(TARGETS, VALUES)),
    ],
)
def test_a_metric_agrees_with_sklearn(name: str, truth: Any, prediction: Any, wanted: float) -> None:
    # Sums in another order: a few units in the last place.
    assert METRICS[name].score(truth, prediction) == pytest.approx(wanted, rel=1e-12)


def test_balanced_accuracy_agrees_with_sklearn() -> None:
    # scikit-learn warns of a class that is only predicted; leave it out.
    guesses = np.minimum(GUESSES, 3)
    wanted = sk.balanced_accuracy_score(LABELS, guesses)
    assert METRICS["balanced_accuracy"].score(LABELS, guesses) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize(("name", "theirs"), [("r2", sk.r2_score), ("mse", sk.mean_squared_error)])
def test_several_outputs_are_averaged_as_in_sklearn(name: str, theirs: Callable[..., float]) -> None:
    truth, prediction = np.stack([TARGETS, VALUES**2], axis=1), np.stack([VALUES, VALUES], axis=1)
    assert METRICS[name].score(truth, prediction) == pytest.approx(theirs(truth, prediction), rel=1e-12)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3 (Wilson without correction).
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_of_a_proportion_is_wilsons(hits: int, n: int, low: float, high: float) -> None:
    # Published to four digits.
    assert wilson_interval(hits, n) == pytest.approx((low, high), abs=5.1e-5)


def test_the_interval_of_a_cross_validation_is_the_corrected_t() -> None:
    scores = [0.91, 0.93, 0.90, 0.95, 0.92]
    error = np.sqrt((1 / 5 + 20 / 80) * np.var(scores, ddof=1))
    assert cv_interval(scores, 80, 20) == pytest.approx(stats.t.interval(0.95, 4, np.mean(scores), error), rel=1e-9)
