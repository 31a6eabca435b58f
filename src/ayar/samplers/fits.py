"""Which hyperparameters a proposal's model uses: fitted at fixed counts of told trials, and found again in the notes.

n  told trials     c  fit count: a fit looks at the first c told trials     θ  (D + 2,) fitted vector
Proposals with the same c use the same θ, whichever worker makes them and whether it was interrupted: θ comes from the
lowest trial whose note has this c, else from a fit started at the θ of the largest earlier c. With one worker that is
one fit a count; with many, those that cannot see each other's notes may fit the same count twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from ayar.numerics import surrogate
from ayar.numerics.arrays import Floats
from ayar.numerics.embedding import Embedding
from ayar.numerics.gp_fit import Prior
from ayar.trial.history import History

NOTE_VERSION = 1
"""Notes of another version are not read: their θ may mean something else."""
_FRESH_STARTS = frozenset({8, 16, 32, 64, 128, 256})
"""Fit counts that also start from three draws of the prior, so that one bad fit is not carried on for ever."""
_DRAWS = 3


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


def read_fits(history: History, width: int) -> dict[int, Floats]:
    """Fit count -> θ of `width` numbers, from the notes; the lowest trial's where several have one count."""
    fits: dict[int, Floats] = {}
    for number in range(len(history)):
        note = history.note(number)
        if (note.get("sampler"), note.get("version")) != ("gp", NOTE_VERSION) or "theta" not in note:
            continue
        theta = np.array(note["theta"], dtype=np.float64)
        if len(theta) == width:
            fits.setdefault(note["fit"], theta)
    return fits


@dataclass(frozen=True, eq=False)
class Fitter:
    """Finds θ for one space."""

    embedding: Embedding
    belief: Prior

    def theta(self, E: Floats, losses: Floats, fits: Mapping[int, Floats], generator: np.random.Generator) -> Floats:
        """θ fitted on all rows given.

        Arguments:
            E: (c, P) embedded rows.
            losses: (c,) their losses.
            fits: earlier fits by count.
            generator: for starts drawn from the prior.
        """
        c, width = len(losses), len(self.belief.mean)
        earlier = max((count for count in fits if count < c), default=None)
        starts = [self.belief.mean if earlier is None else fits[earlier]]
        if c in _FRESH_STARTS:
            starts.extend(self.belief.draw(ndtri(generator.random((_DRAWS, width)))))
        y, _ = surrogate.targets(losses)
        return surrogate.fit(self.embedding, E, y, self.belief, np.array(starts))
