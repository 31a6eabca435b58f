"""One training of a Keras model under way."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ayar.base.errors import ArgumentError
from ayar.base.optional import need
from ayar.base.rng import stream
from ayar.integrations.keras.optimizers import Steered
from ayar.integrations.keras.rows import Data, accuracy, row_losses, take
from ayar.integrations.keras.seeds import Seeds
from ayar.training.base import Part, Run, Scores

keras = need("keras", "keras")

SCORED_AT_ONCE = 1024
"""Rows of one forward pass when scoring."""


class KerasRun(Run):
    """A Run of a KerasTask; it owns its model.

    Arguments:
        data: rows to train and to score on.
        model: a new one, built and compiled.
        seed: of the data order.
        seeds: random states that its updates go on from.
    """

    def __init__(self, data: Data, model: Any, seed: int, seeds: Seeds) -> None:
        self.data = data
        self.model = model
        self.seed = seed
        self.seeds = seeds
        self.epoch = 0
        self.place = 0
        self.draws = 0
        self._order = self._shuffled()

    def step(
        self, *, lr: float | None = None, momentum: float | None = None, weight_decay: float | None = None
    ) -> float:
        """One update on the next batch; the batch's loss before it, penalties of the model included."""
        optimizer = self.model.optimizer
        if lr is not None:
            optimizer.learning_rate = lr
        if isinstance(optimizer, Steered):
            if momentum is not None:
                setattr(optimizer, optimizer.momentum_name, momentum)
            if weight_decay is not None:
                optimizer.weight_decay = weight_decay
        rows = self._next_rows()
        with self.seeds:
            told = self.model.train_on_batch(take(self.data.X, rows), self.data.y[rows], return_dict=True)
        return float(told["loss"])

    def validate(self, part: Part = "validation") -> Scores:
        """Mean loss over the rows in evaluation mode, and the accuracy of a classifier."""
        X, y = (self.data.X, self.data.y) if part == "training" else self._validation()
        n = len(y)
        predicted = np.concatenate(
            [
                np.asarray(self.model.predict_on_batch(take(X, slice(start, start + SCORED_AT_ONCE))))
                for start in range(0, n, SCORED_AT_ONCE)
            ]
        )
        right = accuracy(self.model.loss, y, predicted)
        with np.errstate(all="ignore"):  # of a training that blew up the scores are not numbers
            losses = row_losses(self.model.loss, y, predicted)
            error = float(losses.std(ddof=1) / np.sqrt(n)) if n > 1 else float("nan")
            return Scores(float(losses.mean()), n, error, right, "" if right is None else "accuracy")

    def state(self) -> Any:
        """Copies of weights, the optimizer's variables, all random states, the place in the data and the draws."""
        values = {name: np.array(keras.ops.convert_to_numpy(each)) for name, each in self._variables().items()}
        return values, self.seeds.state, (self.epoch, self.place, self.draws)

    def load(self, state: Any) -> None:
        """Go back to a state of this Run."""
        values, self.seeds.state, (self.epoch, self.place, self.draws) = state
        self._order = self._shuffled()
        for name, each in self._variables().items():
            each.assign(values[name])

    def parts(self) -> Mapping[str, bytes]:
        """Every variable by name, and the place in the data."""
        values, _, place = self.state()
        weights = {name: value.tobytes() for name, value in values.items()}
        return {**weights, **self.seeds.parts(), "data order": repr(place).encode()}

    def gradient_norms(self, small: int, large: int) -> tuple[float, float]:
        """Squared norms of the mean gradient over rows drawn with replacement; each call draws anew. PyTorch only."""
        rng = stream(self.seed, self.draws, "gradients")
        before = self.state()
        with self.seeds:
            small_norm, large_norm = (
                self._squared_gradient(rng.integers(self.data.rows, size=count)) for count in (small, large)
            )
        self.load(before)  # batch normalisation and dropout have moved on
        self.draws += 1
        return small_norm, large_norm

    def _squared_gradient(self, rows: Any) -> float:
        x, y = take(self.data.X, rows), self.data.y[rows]
        self.model.zero_grad()
        loss = self.model.compute_loss(x, keras.ops.convert_to_tensor(y), self.model(x, training=True))
        loss.backward()
        held = [each.value.grad for each in self.model.trainable_variables]
        total = sum(float((grad.double() ** 2).sum()) for grad in held if grad is not None)
        self.model.zero_grad()
        return total

    def _next_rows(self) -> Any:
        rows = self._order[self.place : self.place + self.data.batch_size]
        self.place += len(rows)
        if self.place == self.data.rows:
            self.epoch, self.place = self.epoch + 1, 0
            self._order = self._shuffled()
        return rows

    def _shuffled(self) -> Any:
        return stream(self.seed, self.epoch, "data order").permutation(self.data.rows)

    def _validation(self) -> tuple[Any, Any]:
        if self.data.validation is None:
            raise ArgumentError('there are no validation rows: give the task some, or validate("training")')
        return self.data.validation

    def _variables(self) -> dict[str, Any]:
        owners = {"model": self.model.variables, "optimizer": self.model.optimizer.variables}
        return {
            f"{owner} {place}: {each.path}": each for owner, held in owners.items() for place, each in enumerate(held)
        }
