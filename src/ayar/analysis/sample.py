"""The trials that tell something about one goal, as arrays: complete, feasible or not, with a finite value.

m  such trials, by number     D  coded columns     X, A, U  (m, D) values, activity, unit coordinates     loss  (m,)
"""

from dataclasses import dataclass

import numpy as np

from ayar.base.errors import ArgumentError, did_you_mean
from ayar.numerics.arrays import Bools, Floats, Ints
from ayar.space.space import Space
from ayar.trial.fold import Fold
from ayar.trial.goal import Goal
from ayar.trial.state import State


@dataclass(frozen=True, eq=False)
class Sample:
    """Told points of one goal."""

    space: Space
    goal: Goal
    numbers: Ints
    X: Floats
    A: Bools
    U: Floats
    """Unit coordinates in [0, 1]; NaN where inactive."""
    losses: Floats
    """Lower is better."""

    def __len__(self) -> int:
        return len(self.numbers)

    def rows(self, which: Ints) -> "Sample":
        """The sample of some of its rows."""
        return Sample(
            self.space, self.goal, self.numbers[which], self.X[which], self.A[which], self.U[which], self.losses[which]
        )

    def order(self) -> Ints:
        """Rows from the best to the worst; equals by number."""
        return np.argsort(self.losses, kind="stable")


def goal_index(fold: Fold, goal: int | str = 0) -> int:
    """Which goal is meant, by place or name.

    Raises:
        ArgumentError: the study has no such goal.
    """
    names = [item.name for item in fold.setup.goals]
    if isinstance(goal, str):
        if goal not in names:
            raise ArgumentError(f"no goal is called {goal!r}{did_you_mean(goal, names)}")
        return names.index(goal)
    if not 0 <= goal < len(names):
        raise ArgumentError(
            f"expected a goal from 0 to {len(names) - 1}, got {goal}; this study has {', '.join(names)}"
        )
    return goal


def sample(fold: Fold, goal: int | str = 0) -> Sample:
    """The complete trials inside the space with a finite value of `goal`.

    Raises:
        ArgumentError: the study has no such goal.
    """
    index = goal_index(fold, goal)
    history, codec = fold.history, fold.setup.space.codec
    losses = history.losses[:, index]
    rows = np.flatnonzero(history.having(State.COMPLETE) & history.inside & np.isfinite(losses))
    X, A = history.columns(codec)
    U = np.clip(codec.to_unit(X[rows]), 0.0, 1.0)
    return Sample(fold.setup.space, fold.setup.goals[index], rows, X[rows], A[rows], U, losses[rows])
