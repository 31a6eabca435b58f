"""Rustuna with its default sampler, TPE; Optuna's interface."""

from typing import Any

import rustuna
from rustuna.samplers import TPESampler
from rustuna.trial import TrialState

from benchmarks.peers.wire import Axis, Observed, Start, serve


class Rustuna(Observed):
    """A study in memory, defined by run, so that only active parameters are suggested."""

    def __init__(self, start: Start) -> None:
        self.space = start.space
        self.study = rustuna.create_study(sampler=TPESampler(seed=start.seed))

    def ask(self) -> tuple[int, dict[str, Any]]:
        """Ask, and suggest what is active."""
        trial = self.study.ask()
        params: dict[str, Any] = {}
        for axis in self.space:
            if axis.active(params):
                params[axis.name] = suggest(trial, axis)
        return trial.number, params

    def tell(self, handle: int, loss: float | None) -> None:
        """A failed trial is told as failed."""
        if loss is None:
            self.study.tell(handle, state=TrialState.FAIL)
        else:
            self.study.tell(handle, loss)


def suggest(trial: Any, axis: Axis) -> Any:
    """One parameter; an ordinal is suggested by its place."""
    if axis.kind == "float":
        return trial.suggest_float(axis.name, axis.low, axis.high, log=axis.log)
    if axis.kind == "int":
        return trial.suggest_int(axis.name, int(axis.low), int(axis.high), log=axis.log)
    if axis.kind == "ordinal":
        return axis.values[trial.suggest_int(axis.name, 0, len(axis.values) - 1)]
    return axis.values[trial.suggest_categorical(axis.name, axis.choices)]


if __name__ == "__main__":
    serve(Rustuna)
