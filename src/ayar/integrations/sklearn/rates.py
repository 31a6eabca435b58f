"""Learning rate and momentum of scikit-learn models between two calls of `partial_fit`.

`MLPClassifier` and `MLPRegressor` copy their rates into an optimizer at the first `partial_fit`; `set_params` changes
nothing from then on. So these values are set on that optimizer, which only a private attribute holds: this is the one
file that knows it. `SGDClassifier` and its like read `eta0` anew in each call and have no momentum.
"""

import warnings
from collections.abc import Iterator
from typing import Any

from ayar.base.errors import ArgumentError
from ayar.training.schedules import Schedule


def scheduled(estimator: Any, schedule: Schedule, first: int = 0) -> Iterator[int]:
    """The steps of a schedule, with the estimator's rates set for each: call `partial_fit` once for every step.

    A call of an MLP's `partial_fit` makes one update for every `batch_size` rows (at most 200 by default), so hand it
    one batch. The steps end with the schedule.

    Arguments:
        estimator: an MLP of solver "sgd" or "adam", or an SGD model with `learning_rate="constant"`.
        schedule: one step is one call of `partial_fit`; its momentum is β₁ for "adam".
        first: the step to begin with, to go on with a training that was interrupted.

    Raises:
        ArgumentError: an estimator whose rate cannot be set, or that changes it by itself.

    >>> from sklearn.linear_model import SGDClassifier
    >>> from ayar.training import OneCycle
    >>> model = SGDClassifier(learning_rate="constant", eta0=0.1)
    >>> for _ in scheduled(model, OneCycle(steps=10, max_lr=0.5, momentum=None)):
    ...     model = model.partial_fit([[0.0], [1.0]], [0, 1], classes=[0, 1])
    >>> model.eta0 == 0.5 / 25 / 1e4
    True
    """
    momentum_name = momentum_of(estimator)
    if momentum_name is None and schedule.at(0).momentum is not None:
        warnings.warn(
            f"{type(estimator).__name__} has no momentum: only the learning rate follows the schedule; give the "
            "schedule momentum=None to say that this is meant",
            stacklevel=2,
        )
    return _steps(estimator, schedule, first)


def _steps(estimator: Any, schedule: Schedule, first: int) -> Iterator[int]:
    for t in range(first, schedule.steps):
        lr, momentum = schedule.at(t)
        set_rates(estimator, lr, momentum if momentum_of(estimator) else None)
        yield t


def momentum_of(estimator: Any) -> str | None:
    """What the estimator calls its momentum: "momentum", "beta_1", or None where it has none.

    Raises:
        ArgumentError: an estimator whose rate cannot be set, or that changes it by itself.
    """
    options = estimator.get_params(deep=False)
    if options.get("solver") == "adam":
        return "beta_1"
    if "eta0" not in options and options.get("solver") != "sgd":
        solver = f" with solver={options['solver']!r}" if "solver" in options else ""
        raise ArgumentError(
            f"expected an MLP of solver 'sgd' or 'adam', or an SGD model with eta0; got {type(estimator).__name__}"
            f"{solver}, which has no learning rate to set"
        )
    if options.get("learning_rate") != "constant":
        raise ArgumentError(
            f"{type(estimator).__name__} with learning_rate={options.get('learning_rate')!r} changes its rate by "
            "itself; set learning_rate='constant'"
        )
    return "momentum" if "eta0" not in options else None


def set_rates(estimator: Any, lr: float, momentum: float | None = None) -> None:
    """Learning rate and momentum of the next `partial_fit`; None leaves the momentum as it is."""
    options = estimator.get_params(deep=False)
    name = momentum_of(estimator)
    if "eta0" in options:
        estimator.set_params(eta0=lr)
        return
    asked: dict[str, Any] = {"learning_rate_init": lr}
    if name is not None and momentum is not None:
        asked[name] = momentum
    estimator.set_params(**asked)
    optimizer = getattr(estimator, "_optimizer", None)
    if optimizer is None:
        return  # the first `partial_fit` makes it from the parameters
    for option, value in asked.items():
        setattr(optimizer, option, value)
    if name == "momentum":
        optimizer.learning_rate = lr  # SGD's updates read this one; Adam derives it from `learning_rate_init`


def forget_updates(estimator: Any) -> None:
    """Let the next `partial_fit` of an MLP make a new optimizer, with no memory of earlier updates."""
    if hasattr(estimator, "_optimizer"):
        del estimator._optimizer  # noqa: SLF001 - see the top of the file
