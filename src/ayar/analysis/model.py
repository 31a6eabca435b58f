"""The Gaussian process that importance, effects and health checks ask: `numerics.surrogate`, fitted to one sample.

m  told points    D  columns    k  places to ask about    S  joint draws
Targets are warped and standardised, so that one terrible value does not hide what matters among the good ones.
One BLAS thread: the matrices are small, and more threads slow each other down where workers run beside.
Cost: one fit on at most 300 rows (0.1 to 0.5 s), one factorisation of at most 400.
"""

from dataclasses import dataclass

import numpy as np

from ayar.analysis.sample import Sample
from ayar.base.rng import stream
from ayar.numerics import surrogate
from ayar.numerics.arrays import Bools, Floats, Ints
from ayar.numerics.embedding import Embedding
from ayar.numerics.linalg import factor
from ayar.numerics.priors import prior
from ayar.numerics.single_thread import one_blas_thread

MOST_ROWS = 400
"""A larger sample is cut to its best quarter of this and a random choice of the others."""
FEWEST_ROWS = 8
_FAR, _MOST_STRAYS = 3.0, 0.05
_TINY = 1e-6  # noise of draws, in units of the targets' variance: keeps equal places from being singular


@dataclass(frozen=True, eq=False)
class Model:
    """A fitted model of one goal."""

    sample: Sample
    surrogate: surrogate.Surrogate
    explained: float
    """Share of the targets' variance that leaving-one-out predictions explain; at most 1, negative when useless."""

    def predict(self, U: Floats, A: Bools) -> tuple[Floats, Floats]:
        """Mean and deviation, (k,) each, of targets; lower is better, inactive coordinates are not read."""
        with one_blas_thread():
            return self.surrogate.predict(np.nan_to_num(U), A)

    def draws(self, U: Floats, A: Bools, normals: Floats) -> Floats:
        """(k, S) functions drawn jointly at k places; `normals` (k, S) are standard normal numbers."""
        with one_blas_thread():
            mean, covariance = self.surrogate.joint(np.nan_to_num(U), A)
            covariance[np.diag_indices_from(covariance)] += _TINY
            L, _, _ = factor(covariance)
            return np.asarray(mean[:, None] + L @ normals)


def fit_model(sample: Sample, seed: int) -> Model | None:
    """The model of a sample; None when it is too small, constant or empty of columns."""
    sample = _without_strays(sample)
    chosen = sample.rows(_subset(sample, seed))
    if len(chosen) < FEWEST_ROWS or chosen.U.shape[1] == 0 or np.ptp(chosen.losses) == 0.0:
        return None
    y, _ = surrogate.targets(chosen.losses)
    if np.std(y) == 0.0:
        return None
    with one_blas_thread():
        return _fitted(chosen, y)


def _fitted(chosen: Sample, y: Floats) -> Model:
    embedding = Embedding.of(chosen.space.codec.columns)
    belief = prior(embedding.categorical, float(chosen.A.sum(axis=1).mean()))
    U = np.nan_to_num(chosen.U)
    theta = surrogate.fit(embedding, U, chosen.A, y, belief, belief.starts)
    fitted = surrogate.build(embedding, U, chosen.A, y, theta)
    left_out, _ = fitted.leave_one_out()
    kept = fitted.process.y[:, 0]
    explained = 1.0 - float(np.mean((kept - left_out) ** 2)) / float(np.var(kept))
    return Model(chosen, fitted, explained)


def _without_strays(sample: Sample) -> Sample:
    """Without single terrible values, up to one in twenty: a spike costs a model more than it tells.

    More of them are a region, which is worth modelling. Source: Tukey 1977, Exploratory Data Analysis (outer fence).
    """
    low, high = np.quantile(sample.losses, [0.25, 0.75]) if len(sample) else (0.0, 0.0)
    far = sample.losses > high + _FAR * (high - low)
    if high == low or not 0 < far.sum() <= _MOST_STRAYS * len(sample):
        return sample
    return sample.rows(np.flatnonzero(~far))


def _subset(sample: Sample, seed: int) -> Ints:
    """Rows of the best and, of the rest, a random choice: what is good matters, what is bad must be known to be bad."""
    order = sample.order()
    if len(order) <= MOST_ROWS:
        return np.arange(len(order))
    best, rest = order[: MOST_ROWS // 4], order[MOST_ROWS // 4 :]
    others = stream(seed, 0, "analysis.subset").permutation(rest)[: MOST_ROWS - len(best)]
    return np.sort(np.concatenate([best, others]))
