"""What the folds of cross-validation say about the noise of a result.

T  trials      k  folds each, the same folds for all      x_tf  score of trial t on fold f
"""

from collections.abc import Sequence

import numpy as np

from ayar.numerics.arrays import Floats
from ayar.trial.crossval import fold_scores
from ayar.trial.history import History


def fold_table(history: History, numbers: Sequence[int]) -> Floats:
    """(T, k) scores of the trials among `numbers` that reported every fold; no rows where none did."""
    scores = [fold_scores(history.reports(int(number))) for number in numbers]
    folds = sorted({fold for found in scores for fold in found})
    full = [found for found in scores if sorted(found) == folds]
    return np.array([[found[fold] for fold in folds] for found in full]).reshape(len(full), len(folds))


def paired_noise(table: Floats) -> float | None:
    """Standard error of one trial's mean over the folds, as it matters when trials are compared; None below 2 by 2.

    The residual of a two-way table (trial + fold): what is common to all trials on a fold cancels in a comparison.
    Source: Montgomery 2017, Design and Analysis of Experiments, 9th ed., eqs. (4.9)-(4.12).
    """
    trials, folds = table.shape
    if trials < 2 or folds < 2:
        return None
    residual = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0, keepdims=True) + table.mean()
    return float(np.sqrt((residual**2).sum() / ((trials - 1) * (folds - 1)) / folds))
