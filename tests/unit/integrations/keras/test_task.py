"""KerasTask: runs that follow from their seed, go back bit for bit, and touch nothing of the caller."""

import random
from typing import Any

import keras
import numpy as np
import pytest
import torch

from ayar.base.errors import ArgumentError
from ayar.integrations.keras import KerasTask
from ayar.integrations.keras.global_state import load_seed_state, seed_state
from ayar.training import Constant, OneCycle, run_schedule

RNG = np.random.default_rng(1)
X = RNG.normal(size=(70, 6)).astype("float32")
LABELS = (X[:, 0] + X[:, 1] > 0).astype("int64") + (X[:, 2] > 1)


def classifier(optimizer: Any = None, batch_norm: bool = True) -> Any:
    layers = [keras.Input((6,)), keras.layers.Dense(16, activation="relu")]
    layers += [keras.layers.BatchNormalization()] if batch_norm else []
    layers += [keras.layers.Dropout(0.2), keras.layers.Dense(3, activation="softmax")]
    model = keras.Sequential(layers)
    chosen = optimizer or keras.optimizers.SGD(0.1, momentum=0.9)
    model.compile(optimizer=chosen, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def task(**options: Any) -> KerasTask:
    return KerasTask(classifier, X[:50], LABELS[:50], batch_size=16, validation=(X[50:], LABELS[50:]), **options)


def test_what_it_says_of_itself() -> None:
    one = task()
    assert (one.rows, one.validation_rows, one.steps_per_epoch) == (50, 20, 4)
    assert (one.settings.lr, one.settings.momentum, one.settings.weight_decay) == pytest.approx((0.1, 0.9, 0.0))
    assert one.can == {"momentum", "decoupled", "resize", "one_batch", "shuffle", "gradients"}
    assert one.batch_norm
    shares = np.bincount(LABELS[:50]) / 50
    assert one.chance == pytest.approx(-(shares * np.log(shares)).sum())


def test_adam_takes_beta1_and_an_unknown_kind_neither() -> None:
    adam = KerasTask(lambda: classifier(keras.optimizers.AdamW(0.01)), X, LABELS)
    assert {"beta1", "decoupled"} <= adam.can
    assert adam.settings.weight_decay == pytest.approx(0.004)
    other = KerasTask(lambda: classifier(keras.optimizers.RMSprop(0.01)), X, LABELS)
    assert not other.can & {"momentum", "beta1", "decoupled"}
    assert run_schedule(other, Constant(3, 0.01, momentum=0.5), 0).notes


def losses(run: Any, steps: int) -> list[float]:
    return [run.step(lr=0.05, momentum=0.8) for _ in range(steps)]


def test_the_seed_decides_everything() -> None:
    one = task()
    first, again, other = (losses(one.start(seed), 10) for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_back_to_a_state_it_goes_on_bit_for_bit() -> None:
    run = task().start(0)
    losses(run, 5)
    state, parts = run.state(), run.parts()
    ahead = losses(run, 6)
    changed = {name for name, held in run.parts().items() if held != parts[name]}
    assert {"data order"} < changed
    run.load(state)
    assert run.parts() == parts
    assert losses(run, 6) == ahead


def test_scores_and_gradients_change_nothing() -> None:
    run = task().start(0)
    losses(run, 3)
    before = run.parts()
    scores = run.validate()
    assert run.validate("training").rows == 50
    assert run.parts() == before
    norms = run.gradient_norms(8, 32)
    assert {name for name, held in run.parts().items() if held != before[name]} == {"data order"}  # the count of draws
    assert all(norm > 0 for norm in norms)
    told = run.model.evaluate(X[50:], LABELS[50:], verbose=0, return_dict=True)
    assert scores.loss == pytest.approx(told["loss"], rel=1e-5)
    assert scores.metric == pytest.approx(told["accuracy"])
    assert 0 < scores.error < scores.loss


def test_starting_leaves_every_random_state_as_it_was() -> None:
    keras.utils.set_random_seed(7)
    keras.random.normal((1,))

    def states() -> Any:
        seed, generator, where = seed_state()
        numpy_state = repr(np.random.get_state())  # noqa: NPY002 - the state of others is what is tested
        return random.getstate(), numpy_state, torch.get_rng_state().tolist(), seed, id(generator), where.tolist()

    before = states()
    losses(task().start(0), 3)
    assert states() == before


def test_keras_seed_states_there_and_back() -> None:
    keras.utils.set_random_seed(7)
    keras.random.normal((1,))
    held = seed_state()
    first = keras.ops.convert_to_numpy(keras.random.normal((3,)))
    keras.utils.set_random_seed(8)
    load_seed_state(held)
    assert seed_state()[1] is held[1]
    np.testing.assert_array_equal(first, keras.ops.convert_to_numpy(keras.random.normal((3,))))


def test_one_batch_can_be_learnt_and_shuffled_labels_keep_their_shares() -> None:
    small = task().one_batch()
    assert (small.rows, small.validation_rows) == (16, 20)
    assert run_schedule(small, OneCycle(60, 0.2), 0).losses[-1] < 0.3
    mixed = task().shuffled(5)
    assert sorted(mixed.data.y) == sorted(LABELS[:50])
    assert (mixed.data.y != LABELS[:50]).any()
    assert (task().shuffled(5).data.y == mixed.data.y).all()
    assert task().resized(10).steps_per_epoch == 5


def test_a_complete_short_run_learns() -> None:
    result = run_schedule(task(), OneCycle(60, 0.3), seed=0, weight_decay=1e-3)
    assert not result.diverged
    assert result.scores.metric is not None
    assert result.scores.metric > 0.6


def test_a_training_that_blows_up_is_stopped() -> None:
    def build() -> Any:
        model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
        model.compile(keras.optimizers.SGD(0.1), loss="mse")
        return model

    result = run_schedule(KerasTask(build, X, LABELS), Constant(200, 100.0), seed=0)
    assert result.diverged
    assert result.steps < 200
    assert "Stopped: the loss was" in result.explain()


def test_decay_leaves_out_biases_and_scales() -> None:
    plain, decayed = (task().start(0) for _ in range(2))
    for run, decay in ((plain, 0.0), (decayed, 5.0)):
        run.step(lr=0.1, weight_decay=decay)
    same = {
        each.path: bool(np.array_equal(each.numpy(), other.numpy()))
        for each, other in zip(plain.model.trainable_variables, decayed.model.trainable_variables, strict=True)
    }
    assert [len(each.shape) < 2 for each in plain.model.trainable_variables] == list(same.values())


def test_inputs_by_name_and_a_regression() -> None:
    def build() -> Any:
        inputs = {"a": keras.Input((3,), name="a"), "b": keras.Input((3,), name="b")}
        joined = keras.layers.Concatenate()([inputs["a"], inputs["b"]])
        model = keras.Model(inputs, keras.layers.Dense(1)(joined))
        model.compile(keras.optimizers.Adam(0.01), loss=keras.losses.MeanSquaredError())
        return model

    rows = {"a": X[:, :3], "b": X[:, 3:]}
    one = KerasTask(build, rows, X @ np.arange(6), validation=(rows, X @ np.arange(6)))
    assert one.chance == pytest.approx((X @ np.arange(6)).var())
    result = run_schedule(one, OneCycle(200, 0.3, momentum=(0.95, 0.8)), 0)
    assert result.loss < 0.1 * (one.chance or 0)
    assert result.scores.metric is None


def test_what_is_no_task_is_refused() -> None:
    with pytest.raises(ArgumentError, match="there are no validation rows"):
        KerasTask(classifier, X, LABELS).start(0).validate()
    with pytest.raises(ArgumentError, match=r"X and y with the same number of rows, at least 1; got \[50, 70\]"):
        KerasTask(classifier, X, LABELS[:50])
    with pytest.raises(ArgumentError, match=r"build\(\) must return a Keras model compiled with one loss"):
        KerasTask(lambda: keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)]), X, LABELS)
    decaying = keras.optimizers.schedules.CosineDecay(0.1, 10)
    with pytest.raises(ArgumentError, match="learning rate must be a number that can be set"):
        KerasTask(lambda: classifier(keras.optimizers.SGD(decaying)), X, LABELS)
