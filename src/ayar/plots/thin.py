"""Fewer points in a picture without losing what one looks for."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

MOST = 5_000
"""Points in one picture."""


def thin(values: NDArray[np.float64], keep: Iterable[int] = (), most: int = MOST) -> NDArray[np.intp]:
    """Rising places of at most about `most` of the values: an even choice, the lowest and highest of every stretch
    between, and all in `keep`.

    >>> thin(np.array([1.0, 5.0, 2.0]), most=2).tolist()
    [0, 1]
    """
    count = len(values)
    if count <= most:
        return np.arange(count)
    edges = np.linspace(0, count, most // 3 + 1).astype(np.intp)
    chosen = {*edges[:-1].tolist(), *(int(place) for place in keep)}
    for start, end in zip(edges[:-1], edges[1:], strict=True):
        stretch = values[start:end]
        known = np.flatnonzero(np.isfinite(stretch))
        if len(known):
            chosen.add(int(start + known[np.argmin(stretch[known])]))
            chosen.add(int(start + known[np.argmax(stretch[known])]))
    return np.array(sorted(chosen), dtype=np.intp)
