"""Schedules in `partial_fit` loops, against updates in NumPy."""

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, SGDRegressor
from sklearn.neural_network import MLPRegressor

from ayar.base.errors import ArgumentError
from ayar.integrations.sklearn.rates import scheduled
from ayar.training import Constant, OneCycle

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
Y = X @ [1.0, -2.0, 0.5]
SCHEDULE = OneCycle(25, 0.1)


def network(solver: str, **options: Any) -> MLPRegressor:
    return MLPRegressor(
        hidden_layer_sizes=(4,),
        solver=solver,
        alpha=0.0,
        random_state=0,
        batch_size=40,
        nesterovs_momentum=False,
        **options,
    )


def fitted(model: Any, first: int = 0, last: int = 25) -> Any:
    for t in scheduled(model, SCHEDULE, first):
        if t == last:
            break
        model.partial_fit(X, Y)
    return model


def weights(model: MLPRegressor) -> np.ndarray[Any, Any]:
    return np.concatenate([np.ravel(each) for each in [*model.coefs_, *model.intercepts_]])


@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_each_update_takes_the_schedules_rate_and_momentum(solver: str) -> None:
    """scikit-learn 1.9: v ← μv − ηg; Adam with β₁ of the step, its bias correction included."""
    model = network(solver)
    w = v = m = np.zeros(0)
    for t in scheduled(model, SCHEDULE):
        eta, mu = SCHEDULE.at(t)
        assert mu is not None
        if t:
            g = gradient(model)
            before = weights(model)
        model.partial_fit(X, Y)
        if t == 0:
            held = model._optimizer
            v = _flat(held.velocities) if solver == "sgd" else _flat(held.vs)
            m = v if solver == "sgd" else _flat(held.ms)
            continue
        if solver == "sgd":
            m = mu * m - eta * g
            w = before + m
        else:
            m = mu * m + (1 - mu) * g
            v = 0.999 * v + 0.001 * g**2
            scale = eta * np.sqrt(1 - 0.999 ** (t + 1)) / (1 - mu ** (t + 1))
            w = before - scale * m / (np.sqrt(v) + 1e-8)
        np.testing.assert_allclose(weights(model), w, atol=1e-9)


def _flat(arrays: list[np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
    return np.concatenate([np.ravel(each) for each in arrays])


def gradient(model: MLPRegressor) -> np.ndarray[Any, Any]:
    """Of half the mean squared error of a network with one hidden layer of rectifiers."""
    (W1, W2), (b1, b2) = model.coefs_, model.intercepts_
    hidden = np.maximum(X @ W1 + b1, 0)
    error = (hidden @ W2 + b2 - Y[:, None]) / len(X)
    inner = (error @ W2.T) * (hidden > 0)
    return _flat([X.T @ inner, hidden.T @ error, inner.sum(axis=0), error.sum(axis=0)])


def test_interrupted_and_gone_on_it_is_uninterrupted() -> None:
    once = fitted(network("sgd"))
    again = fitted(fitted(network("sgd"), last=10), first=10)
    np.testing.assert_array_equal(weights(once), weights(again))


def test_sgd_models_follow_the_rate_and_it_is_said() -> None:
    model = SGDRegressor(learning_rate="constant", eta0=0.1)
    with pytest.warns(UserWarning, match="SGDRegressor has no momentum: only the learning rate follows"):
        fitted(model)
    assert model.eta0 == SCHEDULE.at(24).lr


def test_rates_that_cannot_be_set_are_refused() -> None:
    for wrong, words in (
        (network("lbfgs"), r"got MLPRegressor with solver='lbfgs', which has no learning rate to set"),
        (LogisticRegression(solver="lbfgs"), r"got LogisticRegression with solver='lbfgs'"),
        (SGDRegressor(), r"SGDRegressor with learning_rate='invscaling' changes its rate by itself"),
        (network("sgd", learning_rate="adaptive"), r"learning_rate='adaptive' changes its rate by itself"),
    ):
        with pytest.raises(ArgumentError, match=words):
            scheduled(wrong, Constant(3, 0.1))
