"""Losses and standard errors of cross-validated trials as models take them, from the folds themselves.

A trial that was stopped early counts as what it would have come to: the best whole trial's mean plus the mean
difference from it on the folds that both have, with the larger error of fewer folds. Never as a failure.
"""

import numpy as np
from numpy.typing import NDArray

from ayar.numerics.fold_noise import completed_means, fold_deviations
from ayar.trial.history import History
from ayar.trial.state import State

Floats = NDArray[np.float64]


def fold_values(history: History) -> tuple[Floats, Floats]:
    """(losses, sd), (n, g) each: those of the history, but for trials with fold scores in a study with one goal."""
    losses, sd = history.losses, history.sd
    if not history.folds.folds:
        return losses, sd
    n = len(history)
    x = history.folds.view(n) * history.goals[0].sign
    known = np.isfinite(x)
    whole = known.all(axis=1) & history.having(State.COMPLETE) & history.inside
    stopped = known.any(axis=1) & history.having(State.PRUNED)
    shared = history.folds.shared
    best = int(np.argmin(np.where(whole, losses[:, 0], np.inf))) if shared and whole.any() else None
    losses, sd = losses.copy(), sd.copy()
    losses[stopped, 0] = completed_means(x[stopped], None if best is None else x[best])
    found = fold_deviations(x, whole, shared, history.folds.overlap)
    sd[np.isfinite(found), 0] = found[np.isfinite(found)]
    return losses, sd
