"""How sure a score is: standard error and interval of a cross-validation mean, and the interval of a test score.

J  fold scores    s²  their sample variance    level  the chance with which an interval should hold the truth

Around the winner of a search the cross-validation interval is too hopeful: the winner was picked because it was lucky,
and in simulation the interval held the truth in 73 to 82 % of searches instead of 95 %. The test score is the remedy.
"""

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ayar.base.errors import ArgumentError, shorten
from ayar.evaluate.labels import encode
from ayar.evaluate.rows import Indices, Rows

Interval = tuple[float, float]

BOOTSTRAP_DRAWS = 2000
"""The 2.5 % percentile of as many draws has a standard error of about 3 % of the interval's half-width."""


def standard_error(scores: Sequence[float], n_train: float, n_test: float) -> float:
    """Corrected standard error of a mean of fold scores:  √((1/J + n_test/n_train) s²).

    The plain s/√J is far too small, because the folds share most of the rows they are fitted on.

    Arguments:
        scores: J fold scores.
        n_train: rows fitted on in a fold (the mean, where folds differ).
        n_test: rows judged in a fold.

    Raises:
        ArgumentError: sizes that are not positive.

    Source: Nadeau and Bengio 2003, Machine Learning 52, 239-281, the corrected resampled t test.
    Returns NaN for fewer than two scores.

    >>> round(standard_error([0.90, 0.92, 0.94], n_train=100, n_test=50), 6)
    0.018257
    """
    if not (n_train > 0 and n_test > 0):
        raise ArgumentError(f"expected rows to fit and to judge, got n_train={n_train!r}, n_test={n_test!r}")
    J = len(scores)
    if J < 2:
        return math.nan
    return math.sqrt((1 / J + n_test / n_train) * float(np.var(scores, ddof=1)))


def cv_interval(scores: Sequence[float], n_train: float, n_test: float, level: float = 0.95) -> Interval | None:
    """Corrected t interval of a cross-validation mean:  mean ± t(J − 1) √((1/J + n_test/n_train) s²).

    For a fixed configuration; see the top of this file for the winner of a search. None for fewer than two scores.

    Arguments:
        scores: J fold scores.
        n_train: rows fitted on in a fold (the mean, where folds differ).
        n_test: rows judged in a fold.
        level: between 0 and 1.

    Raises:
        ArgumentError: a level or sizes outside their range.

    Source: Nadeau and Bengio 2003, Machine Learning 52, 239-281, the corrected resampled t test.

    >>> low, high = cv_interval([0.90, 0.92, 0.94], n_train=100, n_test=50)
    >>> round(low, 4), round(high, 4)
    (0.8414, 0.9986)
    """
    _check_level(level)
    error = standard_error(scores, n_train, n_test)
    if not math.isfinite(error):
        return None
    # Late: scipy.special would weigh on importing the package.
    from scipy.special import stdtrit

    half = float(stdtrit(len(scores) - 1, (1 + level) / 2)) * error
    mean = float(np.mean(scores))
    return mean - half, mean + half


def within(interval: Interval | None, bounds: tuple[float, float]) -> Interval | None:
    """The interval, cut where no score can be; `bounds` are the least and greatest possible score.

    >>> within((0.9, 1.1), (0.0, 1.0))
    (0.9, 1.0)
    """
    return None if interval is None else (max(interval[0], bounds[0]), min(interval[1], bounds[1]))


def paired_interval(
    scores: Sequence[float], others: Sequence[float], n_train: float, n_test: float, level: float = 0.95
) -> Interval | None:
    """Corrected t interval of the mean difference of two configurations on the same folds:  mean(a − b) ± as above.

    What both share on a fold cancels, so it is much narrower than the two intervals apart. For configurations fixed
    beforehand. None for fewer than two folds.

    Arguments:
        scores, others: J fold scores each, on the same folds in the same order.
        n_train, n_test, level: as for `cv_interval`.

    Raises:
        ArgumentError: not as many scores on both sides.

    >>> paired_interval([0.90, 0.92, 0.94], [0.89, 0.91, 0.92], 100, 50) is None
    False
    """
    if len(scores) != len(others):
        raise ArgumentError(f"expected scores on the same folds, got {len(scores)} and {len(others)}")
    return cv_interval([a - b for a, b in zip(scores, others, strict=True)], n_train, n_test, level)


def wilson_interval(hits: float, n: int, level: float = 0.95) -> Interval:
    """Interval of a proportion, `hits` of `n`; never outside [0, 1], never of no width.

    Raises:
        ArgumentError: not 0 <= hits <= n with n > 0, or a level outside its range.

    Source: Wilson 1927, doi 10.1080/01621459.1927.10502953; as eq. (4) of Brown, Cai and DasGupta 2001, Statistical
    Science 16, 101-133.

    >>> low, high = wilson_interval(355, 360)
    >>> round(low, 4), round(high, 4)
    (0.9679, 0.9941)
    """
    _check_level(level)
    if not (n > 0 and 0 <= hits <= n):
        raise ArgumentError(f"expected 0 <= hits <= n and n > 0, got hits={hits!r}, n={n!r}")
    z = NormalDist().inv_cdf((1 + level) / 2)
    centre = (hits + z * z / 2) / (n + z * z)
    half = z * math.sqrt(n) / (n + z * z) * math.sqrt(hits / n * (1 - hits / n) + z * z / (4 * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def bootstrap_interval(
    score: Callable[[NDArray[Any], NDArray[Any]], float],
    truth: NDArray[Any],
    prediction: NDArray[Any],
    rng: np.random.Generator,
    groups: Rows | None = None,
    level: float = 0.95,
    draws: int = BOOTSTRAP_DRAWS,
) -> Interval | None:
    """Percentile interval of a score over rows drawn with replacement; whole groups where rows come in groups.

    None where there is nothing to draw from: a single row or group, or a score that is rarely defined.

    Arguments:
        score: (truth, prediction) -> float; draws for which it is NaN are left out.
        truth: (n,) labels or targets.
        prediction: n predictions.
        rng: makes the draws.
        groups: n names of what rows share; rows of a group are drawn together.
        level: between 0 and 1.
        draws: how many.

    Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13; for groups, Davison and Hinkley
    1997, Bootstrap Methods and their Application, section 3.8.
    """
    _check_level(level)
    draw = _drawer(len(truth), groups)
    if draw is None:
        return None
    scores = np.empty(draws)
    for i in range(draws):
        rows = draw(rng)
        scores[i] = score(truth[rows], prediction[rows])
    known = scores[~np.isnan(scores)]
    if len(known) < draws / 2:
        return None
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _drawer(n: int, groups: Rows | None) -> Callable[[np.random.Generator], Indices] | None:
    """What draws n rows, or all rows of as many groups as there are; None for a single row or group."""
    if groups is None:
        return (lambda rng: rng.integers(n, size=n)) if n > 1 else None
    names, codes = encode(groups, "groups")
    members = [np.flatnonzero(codes == i) for i in range(len(names))]
    if len(members) < 2:
        return None
    return lambda rng: np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))])


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise ArgumentError(f"level: expected a number between 0 and 1, got {shorten(level)}; try 0.95")
