"""KerasTask keeps the contract of tasks: SGD, Adam, decoupled decay; batch normalisation and dropout."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from ayar.integrations.keras import KerasTask
from ayar.integrations.keras.run import KerasRun
from ayar.testing.task_suite import TaskSuite
from ayar.training.base import Run

rng = np.random.default_rng(0)
X = rng.normal(size=(160, 6)).astype("float32")
CLASSES = (X @ rng.normal(size=6) > 0).astype("int64") + (X[:, 0] > 1)
OPTIMIZERS: Mapping[str, Callable[[], Any]] = {
    "sgd": lambda: keras.optimizers.SGD(0.05, momentum=0.9),
    "adamw": lambda: keras.optimizers.AdamW(0.01, weight_decay=0.01),
    "rmsprop": lambda: keras.optimizers.RMSprop(0.003),
}


class TestKerasTask(TaskSuite):
    rtol = 1e-3  # single precision

    @pytest.fixture(params=list(OPTIMIZERS))
    def task(self, request: pytest.FixtureRequest) -> KerasTask:
        def build() -> Any:
            layers = [keras.Input((6,)), keras.layers.Dense(12, activation="tanh"), keras.layers.BatchNormalization()]
            model = keras.Sequential([*layers, keras.layers.Dropout(0.1), keras.layers.Dense(3)])
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            model.compile(OPTIMIZERS[request.param](), loss=loss)
            return model

        return KerasTask(build, X[:115], CLASSES[:115], batch_size=32, validation=(X[115:], CLASSES[115:]))

    def weights(self, run: Run) -> list[NDArray[Any]]:
        assert isinstance(run, KerasRun)
        return [np.array(each.numpy()) for each in run.model.trainable_variables]

    def pokes(self, run: Run) -> Mapping[str, Callable[[], Any]]:
        assert isinstance(run, KerasRun)
        model, optimizer = run.model, run.model.optimizer
        return {
            "model 0": lambda: model.variables[0].assign_add(keras.ops.ones(model.variables[0].shape)),
            "optimizer 1": lambda: setattr(optimizer, "learning_rate", 7.0),
            "optimizer 4": lambda: optimizer.variables[4].assign_add(keras.ops.ones(optimizer.variables[4].shape)),
            "data order": lambda: setattr(run, "epoch", 7),
        }
