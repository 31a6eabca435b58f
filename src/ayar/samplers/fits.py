"""Which hyperparameters a proposal's models use: fitted at fixed counts of told trials, and found again in the notes.

n  told trials     c  fit count: a fit looks at the first c told trials     θ  fitted hyperparameters of one quantity
Proposals with the same c use the same θ, whichever worker makes them and whether it was interrupted: θ comes from the
lowest trial whose note has this c, else from a fit started at the θ of the largest earlier c. With one worker that is
one fit a count; with many, those that cannot see each other's notes may fit the same count twice.
A fit carried on and on stays in the mode of few trials: noise passes for short length-scales, or a wild function for
noise. So some counts, each a fifth above the one before, also start from the prior's mode with loud noise, and with
short length-scales. Measured on 12 histories of up to 130 trials, quiet and noisy: 10 % of warm fits end more than 1
above the least loss known, 4 % with the loud starts, 2 % with both, for 6.4, 7.9 and 9.8 evaluations a fit; with loud
starts at every count it is 2 % for 22. On a task planted for them (`benchmarks.planted`) input warps are found from the
short length-scales only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ayar.numerics import surrogate
from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.embedding import Embedding
from ayar.numerics.priors import Prior
from ayar.numerics.theta import Theta
from ayar.samplers.quantities import Quantity
from ayar.trial.history import History

NOTE_VERSION = 3
"""Notes of another version are not read: their θ may mean something else."""
_FRESH_FROM, _FRESH_STEP = 8, 5  # first fresh count; each is a fifth part above the one before


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


def is_fresh(c: int) -> bool:
    """Whether the fit at count c also starts from the prior.

    >>> [c for c in range(40) if is_fresh(c)]
    [8, 10, 12, 15, 18, 22, 27, 33]
    """
    count, before = _FRESH_FROM, last_fit(c - 1) if c > 1 else 0
    while count <= before:
        count -= -count // _FRESH_STEP
    return count <= c


@dataclass(frozen=True, eq=False)
class Fits:
    """θ of quantities at fit counts, as notes hold them; read when asked for."""

    belief: Prior
    vectors: dict[str, dict[int, Sequence[float]]] = field(default_factory=dict)
    """Name of a quantity -> fit count -> vector of θ."""

    def remember(self, note: Mapping[str, object]) -> None:
        """Add what one note holds, unless the count is known.

        A θ of count 0 was not fitted; one of another length belongs to another space.
        """
        models = note.get("models")
        for name, (count, vector) in models.items() if isinstance(models, Mapping) else ():
            if count and len(vector) == len(self.belief.mean):
                self.vectors.setdefault(name, {}).setdefault(count, vector)

    def at(self, name: str, count: int) -> Theta | None:
        """θ of a quantity at that count; None where it is not known."""
        vector = self.vectors.get(name, {}).get(count)
        return None if vector is None else self.belief.theta(np.array(vector, dtype=np.float64))

    def before(self, name: str, count: int) -> Theta | None:
        """θ of a quantity at the largest earlier count."""
        earlier = max((c for c in self.vectors.get(name, {}) if c < count), default=None)
        return None if earlier is None else self.at(name, earlier)


def read_fits(history: History, belief: Prior) -> Fits:
    """The fits that notes hold; the lowest trial's where several have one count."""
    fits = Fits(belief)
    for number in range(len(history)):
        note = history.note(number)
        # What was fitted before the space changed is of other coordinates.
        is_of_now = (history.row(number).seen or 0) >= history.space_since
        if is_of_now and (note.get("sampler"), note.get("version")) == ("gp", NOTE_VERSION):
            fits.remember(note)
    return fits


@dataclass(frozen=True, eq=False)
class Fitter:
    """Finds θ for the quantities of one space."""

    embedding: Embedding
    belief: Prior
    most: int = surrogate.MOST_ROWS
    """Rows that a fit looks at."""

    def theta(self, quantity: Quantity, U: Floats, A: Bools, fits: Fits) -> Theta:
        """θ of one quantity, fitted on all its rows.

        Arguments:
            quantity: what was told.
            U: (c, D) unit coordinates of the told rows.
            A: (c, D) activity.
            fits: earlier fits.
        """
        warm = fits.before(quantity.name, len(U))
        mode, *others = self.belief.starts
        starts = [warm or mode, *(others if warm is None or is_fresh(len(U)) else ())]
        rows = quantity.rows
        told = U[rows], A[rows], quantity.y
        return surrogate.fit(self.embedding, *told, self.belief, starts, quantity.noise, self.most)
