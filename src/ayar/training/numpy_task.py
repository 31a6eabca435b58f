"""A `Task` in plain NumPy: the example to copy when yours is for something that Ayar does not know.

A Run here is a few arrays and two counters. The order of the rows in an epoch and the units that dropout leaves out
follow from the seed and a counter alone, so there is no generator whose state would have to be kept.
"""

import copy
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ayar.base.errors import ArgumentError
from ayar.base.rng import stream
from ayar.training.base import Part, Run, Scores, Settings, Task
from ayar.training.numpy_mlp import (
    ABILITIES,
    Array,
    Optimizer,
    OptimizerName,
    backward,
    cross_entropy,
    forward,
    initial,
    squared_error,
)

Data = dict[Part, tuple[Array, NDArray[Any]]]
State = tuple[list[Array], Optimizer, int, int]


class NumpyTask(Task):
    """A multi-layer perceptron on rows in memory.

    Labels that are whole numbers or strings are classes (softmax cross-entropy, accuracy); floats are regressed upon
    (squared error, R²).

    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(200, 5))
    >>> task = NumpyTask(X, (X[:, 0] > 0).astype(int), hidden=(16,))
    >>> run = task.start(seed=0)
    >>> losses = [run.step(lr=0.5) for _ in range(50)]
    >>> losses[0] > 0.5 > losses[-1]
    True
    """

    def __init__(
        self,
        X: ArrayLike,
        y: ArrayLike,
        *,
        hidden: tuple[int, ...] = (64,),
        optimizer: OptimizerName = "sgd",
        lr: float | None = None,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
        dropout: float = 0.0,
        batch_size: int = 32,
        validation: float | tuple[ArrayLike, ArrayLike] = 0.3,
        name: str = "NumPy network",
    ) -> None:
        """A training of `X` (n, d) and `y` (n,).

        Arguments:
            hidden: widths of the hidden layers.
            optimizer: "sgd" (with momentum), "adam" (decay as L2) or "adamw" (decay decoupled).
            lr: the rate to train with when nothing better is known; 0.01 for SGD, 0.001 for the others.
            momentum: of SGD; beta1 of the others.
            validation: the share of the rows to hold out, drawn at random, or rows of their own as (X, y).

        Raises:
            ArgumentError: a size, share or name is outside what is possible.
        """
        if optimizer not in ABILITIES:
            raise ArgumentError(f"optimizer is one of {', '.join(ABILITIES)}, not {optimizer!r}")
        self.name, self.hidden, self.optimizer, self.dropout = name, hidden, optimizer, dropout
        self.can = ABILITIES[optimizer] | {"gradients", "resize", "one_batch", "shuffle"}
        self.settings = Settings(lr or (0.01 if optimizer == "sgd" else 0.001), momentum, weight_decay)
        X, y = np.asarray(X, dtype=float), np.asarray(y)
        if X.ndim != 2 or y.shape != X.shape[:1]:
            raise ArgumentError(f"X is (rows, columns) and y (rows,); X came as {X.shape}, y as {y.shape}")
        self.classes = None if np.issubdtype(y.dtype, np.floating) else np.unique(y)
        targets = self._targets(y)
        if isinstance(validation, tuple):
            held = (np.asarray(validation[0], dtype=float), self._targets(np.asarray(validation[1])))
            self.data: Data = {"training": (X, targets), "validation": held}
        else:
            count = round(validation * len(X))
            if not 0 <= count < len(X):
                raise ArgumentError(f"validation is a share from 0 to below 1 of {len(X)} rows, not {validation}")
            held_out, rest = np.split(stream(0, 0, "validation").permutation(len(X)), [count])
            self.data = {"training": (X[rest], targets[rest]), "validation": (X[held_out], targets[held_out])}
        self._sized(batch_size)
        self.chance = self._chance()

    def _targets(self, y: NDArray[Any]) -> NDArray[Any]:
        return y.astype(float) if self.classes is None else np.searchsorted(self.classes, y)

    def _sized(self, batch_size: int) -> None:
        self.rows, self.validation_rows = (len(self.data[part][0]) for part in ("training", "validation"))
        if not 1 <= batch_size <= self.rows:
            raise ArgumentError(f"batch_size is from 1 to the {self.rows} rows of the training part, not {batch_size}")
        self.batch_size = batch_size

    def _chance(self) -> float:
        y = self.data["training"][1]
        if self.classes is None:
            return float(y.var())
        p = np.bincount(y) / len(y)
        return float(-(p[p > 0] * np.log(p[p > 0])).sum())

    def _with(self, batch_size: int, data: Data) -> Self:
        task = copy.copy(self)
        task.data = data
        task._sized(batch_size)  # noqa: SLF001 - of the same class
        return task

    def start(self, seed: int) -> "NumpyRun":
        """A new training; everything follows from the seed."""
        return NumpyRun(self, seed)

    def resized(self, batch_size: int) -> "NumpyTask":
        """The same task with another batch size."""
        return self._with(batch_size, self.data)

    def one_batch(self) -> "NumpyTask":
        """The same task with one batch of rows for all its training data."""
        X, y = self.data["training"]
        rows = stream(0, 0, "one batch").permutation(self.rows)[: self.batch_size]
        return self._with(self.batch_size, self.data | {"training": (X[rows], y[rows])})

    def shuffled(self, seed: int) -> "NumpyTask":
        """The same task with the labels of both parts permuted."""
        data: Data = {part: (X, stream(seed, 0, part).permutation(y)) for part, (X, y) in self.data.items()}
        return self._with(self.batch_size, data)


class NumpyRun(Run):
    """One training of a `NumpyTask`."""

    def __init__(self, task: NumpyTask, seed: int) -> None:
        self.task, self.seed = task, seed
        outputs = 1 if task.classes is None else len(task.classes)
        sizes = [task.data["training"][0].shape[1], *task.hidden, outputs]
        self.parameters = initial(sizes, stream(seed, 0, "weights"))
        nothing = [np.zeros_like(w) for w in self.parameters]
        settings = task.settings
        self.optimizer = Optimizer(
            task.optimizer,
            settings.lr,
            settings.momentum or 0.0,
            settings.weight_decay,
            nothing,
            copy.deepcopy(nothing),
        )
        self.batches = self.draws = 0

    def step(
        self, *, lr: float | None = None, momentum: float | None = None, weight_decay: float | None = None
    ) -> float:
        """One update on the next batch; the batch's loss before it."""
        o = self.optimizer
        o.lr = o.lr if lr is None else lr
        o.momentum = o.momentum if momentum is None else momentum
        o.weight_decay = o.weight_decay if weight_decay is None else weight_decay
        with np.errstate(all="ignore"):  # a probe looks for the rate that breaks the training
            loss, gradients = self._gradients(self._next_rows())
            o.update(self.parameters, gradients)
        self.batches += 1
        return loss

    def _next_rows(self) -> NDArray[np.int64]:
        epoch, place = divmod(self.batches, self.task.steps_per_epoch)
        order = stream(self.seed, epoch, "order").permutation(self.task.rows)
        return order[place * self.task.batch_size :][: self.task.batch_size]

    def _gradients(self, rows: NDArray[np.int64]) -> tuple[float, list[Array]]:
        X, y = self.task.data["training"]
        noise = stream(self.seed, self.batches, "dropout")
        Z, tape = forward(self.parameters, X[rows], self.task.dropout, noise)
        losses, dZ = self._loss(Z, y[rows])
        return float(losses.mean()), backward(self.parameters, tape, dZ)

    def _loss(self, Z: Array, y: NDArray[Any]) -> tuple[Array, Array]:
        return squared_error(Z, y) if self.task.classes is None else cross_entropy(Z, y)

    def validate(self, part: Part = "validation") -> Scores:
        """Score the network as it is, without dropout."""
        X, y = self.task.data[part]
        n = len(y)
        if not n:
            raise ArgumentError(f"{self.task.name} has no {part} rows to score; give some as `validation`")
        with np.errstate(all="ignore"):
            Z, _ = forward(self.parameters, X)
            losses, _ = self._loss(Z, y)
            error = float(losses.std(ddof=1) / n**0.5) if n > 1 else float("nan")
            if self.task.classes is None:
                metric, metric_name = 1 - float(losses.mean() / y.var()), "R²"
            else:
                metric, metric_name = float((Z.argmax(axis=1) == y).mean()), "accuracy"
            return Scores(float(losses.mean()), n, error, metric, metric_name)

    def gradient_norms(self, small: int, large: int) -> tuple[float, float]:
        """Squared norms of the mean gradient over rows drawn with replacement; each call draws anew."""
        rng = stream(self.seed, self.draws, "gradients")
        self.draws += 1
        norms = []
        for count in (small, large):
            _, gradients = self._gradients(rng.integers(self.task.rows, size=count))
            norms.append(float(sum((g * g).sum() for g in gradients)))
        return norms[0], norms[1]

    def state(self) -> State:
        """A copy of the arrays, the optimizer and the counters."""
        return copy.deepcopy((self.parameters, self.optimizer, self.batches, self.draws))

    def load(self, state: State) -> None:
        """Go back to a state, into the same arrays."""
        parameters, optimizer, self.batches, self.draws = state
        old = self.optimizer
        for target, source in zip(
            [*self.parameters, *old.m, *old.s], [*parameters, *optimizer.m, *optimizer.s], strict=True
        ):
            target[...] = source
        old.lr, old.momentum, old.weight_decay = optimizer.lr, optimizer.momentum, optimizer.weight_decay
        old.steps = optimizer.steps

    def parts(self) -> Mapping[str, bytes]:
        """Each array and each number, by name."""
        o = self.optimizer
        arrays = {"parameter": self.parameters, "first moment": o.m, "second moment": o.s}
        named = {f"{name} {i}": a.tobytes() for name, group in arrays.items() for i, a in enumerate(group)}
        numbers = {"settings": (o.lr, o.momentum, o.weight_decay), "steps": (o.steps, self.batches, self.draws)}
        return named | {name: repr(values).encode() for name, values in numbers.items()}
