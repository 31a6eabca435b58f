"""The one model of told trials, shared by the `gp` sampler, by effects and importance, and by predictions for a user.

U, A  (n, D) unit coordinates and activity     E  (n, P) embedded rows     θ  (D + 2,) fitted vector of `gp_fit`
y  (n,) targets: told values, lower is better, warped and standardised; failed trials re-enter above the worst
Exact up to 1,000 rows, beyond that on the best and the most spread out of them. Cost: `gp` and `gp_fit`.
"""

from dataclasses import dataclass

import numpy as np

from ayar.numerics import gp, gp_fit
from ayar.numerics.arrays import Bools, Floats, Ints
from ayar.numerics.embedding import Embedding
from ayar.numerics.kernels import squared_distances
from ayar.numerics.warps import Warp, fit_warp

MOST_ROWS = 1_000
_MOST_FITTED = 300
_FAILED = 0.5  # a failed trial counts as this share of the range worse than the worst
_CALLS = ((100, 20), (200, 15))  # evaluations of a fit up to so many rows; 12 above
_CALLS_ABOVE = 12


def targets(losses: Floats) -> tuple[Floats, Warp]:
    """Targets of told losses, and the warp that made them.

    Arguments:
        losses: (n,) values, lower is better; NaN or infinite for a failed trial.

    >>> targets(np.array([1.0, 2.0, np.nan]))[0].tolist()
    [-1.0, 1.0, 2.0]
    """
    good = np.isfinite(losses)
    warp = fit_warp(losses[good]) if good.any() else fit_warp(np.zeros(1))
    y = np.zeros(len(losses))
    if good.any():
        y[good] = warp.targets(losses[good])
        worst = float(y[good].max())
        y[~good] = worst + _FAILED * ((worst - float(y[good].min())) or 1.0)
    return y, warp


def thin(E: Floats, y: Floats, most: int) -> Ints:
    """At most `most` rows, rising: the better half by value, then one by one the row farthest from all taken."""
    if len(y) <= most:
        return np.arange(len(y))
    taken = np.zeros(len(y), dtype=np.bool_)
    taken[np.argsort(y, kind="stable")[: most // 2]] = True
    nearest = squared_distances(E, E[taken]).min(axis=1)
    for _ in range(most - most // 2):
        nearest[taken] = -1.0
        far = int(np.argmax(nearest))
        taken[far] = True
        nearest = np.minimum(nearest, squared_distances(E, E[far : far + 1])[:, 0])
    return np.flatnonzero(taken)


def fit(embedding: Embedding, E: Floats, y: Floats, belief: gp_fit.Prior, starts: Floats) -> Floats:
    """θ for embedded rows and targets, from (s, D + 2) starts; on at most 300 rows."""
    rows = thin(E, y, _MOST_FITTED)
    calls = next((calls for most, calls in _CALLS if len(rows) <= most), _CALLS_ABOVE)
    return gp_fit.fit(E[rows], embedding.blk, y[rows], belief, starts=starts, calls=calls)


@dataclass(frozen=True, slots=True, eq=False)
class Surrogate:
    """A fitted model; its answers are in the units of the targets (`Warp.values` brings means back)."""

    embedding: Embedding
    theta: Floats
    process: gp.Posterior
    rows: Ints
    """Which of the rows it was given it holds."""

    @property
    def noise(self) -> float:
        """σ_n², variance of a target's noise."""
        return float(np.exp(self.theta[-1]))

    @property
    def lengths(self) -> Floats:
        """(P,) length-scale of each embedded column."""
        return np.exp(self.theta[:-2])[self.embedding.blk]

    def scale(self, U: Floats, A: Bools) -> Floats:
        """(m, P) scaled rows of unit coordinates."""
        return self.embedding(U, A) / self.lengths

    def predict(self, U: Floats, A: Bools) -> tuple[Floats, Floats]:
        """Mean and latent deviation, (m,) each, of the targets."""
        mean, deviation = gp.predict(self.process, self.scale(U, A))
        return mean.mean(axis=1), deviation

    def leave_one_out(self) -> tuple[Floats, Floats]:
        """Mean and deviation, (n,) each, of every row's target when that row is left out."""
        mean, deviation = gp.leave_one_out(self.process)
        return mean[:, 0], deviation

    def fantasize(self, U: Floats, A: Bools, normals: Floats) -> "Surrogate":
        """The model after b pending rows have answered in S imagined ways; normals (b, S)."""
        imagined = gp.fantasize(self.process, self.scale(U, A), self.noise, normals)
        return Surrogate(self.embedding, self.theta, imagined, self.rows)


def build(embedding: Embedding, E: Floats, y: Floats, theta: Floats) -> Surrogate:
    """The model with given θ on the rows that `thin` keeps.

    Raises:
        LinAlgError: the rows or θ hold a NaN, or no jitter helps.
    """
    rows = thin(E, y, MOST_ROWS)
    signal, noise = np.exp(theta[-2:])
    Z = E[rows] / np.exp(theta[:-2])[embedding.blk]
    process = gp.posterior(Z, y[rows, None], float(signal), np.full(len(rows), noise))
    return Surrogate(embedding, theta, process, rows)
