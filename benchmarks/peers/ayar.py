"""Ayar, from the environment of the project itself: the sampler named in the settings, a study in memory."""

from collections.abc import Callable, Mapping
from typing import Any

import ayar
from benchmarks.peers.wire import Axis, Start, serve

KINDS: Mapping[str, Callable[[Axis], Any]] = {
    "float": lambda axis: ayar.Float(axis.low, axis.high, log=axis.log, when=axis.when or None),
    "int": lambda axis: ayar.Int(int(axis.low), int(axis.high), log=axis.log, when=axis.when or None),
    "ordinal": lambda axis: ayar.Ordinal(axis.values, when=axis.when or None),
    "categorical": lambda axis: ayar.Categorical(axis.values, when=axis.when or None),
}


def domain(axis: Axis) -> Any:
    """The parameter as a domain; a single value is a constant."""
    if len(axis.values) == 1 or (not axis.values and axis.low == axis.high):
        return ayar.Constant([*axis.values, axis.low][0], when=axis.when or None)
    return KINDS[axis.kind](axis)


class Ayar:
    """Ask and tell."""

    def __init__(self, start: Start) -> None:
        space = {axis.name: domain(axis) for axis in start.space}
        self.study = ayar.create_study(space, seed=start.seed, max_failures=start.trials + 1, **start.settings)

    def ask(self) -> tuple[Any, dict[str, Any]]:
        """The next trial, unless the space is exhausted. First trials that fail alike stop a study, not a benchmark."""
        try:
            trial = self.study.ask()
        except ayar.errors.StudyFinished as finished:
            if finished.reason != "failures":
                raise StopIteration from None
            self.study.reopen()
            trial = self.study.ask()
        return trial, dict(trial.params)

    def tell(self, handle: Any, loss: float | None) -> None:
        """A failed trial is told as failed."""
        if loss is None:
            self.study.tell(handle, state="failed")
        else:
            self.study.tell(handle, loss)

    def recommend(self) -> dict[str, Any] | None:
        """`study.recommended`; nothing while there is none."""
        try:
            return dict(self.study.recommended.params)
        except ayar.errors.NoTrial:
            return None


if __name__ == "__main__":
    serve(Ayar)
