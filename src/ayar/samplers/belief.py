"""What the caller believes of the parameters, as a density on the unit cube and as a way to draw from it.

m, D  points, coded columns      U  (m, D) unit coordinates      s  a number on its own scale, ln x where it is log
π     density against the uniform one, so that a parameter without a prior, or inactive, adds ln π = 0
numbers  π ∝ φ((s − ln-or-plain mean) / sd), cut off at the bounds       choices  π = C w_c / Σ w
A choice of weight 0 counts as one of weight 1e-6 Σ w: what is believed impossible may still be told.
Source of its use: Hvarfner et al. 2022, πBO, arXiv:2204.11051, eq. (6): acquisition · π^(β/n), so data take over.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from ayar.numerics.arrays import Bools, Floats
from ayar.space.codec import Column
from ayar.space.prior import Normal
from ayar.space.space import Space

_LEAST = 1e-6


@dataclass(frozen=True)
class NumberBelief:
    """A normal belief in unit coordinates, cut off at 0 and 1."""

    place: int
    mean: float
    sd: float

    @property
    def ends(self) -> tuple[float, float]:
        """Where the cut is, in deviations from the mean."""
        return -self.mean / self.sd, (1.0 - self.mean) / self.sd

    @property
    def likeliest(self) -> float:
        """Unit coordinate of highest density."""
        return self.mean

    def log_density(self, u: Floats) -> tuple[Floats, Floats]:
        """ln π and its slope at unit coordinates u."""
        z = (u - self.mean) / self.sd
        mass = float(np.diff(ndtr(self.ends))[0])
        return -0.5 * z * z - 0.5 * math.log(2.0 * math.pi) - math.log(self.sd * mass), -z / self.sd

    def units(self, uniforms: Floats) -> Floats:
        """Unit coordinates from uniform numbers."""
        low, high = ndtr(self.ends)
        return np.asarray(np.clip(self.mean + self.sd * ndtri(low + uniforms * (high - low)), 0.0, 1.0))


@dataclass(frozen=True)
class ChoiceBelief:
    """Weights of a set of values."""

    place: int
    shares: tuple[float, ...]

    @property
    def likeliest(self) -> float:
        """Unit coordinate of the first choice of greatest weight."""
        return (self.shares.index(max(self.shares)) + 0.5) / len(self.shares)

    def log_density(self, u: Floats) -> tuple[Floats, Floats]:
        """ln π and its slope at unit coordinates u."""
        count = len(self.shares)
        index = np.minimum((u * count).astype(np.intp), count - 1)
        return np.asarray(np.log(count * np.array(self.shares))[index]), np.zeros_like(u)

    def units(self, uniforms: Floats) -> Floats:
        """Unit coordinates from uniform numbers."""
        ends = np.concatenate([[0.0], np.cumsum(self.shares)])
        index = np.minimum(np.searchsorted(ends, uniforms, side="right") - 1, len(self.shares) - 1)
        return np.asarray((index + (uniforms - ends[index]) / np.array(self.shares)[index]) / len(self.shares))


@dataclass(frozen=True)
class Belief:
    """The priors of a space, as a term of a score (`acquisition.Term`)."""

    parts: tuple[NumberBelief | ChoiceBelief, ...]
    weight: float = 1.0
    """What ln π is multiplied by: β / n."""

    @classmethod
    def of(cls, space: Space) -> "Belief | None":
        """The priors of a space; None where no parameter has one."""
        parts = (
            _part(place, column, getattr(space.params[column.name], "prior", None))
            for place, column in enumerate(space.codec.columns)
        )
        known = tuple(part for part in parts if part is not None)
        return cls(known) if known else None

    def values(self, U: Floats, A: Bools) -> Floats:
        """(m,) weighted ln π."""
        return self.values_and_slopes(U, A)[0]

    def values_and_slopes(self, U: Floats, A: Bools) -> tuple[Floats, Floats]:
        """(m,) weighted ln π and its slopes by U, (m, D)."""
        value, slopes = np.zeros(len(U)), np.zeros(U.shape)
        for part in self.parts:
            active = A[:, part.place]
            density, slope = part.log_density(np.where(active, U[:, part.place], 0.5))
            value += np.where(active, density, 0.0)
            slopes[:, part.place] = np.where(active, slope, 0.0)
        return self.weight * value, self.weight * slopes

    def units(self, uniforms: Floats) -> Floats:
        """Unit coordinates drawn from π, from uniform numbers (m, D)."""
        U = uniforms.copy()
        for part in self.parts:
            U[:, part.place] = part.units(uniforms[:, part.place])
        return U

    def centered(self, U: Floats) -> Floats:
        """Unit coordinates (m, D), moved to what is likeliest where there is a belief."""
        U = U.copy()
        for part in self.parts:
            U[:, part.place] = part.likeliest
        return U


def _part(place: int, column: Column, prior: Normal | tuple[float, ...] | None) -> NumberBelief | ChoiceBelief | None:
    if prior is None or column.low == column.high:
        return None
    if isinstance(prior, Normal):
        pad = 0.5 * column.step
        low, high, mean = column.low - pad, column.high + pad, prior.mean
        if column.log:
            low, high, mean = math.log(low), math.log(high), math.log(mean)
        return NumberBelief(place, (mean - low) / (high - low), prior.sd / (high - low))
    shares = np.maximum(np.array(prior) / sum(prior), _LEAST)
    return ChoiceBelief(place, tuple((shares / shares.sum()).tolist()))
