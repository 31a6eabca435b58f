"""Keras optimizers with momentum in a variable, against a reference in NumPy."""

from itertools import pairwise
from typing import Any

import keras
import numpy as np
import pytest

from ayar.base.errors import ArgumentError
from ayar.integrations.keras import ScheduleCallback, schedulable
from ayar.integrations.keras.optimizers import number
from ayar.training import Constant, OneCycle

SCHEDULE = OneCycle(25, 0.05)
RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 5)).astype("float32")
Y = (X @ RNG.normal(size=(5, 1)) + 0.1).astype("float32")
Weights = list[np.ndarray[Any, Any]]


def gradient(weights: Weights, t: int) -> Weights:
    """Of the mean squared error on the t-th batch of 8 rows."""
    rows = slice(t % 5 * 8, t % 5 * 8 + 8)
    error = X[rows] @ weights[0] + weights[1] - Y[rows]
    return [2 * X[rows].T @ error / 8, 2 * error.mean(axis=0)]


def by_numpy_sgd(decay: float, *, nesterov: bool) -> Weights:
    w: Weights = [np.zeros((5, 1)), np.zeros(1)]
    v = [0 * each for each in w]
    for t in range(30):
        eta, mu = SCHEDULE.at(t)
        for i, g in enumerate(gradient(w, t)):
            w[i] = w[i] * (1 - eta * decay)
            v[i] = (mu or 0) * v[i] - eta * g
            w[i] = w[i] + ((mu or 0) * v[i] - eta * g if nesterov else v[i])
    return w


def by_numpy_adam(decay: float, beta_2: float = 0.99) -> Weights:
    w: Weights = [np.zeros((5, 1)), np.zeros(1)]
    m, v = [0 * each for each in w], [0 * each for each in w]
    for t in range(30):
        eta, beta_1 = SCHEDULE.at(t)
        assert beta_1 is not None
        scale = eta * np.sqrt(1 - beta_2 ** (t + 1)) / (1 - beta_1 ** (t + 1))
        for i, g in enumerate(gradient(w, t)):
            w[i] = w[i] * (1 - eta * decay)
            m[i] = beta_1 * m[i] + (1 - beta_1) * g
            v[i] = beta_2 * v[i] + (1 - beta_2) * g**2
            w[i] = w[i] - scale * m[i] / (np.sqrt(v[i]) + 1e-7)
    return w


def linear(optimizer: Any) -> Any:
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    model.compile(optimizer=optimizer, loss="mse")
    return model


CASES = [
    (keras.optimizers.SGD(0.1), lambda: by_numpy_sgd(0.0, nesterov=False)),
    (keras.optimizers.SGD(0.1, momentum=0.9, weight_decay=0.1), lambda: by_numpy_sgd(0.1, nesterov=False)),
    (keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True), lambda: by_numpy_sgd(0.0, nesterov=True)),
    (keras.optimizers.Adam(0.1, beta_2=0.99), lambda: by_numpy_adam(0.0)),
    (keras.optimizers.AdamW(0.1, beta_2=0.99, weight_decay=0.1), lambda: by_numpy_adam(0.1)),
]


@pytest.mark.parametrize(("optimizer", "reference"), CASES, ids=["sgd", "decay", "nesterov", "adam", "adamw"])
def test_the_schedule_reaches_every_update(optimizer: Any, reference: Any) -> None:
    """30 updates of `fit` along a one-cycle of 25 against the formulas of Keras 3.15.1 in float64, to 1e-6."""
    model = linear(schedulable(optimizer))
    model.fit(X, Y, batch_size=8, epochs=6, shuffle=False, verbose=0, callbacks=[ScheduleCallback(SCHEDULE)])
    for got, wanted in zip(model.get_weights(), reference(), strict=True):
        np.testing.assert_allclose(got, wanted, atol=1e-6, rtol=0)


def test_options_are_kept_and_beta_2_is_never_touched() -> None:
    adam = schedulable(keras.optimizers.Adam(0.1, beta_2=0.97, epsilon=1e-5, clipnorm=2.0, amsgrad=True))
    model = linear(adam)
    model.fit(X, Y, batch_size=8, verbose=0, callbacks=[ScheduleCallback(SCHEDULE)])
    held = adam.get_config()
    assert (held["beta_2"], held["epsilon"], held["clipnorm"], held["amsgrad"]) == (0.97, 1e-5, 2.0, True)
    assert held["beta_1"] == pytest.approx(SCHEDULE.at(4).momentum)
    assert schedulable(adam) is adam
    assert schedulable("sgd").get_config()["momentum"] == 0.0


def test_decay_can_be_set_on_the_way_and_leaves_out_what_is_named() -> None:
    sgd = schedulable(keras.optimizers.SGD(0.1))
    sgd.exclude_from_weight_decay(var_names=["bias"])
    model = linear(sgd)
    model.set_weights([np.ones((5, 1)), np.ones(1)])
    sgd.build(model.trainable_variables)
    sgd.weight_decay = 0.5
    sgd.apply([keras.ops.zeros((5, 1)), keras.ops.zeros(1)])
    kernel, bias = model.get_weights()
    assert kernel[0, 0] == pytest.approx(0.95)
    assert bias[0] == 1.0


@pytest.mark.parametrize("name", ["RMSprop", "Nadam", "Lion"])
def test_other_kinds_are_refused_in_words(name: str) -> None:
    with pytest.raises(ArgumentError, match=f"expected one of Keras's own SGD, Adam, AdamW, got .*{name}"):
        schedulable(getattr(keras.optimizers, name)(0.1))


def test_a_trained_one_is_refused() -> None:
    model = linear(keras.optimizers.SGD(0.1))
    model.train_on_batch(X[:8], Y[:8])
    with pytest.raises(ArgumentError, match=r"this SGD has made 1 updates, its velocities would be lost"):
        schedulable(model.optimizer)


def test_saved_in_the_middle_and_loaded_it_goes_on_as_uninterrupted(tmp_path: Any) -> None:
    def fitted(model: Any, epochs: int) -> Any:
        model.fit(X, Y, batch_size=8, epochs=epochs, shuffle=False, verbose=0, callbacks=[ScheduleCallback(SCHEDULE)])
        return model

    whole = fitted(linear(schedulable(keras.optimizers.AdamW(0.1))), 6)
    half = fitted(linear(schedulable(keras.optimizers.AdamW(0.1))), 2)
    half.save(tmp_path / "half.keras")
    again = fitted(keras.models.load_model(tmp_path / "half.keras"), 4)
    assert type(again.optimizer) is type(whole.optimizer)
    for one, other in zip(again.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("steps", [1, 2, 3, 10, 15, 40])
@pytest.mark.parametrize("rise", [0.0, 0.1, 0.3, 1.0])
def test_values_in_the_optimizer_are_the_schedules(steps: int, rise: float) -> None:
    """Acceptance row 6, Keras: to 1e-6, steps past the end included."""
    schedule = OneCycle(steps, 0.1, rise=rise)
    optimizer = schedulable(keras.optimizers.SGD(0.1))
    model = linear(optimizer)
    seen = Seen()
    model.fit(X, Y, batch_size=1, epochs=1, shuffle=False, verbose=0, callbacks=[ScheduleCallback(schedule), seen])
    for t, (lr, momentum) in enumerate(seen.values):
        assert lr == pytest.approx(schedule.at(t).lr, rel=1e-6)
        assert momentum == pytest.approx(schedule.at(t).momentum, rel=1e-6)


def test_ten_thousand_steps() -> None:
    """Acceptance row 6, Keras: what the callback sets, without the training between."""
    schedule = OneCycle(10_000, 0.1, rise=1 / 3)
    model = linear(schedulable(keras.optimizers.SGD(0.1)))
    callback = ScheduleCallback(schedule)
    callback.set_model(model)
    for t in [*range(0, 10_000, 97), 3332, 9_999, 10_000, 12_345]:
        model.optimizer.iterations.assign(t)
        callback.on_train_batch_begin(0)
        assert number(model.optimizer.learning_rate) == pytest.approx(schedule.at(t).lr, rel=1e-6)
        assert number(model.optimizer.momentum) == pytest.approx(schedule.at(t).momentum, rel=1e-6)


class Seen(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Remembers what each update trained with."""

    def __init__(self) -> None:
        super().__init__()
        self.values: list[tuple[float, float]] = []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        optimizer = self.model.optimizer
        self.values.append((number(optimizer.learning_rate), number(optimizer.momentum)))


def test_rate_and_momentum_are_in_the_history() -> None:
    model = linear(schedulable(keras.optimizers.SGD(0.1)))
    told = model.fit(X, Y, batch_size=8, epochs=5, verbose=0, callbacks=[ScheduleCallback(SCHEDULE)]).history
    assert told["learning_rate"] == pytest.approx([SCHEDULE.at(5 * epoch + 4).lr for epoch in range(5)])
    assert all(a < b for a, b in pairwise(told["momentum"][2:]))


def test_an_unknown_optimizer_follows_the_rate_and_it_is_said() -> None:
    model = linear(keras.optimizers.RMSprop(0.1))
    with pytest.warns(UserWarning, match="RMSprop holds its momentum as a number .* only the learning rate follows"):
        model.fit(X, Y, batch_size=8, verbose=0, callbacks=[ScheduleCallback(SCHEDULE)])
    assert number(model.optimizer.learning_rate) == pytest.approx(SCHEDULE.at(4).lr)
    model.fit(X, Y, batch_size=8, verbose=0, callbacks=[ScheduleCallback(Constant(9, 0.01))])  # silent: none asked for


def test_a_schedule_begun_in_a_trained_model() -> None:
    model = linear(schedulable(keras.optimizers.SGD(0.01)))
    model.fit(X, Y, batch_size=8, verbose=0)
    began = int(number(model.optimizer.iterations))
    model.fit(X, Y, batch_size=8, verbose=0, callbacks=[ScheduleCallback(SCHEDULE, first=began)])
    assert number(model.optimizer.learning_rate) == pytest.approx(SCHEDULE.at(4).lr)


def test_what_cannot_be_followed_is_refused() -> None:
    model = linear(keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 10)))
    with pytest.raises(ArgumentError, match="made with a schedule of Keras or a function as learning rate"):
        model.fit(X, Y, verbose=0, callbacks=[ScheduleCallback(SCHEDULE)])
    model = linear(schedulable("sgd"))
    model.compile(optimizer=schedulable("sgd"), loss="mse", steps_per_execution=4)
    callback = ScheduleCallback(SCHEDULE)
    callback.set_model(model)
    with pytest.raises(ArgumentError, match=r"steps_per_execution=4 runs several updates at once"):
        callback.on_train_begin()  # PyTorch's trainer refuses it before; those of JAX and TensorFlow do not
