"""Which hyperparameters a proposal's models use: fitted at fixed counts of told trials, and found again in the notes.

n  told trials     c  fit count: a fit looks at the first c told trials     θ  fitted hyperparameters of one quantity
Proposals with the same c use the same θ, whichever worker makes them and whether it was interrupted: θ comes from the
lowest trial whose note has this c, else from a fit started at the θ of the largest earlier c. With one worker that is
one fit a count; with many, those that cannot see each other's notes may fit the same count twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from ayar.numerics import surrogate
from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.embedding import Embedding
from ayar.numerics.priors import Prior
from ayar.numerics.theta import Theta
from ayar.samplers.quantities import Quantity
from ayar.trial.history import History

NOTE_VERSION = 3
"""Notes of another version are not read: their θ may mean something else."""
_FRESH_STARTS = frozenset({8, 16, 32, 64, 128, 256})
"""Fit counts that also start from three draws of the prior, so that one bad fit is not carried on for ever."""
_DRAWS = 3

Fits = dict[str, dict[int, Theta]]
"""Name of a quantity -> fit count -> θ."""


def last_fit(n: int) -> int:
    """The last fit count up to n trials: every trial below 200, every second below 300, every 50th part above.

    >>> [last_fit(n) for n in (5, 201, 303, 1000)]
    [5, 200, 300, 996]
    """
    if n < 300:
        return n if n < 200 else n - n % 2
    count = 300
    while (following := count - (-count // 50)) <= n:
        count = following
    return count


def read_fits(history: History, belief: Prior) -> Fits:
    """The fits that notes hold; the lowest trial's where several have one count."""
    fits: Fits = {}
    for number in range(len(history)):
        note = history.note(number)
        if (note.get("sampler"), note.get("version")) == ("gp", NOTE_VERSION):
            remember(fits, note, belief)
    return fits


def remember(fits: Fits, note: Mapping[str, object], belief: Prior) -> None:
    """Add the fits of one note; those whose θ has another length belong to another space and are left out."""
    models = note.get("models")
    for name, (count, theta) in models.items() if isinstance(models, Mapping) else ():
        vector = np.array(theta, dtype=np.float64)
        if vector.shape == belief.mean.shape:
            fits.setdefault(name, {}).setdefault(count, belief.theta(vector))


@dataclass(frozen=True, eq=False)
class Fitter:
    """Finds θ for the quantities of one space."""

    embedding: Embedding
    belief: Prior

    def theta(
        self, quantity: Quantity, U: Floats, A: Bools, fits: Mapping[int, Theta], generator: np.random.Generator
    ) -> Theta:
        """θ of one quantity, fitted on all its rows.

        Arguments:
            quantity: what was told.
            U: (c, D) unit coordinates of the told rows.
            A: (c, D) activity.
            fits: earlier fits of this quantity by count.
            generator: for starts drawn from the prior.
        """
        c, width = len(U), len(self.belief.mean)
        earlier = max((count for count in fits if count < c), default=None)
        starts = [self.belief.mode if earlier is None else fits[earlier]]
        if c in _FRESH_STARTS:
            starts.extend(self.belief.draw(normals) for normals in ndtri(generator.random((_DRAWS, width))))
        rows = quantity.rows
        return surrogate.fit(self.embedding, U[rows], A[rows], quantity.y, self.belief, starts, quantity.noise)
