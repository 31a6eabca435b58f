"""A Keras model as a Task: what probes of `ayar.training` need, on any backend of Keras 3.

Models of one output and one loss, data in memory. Each Run builds its own model with `build`, so a model of yours is
never touched. Weight decay is Keras's decoupled one, in SGD too.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ayar.base.errors import ArgumentError
from ayar.base.optional import need
from ayar.base.rng import stream
from ayar.integrations.keras.optimizers import Steered, number, schedulable
from ayar.integrations.keras.rows import Data, chance, count, take
from ayar.integrations.keras.run import KerasRun
from ayar.integrations.keras.seeds import Seeds
from ayar.training.base import Ability, Settings, Task
from ayar.training.schedule import whole

keras = need("keras", "keras")


class KerasTask(Task):
    """Training a compiled Keras model.

    Arguments:
        build: makes the model anew and compiles it, with one loss and a number as learning rate. SGD, Adam and AdamW
            are made schedulable; another optimizer follows the learning rate only. Where the optimizer has no weight
            decay, one that a probe sets leaves out biases and the scales of normalisation.
        X: rows to train on: an array, or a list or dict of arrays.
        y: (rows, …) targets.
        batch_size: rows of an update.
        validation: (X, y) to score on; without it there are no validation rows.
        name: for messages.

    A cross-entropy of probabilities is clipped by Keras at about 16: a training that blows up shows more clearly with
    `from_logits=True` and no softmax in the model.

    Raises:
        ArgumentError: X and y of different length, or a model that is not compiled as said above.

    >>> def build():
    ...     model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    ...     model.compile(keras.optimizers.SGD(0.1, momentum=0.9), loss="mse")
    ...     return model
    >>> task = KerasTask(build, np.ones((8, 2)), np.ones(8), batch_size=4)
    >>> task.steps_per_epoch, task.settings.lr, sorted(task.can & {"momentum", "decoupled"})
    (2, 0.1, ['decoupled', 'momentum'])
    """

    def __init__(
        self,
        build: Callable[[], Any],
        X: Any,
        y: Any,
        *,
        batch_size: int = 32,
        validation: tuple[Any, Any] | None = None,
        name: str = "keras",
    ) -> None:
        held = None if validation is None else (validation[0], np.asarray(validation[1]))
        self.build = build
        self.data = Data(X, np.asarray(y), held, min(whole(batch_size, "batch_size", 1), count(X, y)))
        self.name = name
        self.rows, self.validation_rows = self.data.rows, self.data.validation_rows
        self.batch_size = self.data.batch_size
        with Seeds(0):
            model = self._fresh()
        optimizer = model.optimizer
        self.chance = chance(model.loss, self.data.y)
        self.batch_norm = any(isinstance(layer, keras.layers.BatchNormalization) for layer in _layers(model))
        self.settings = _settings(optimizer)
        self.can = _abilities(optimizer)

    def start(self, seed: int) -> KerasRun:
        """A new training: weights, optimizer, dropout and data order follow from the seed alone."""
        seeds = Seeds(seed)
        with seeds:
            model = self._fresh()
        return KerasRun(self.data, model, seed, seeds)

    def resized(self, batch_size: int) -> "KerasTask":
        """The same task with another batch size."""
        return self._on(self.data, batch_size)

    def one_batch(self) -> "KerasTask":
        """The same task with its first rows, one batch of them, for all its training data."""
        rows = slice(0, self.batch_size)
        return self._on(replace(self.data, X=take(self.data.X, rows), y=self.data.y[rows]))

    def shuffled(self, seed: int) -> "KerasTask":
        """The same task with the labels of both parts permuted."""
        rng = stream(seed, 0, "labels")
        mixed = replace(self.data, y=self.data.y[rng.permutation(self.rows)])
        if mixed.validation is not None:
            X, y = mixed.validation
            mixed = replace(mixed, validation=(X, y[rng.permutation(self.validation_rows)]))
        return self._on(mixed)

    def _fresh(self) -> Any:
        model = self.build()
        _check(model)
        if not model.built:
            model(take(self.data.X, slice(0, 1)))
        optimizer = _made_schedulable(model)
        if not optimizer.built:
            optimizer.build(model.trainable_variables)
        return model

    def _on(self, data: Data, batch_size: int | None = None) -> "KerasTask":
        size = data.batch_size if batch_size is None else batch_size
        return KerasTask(self.build, data.X, data.y, batch_size=size, validation=data.validation, name=self.name)


def _check(model: Any) -> None:
    if not getattr(model, "compiled", False) or isinstance(model.loss, list | tuple | dict | None):
        raise ArgumentError(
            "build() must return a Keras model compiled with one loss, such as "
            'model.compile(keras.optimizers.SGD(0.1, momentum=0.9), loss="sparse_categorical_crossentropy")'
        )
    optimizer = model.optimizer
    if hasattr(optimizer, "inner_optimizer") or not isinstance(optimizer.learning_rate, keras.Variable):
        raise ArgumentError(
            "the optimizer's learning rate must be a number that can be set, not a schedule of Keras or a function, "
            "and it must not be wrapped for loss scaling"
        )


def _made_schedulable(model: Any) -> Any:
    try:
        optimizer = schedulable(model.optimizer)
    except ArgumentError:  # a kind without momentum to steer: the learning rate still can be set
        return model.optimizer
    if optimizer is not model.optimizer:
        if not number(optimizer.weight_decay):
            optimizer.exclude_from_weight_decay([each for each in model.trainable_variables if len(each.shape) < 2])
        model.optimizer = optimizer
    return optimizer


def _settings(optimizer: Any) -> Settings:
    lr = number(optimizer.learning_rate)
    if not isinstance(optimizer, Steered):
        return Settings(lr, None, float(optimizer.weight_decay or 0.0))
    return Settings(lr, number(getattr(optimizer, optimizer.momentum_name)), number(optimizer.weight_decay))


def _abilities(optimizer: Any) -> frozenset[Ability]:
    always: set[Ability] = {"resize", "one_batch", "shuffle"}
    if not isinstance(optimizer, Steered):
        return frozenset(always)
    momentum: Ability = "momentum" if optimizer.momentum_name == "momentum" else "beta1"
    gradients: set[Ability] = {"gradients"} if keras.backend.backend() == "torch" else set()
    return frozenset({*always, *gradients, momentum, "decoupled"})


def _layers(layer: Any) -> list[Any]:
    inner = getattr(layer, "layers", [])
    return [layer, *(deeper for each in inner for deeper in _layers(each))]
