"""Which hyperparameters a proposal's model uses: fitted at fixed counts of told trials, and found again in the notes.

n  told trials     c  fit count: a fit looks at the first c told trials     θ  fitted hyperparameters
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
from ayar.trial.history import History

NOTE_VERSION = 2
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


def read_fits(history: History, belief: Prior) -> dict[int, Theta]:
    """Fit count -> θ from the notes; the lowest trial's where several have one count."""
    fits: dict[int, Theta] = {}
    for number in range(len(history)):
        note = history.note(number)
        if (note.get("sampler"), note.get("version")) != ("gp", NOTE_VERSION) or "theta" not in note:
            continue
        vector = np.array(note["theta"], dtype=np.float64)
        if vector.shape == belief.mean.shape:
            fits.setdefault(note["fit"], belief.theta(vector))
    return fits


@dataclass(frozen=True, eq=False)
class Fitter:
    """Finds θ for one space."""

    embedding: Embedding
    belief: Prior

    def theta(
        self,
        U: Floats,
        A: Bools,
        losses: Floats,
        fits: Mapping[int, Theta],
        generator: np.random.Generator,
        sd: Floats | None = None,
    ) -> Theta:
        """θ fitted on all rows given.

        Arguments:
            U: (c, D) unit coordinates.
            A: (c, D) activity.
            losses: (c,) their losses.
            fits: earlier fits by count.
            generator: for starts drawn from the prior.
            sd: (c,) standard errors of the losses, NaN where unknown.
        """
        c, width = len(losses), len(self.belief.mean)
        earlier = max((count for count in fits if count < c), default=None)
        starts = [self.belief.mode if earlier is None else fits[earlier]]
        if c in _FRESH_STARTS:
            starts.extend(self.belief.draw(normals) for normals in ndtri(generator.random((_DRAWS, width))))
        y, warp = surrogate.targets(losses)
        noise = None if sd is None else warp.variances(losses, sd)
        return surrogate.fit(self.embedding, U, A, y, self.belief, starts, noise)
