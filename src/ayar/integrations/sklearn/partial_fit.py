"""A scikit-learn estimator that learns by `partial_fit` as a `Task`: MLPs, and SGD models with a constant rate.

    η    learning_rate_init of an MLP, eta0 of an SGD model
    λ    L2 decay of an MLP: its `alpha` is divided by the rows of a batch, so λ = alpha / rows

An MLP takes one update a call when its `batch_size` is the rows of the call, so that is set each time ("auto" would cut
a call above 200 rows into several). An SGD model takes one update a row: only its rate can be set, and a step is one
call. Trees and boosters learn by stages and have no such step.
"""

import copy
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone, is_classifier

from ayar.base.errors import ArgumentError
from ayar.base.rng import stream, stream_key
from ayar.integrations.sklearn.rates import forget_updates, momentum_of, set_rates
from ayar.training.base import Ability, Part, Run, Scores, Settings, Task

Array = NDArray[np.float64]
SMALLEST = 1e-300
"""A rate that changes nothing: the first call must be made at one above 0."""
SGD_LOSSES = ("hinge", "log_loss", "squared_error")


class PartialFitTask(Task):
    """A training of a scikit-learn estimator in steps of `partial_fit`.

    >>> from sklearn.datasets import load_digits
    >>> from sklearn.neural_network import MLPClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> task = PartialFitTask(MLPClassifier((32,), solver="sgd"), X[:1000] / 16, y[:1000], batch_size=50)
    >>> run = task.start(seed=0)
    >>> losses = [run.step(lr=0.1) for _ in range(40)]
    >>> losses[0] > 2 > losses[-1]
    True
    """

    def __init__(
        self,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike,
        *,
        validation: tuple[ArrayLike, ArrayLike] | None = None,
        batch_size: int = 32,
        name: str = "",
    ) -> None:
        """A training of `estimator`, which is cloned and never fitted itself.

        Raises:
            ArgumentError: the estimator does not learn by steps with a rate that can be set; says what to do.
        """
        if not hasattr(estimator, "partial_fit"):
            raise ArgumentError(
                f"{type(estimator).__name__} has no partial_fit: it learns by stages or at once, so there is no step "
                "whose rate a probe could set; tune its learning rate as any other parameter, "
                "and read its curve with Clues"
            )
        momentum = momentum_of(estimator)
        self.options = estimator.get_params(deep=False)
        if "eta0" in self.options and self.options["loss"] not in SGD_LOSSES:
            raise ArgumentError(f"loss is one of {', '.join(SGD_LOSSES)} here, not {self.options['loss']!r}")
        self.estimator, self.name = estimator, name or type(estimator).__name__
        self.classes = np.unique(np.asarray(y)) if is_classifier(estimator) else None
        self.data: dict[Part, tuple[Array, NDArray[Any]]] = {"training": (np.asarray(X, dtype=float), np.asarray(y))}
        if validation is not None:
            self.data["validation"] = (np.asarray(validation[0], dtype=float), np.asarray(validation[1]))
        self._sized(batch_size)
        rate = self.options["eta0" if momentum is None else "learning_rate_init"]
        known = self.options[momentum] if momentum else None
        decay = self.options["alpha"] / self.batch_size if momentum else 0.0
        self.settings = Settings(rate, known, decay)
        kinds: dict[str | None, set[Ability]] = {"momentum": {"momentum", "l2"}, "beta_1": {"beta1", "l2"}, None: set()}
        self.can = frozenset(kinds[momentum] | {"resize", "one_batch", "shuffle"})
        self.chance = self._chance() if momentum else None

    def _sized(self, batch_size: int) -> None:
        self.rows = len(self.data["training"][1])
        self.validation_rows = len(self.data["validation"][1]) if "validation" in self.data else 0
        if not 1 <= batch_size <= self.rows:
            raise ArgumentError(f"batch_size is from 1 to the {self.rows} rows of the training part, not {batch_size}")
        self.batch_size = batch_size

    def _chance(self) -> float:
        y = self.data["training"][1]
        if self.classes is None:
            return float(np.var(y) / 2)
        p = np.unique(y, return_counts=True)[1] / len(y)
        return float(-(p * np.log(p)).sum())

    def _with(self, batch_size: int, data: dict[Part, tuple[Array, NDArray[Any]]]) -> Self:
        task = copy.copy(self)
        task.data = data
        task._sized(batch_size)  # noqa: SLF001 - of the same class
        return task

    def start(self, seed: int) -> "PartialFitRun":
        """A new training of a clone."""
        return PartialFitRun(self, seed)

    def resized(self, batch_size: int) -> "PartialFitTask":
        """The same task with other rows a call."""
        return self._with(batch_size, self.data)

    def one_batch(self) -> "PartialFitTask":
        """The same task with one batch of rows for all its training data."""
        X, y = self.data["training"]
        rows = stream(0, 0, "one batch").permutation(self.rows)[: self.batch_size]
        return self._with(self.batch_size, self.data | {"training": (X[rows], y[rows])})

    def shuffled(self, seed: int) -> "PartialFitTask":
        """The same task with the labels of both parts permuted."""
        parts = {part: (X, stream(seed, 0, part).permutation(y)) for part, (X, y) in self.data.items()}
        return self._with(self.batch_size, dict(parts))


class PartialFitRun(Run):
    """One training of a clone of the estimator."""

    def __init__(self, task: PartialFitTask, seed: int) -> None:
        self.task, self.seed, self.batches = task, seed, 0
        self.weight_decay = task.settings.weight_decay
        self.model = clone(task.estimator).set_params(random_state=stream_key(seed, 0, "weights") % 2**32)
        self._begin()
        set_rates(self.model, task.settings.lr, task.settings.momentum)

    def _begin(self) -> None:
        """Make the weights: one call that changes nothing, whose traces are taken away."""
        set_rates(self.model, SMALLEST)
        self._fit(np.arange(self.task.batch_size))
        if hasattr(self.model, "coef_"):
            small = stream(self.seed, 0, "weights")  # not zeros, so that repeats with other seeds differ from the start
            self.model.coef_[...] = small.normal(0, 0.01, self.model.coef_.shape)
            self.model.intercept_[...] = small.normal(0, 0.01, self.model.intercept_.shape)
        forget_updates(self.model)

    def step(
        self, *, lr: float | None = None, momentum: float | None = None, weight_decay: float | None = None
    ) -> float:
        """One call of `partial_fit` on the next batch; the batch's loss before it."""
        if momentum is not None and not self.task.can & {"momentum", "beta1"}:
            raise ArgumentError(f"{self.task.name} has no momentum; only its rate can be set")
        if weight_decay is not None and "l2" not in self.task.can:
            raise ArgumentError(f"the decay of {self.task.name} cannot be set in training; only its rate can")
        rate = "learning_rate_init" if self.task.can & {"momentum", "beta1"} else "eta0"
        set_rates(self.model, max(SMALLEST, self.model.get_params()[rate] if lr is None else lr), momentum)
        self.weight_decay = self.weight_decay if weight_decay is None else weight_decay
        rows = self._next_rows()
        X, y = (part[rows] for part in self.task.data["training"])
        loss = float(self._losses(X, y)[0].mean())
        self._fit(rows)
        self.batches += 1
        return loss

    def _next_rows(self) -> NDArray[np.int64]:
        epoch, place = divmod(self.batches, self.task.steps_per_epoch)
        order = stream(self.seed, epoch, "order").permutation(self.task.rows)
        return order[place * self.task.batch_size :][: self.task.batch_size]

    def _fit(self, rows: NDArray[np.int64]) -> None:
        if "l2" in self.task.can:
            self.model.set_params(alpha=self.weight_decay * len(rows), batch_size=len(rows))
        X, y = (part[rows] for part in self.task.data["training"])
        known = {} if self.task.classes is None else {"classes": self.task.classes}
        with np.errstate(all="ignore"):
            try:
                self.model.partial_fit(X, y, **known)
            except ValueError as error:  # weights that are not finite: the next loss says so
                if "non-finite" not in str(error) and "overflow" not in str(error):
                    raise

    def validate(self, part: Part = "validation") -> Scores:
        """Score the model as it is."""
        if part not in self.task.data:
            raise ArgumentError(f"{self.task.name} has no {part} rows to score; give some as `validation`")
        X, y = self.task.data[part]
        losses, predicted = self._losses(X, y)
        with np.errstate(all="ignore"):
            error = float(losses.std(ddof=1) / len(y) ** 0.5) if len(y) > 1 else float("nan")
            if self.task.classes is None:
                metric, metric_name = 1 - float(((predicted - y) ** 2).mean() / y.var()), "R²"
            else:
                metric, metric_name = float((predicted == y).mean()), "accuracy"
            return Scores(float(losses.mean()), len(y), error, metric, metric_name)

    def _losses(self, X: Array, y: NDArray[Any]) -> tuple[Array, NDArray[Any]]:
        """What the estimator minimises, of each row and without its penalty; and its predictions."""
        with np.errstate(all="ignore"):
            classes = self.task.classes
            try:
                if classes is None:
                    predicted = self.model.predict(X)
                    return (predicted - y) ** 2 / 2, predicted
                if hasattr(self.model, "coefs_"):
                    p = self.model.predict_proba(X)
                    truth = p[np.arange(len(y)), np.searchsorted(classes, y)]
                    return -np.log(np.maximum(truth, np.finfo(float).tiny)), classes[p.argmax(axis=1)]
                margin = self.model.decision_function(X)
            except ValueError as error:  # scikit-learn refuses to predict with NaN
                if "NaN" not in str(error) and "infinity" not in str(error):
                    raise
                return np.full(len(y), np.nan), np.full(len(y), np.nan)
            margin = np.column_stack([-margin, margin])[:, -1:] if margin.ndim == 1 else margin
            signs = np.where(y[:, None] == classes[-margin.shape[1] :], 1.0, -1.0)
            hinge = self.task.options["loss"] == "hinge"
            each = np.maximum(0, 1 - signs * margin) if hinge else np.logaddexp(0, -signs * margin)
            best = (margin[:, 0] > 0).astype(int) if margin.shape[1] == 1 else margin.argmax(axis=1)
            return each.sum(axis=1), classes[best]

    def state(self) -> Any:
        """A copy of all the estimator's attributes and of the counter."""
        return copy.deepcopy((vars(self.model), self.batches, self.weight_decay))

    def load(self, state: Any) -> None:
        """Go back to a state; the estimator stays the same object."""
        attributes, self.batches, self.weight_decay = copy.deepcopy(state)
        vars(self.model).clear()
        vars(self.model).update(attributes)

    def parts(self) -> Mapping[str, bytes]:
        """Every attribute of the estimator, and of its optimizer, by name."""
        found: dict[str, bytes] = {"place": repr((self.batches, self.weight_decay)).encode()}
        for name, value in vars(self.model).items():
            inner = vars(value).items() if name == "_optimizer" else [("", value)]
            found |= {f"{name} {key}".strip(): _bytes(item) for key, item in inner}
        return found


def _bytes(value: Any) -> bytes:
    """The bytes of what an estimator holds: arrays, lists of them, random states, plain values."""
    if isinstance(value, np.ndarray):
        return value.tobytes()
    if isinstance(value, (list, tuple)):
        return b"|".join(_bytes(item) for item in value)
    if isinstance(value, np.random.RandomState):
        return _bytes(value.get_state())
    plain = isinstance(value, (int, float, str, bytes, bool, type(None), np.generic))
    return repr(value).encode() if plain else type(value).__qualname__.encode()
