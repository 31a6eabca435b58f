"""Losses of scikit-learn models in cross-validation."""

import math
from typing import Any

import numpy as np
import pytest
from benchmarks.problems import Outcome, Params
from benchmarks.suites.learners import TRUTH_SEEDS, CrossValidated

pytest.importorskip("sklearn")


def tree(params: Params, seed: int) -> Any:
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(max_features=params["max_features"], max_depth=2, random_state=seed)


def task(draws: bool, most: float = math.inf) -> CrossValidated:
    return CrossValidated(tree, "iris", "accuracy", 3, draws, most)


def test_a_model_that_draws_gets_its_seed_from_the_trial() -> None:
    noisy = task(draws=True)
    losses = {noisy.evaluate({"max_features": 1}, np.random.default_rng(seed)).loss for seed in range(6)}
    assert len(losses) > 1
    again = [noisy.evaluate({"max_features": 1}, np.random.default_rng(3)) for _ in range(2)]
    assert again[0] == again[1]


def test_its_truth_is_the_mean_over_fixed_seeds() -> None:
    noisy = task(draws=True)
    losses = [noisy.loss({"max_features": 1}, seed) for seed in TRUTH_SEEDS]
    assert len(set(losses)) > 1
    assert noisy.truth({"max_features": 1}) == pytest.approx(np.mean(losses), abs=1e-15)


def test_a_model_that_does_not_draw_has_one_loss() -> None:
    exact = task(draws=False)
    loss = exact.evaluate({"max_features": 2}, np.random.default_rng(0)).loss
    assert loss == exact.truth({"max_features": 2}) == exact.loss({"max_features": 2}, 0)


def test_a_truth_counts_no_more_than_its_clip() -> None:
    assert task(draws=False, most=-1.0).truth({"max_features": 2}) == -1.0


def test_a_model_that_cannot_be_fitted_is_a_failed_trial() -> None:
    broken = {"max_features": 0}
    assert task(draws=False).evaluate(broken, np.random.default_rng(0)) == Outcome(None)
    assert task(draws=True).truth(broken) == math.inf
