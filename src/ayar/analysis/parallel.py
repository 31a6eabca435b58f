"""The table behind parallel coordinates: every complete trial as one height per parameter."""

from dataclasses import dataclass

import numpy as np

from ayar.analysis.axes import Axis, axes
from ayar.analysis.sample import sample
from ayar.numerics.arrays import Floats, Ints
from ayar.trial.fold import Fold


@dataclass(frozen=True, eq=False)
class Lanes:
    """m trials, D axes."""

    axes: tuple[Axis, ...]
    number: Ints
    height: Floats
    """(m, D) in [0, 1], each on its parameter's own scale; NaN where inactive."""
    value: Floats
    """(m,) the goal as told."""
    rank: Floats
    """(m,) 0 for the best, 1 for the worst."""


def lanes(fold: Fold, goal: int | str = 0) -> Lanes:
    """The complete trials with a finite value of one goal.

    Raises:
        ArgumentError: the study has no such goal.
    """
    told = sample(fold, goal)
    rank = np.zeros(len(told))
    rank[told.order()] = np.arange(len(told)) / max(1, len(told) - 1)
    return Lanes(tuple(axes(told.space)), told.numbers, told.U, told.losses * told.goal.sign, rank)
