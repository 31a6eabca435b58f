"""A network on MNIST-1D."""

import math
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("mnist1d")

from benchmarks.problems import Outcome
from benchmarks.suites.mnist1d import error, evaluate, rows, truth

pytestmark = pytest.mark.slow  # torch, the data, and a dozen trainings: ten seconds

SMALL: dict[str, Any] = {"batch": 512, "layers": 2, "channels": 8, "dropout": 0.1}
ADAM = SMALL | {"learning_rate": 0.03, "optimizer": "adam"}


def test_the_data_are_3000_training_rows_and_1000_held_out() -> None:
    assert [tuple(part.shape) for part in rows()] == [(3000, 1, 40), (3000,), (1000, 1, 40), (1000,)]


def test_training_repeats_with_its_seed_and_is_far_better_than_chance() -> None:
    first = evaluate(ADAM, np.random.default_rng(5)).loss
    assert first == evaluate(dict(ADAM), np.random.default_rng(5)).loss
    assert first is not None
    assert first < 0.7


def test_seeds_differ_and_the_truth_is_their_mean() -> None:
    errors = [error(ADAM, seed) for seed in (1, 2, 3)]
    assert len(set(errors)) > 1
    assert truth(ADAM) == pytest.approx(np.mean(errors), abs=1e-12)


def test_training_that_diverges_is_a_failed_trial() -> None:
    wild = SMALL | {"learning_rate": 1e30, "optimizer": "sgd", "momentum": 0.9}
    assert evaluate(wild, np.random.default_rng(0)) == Outcome(None)
    assert truth(wild) == math.inf
