"""One function drawn from a Gaussian process, to be evaluated anywhere, with slopes.

M  random waves     ω  (M, P) frequencies     b  (M,) phases     w  (M,) weights     Z  (n, P) scaled rows told
prior draw  g(z) = σ_f √(2/M) Σ w_i cos(ω_i·z + b_i); for Matérn-5/2 ω is multivariate t with 5 degrees of freedom
posterior   f(z) = g(z) + k(z, Z) v,   v = K⁻¹ (y − g(Z) − ε),  ε ~ N(0, noise)
Sources: Wilson et al. 2020, Efficiently sampling functions from Gaussian process posteriors, arXiv:2002.09309,
eqs. (9), (11); Rahimi and Recht 2007, Random features for large-scale kernel machines (waves).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.kernels import matern52
from ayar.numerics.surrogate import Surrogate

_WAVES = 512
_FREEDOM = 5  # twice ν


@dataclass(frozen=True, eq=False)
class Path:
    """A drawn function turned upside down: higher is better, as scores are."""

    model: Surrogate
    frequencies: Floats
    phases: Floats
    weights: Floats
    v: Floats

    def values(self, U: Floats, A: Bools) -> Floats:
        """(m,) −f at unit coordinates U (m, D) with activity A."""
        return -self._at(self.model.lens.rows(U, A))

    def values_and_slopes(self, U: Floats, A: Bools) -> tuple[Floats, Floats]:
        """(m,) −f and (m, D) slopes by the unit coordinates."""
        (Z, to_unit), told = self.model.lens.rows_with_slopes(U, A), self.model.process.Z
        waves = -np.sin(Z @ self.frequencies.T + self.phases) * self.weights
        _, g = matern52(Z, told, self.model.process.variance)
        pulls = g * ((-5.0 / 3.0) * self.v)
        by_Z = waves @ self.frequencies + pulls.sum(axis=1)[:, None] * Z - pulls @ told
        return -self._at(Z), to_unit(-by_Z)

    def _at(self, Z: Floats) -> Floats:
        k, _ = matern52(Z, self.model.process.Z, self.model.process.variance)
        return _prior(Z, self.frequencies, self.phases, self.weights) + k @ self.v


def sample_path(model: Surrogate, uniforms: Callable[[tuple[int, ...]], Floats]) -> Path:
    """A function drawn from the model; the first of its fantasies is taken for the pending trials.

    Arguments:
        model: what is known.
        uniforms: uniform numbers in [0, 1) of a given shape.
    """
    process = model.process
    P, n = process.Z.shape[1], len(process.Z)
    normals = ndtri(np.clip(uniforms((_WAVES, P + _FREEDOM + 1)), 1e-16, None))
    stretch = np.sqrt((normals[:, P : P + _FREEDOM] ** 2).mean(axis=1))
    frequencies, phases = normals[:, :P] / stretch[:, None], 2.0 * np.pi * uniforms((_WAVES,))
    weights = normals[:, -1] * np.sqrt(2.0 * process.variance / _WAVES)
    noise = np.sqrt(process.noise) * ndtri(np.clip(uniforms((n,)), 1e-16, None))
    residual = process.y[:, 0] - _prior(process.Z, frequencies, phases, weights) - noise
    return Path(model, frequencies, phases, weights, process.N.T @ (process.N @ residual))


def _prior(Z: Floats, frequencies: Floats, phases: Floats, weights: Floats) -> Floats:
    return np.asarray(np.cos(Z @ frequencies.T + phases) @ weights)
