"""One branch of a conditional space: the points of one activity."""

from dataclasses import dataclass

import numpy as np

from ayar.numerics.arrays import Bools


@dataclass(frozen=True, eq=False)
class Branch:
    """The points of one activity."""

    activity: Bools
    """(D,)."""

    def holds(self, A: Bools) -> Bools:
        """(m,) whether points with activity A (m, D) lie in it."""
        return np.asarray((self.activity == A).all(axis=1))
