"""What is believed of θ before any trial: independent normal densities over its logarithms, one table of constants.

The prior of ln ℓ grows like ½ ln D, without which distances in many dimensions leave every point alone.
Constants without a source were measured; the table of ablation 1 in docs/research/engine-ablations.md compares others.
Sources: Hvarfner et al. 2024, arXiv:2402.02229, eq. (6) (growth with D); Snoek et al. 2014, PMLR 32(2), section 3
(normal priors on ln a and ln b).
"""

from dataclasses import dataclass

import numpy as np

from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.theta import Theta

LENGTH = (-0.87, 0.75)
"""ln ℓ of a numeric parameter at D_eff = 1: mean and deviation of ln Gamma(3, 6)."""
CATEGORY = (0.0, 0.75)
"""ln ℓ of a set without order."""
SIGNAL = (0.0, 0.5)
"""ln σ_f², in units of the targets' variance."""
NOISE = (-6.0, 1.5)
"""ln σ_n². Measured on the zoo, with and without noise: (-4, 1) starts slower, (-8, 2) chases noise."""
WARP = (0.0, 0.3)
"""ln a and ln b of input warps."""
NOISE_FLOOR = 1e-6
"""Smallest σ_n²."""
LOUD = -2.0
"""ln σ_n² of a loud start."""
SHORT = 3.0
"""Deviations by which a short start's ln ℓ lie below their means."""
_REACH = 4.0  # the search box, in prior deviations


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """Independent normal densities over the vector of θ."""

    parameters: int
    """D"""
    mean: Floats
    """(D + 2 + 2 D_w,)"""
    deviation: Floats
    """(D + 2 + 2 D_w,)"""

    @property
    def mode(self) -> Theta:
        """θ of highest density."""
        return self.theta(self.mean)

    @property
    def loud(self) -> Theta:
        """The mode, but with much noise."""
        vector = self.mean.copy()
        vector[self.parameters + 1] = LOUD
        return self.theta(vector)

    @property
    def short(self) -> Theta:
        """The mode, but with short length-scales."""
        vector = self.mean.copy()
        vector[: self.parameters] -= SHORT * self.deviation[: self.parameters]
        return self.theta(vector)

    @property
    def starts(self) -> tuple[Theta, Theta, Theta]:
        """Where searches begin, each near another explanation of the same values: smooth, noisy, wild."""
        return self.mode, self.loud, self.short

    def theta(self, vector: Floats) -> Theta:
        """The record of a vector.

        Raises:
            ValueError: a vector of another length than this prior's.
        """
        if np.shape(vector) != self.mean.shape:
            raise ValueError(f"expected {len(self.mean)} numbers, got shape {np.shape(vector)}")
        return Theta.of(vector, self.parameters)

    def box(self, bent: bool) -> tuple[Floats, Floats]:
        """Bounds of the search, one vector each; `bent` False keeps input warps where they start, at none."""
        reach = _REACH * self.deviation
        if not bent:
            reach[self.parameters + 2 :] = 0.0
        lower = self.mean - reach
        lower[self.parameters + 1] = np.log(NOISE_FLOOR)
        return lower, self.mean + reach

    def penalty(self, vector: Floats) -> tuple[float, Floats]:
        """−ln density up to a constant, and its gradient."""
        z = (vector - self.mean) / self.deviation
        return float(0.5 * z @ z), z / self.deviation


def prior(categorical: Bools, active: float) -> Prior:
    """The prior over θ.

    Arguments:
        categorical: (D,) which parameters are sets without order.
        active: parameters active in an average configuration, at least 1.
    """
    numeric = (LENGTH[0] + 0.5 * np.log(max(active, 1.0)), LENGTH[1])
    lengths = [CATEGORY if unordered else numeric for unordered in categorical]
    warps = [WARP] * (2 * int((~categorical).sum()))
    mean, deviation = np.array([*lengths, SIGNAL, NOISE, *warps], dtype=np.float64).T
    return Prior(len(categorical), mean.copy(), deviation.copy())
