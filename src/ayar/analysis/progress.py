"""How the search went: the best so far, trials by state, and where the time went."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ayar.analysis.sample import goal_index
from ayar.numerics.arrays import Bools, Floats, Ints
from ayar.trial.fold import Fold
from ayar.trial.history import Row
from ayar.trial.state import State
from ayar.trial.trial import Trial


@dataclass(frozen=True, eq=False)
class Curve:
    """One goal's results in the order they were told; all arrays (m,)."""

    name: str
    direction: str
    number: Ints
    """Trial of each result."""
    state: NDArray[np.int8]
    """Codes of the states, see `State.code`."""
    value: Floats
    """As told; NaN for a trial without one."""
    counts: Bools
    """Whether the result can be the best: complete, inside the space, feasible, finite."""
    best: Floats
    """The best value up to and with each result; NaN before the first."""
    elapsed: Floats
    """Seconds of wall clock since the first trial was asked."""

    def __len__(self) -> int:
        return len(self.number)

    @property
    def improvements(self) -> Ints:
        """Places in the order at which the best changed, the first result included."""
        known = np.isfinite(self.best)
        before = np.concatenate([[np.nan], self.best[:-1]])
        return np.flatnonzero(known & (self.best != before))


def best_so_far(fold: Fold, goal: int | str = 0) -> Curve:
    """The curve of one goal.

    Raises:
        ArgumentError: the study has no such goal.
    """
    index = goal_index(fold, goal)
    history = fold.history
    number = np.array(history.order, dtype=np.intp)
    goal_ = fold.setup.goals[index]
    value = history.values[number, index].copy()
    counts = (history.having(State.COMPLETE) & history.inside & history.feasible)[number] & np.isfinite(value)
    least = np.minimum.accumulate(np.where(counts, value * goal_.sign, np.inf)) if len(number) else np.zeros(0)
    best = np.where(np.isfinite(least), least * goal_.sign, np.nan)
    return Curve(
        goal_.name, goal_.direction, number, history.state[number], value, counts, best, _elapsed(fold, number)
    )


def _elapsed(fold: Fold, number: Ints) -> Floats:
    rows = [fold.history.row(int(i)) for i in number]
    asked = [row.asked_at for row in rows if row.asked_at is not None]
    told = np.array([row.told_at or 0 for row in rows], dtype=np.float64)
    start = float(min(asked)) if asked else float(told.min()) if len(told) else 0.0
    return np.maximum(0.0, (told - start) / 1e6)


@dataclass(frozen=True)
class TimeSplit:
    """Seconds, summed over the trials."""

    proposing: float
    evaluating: float
    wall: float
    """From the first proposal to the last trial told, pauses included."""

    @property
    def overhead(self) -> float:
        """Proposing as a share of proposing and evaluating."""
        total = self.proposing + self.evaluating
        return self.proposing / total if total else 0.0


def time_split(fold: Fold) -> TimeSplit:
    """Where the time went."""
    history = fold.history
    rows = [history.row(i) for i in range(len(history))]
    # A trial counts as asked once its proposal is written, so the proposal began before.
    begun = [row.asked_at - 1e6 * row.overhead for row in rows if row.asked_at is not None]
    told = [row.told_at for row in rows if row.told_at is not None]
    return TimeSplit(
        proposing=sum(row.overhead for row in rows),
        evaluating=sum(evaluating_seconds(row) or 0.0 for row in rows),
        wall=max(0.0, (max(told) - min(begun)) / 1e6) if begun and told else 0.0,
    )


def evaluating_seconds(trial: Row | Trial) -> float | None:
    """Seconds that a trial's evaluation took: as measured, else from asking to telling; None where nobody knows.

    A failure without a measure may have waited for anything, such as a worker that is gone, so it has none.
    """
    if trial.seconds is not None:
        return trial.seconds
    if trial.asked_at is None or trial.told_at is None or trial.state is State.FAILED:
        return None
    return max(0.0, (trial.told_at - trial.asked_at) / 1e6)


def counts(fold: Fold) -> dict[State, int]:
    """Trials by state, in the order of the states; states without trials are left out."""
    found = fold.history.counts()
    return {state: found[state] for state in State if found.get(state)}
