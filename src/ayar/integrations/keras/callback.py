"""A schedule of Ayar as a Keras callback."""

import warnings
from typing import Any

from ayar.base.errors import ArgumentError
from ayar.base.optional import need
from ayar.integrations.keras.optimizers import Steered, number
from ayar.training.schedules import Schedule

keras = need("keras", "keras")


class ScheduleCallback(keras.callbacks.Callback):  # type: ignore[misc, name-defined]  # Keras ships no types
    """Sets the learning rate before each update, and the momentum of an optimizer made by `schedulable`.

    The step is the optimizer's own count of updates, which is saved and loaded with the model: a training that goes on
    in another `fit` or another process follows the schedule as if it had not been interrupted. Beyond the schedule's
    end the last values stay. The rate and momentum of each epoch's last update are added to its logs.

    Arguments:
        schedule: such as `OneCycle(steps=epochs * batches, max_lr=0.1)`.
        first: the optimizer's count of updates where the schedule begins: 0, or `int(model.optimizer.iterations)` to
            start it in a model that was trained before.

    Raises:
        ArgumentError: when training begins, if the learning rate cannot be set, or if Keras runs several updates
            between two calls of callbacks.
    """

    def __init__(self, schedule: Schedule, first: int = 0) -> None:
        super().__init__()
        self.schedule = schedule
        self.first = first

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002 - Keras hands it over
        """Look whether the schedule can be followed."""
        optimizer = self._optimizer()
        if not isinstance(getattr(optimizer, "_learning_rate", None), keras.Variable):
            raise ArgumentError(
                "the optimizer was made with a schedule of Keras or a function as learning rate, which cannot be set; "
                "give it a number"
            )
        if self.model.steps_per_execution != 1:
            raise ArgumentError(
                f"steps_per_execution={self.model.steps_per_execution} runs several updates at once, all with one "
                "learning rate; compile the model with steps_per_execution=1"
            )
        if self.schedule.at(0).momentum is not None and not isinstance(optimizer, Steered):
            warnings.warn(
                f"{type(optimizer).__name__} holds its momentum as a number that compiled steps do not read again: "
                "only the learning rate follows the schedule. Compile with schedulable(optimizer) for SGD, Adam and "
                "AdamW, or give the schedule momentum=None to say that this is meant",
                stacklevel=2,
            )

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002 - see above
        """Set what the coming update trains with."""
        optimizer = self._optimizer()
        lr, momentum = self.schedule.at(max(int(number(optimizer.iterations)) - self.first, 0))
        optimizer.learning_rate = lr
        if momentum is not None and isinstance(optimizer, Steered):
            setattr(optimizer, optimizer.momentum_name, momentum)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002 - see above
        """Add rate and momentum to the logs."""
        if logs is not None:
            optimizer = self._optimizer()
            logs["learning_rate"] = number(optimizer.learning_rate)
            if isinstance(optimizer, Steered):
                logs[optimizer.momentum_name] = number(getattr(optimizer, optimizer.momentum_name))

    def _optimizer(self) -> Any:
        # `self.model` also brings JAX's copy of the state back to the optimizer.
        optimizer = self.model.optimizer
        return getattr(optimizer, "inner_optimizer", optimizer)  # a LossScaleOptimizer wraps the one that counts
