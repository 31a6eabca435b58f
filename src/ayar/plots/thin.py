"""Fewer points in a picture without losing what one looks for."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from ayar.numerics.arrays import Floats, Ints

MOST = 5_000
"""Points in one picture."""


def thin(values: Floats, keep: Iterable[int] = (), most: int = MOST) -> Ints:
    """Rising places of about `most` of the values: the first, lowest and highest of even stretches, and all in `keep`.

    >>> thin(np.array([3.0, 5.0, 2.0, 4.0, 1.0, 6.0, 7.0, 8.0, 0.0, 9.0]), keep=[4], most=6).tolist()
    [0, 1, 4, 5, 8, 9]
    """
    count = len(values)
    if count <= most:
        return np.arange(count)
    edges = np.linspace(0, count, max(1, most // 3) + 1).astype(np.intp)
    chosen = {*edges[:-1].tolist(), *(int(place) for place in keep)}
    for start, end in pairwise(edges):
        stretch = values[start:end]
        known = np.flatnonzero(np.isfinite(stretch))
        if len(known):
            chosen.add(int(start + known[np.argmin(stretch[known])]))
            chosen.add(int(start + known[np.argmax(stretch[known])]))
    return np.array(sorted(chosen), dtype=np.intp)
