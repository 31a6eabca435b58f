"""Generations of an evolution: a fold of the outcomes in the order they were told.

Every P outcomes, whoever proposed them, complete a generation; the P best of it and of the survivors before survive.
So late and out-of-order results, enqueued points and any number of workers need no rule of their own, and the state
after any event can be worked out again from the log: 10,000 trials take some 50 ms.
Source: Deb et al. 2002, doi 10.1109/4235.996017, section III-C (main loop), VI (constraints).
"""

import numpy as np

from ayar.numerics.arrays import Ints
from ayar.numerics.pareto import crowding, rank_feasible_first
from ayar.trial.history import History
from ayar.trial.state import State

_COUNTED = (State.COMPLETE, State.PRUNED, State.FAILED)


class Generations:
    """Where the evolution of one history stands; extended as the history is.

    Arguments:
        population: P, outcomes that complete a generation.
    """

    def __init__(self, population: int) -> None:
        self.population = population
        self.complete = 0
        """Generations completed so far."""
        self.survivors: Ints = np.empty(0, dtype=np.intp)
        """Numbers of at most P trials that did not fail, best first: by front, then by room within it."""
        self._read = 0
        self._young: list[int] = []

    def extend(self, history: History) -> None:
        """Take in the outcomes told since the last call."""
        order = history.order
        for place in range(self._read, len(order)):
            row = history.row(order[place])
            if row.state in _COUNTED and not row.outside:
                self._young.append(order[place])
                if len(self._young) == self.population:
                    self._select(history)
        self._read = len(order)

    def _select(self, history: History) -> None:
        pool = np.concatenate([self.survivors, self._young]).astype(np.intp)
        losses, violations = history.losses[pool], history.violations[pool]
        fronts = rank_feasible_first(losses, violations)
        best = np.lexsort((-crowding(losses, fronts), fronts))[: self.population]
        # Those cut off leave their neighbours more room.
        best = best[np.lexsort((-crowding(losses[best], fronts[best]), fronts[best]))]
        self.survivors = pool[best[~np.isnan(losses[best]).any(axis=1)]]
        self._young = []
        self.complete += 1
