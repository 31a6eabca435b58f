"""From told and pending trials to the models of one proposal.

c  fit count: θ comes from the first c told trials (`fits`)     b  pending trials     S  fantasies
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from ayar.numerics.arrays import Floats
from ayar.numerics.qmc import shifted_sobol
from ayar.numerics.theta import Theta
from ayar.samplers import quantities
from ayar.samplers.fits import Fits, last_fit
from ayar.samplers.gp_task import Task
from ayar.samplers.models import Modelled, Models, modelled
from ayar.samplers.quantities import Quantity
from ayar.samplers.told import Told

_FANTASIES = 8


@dataclass(frozen=True, eq=False)
class Modeller:
    """Makes the models of one proposal."""

    task: Task
    told: Told
    fits: Fits
    uniforms: Floats
    """(b,) uniform numbers, which shift the imagined answers of pending trials."""

    def models(self, *, fitted: bool) -> Models:
        """Every quantity modelled, under fitted θ or the prior's mode.

        Raises:
            LinAlgError: a θ under which a kernel matrix has no factor.
        """
        setup, told = self.task.setup, self.told
        c = last_fit(len(told.U)) if fitted else 0
        thetas = dict(self._thetas(told.first(c), c))
        believed, imagined = np.zeros((len(told.U_pending), 1)), self._imagined()
        limits = [self._model(limit, thetas, c, believed) for limit in quantities.limits(setup, told)]
        goals = [self._model(goal, thetas, c, imagined) for goal in quantities.goals(setup, told)]
        return Models(goals, limits)

    def _thetas(self, early: Told, c: int) -> Iterator[tuple[str, Theta]]:
        """θ of every quantity that the first c told rows teach."""
        for quantity in quantities.every(self.task.setup, early):
            theta = self.fits.at(quantity.name, c)
            yield quantity.name, theta or self.task.fitter.theta(quantity, early.U, early.A, self.fits)

    def _imagined(self) -> Floats:
        """(b, S) normal numbers that make the pending answers; 0, the mean, where several goals must agree."""
        if len(self.task.setup.goals) > 1 or not len(self.uniforms):
            return np.zeros((len(self.uniforms), 1))
        return ndtri(shifted_sobol(_FANTASIES, self.uniforms)).T

    def _model(self, quantity: Quantity, thetas: dict[str, Theta], c: int, normals: Floats) -> Modelled:
        theta, fitter = thetas.get(quantity.name), self.task.fitter
        count = 0 if theta is None else c
        return modelled(quantity, self.told, fitter, theta or fitter.belief.mode, count, normals)
