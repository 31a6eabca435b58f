"""What the callbacks of all training libraries share: which of the metrics is meant, and reports to a trial.

Values pass with the sign and scale the library gives them: direction belongs to the study's goal.
"""

import warnings
from collections.abc import Mapping
from typing import Any, Protocol

from ayar.base.errors import ArgumentError, shorten


class Reported(Protocol):
    """What is needed of a trial: `ayar.study`'s live trials have it."""

    number: int

    def report(self, value: float, step: int) -> None:
        """Tell an intermediate value."""

    def should_prune(self) -> bool:
        """Whether the scheduler wants this trial to end now."""


class Watch:
    """One trial, and the metric of its training that it is told of.

    Arguments:
        trial: the running trial.
        metric: the metric's name as the library spells it; None where there is exactly one.
        guest: the library's name, for messages.
    """

    def __init__(self, trial: Reported, metric: str | None, guest: str) -> None:
        self.trial = trial
        self._metric = metric
        self._guest = guest
        self._steps: set[int] = set()
        self._warned = False

    def take(self, values: Mapping[str, float], step: int) -> bool:
        """Report the metric's value at a step; whether the trial is to end.

        A step reported twice keeps the last value, and a warning says so once.

        Raises:
            ArgumentError: no metric has the name, or none was named and there is not exactly one.
        """
        value = float(values[self._name(values)])
        if step in self._steps and not self._warned:
            self._warned = True
            warnings.warn(
                f"{self._guest}: step {step} of trial {self.trial.number} is reported a second time; the last value "
                "counts. Give each fit of an objective a trial of its own, or one step range",
                stacklevel=3,
            )
        self._steps.add(step)
        self.trial.report(value, step)
        return self.trial.should_prune()

    def _name(self, values: Mapping[str, float]) -> str:
        if self._metric is not None and self._metric in values:
            return self._metric
        there = ", ".join(repr(name) for name in values) or "none"
        if self._metric is not None:
            same = [name for name in values if name.endswith(("-" + self._metric, " " + self._metric))]
            if len(same) == 1:
                return same[0]
            raise ArgumentError(f"{self._guest}: no metric is called {shorten(self._metric)}; there are: {there}")
        if len(values) != 1:
            raise ArgumentError(f"{self._guest}: name the metric to report by metric=...; there are: {there}")
        return next(iter(values))


def pruned(trial: Reported, step: int, what: str) -> str:
    """Why a training ended, for `TrialPruned`."""
    return f"trial {trial.number} was stopped after {what} {step} by the study's scheduler"


def plain(values: Mapping[str, Any]) -> dict[str, float]:
    """Those of a library's logs that are numbers."""
    found = {}
    for name, value in values.items():
        try:
            found[name] = float(value)
        except (TypeError, ValueError):
            continue
    return found
