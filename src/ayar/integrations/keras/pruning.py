"""A Keras training that ends when its trial will not win."""

from typing import Any

from ayar.base.errors import TrialPruned
from ayar.base.optional import need
from ayar.integrations.watching import Reported, Watch, plain, pruned

keras = need("keras", "keras")


class PruningCallback(keras.callbacks.Callback):  # type: ignore[misc, name-defined]  # Keras ships no types
    """Reports a metric after each epoch; where the study's scheduler says so, training ends in good order.

    The epoch is finished, `model.stop_training` is set, the other callbacks see the end of training, and only then
    `fit` raises `TrialPruned`, which ends the trial.

    Arguments:
        trial: the running trial.
        metric: such as "val_loss", the default, or "val_accuracy".

    Raises:
        TrialPruned: out of `fit`, once training has ended.
        ArgumentError: out of `fit`, when the metric is not among the epoch's logs; the message lists them.
    """

    def __init__(self, trial: Reported, metric: str = "val_loss") -> None:
        super().__init__()
        self._trial = trial
        self._watch = Watch(trial, metric, "Keras")
        self._stopped: int | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002 - Keras hands it over
        """Forget an earlier fit."""
        self._stopped = None

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Report, and ask whether to go on."""
        if self._watch.take(plain(logs or {}), epoch):
            self._stopped = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002 - see above
        """End the trial, if it was stopped."""
        if self._stopped is not None:
            raise TrialPruned(pruned(self._trial, self._stopped, "epoch"))
