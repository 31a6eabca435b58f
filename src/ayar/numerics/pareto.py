"""Domination among losses: fronts, crowding, and what nobody beats.

n  rows     J  goals     losses  (n, J), lower is better; infinite values are allowed, NaN is not
A row beats another if it is at least as good in every goal and better in one; equal rows share a front.
Front 0 is what nobody beats, front k what only rows of the fronts before it beat.
Cost: two goals n ln n; more goals n² J comparisons, done in blocks, so memory stays at 128 n J.
Source: Deb, Pratap, Agarwal and Meyarivan 2002, NSGA-II, IEEE Trans. Evol. Comput. 6, 182-197,
doi 10.1109/4235.996017: fronts in section III-A, crowding in III-B. The sweep for two goals: Jensen 2003,
doi 10.1109/TEVC.2003.817234, section III.
"""

from bisect import bisect_right

import numpy as np

from ayar.numerics.arrays import Bools, Floats, Ints

_BLOCK = 128


def rank(losses: Floats) -> Ints:
    """(n,) front of each row, counted from 0.

    >>> rank(np.array([[1.0, 3.0], [2.0, 4.0], [3.0, 1.0], [1.0, 3.0]])).tolist()
    [0, 1, 0, 0]
    """
    rows, places = _distinct(losses)
    if not rows.size:
        return np.zeros(len(losses), dtype=np.intp)
    fronts = {1: _in_order, 2: _swept}.get(rows.shape[1], _chained)(rows)
    return fronts[places]


def non_dominated(losses: Floats) -> Bools:
    """(n,) mask of the rows that no other row beats: those of front 0, found without the other fronts.

    >>> non_dominated(np.array([[1.0, 3.0], [2.0, 4.0], [3.0, 1.0], [1.0, 3.0]])).tolist()
    [True, False, True, True]
    """
    rows, places = _distinct(losses)
    if not rows.size:
        return np.ones(len(losses), dtype=np.bool_)
    best = _lowest_so_far(rows[:, 1]) if rows.shape[1] == 2 else _left_over(rows)
    return best[places]


def crowding(losses: Floats, fronts: Ints) -> Floats:
    """(n,) how much room each row has within its own front; infinite at a front's ends.

    The sum over goals of the distance between both neighbours, as a share of the front's width in that goal.

    Arguments:
        losses: (n, J).
        fronts: (n,) front of each row, as `rank` gives them.

    >>> crowding(np.array([[0.0, 4.0], [1.0, 1.0], [4.0, 0.0], [9.0, 9.0]]), np.array([0, 0, 0, 1])).tolist()
    [inf, 2.0, inf, inf]
    """
    room = np.zeros(len(losses))
    for column in losses.T if len(losses) else ():
        order = np.lexsort((column, fronts))
        room[order] += _gaps(column[order], fronts[order])
    return room


def _gaps(values: Floats, fronts: Ints) -> Floats:
    """(n,) distance between the neighbours of each value as a share of its front's width; both sorted by front."""
    first, last = np.ones((2, len(values)), dtype=np.bool_)
    np.not_equal(fronts[1:], fronts[:-1], out=first[1:])
    last[:-1] = first[1:]
    gaps = np.empty(len(values))
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        gaps[1:-1] = values[2:] - values[:-2]
        gaps /= (values[last] - values[first])[np.cumsum(first) - 1]
    # A front without width, or of infinite values, has no distances.
    gaps[~np.isfinite(gaps)] = 0.0
    gaps[first | last] = np.inf
    return gaps


def rank_feasible_first(losses: Floats, violations: Floats) -> Ints:
    """(n,) fronts under constraints: feasible rows by `rank`, then the others by total violation, failed rows last.

    The total is the sum over constraints, each as a share of the largest finite violation among the rows.

    Arguments:
        losses: (n, J); a row with a NaN has failed.
        violations: (n, c), 0 where a constraint is kept, NaN where nobody knows, which counts as infinite.

    Source: Deb et al. 2002, section VI, definition 1.

    >>> losses = np.array([[2.0, 2.0], [1.0, 1.0], [0.0, 0.0], [0.0, 0.0], [np.nan, 0.0]])
    >>> rank_feasible_first(losses, np.array([[0.0], [0.0], [3.0], [1.0], [0.0]])).tolist()
    [1, 0, 3, 2, 4]
    """
    failed = np.isnan(losses).any(axis=1)
    known = np.where(np.isnan(violations), np.inf, violations)
    largest = np.max(known, axis=0, initial=0.0, where=np.isfinite(known))
    total = (known / np.where(largest > 0.0, largest, 1.0)).sum(axis=1)
    fronts = np.empty(len(losses), dtype=np.intp)
    behind = 0
    for rows, values in (
        (~failed & (total == 0.0), losses),
        (~failed & (total > 0.0), total[:, None]),
        (failed, np.zeros((len(losses), 1))),
    ):
        if rows.any():
            fronts[rows] = behind + rank(values[rows])
            behind = fronts[rows].max() + 1
    return fronts


def _distinct(losses: Floats) -> tuple[Floats, Ints]:
    """The different rows, sorted by the first goal, then the second …; and each row's place among them, (n,)."""
    order = np.lexsort(losses.T[::-1]) if losses.size else np.arange(len(losses))
    ordered = losses[order]
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    places = np.empty(len(order), dtype=np.intp)
    places[order] = np.cumsum(new) - 1
    return ordered[new], places


def _in_order(rows: Floats) -> Ints:
    return np.arange(len(rows))


def _swept(rows: Floats) -> Ints:
    """Fronts of two goals: of the rows before, the first goal is no worse, so the second decides."""
    lowest: list[float] = []  # second goal of each front's last row; never falls from front to front
    fronts = np.empty(len(rows), dtype=np.intp)
    for i, value in enumerate(rows[:, 1].tolist()):
        front = bisect_right(lowest, value)
        fronts[i] = front
        lowest[front : front + 1] = [value]
    return fronts


def _chained(rows: Floats) -> Ints:
    """Fronts of any number of goals: the longest chain of rows each beaten by the next; only earlier rows beat."""
    fronts = np.zeros(len(rows), dtype=np.intp)
    for start in range(0, len(rows), _BLOCK):
        block = slice(start, start + _BLOCK)
        below = _beats(rows[:start], rows[block])
        fronts[block] = (below * (fronts[:start, None] + 1)).max(axis=0, initial=0)
        fronts[block] = _lengthened(fronts[block], np.triu(_beats(rows[block], rows[block]), 1))
    return fronts


def _lengthened(fronts: Ints, beats: Bools) -> Ints:
    """Fronts (b,) moved behind those of the rows that beat them, (b, b), until nothing moves."""
    while True:
        longer = np.maximum(fronts, (beats * (fronts[:, None] + 1)).max(axis=0))
        if (longer == fronts).all():
            return fronts
        fronts = longer


def _beats(better: Floats, worse: Floats) -> Bools:
    """(a, b) mask: row i of `better` is at least as good in every goal as row j of `worse`."""
    beats = better[:, None, 0] <= worse[None, :, 0]
    for j in range(1, better.shape[1]):
        beats &= better[:, None, j] <= worse[None, :, j]
    return beats


def _lowest_so_far(values: Floats) -> Bools:
    """(n,) mask of the values below all earlier ones."""
    return np.concatenate([[True], values[1:] < np.minimum.accumulate(values)[:-1]])


def _left_over(rows: Floats) -> Bools:
    """(n,) mask of the sorted, distinct rows that none of the kept ones beats; each row kept clears those behind it."""
    kept = np.ones(len(rows), dtype=np.bool_)
    left = np.arange(len(rows))
    while len(left):
        row, left = left[0], left[1:]
        beaten = (rows[row] <= rows[left]).all(axis=1)
        kept[left[beaten]] = False
        left = left[~beaten]
    return kept
