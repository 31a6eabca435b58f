"""Syne Tune's searchers for one fidelity, by ask and tell: the one named in the settings, `CQR` or `BOTorch`."""

from typing import Any

from syne_tune.config_space import choice, lograndint, loguniform, ordinal, randint, uniform
from syne_tune.optimizer import baselines
from syne_tune.optimizer.schedulers.ask_tell_scheduler import AskTellScheduler

from benchmarks.peers.wire import Axis, Observed, Start, serve


def domain(axis: Axis) -> Any:
    """The parameter in Syne Tune's words: choices by their place."""
    if axis.values:
        return ordinal(axis.choices, kind="equal") if axis.kind == "ordinal" else choice(axis.choices)
    if axis.kind == "int":
        return (lograndint if axis.log else randint)(int(axis.low), int(axis.high))
    return (loguniform if axis.log else uniform)(axis.low, axis.high)


class SyneTune(Observed):
    """Ask and tell. What cannot vary is left out."""

    def __init__(self, start: Start) -> None:
        self.space = start.space
        varies = [axis for axis in start.space if len(axis.values) > 1 or (not axis.values and axis.low < axis.high)]
        searcher = getattr(baselines, start.settings["searcher"])
        scheduler = searcher({axis.name: domain(axis) for axis in varies}, metric="loss", random_seed=start.seed)
        self.scheduler = AskTellScheduler(base_scheduler=scheduler)

    def ask(self) -> tuple[Any, dict[str, Any]]:
        """The next trial."""
        trial = self.scheduler.ask()
        fixed = {axis.name: 0 if axis.values else axis.low for axis in self.space}
        found = {**fixed, **trial.config}
        return trial, {
            axis.name: axis.values[int(found[axis.name])] if axis.values else found[axis.name] for axis in self.space
        }

    def tell(self, handle: Any, loss: float | None) -> None:
        """A failed trial is told as failed."""
        if loss is None:
            self.scheduler.base_scheduler.on_trial_error(handle)
        else:
            self.scheduler.tell(handle, {"loss": loss})


if __name__ == "__main__":
    serve(SyneTune)
