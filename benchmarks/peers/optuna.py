"""Optuna: the sampler named in the settings, its other options at their defaults.

`auto` states the rule of OptunaHub's AutoSampler, which is loaded from the network and so cannot be run here:
multivariate TPE with a constant liar where there are categories or conditions; otherwise the Gaussian process for 250
trials, then CMA-ES warm-started with them.
"""

from typing import Any

import optuna
from optuna.samplers import BaseSampler, CmaEsSampler, GPSampler, RandomSampler, TPESampler
from optuna.trial import Trial, TrialState

from benchmarks.peers.wire import Axis, Observed, Start, serve

GP_TRIALS = 250


def sampler(start: Start) -> BaseSampler:
    """The sampler of the settings."""
    named = {"tpe": TPESampler, "gp": GPSampler, "cmaes": CmaEsSampler, "random": RandomSampler}
    name = start.settings["sampler"]
    if name != "auto":
        return named[name](seed=start.seed)
    if any(axis.kind == "categorical" or axis.when for axis in start.space):
        return TPESampler(seed=start.seed, multivariate=True, constant_liar=True)
    return GPSampler(seed=start.seed)


class Optuna(Observed):
    """A study in memory, defined by run, so that only active parameters are suggested."""

    def __init__(self, start: Start) -> None:
        self.start = start
        self.study = optuna.create_study(sampler=sampler(start))
        if isinstance(self.study.sampler, GPSampler):
            import torch  # seconds that the other samplers need not wait

            torch.set_num_threads(1)

    def ask(self) -> tuple[Trial, dict[str, Any]]:
        """Ask, and suggest what is active."""
        if self.start.settings["sampler"] == "auto":
            self.change_over()
        trial = self.study.ask()
        params: dict[str, Any] = {}
        for axis in self.start.space:
            if axis.active(params):
                params[axis.name] = suggest(trial, axis)
        return trial, params

    def tell(self, handle: Trial, loss: float | None) -> None:
        """A failed trial is told as failed."""
        if loss is None:
            self.study.tell(handle, state=TrialState.FAIL)
        else:
            self.study.tell(handle, loss)

    def change_over(self) -> None:
        """After 250 trials of the Gaussian process: CMA-ES."""
        if isinstance(self.study.sampler, GPSampler):
            told = self.study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
            if len(told) >= GP_TRIALS:
                self.study.sampler = CmaEsSampler(seed=self.start.seed, source_trials=told)


def suggest(trial: Trial, axis: Axis) -> Any:
    """One parameter; an ordinal is suggested by its place."""
    if axis.kind == "float":
        return trial.suggest_float(axis.name, axis.low, axis.high, log=axis.log)
    if axis.kind == "int":
        return trial.suggest_int(axis.name, int(axis.low), int(axis.high), log=axis.log)
    if axis.kind == "ordinal":
        return axis.values[trial.suggest_int(axis.name, 0, len(axis.values) - 1)]
    return axis.values[trial.suggest_categorical(axis.name, axis.choices)]


if __name__ == "__main__":
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    serve(Optuna)
