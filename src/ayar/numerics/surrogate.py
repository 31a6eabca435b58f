"""The one model of told trials, shared by the `gp` sampler, by effects and importance, and by predictions for a user.

U, A  (n, D) unit coordinates and activity, of told rows; (m, D) of others     S  fantasies (1 without pending trials)
y  (n,) targets: told values, lower is better, warped and standardised; failed trials re-enter above the worst
noise  (n,) variances of the targets known beforehand, NaN where unknown; a common σ_n² is fitted on top
Nobody above needs to know that points are warped, embedded and scaled before the kernel sees them (`scaled`).
Exact up to 1,000 rows, beyond that on the best and the most spread out of them. Cost: `gp` and `gp_fit`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ayar.numerics import gp, gp_fit
from ayar.numerics.arrays import Bools, Floats, Ints
from ayar.numerics.embedding import Embedding
from ayar.numerics.kernels import squared_distances
from ayar.numerics.priors import Prior
from ayar.numerics.scaled import Lens
from ayar.numerics.theta import Theta
from ayar.numerics.warps import Warp, fit_warp

MOST_ROWS = 1_000
_MOST_FITTED = 300
_FAILED = 0.5  # a failed trial counts as this share of the range worse than the worst
_BENT_FROM, _BENT_FROM_EACH = 20, 3  # rows, and rows a parameter, from which input warps are fitted


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
    squares = np.einsum("ij,ij->i", E, E)
    for _ in range(most - most // 2):
        nearest[taken] = -1.0
        far = int(np.argmax(nearest))
        taken[far] = True
        np.minimum(nearest, squares - 2.0 * (E @ E[far]) + squares[far], out=nearest)
    return np.flatnonzero(taken)


def fit(
    embedding: Embedding,
    U: Floats,
    A: Bools,
    y: Floats,
    belief: Prior,
    starts: Sequence[Theta],
    noise: Floats | None = None,
    most: int = MOST_ROWS,
) -> Theta:
    """θ for told rows and their targets, from some starts; on at most 300 rows, or `most`.

    Input warps stay at none below 20 rows, or 3 a parameter: so few rows do not tell them from noise.
    """
    rows = thin(embedding(U, A), y, min(most, _MOST_FITTED))
    evidence = gp_fit.Evidence(embedding, U[rows], A[rows], y[rows], _known(noise, len(y))[rows], belief)
    bent = len(rows) >= max(_BENT_FROM, _BENT_FROM_EACH * belief.parameters)
    return gp_fit.fit(evidence, starts, bent=bent)


def _known(noise: Floats | None, n: int) -> Floats:
    return np.zeros(n) if noise is None else np.nan_to_num(noise)


@dataclass(frozen=True, slots=True, eq=False)
class Surrogate:
    """A fitted model; its answers are in the units of the targets (`Warp.values` brings means back)."""

    lens: Lens
    theta: Theta
    process: gp.Posterior
    rows: Ints
    """Which of the rows it was given it holds."""

    @property
    def noise(self) -> float:
        """Variance of the noise of a typical target: σ_n², and the median of what was known beforehand."""
        return float(np.median(self.process.noise))

    @property
    def means(self) -> Floats:
        """(n, S) latent means at its own rows, pending ones last."""
        return self.process.means

    def latent(self, U: Floats, A: Bools) -> tuple[Floats, Floats]:
        """Means (m, S), one column a fantasy, and deviations (m,) without noise."""
        return gp.predict(self.process, self.lens.rows(U, A))

    def latent_with_slopes(self, U: Floats, A: Bools) -> tuple[Floats, Floats, Callable[[Floats, Floats], Floats]]:
        """`latent`, and a function that pulls slopes back to the points.

        The function takes ∂f/∂μ (m, S) and ∂f/∂σ (m,) of any f and returns ∂f/∂U (m, D), 0 for categorical and for
        inactive parameters.
        """
        Z, to_unit = self.lens.rows_with_slopes(U, A)
        mean, deviation, to_scaled = gp.predict_with_slopes(self.process, Z)
        return mean, deviation, lambda by_mean, by_deviation: to_unit(to_scaled(by_mean, by_deviation))

    def predict(self, U: Floats, A: Bools) -> tuple[Floats, Floats]:
        """Mean over the fantasies and latent deviation, (m,) each."""
        mean, deviation = self.latent(U, A)
        return mean.mean(axis=1), deviation

    def joint(self, U: Floats, A: Bools) -> tuple[Floats, Floats]:
        """Mean (m,) over the fantasies and latent covariance (m, m)."""
        mean, covariance = gp.joint(self.process, self.lens.rows(U, A))
        return mean.mean(axis=1), covariance

    def leave_one_out(self) -> tuple[Floats, Floats]:
        """Mean and deviation, (n,) each, of every row's target when that row is left out."""
        mean, deviation = gp.leave_one_out(self.process)
        return mean[:, 0], deviation

    def fantasize(self, U: Floats, A: Bools, normals: Floats) -> "Surrogate":
        """The model after b pending rows have answered in S imagined ways; normals (b, S)."""
        imagined = gp.fantasize(self.process, self.lens.rows(U, A), self.noise, normals)
        return Surrogate(self.lens, self.theta, imagined, self.rows)


def build(
    embedding: Embedding,
    U: Floats,
    A: Bools,
    y: Floats,
    theta: Theta,
    noise: Floats | None = None,
    most: int = MOST_ROWS,
    merit: Floats | None = None,
) -> Surrogate:
    """The model with given θ on the `most` rows that `thin` keeps, by merit (n,), least first, or else by target.

    Raises:
        LinAlgError: the rows or θ hold a NaN, or no jitter helps.
    """
    rows = thin(embedding(U, A), y if merit is None else merit, most)
    lens = Lens(embedding, theta)
    process = gp.posterior(
        lens.rows(U[rows], A[rows]), y[rows, None], theta.signal, theta.noise + _known(noise, len(y))[rows]
    )
    return Surrogate(lens, theta, process, rows)
