"""How sure a mean over folds is, and what a trial with missing folds would have scored: for models of the values.

n  trials      k  folds      x  (n, k) losses, NaN where a fold is missing      j  (n,) folds that are there
r  x less the folds' own means: what makes one fold harder than another for every trial is no noise in a comparison
v  (n,) variance of r over a trial's folds, shrunk to the median v of all trials as if that came from 5 folds more

    sd = √(s² (1/j + q)),  s² = v (k − 1)/k of cross-validation, v of repeats with seeds

The first part is the mean's own error; q = n_judged/n_fitted, 1/(k − 1) of k-fold, stands for the rows that folds share
in fitting (Nadeau and Bengio 2003, Machine Learning 52, 239-281). The median, because a diverged trial's folds differ
wildly, and say nothing of the good ones'. In simulation (`tests/unit/numerics/test_fold_noise.py`) where folds differ
by 0.02 and a configuration's own luck is 0.01, five folds are off by 0.0045; this says 0.006, and with the folds' own
means left in it would say 0.013.
"""

import numpy as np

from ayar.numerics.arrays import Bools, Floats

PSEUDO_FOLDS = 5.0
FEWEST = 8
"""Whole trials from which the folds' own means are known well enough to be taken out."""


def fold_deviations(x: Floats, whole: Bools, shared: bool, overlap: float) -> Floats:
    """(n,) sd of each trial's mean over its folds; NaN where there are fewer than two folds, or nothing to learn from.

    Arguments:
        x: (n, k) losses.
        whole: (n,) trials with all folds, from which the common variance is taken.
        shared: whether fold f is the same for all trials.
        overlap: q; 0 for repeats with other seeds, which share nothing.
    """
    n, k = x.shape
    known = np.isfinite(x)
    j = known.sum(axis=1)
    if k < 2 or not (j > 1).any():
        return np.full(n, np.nan)
    r = x - _difficulty(x[whole]) if shared and whole.sum() >= FEWEST else x
    mean = _row_mean(r, known, j)
    squares = np.where(known, (r - mean[:, None]) ** 2, 0.0).sum(axis=1)
    several = j > 1
    v = squares / np.where(several, j - 1, 1)
    learned = several & whole if (several & whole).any() else several
    common = float(np.median(v[learned]))
    freedom = np.maximum(j - 1, 0)
    shrunk = (freedom * v + PSEUDO_FOLDS * common) / (freedom + PSEUDO_FOLDS)
    with np.errstate(divide="ignore"):
        sd = np.sqrt(shrunk * ((k - 1) / k if overlap else 1.0) * (1.0 / j + overlap))
    return np.asarray(np.where(j > 0, sd, np.nan))


def completed_means(x: Floats, rival: Floats | None) -> Floats:
    """(n,) mean loss of each trial; NaN where it has no fold.

    With a rival, (k,) its losses on the same folds: its mean plus the mean difference from it on the folds that are
    there, so that easy folds do not flatter.
    """
    known = np.isfinite(x)
    j = known.sum(axis=1)
    if rival is None:
        return _row_mean(x, known, j)
    return _row_mean(x - rival, known, j) + float(rival.mean())


def _difficulty(x: Floats) -> Floats:
    """(k,) by how much each fold is worse than a trial's mean, for most trials."""
    return np.asarray(np.median(x - x.mean(axis=1, keepdims=True), axis=0))


def _row_mean(x: Floats, known: Bools, j: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> Floats:
    return np.asarray(np.where(j > 0, np.where(known, x, 0.0).sum(axis=1) / np.maximum(j, 1), np.nan))
