"""Wilcoxon's signed-rank test, one-sided and exact, also with ties.

d  (n,) paired differences      r  ranks of |d|, the mean rank for ties      W  sum of the ranks of positive d
Under the null hypothesis each rank counts with probability ½, so the distribution of W is counted rank by rank.
Cost: n sums over n(n + 1) + 1 places.  Source: Wilcoxon 1945, Biometrics Bulletin 1, 80-83; for ties Lehmann 2006,
Nonparametrics, section 3.2 (conditional distribution given the ranks). Not for thousands of pairs: the cost is cubic.
"""

import numpy as np

from ayar.numerics.arrays import Floats


def signed_rank_p(differences: Floats) -> float:
    """P(W ≥ what was found) when differences are symmetric about 0: small where they tend to be positive.

    Differences of 0 are left out; 1.0 where none is left.

    >>> signed_rank_p(np.array([0.1, 0.2, 0.3]))
    0.125
    """
    d = np.asarray(differences, dtype=np.float64)
    d = d[d != 0.0]
    if not len(d):
        return 1.0
    ranks = _doubled_ranks(np.abs(d))
    chances = np.zeros(int(ranks.sum()) + 1)
    chances[0] = 1.0
    for rank in ranks.tolist():
        moved = np.zeros_like(chances)
        moved[rank:] = chances[: len(chances) - rank]
        chances = 0.5 * (chances + moved)
    return float(min(1.0, chances[int(ranks[d > 0.0].sum()) :].sum()))


def _doubled_ranks(x: Floats) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Twice the rank of each value: whole numbers, also for the mean rank of ties."""
    _, place, counts = np.unique(x, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((2 * last - counts + 1)[place], dtype=np.int64)
