"""Repeats of one configuration with different seeds, as one trial: their mean, and how sure it is.

For trainings whose result is partly luck. A repeat is reported as a fold, so `scheduler="fold_race"` leaves the repeats
of a bad configuration out. Not for cross-validation, which repeats already: see `CrossValidation`.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ayar.base.errors import ArgumentError, TrialPruned, shorten
from ayar.base.rng import stream_key
from ayar.trial.crossval import FOLDS, FoldPlan
from ayar.trial.result import Result


class Repeated:
    """An objective that runs another one several times for each trial and returns the mean.

    Arguments:
        objective: called with the trial, whose `seed` differs from repeat to repeat; returns one number.
        repeats: how often, at least 2.

    Raises:
        ArgumentError: no function, or fewer than 2 repeats.

    A trial's value is the mean over repeats, its `sd` their spread over √repeats.

    >>> import ayar
    >>> noisy = Repeated(lambda trial: trial["x"] + trial.seed % 7, repeats=4)
    >>> study = ayar.minimize(noisy, {"x": (0.0, 1.0)}, max_trials=3, seed=0)
    >>> len(study.trials[0].reports), study.trials[0].sd[0] > 0.0
    (4, True)
    """

    def __init__(self, objective: Callable[[Any], Any], repeats: int = 3) -> None:
        if not callable(objective):
            raise ArgumentError(f"objective: expected a function of a trial, got {shorten(objective)}")
        if not isinstance(repeats, int) or isinstance(repeats, bool) or repeats < 2:
            raise ArgumentError(f"repeats: expected a whole number >= 2, got {shorten(repeats)}")
        self.objective = objective
        self.repeats = repeats

    def __call__(self, trial: Any) -> Result:
        """The mean over repeats, with its standard error.

        Raises:
            TrialPruned: the scheduler said to stop after a repeat.
            ArgumentError: the objective returned something else than a number.
        """
        # Each trial has seeds of its own: no two trials can be compared repeat by repeat.
        trial.set_user_attr(FOLDS, FoldPlan(1, self.repeats, f"seeds of trial {trial.number}").to_json())
        values: list[float] = []
        for i in range(self.repeats):
            if i and trial.should_prune():
                raise TrialPruned(f"stopped after {i} of {self.repeats} repeats, mean {np.mean(values):.6g}")
            repeat = Repeat(trial, i)
            values.append(_number(self.objective(repeat), i))
            trial.report(values[-1], step=repeat.last_step + 1, fold=i)
        return Result(float(np.mean(values)), sd=_error(values))


class Repeat:
    """A trial as one of its repeats sees it: a seed of its own, and reports that count for this repeat."""

    def __init__(self, trial: Any, place: int) -> None:
        self._trial = trial
        self._place = place
        self.last_step = -1
        """The last step that was reported."""

    @property
    def seed(self) -> int:
        """A seed for the objective, equal for all attempts of this trial and repeat: 0 ... 2^32 - 1."""
        return stream_key(self._trial.seed, self._place, "repeat") % 2**32

    def report(self, value: float, step: int, fold: int | None = None) -> None:
        """Tell an intermediate value of this repeat.

        Raises:
            ArgumentError: a fold is given: the repeats are the folds.
        """
        if fold is not None:
            raise ArgumentError(f"trial.report: expected no fold within a repeat, got fold={fold}; leave Repeated out")
        self._trial.report(value, step, fold=self._place)
        self.last_step = step

    def __getattr__(self, name: str) -> Any:
        return getattr(self._trial, name)

    def __getitem__(self, name: str) -> Any:
        return self._trial[name]

    def __contains__(self, name: object) -> bool:
        return name in self._trial

    def __iter__(self) -> Any:
        return iter(self._trial)

    def __len__(self) -> int:
        return len(self._trial)


def _number(value: Any, place: int) -> float:
    if isinstance(value, str | bytes | Result) or value is None:
        raise ArgumentError(f"repeat {place}: expected a number, got {shorten(value)}; return a float")
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ArgumentError(f"repeat {place}: expected a number, got {shorten(value)}; return a float") from None


def _error(values: list[float]) -> float | None:
    error = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return error if math.isfinite(error) else None
