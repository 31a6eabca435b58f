"""Lightning as a guest: stop a training on all ranks at once when its trial will not win."""

from typing import Any

from ayar.base.errors import ArgumentError, TrialPruned
from ayar.base.optional import need
from ayar.integrations.watching import Reported, Watch, plain, pruned

lightning = need("lightning", "lightning")


class PruningCallback(lightning.Callback):  # type: ignore[misc, name-defined]  # Lightning is not imported by the type checker
    """Reports a metric after each validation; where the study's scheduler says so, training ends on every rank.

    Raising inside a hook kills or hangs the ranks of distributed training. So rank 0 reports and asks, its answer is
    broadcast, every rank sets `trainer.should_stop`, and `fit` returns. Then call `settle()`, which ends the trial:

        stop = PruningCallback(trial, "val_loss")
        trainer = Trainer(callbacks=[stop], ...)
        trainer.fit(model)
        stop.settle()
        return trainer.callback_metrics["val_loss"].item()

    Arguments:
        trial: the running trial; on ranks other than 0 it is not used and may be None.
        metric: a name that the model logs, such as "val_loss"; may be left out where it logs exactly one.
    """

    def __init__(self, trial: Reported | None, metric: str | None = None) -> None:
        super().__init__()
        self._trial = trial
        self._watch = Watch(trial, metric, "Lightning") if trial is not None else None
        self.stopped: int | None = None
        """The epoch after which the trial was stopped; None while it goes on."""

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:  # noqa: ARG002 - Lightning hands it over
        """Report, and stop on all ranks if rank 0 is told so."""
        if trainer.sanity_checking:
            return
        stop, trouble = False, ""
        if trainer.is_global_zero:
            stop, trouble = self._asked(trainer)
        stop, trouble = trainer.strategy.broadcast((stop, trouble), src=0)
        if trouble:
            raise ArgumentError(trouble)
        if stop:
            self.stopped = trainer.current_epoch
            trainer.should_stop = True

    def _asked(self, trainer: Any) -> tuple[bool, str]:
        """The scheduler's answer, and what is wrong with the metric: every rank must hear of that too."""
        if self._watch is None:
            return False, "Lightning: rank 0 has no trial; give PruningCallback the running trial there"
        try:
            return self._watch.take(plain(trainer.callback_metrics), trainer.current_epoch), ""
        except ArgumentError as error:
            return False, str(error)

    def settle(self) -> None:
        """After `fit` has returned: end the trial if it was stopped.

        Raises:
            TrialPruned: it was.
        """
        if self.stopped is not None:
            if self._trial is None:
                raise TrialPruned(f"rank 0 stopped it after epoch {self.stopped}")
            raise TrialPruned(pruned(self._trial, self.stopped, "epoch"))
