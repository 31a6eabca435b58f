"""Sanity checks: sound tasks pass, broken ones are found, and what cannot be checked is left out in words."""

import numpy as np
import pytest

from ayar.training.numpy_task import NumpyTask
from ayar.training.sanity import Sanity, cannot_learn_noise, learns_one_batch, starts_at_chance


@pytest.fixture
def task() -> NumpyTask:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 8))
    return NumpyTask(X, (X[:, 0] > 0).astype(int), hidden=(16,), name="signs")


def test_a_sound_task_passes(task: NumpyTask) -> None:
    checks = Sanity((starts_at_chance(task), learns_one_batch(task), cannot_learn_noise(task, 0.1, 30)))
    assert [check.outcome for check in checks.checks] == ["passed"] * 3
    assert checks.passed
    assert "knowing nothing costs 0.69" in checks.explain()


def test_weights_that_start_too_large_are_found() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 8))
    large = NumpyTask(X * 100, (X[:, 0] > 0).astype(int), hidden=(16,))
    found = starts_at_chance(large)
    assert found.outcome == "failed"
    assert "Scale the inputs" in found.advice


def test_a_loss_that_knows_the_answers_is_found(task: NumpyTask) -> None:
    task.chance = 5.0
    assert starts_at_chance(task).advice == "New weights should not know that much: are labels among the inputs?"


def test_inputs_that_are_not_finite_are_found(task: NumpyTask) -> None:
    X, y = task.data["training"]
    broken = NumpyTask(np.where(X[0, 0] == X, np.nan, X), y, hidden=(4,))
    assert starts_at_chance(broken).outcome == "failed"


def test_a_batch_that_cannot_be_learnt_is_found() -> None:
    rng = np.random.default_rng(0)
    hopeless = NumpyTask(np.zeros((200, 3)), rng.integers(0, 2, 200), hidden=(8,))  # nothing to tell rows apart by
    found = learns_one_batch(hopeless)
    assert found.outcome == "failed"
    assert "every layer takes part" in found.advice


def test_labels_among_the_inputs_are_found(task: NumpyTask) -> None:
    class Leaky(NumpyTask):
        def shuffled(self, seed: int) -> NumpyTask:
            mixed = super().shuffled(seed)
            for part, (X, y) in mixed.data.items():
                mixed.data[part] = (np.column_stack([X[:, 1:], 3.0 * y]), y)
            return mixed

    leaky = Leaky(task.data["training"][0], task.data["training"][1], hidden=(16,))
    found = cannot_learn_noise(leaky, 0.3, 60)
    assert found.outcome == "failed"
    assert "labels reach the model" in found.advice


def test_what_cannot_be_checked_is_left_out_in_words(task: NumpyTask) -> None:
    task.can = frozenset()
    assert "cannot be cut down to one batch" in learns_one_batch(task).sentence
    assert "cannot shuffle its labels" in cannot_learn_noise(task, 0.1, 10).sentence
    task.chance = None
    checks = Sanity((starts_at_chance(task),))
    assert checks.passed
    assert checks.table[0]["outcome"] == "left out"
