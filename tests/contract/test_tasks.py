"""Every kind of Task keeps the contract."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ayar.testing.task_suite import TaskSuite
from ayar.training.base import Run
from ayar.training.numpy_mlp import OptimizerName
from ayar.training.numpy_task import NumpyRun, NumpyTask

rng = np.random.default_rng(0)
X = rng.normal(size=(230, 6))
CLASSES = (X @ rng.normal(size=6) > 0).astype(int) + (X[:, 0] > 1)
NUMBERS = X @ rng.normal(size=6) + 0.1 * rng.normal(size=len(X))


class TestNumpyTask(TaskSuite):
    @pytest.fixture(
        params=[("sgd", "classes", 0.2), ("adam", "classes", 0.0), ("adamw", "classes", 0.2), ("sgd", "numbers", 0.0)],
        ids=str,
    )
    def task(self, request: pytest.FixtureRequest) -> NumpyTask:
        optimizer: OptimizerName
        optimizer, kind, dropout = request.param
        y = CLASSES if kind == "classes" else NUMBERS
        return NumpyTask(X, y, hidden=(12, 8), optimizer=optimizer, dropout=dropout, batch_size=32, weight_decay=1e-3)

    def weights(self, run: Run) -> list[NDArray[Any]]:
        assert isinstance(run, NumpyRun)
        return [w.copy() for w in run.parameters]

    def pokes(self, run: Run) -> Mapping[str, Callable[[], Any]]:
        assert isinstance(run, NumpyRun)
        o = run.optimizer
        return {
            "parameter 3": lambda: run.parameters[3].__iadd__(1),
            "first moment 0": lambda: o.m[0].__iadd__(1),
            "second moment 1": lambda: o.s[1].__iadd__(1),
            "settings": lambda: setattr(o, "weight_decay", 7.0),
            "steps": lambda: setattr(run, "batches", 7),
        }
