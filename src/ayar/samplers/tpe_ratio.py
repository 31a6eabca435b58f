"""How much denser good trials are than others at a point, ln l(x) − ln g(x): over all parameters together, or by each.

m, D  candidates and parameters     U, A  (m, D) unit coordinates and activity     l, g  densities of good, other trials
Among draws from l the largest ratio is the largest expected improvement (Bergstra et al. 2011, eq. 4).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ayar.numerics.arrays import Bools, Floats, Ints
from ayar.numerics.kernel_scales import Scales, log_scales
from ayar.numerics.parzen import Axes, Parzen

Uniforms = Callable[[tuple[int, ...]], Floats]
"""Uniform numbers in [0, 1) of a given shape."""


@dataclass(frozen=True, eq=False)
class Trials:
    """Some trials: where they are, and how much each counts."""

    U: Floats
    A: Bools
    weights: Floats


class Ratio(ABC):
    """Proposes candidates and says what they are worth."""

    @abstractmethod
    def candidates(self, count: int, uniforms: Uniforms) -> tuple[Floats, Ints]:
        """Coordinates (count, D) of all parameters, and the good trial each stems from; beyond the last one: from none.

        Arguments:
            count: m.
            uniforms: source of randomness.
        """

    @abstractmethod
    def values(self, U: Floats, A: Bools) -> Floats:
        """(m,) ln l − ln g."""


class Joint(Ratio):
    """One density over all parameters: what good trials have in common in several of them is kept."""

    def __init__(self, axes: Axes, good: Trials, others: Trials, scales: Scales = log_scales) -> None:
        self.good = Parzen(axes, good.U, good.A, good.weights)
        self.others = Parzen(axes, others.U, others.A, others.weights, scales)
        self.width = len(axes.each)

    def candidates(self, count: int, uniforms: Uniforms) -> tuple[Floats, Ints]:
        """See Ratio."""
        return self.good.draw(uniforms((count, 1 + self.width)))

    def values(self, U: Floats, A: Bools) -> Floats:
        """See Ratio."""
        return self.good.log_density(U, A) - self.others.log_density(U, A)


class Independent(Ratio):
    """A density for each parameter, from the trials that have it: the best draw of each is taken by itself."""

    def __init__(self, axes: Axes, good: Trials, others: Trials) -> None:
        self.each = [Joint(Axes([axis]), _having(good, d), _having(others, d)) for d, axis in enumerate(axes.each)]
        self.beyond = len(good.U)

    def candidates(self, count: int, uniforms: Uniforms) -> tuple[Floats, Ints]:
        """See Ratio; the first has the best draw of every parameter, the second the second best, and so on."""
        columns = []
        for ratio in self.each:
            U, _ = ratio.candidates(count, uniforms)
            order = np.argsort(-ratio.values(U, np.ones(U.shape, dtype=np.bool_)), kind="stable")
            columns.append(U[order])
        return np.concatenate(columns, axis=1), np.full(count, self.beyond)

    def values(self, U: Floats, A: Bools) -> Floats:
        """See Ratio."""
        each = [ratio.values(U[:, d : d + 1], A[:, d : d + 1]) for d, ratio in enumerate(self.each)]
        return np.asarray(np.sum(np.where(A.T, each, 0.0), axis=0))


def _having(trials: Trials, d: int) -> Trials:
    """The trials in which parameter d is active, that parameter alone."""
    active = trials.A[:, d]
    return Trials(trials.U[active, d : d + 1], trials.A[active, d : d + 1], trials.weights[active])
