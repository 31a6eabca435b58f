"""Which files come first when only a part is to be used: seeded, balanced over strata, and nested.

One order of all files; a fraction is its beginning, so a larger one holds every smaller one, and what was learned on a
part is never unlearned. Within each stratum the files stand at random, and strata take turns in proportion to size.
"""

import math

import numpy as np
from numpy.typing import NDArray

from ayar.base.errors import ArgumentError, shorten
from ayar.base.rng import stream
from ayar.data.columns import Array

Numbers = NDArray[np.intp]

PARTS = 4
"""Strata of a measurement: quarters of the files by their mean."""


def order_files(strata: Array, seed: int) -> Numbers:
    """(f,) numbers of the files in the order in which they are taken.

    Arguments:
        strata: (f,) stratum of each file.
        seed: equal seeds give equal orders in every process.

    After any number of files each stratum has its share of them, within one file for two strata and nearly so for more.

    >>> sorted(order_files(np.array([0, 0, 1, 1]), seed=0)[:2] // 2)
    [np.int64(0), np.int64(1)]
    """
    rng = stream(seed, 0, "data.fraction")
    tie = rng.random(len(strata))
    turn = np.empty(len(strata))
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        turn[rng.permutation(members)] = (np.arange(len(members)) + 0.5) / len(members)
    return np.lexsort((tie, turn))


def count_of(fraction: object, files: int) -> int:
    """How many files a fraction is: rounded up, at least one.

    Raises:
        ArgumentError: not a share above 0 and up to 1.
    """
    wrong = isinstance(fraction, bool) or not isinstance(fraction, int | float | np.number)
    if wrong or not 0 < fraction <= 1:  # type: ignore[operator]  # a number, see above
        raise ArgumentError(f"fraction: expected a share above 0 and up to 1 of the files, got {shorten(fraction)}")
    # A share such as 0.1 times 30 files may come out a hair above 3.
    return min(files, max(1, math.ceil(float(fraction) * files - 1e-9)))  # type: ignore[arg-type]


def strata_of(values: Array, files: NDArray[np.int32], count: int, kind: str) -> Numbers:
    """(f,) stratum of each file: its commonest value, or the quarter in which its mean lies.

    Arguments:
        values: (n,) values of the rows; codes where these are text.
        files: (n,) number of each row's file, rising.
        count: f.
        kind: "text" or "bool", or "number": whole numbers of which there are few are classes too.
    """
    distinct, codes = np.unique(values, return_inverse=True)
    if kind == "number" and (values.dtype.kind == "f" or len(distinct) * 10 > len(values)):
        sums = np.bincount(files, weights=np.nan_to_num(values.astype(np.float64)), minlength=count)
        means = sums / np.bincount(files, minlength=count)
        ranks = np.argsort(np.argsort(means, kind="stable"), kind="stable")
        return np.asarray(ranks * PARTS // count)
    pairs, counts = np.unique(files.astype(np.int64) * len(distinct) + codes, return_counts=True)
    owner, code = np.divmod(pairs, len(distinct))
    best = np.lexsort((code, -counts, owner))
    first = best[np.r_[True, np.diff(owner[best]) > 0]]
    return np.asarray(code[first], dtype=np.intp)
