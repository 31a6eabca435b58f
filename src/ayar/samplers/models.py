"""The models behind one proposal: a Gaussian process for every quantity, with the pending trials imagined.

n, b  told trials, pending ones     S  fantasies: 8 for a single goal, else 1, the model's own mean
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ayar.numerics import surrogate
from ayar.numerics.arrays import Bools, Floats, Ints
from ayar.numerics.surrogate import Surrogate
from ayar.numerics.theta import Theta
from ayar.samplers.fits import Fitter
from ayar.samplers.quantities import Quantity
from ayar.samplers.told import Told


@dataclass(frozen=True, eq=False)
class Modelled:
    """One quantity and its model."""

    quantity: Quantity
    surrogate: Surrogate
    count: int
    """Fit count of θ; 0 for the prior's mode."""

    @property
    def rows(self) -> Ints:
        """Told rows that the model holds."""
        return np.asarray(self.quantity.rows[self.surrogate.rows])

    def at_told(self, n: int) -> Floats:
        """(n,) mean at each told row; infinite where the model does not hold it."""
        found = np.full(n, np.inf)
        found[self.rows] = self.surrogate.means[: len(self.rows)].mean(axis=1)
        return found

    def expected(self, U: Floats, A: Bools) -> tuple[Floats, Floats]:
        """Median and half the width from μ − σ to μ + σ, (m,) each, of a goal in the units of its told losses."""
        mean, deviation = self.surrogate.predict(U, A)
        low, middle, high = self.quantity.values(np.array([mean - deviation, mean, mean + deviation]))
        return middle, 0.5 * (high - low)


@dataclass(frozen=True, eq=False)
class Models:
    """What is known of goals and of limits."""

    goals: Sequence[Modelled]
    limits: Sequence[Modelled]

    @property
    def every(self) -> list[Modelled]:
        """All of them, goals first."""
        return [*self.goals, *self.limits]

    @property
    def noted(self) -> dict[str, list[object]]:
        """Fit counts and θ by name, for the note."""
        return {each.quantity.name: [each.count, each.surrogate.theta.vector.tolist()] for each in self.every}


def modelled(quantity: Quantity, told: Told, fitter: Fitter, theta: Theta, count: int, normals: Floats) -> Modelled:
    """The model of one quantity on as many rows as the fitter looks at; normals (b, S) make the pending answers.

    Of more rows the same ones are held for every quantity that all of them teach: what several goals are in one place
    is else unknown, and good trials with poor values would be missed.

    Raises:
        LinAlgError: θ holds a NaN, or no jitter helps.
    """
    rows = quantity.rows
    known = told.U[rows], told.A[rows], quantity.y
    merit = told.merit[rows] if len(rows) > fitter.most else None
    model = surrogate.build(fitter.embedding, *known, theta, quantity.noise, fitter.most, merit)
    if len(told.U_pending):
        model = model.fantasize(told.U_pending, told.A_pending, normals)
    return Modelled(quantity, model, count)
