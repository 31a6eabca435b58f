"""The best of a few settings that were trained with the same seeds, and which others cannot be told from it.

k  settings     n  seeds, the same for all     x_ij  loss, smaller is better
d_j = x_ij − x_bj, b the setting with the smallest mean: what the seeds have in common falls out of the difference

A setting is a tie with the best if mean d ≤ s/√n, s the sample deviation of d: one standard error. Seeds are not all
the luck there is: the rows of the validation part are the same for all, so a difference below 1 % of the loss is a tie
as well, however steady over seeds. A loss that is not finite never ties.
"""

from dataclasses import dataclass

import numpy as np

from ayar.numerics.arrays import Floats

NEGLIGIBLE = 0.01
"""Share of the best loss below which a difference is none."""


@dataclass(frozen=True)
class Paired:
    """The comparison."""

    best: int
    """Place of the smallest mean loss."""
    means: Floats
    """(k,) mean losses."""
    differences: Floats
    """(k,) mean paired difference from the best; 0 for itself."""
    errors: Floats
    """(k,) its standard error."""

    @property
    def tied(self) -> list[int]:
        """Places of the best and of all that cannot be told from it, in order."""
        slack = NEGLIGIBLE * abs(float(self.means[self.best]))
        pairs = zip(self.differences.tolist(), self.errors.tolist(), strict=True)
        return [i for i, (d, error) in enumerate(pairs) if i == self.best or d <= max(error, slack)]


def compare_paired(losses: Floats) -> Paired:
    """Compare settings seed by seed.

    Arguments:
        losses: (k, n), n ≥ 2; at least one row all finite.

    >>> compare_paired(np.array([[1.0, 2.0, 3.0], [1.1, 2.1, 3.2], [0.9, 2.2, 2.9]])).tied
    [0, 2]
    """
    n = losses.shape[1]
    broken = np.asarray(~np.isfinite(losses).all(axis=1))
    means = np.where(broken, np.inf, np.where(np.isfinite(losses), losses, 0.0).mean(axis=1))
    best = int(np.argmin(means))
    d = np.where(broken[:, None], 0.0, np.where(np.isfinite(losses), losses, 0.0) - losses[best])
    differences = np.where(broken, np.inf, d.mean(axis=1))
    errors: Floats = d.std(axis=1, ddof=1) / np.sqrt(n)
    return Paired(best, means, differences, errors)
