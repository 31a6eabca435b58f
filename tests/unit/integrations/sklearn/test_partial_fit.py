"""Estimators that learn by `partial_fit` keep the contract of tasks; those that do not are refused in words."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import SGDClassifier, SGDRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor

from ayar.base.errors import ArgumentError
from ayar.integrations.sklearn.partial_fit import PartialFitRun, PartialFitTask
from ayar.testing.task_suite import TaskSuite
from ayar.training.base import Run
from ayar.training.sandbox import sandbox

rng = np.random.default_rng(0)
X = rng.normal(size=(230, 6))
CLASSES = (X @ rng.normal(size=6) > 0).astype(int) + (X[:, 0] > 1)
NUMBERS = X @ rng.normal(size=6)
PLAIN = {"hidden_layer_sizes": (12,), "alpha": 0.01}


class Suite(TaskSuite):
    def weights(self, run: Run) -> list[NDArray[Any]]:
        assert isinstance(run, PartialFitRun)
        model = run.model
        arrays = [*model.coefs_, *model.intercepts_] if hasattr(model, "coefs_") else [model.coef_, model.intercept_]
        return [array.copy() for array in arrays]


class TestPerceptrons(Suite):
    @pytest.fixture(params=["sgd", "adam", "numbers"])
    def task(self, request: pytest.FixtureRequest) -> PartialFitTask:
        if request.param == "numbers":
            model = MLPRegressor(**PLAIN, solver="sgd", nesterovs_momentum=False, learning_rate_init=0.02)
            return PartialFitTask(model, X, NUMBERS, validation=(X[:50], NUMBERS[:50]))
        rate = 0.1 if request.param == "sgd" else 0.01
        model = MLPClassifier(**PLAIN, solver=request.param, nesterovs_momentum=False, learning_rate_init=rate)
        return PartialFitTask(model, X, CLASSES, validation=(X[:50], CLASSES[:50]))


class TestNesterov(Suite):
    nesterov = True

    @pytest.fixture
    def task(self) -> PartialFitTask:
        return PartialFitTask(MLPClassifier(**PLAIN, solver="sgd", learning_rate_init=0.1), X, CLASSES)

    def test_weight_decay_pulls_each_decayed_array_towards_nothing(self, task: Any) -> None:
        pytest.skip("looking ahead multiplies the pull by 1 + μ")


class TestSGD(Suite):
    @pytest.fixture(params=["log_loss", "hinge", "squared_error"])
    def task(self, request: pytest.FixtureRequest) -> PartialFitTask:
        rate: dict[str, Any] = {"learning_rate": "constant", "eta0": 0.01, "penalty": None}
        if request.param == "squared_error":
            return PartialFitTask(SGDRegressor(**rate), X, NUMBERS, batch_size=2)
        return PartialFitTask(SGDClassifier(loss=request.param, **rate), X, CLASSES, batch_size=2)

    def test_the_change_is_in_proportion_to_the_rate(self, task: Any) -> None:
        """Of a call with one row; with more, the second row meets what the first has changed."""
        super().test_the_change_is_in_proportion_to_the_rate(task.resized(1))


@pytest.mark.parity("N21")
def test_a_booster_is_refused_in_words() -> None:
    with pytest.raises(ArgumentError, match=r"no partial_fit: it learns by stages.*tune its learning rate"):
        PartialFitTask(GradientBoostingClassifier(), X, CLASSES)


def test_the_rate_of_an_sgd_model_is_all_that_can_be_set() -> None:
    run = PartialFitTask(SGDClassifier(learning_rate="constant", eta0=0.1), X, CLASSES).start(0)
    with pytest.raises(ArgumentError, match="only its rate"):
        run.step(momentum=0.5)
    with pytest.raises(ArgumentError, match="only its rate"):
        run.step(weight_decay=0.5)


@pytest.mark.parity("N21")
def test_a_call_above_200_rows_is_one_update() -> None:
    """With batch_size="auto" scikit-learn would make two."""
    task = PartialFitTask(MLPClassifier((4,), solver="adam"), X, CLASSES, batch_size=230)
    run = task.start(0)
    run.step()
    assert run.model._optimizer.t == 1


@pytest.mark.parity("N21")
def test_training_after_a_probe_is_training_alone() -> None:
    task = PartialFitTask(MLPClassifier((8,), solver="adam"), X, CLASSES)
    plain, probed = task.start(0), task.start(0)
    expected = [plain.step() for _ in range(20)]
    losses = [probed.step() for _ in range(5)]
    with sandbox(probed) as run:
        for _ in range(9):
            run.step(lr=1e3, momentum=0.1)
    assert losses + [probed.step() for _ in range(15)] == expected
