"""The margin: keeps integers and other stepped coordinates of a CMA-ES from freezing at one value.

N  ordered coordinates, of which some are discrete     V  (λ, N) drawn points, best first     m  (N,) mean
Each discrete coordinate is cut into cells, one a value. A cell has a middle and two walls, infinite at the ends.
a  (N,) stretch     s = σ a √diag C  (N,) deviations     α  least chance that a coordinate leaves the mean's cell
r  (N,) chance of leaving it that was set last, which a coordinate that brought no success may not exceed
`centred` is done before a generation is learned, `corrected` after.
Sources: Hamano et al. 2022, CMA-ES with margin, arXiv:2205.13482; Hamano et al. 2025, CatCMA with margin,
arXiv:2504.07884, sections on integer centering and on the modified margin correction.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr, ndtri

from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.cma import Gaussian

_NEVER = 1e-8  # chances are kept this far from 0 and from ½
_KEPT_CHANCE = 0.73


def least_chance(coordinates: int) -> float:
    """α: with this chance each, all discrete coordinates and categories stay as they are in 73 of 100 points.

    >>> round(least_chance(2), 3)
    0.146
    """
    return 1.0 - float(_KEPT_CHANCE ** (1.0 / max(coordinates, 1)))


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells in which some point lies, coordinate by coordinate; read where a coordinate is discrete."""

    middle: Floats
    low: Floats
    """Lower walls; −∞ below the first value."""
    high: Floats
    """Upper walls; +∞ above the last value."""


def centred(V: Floats, middles: Floats, own: Floats, discrete: Bools, parents: int) -> tuple[Floats, Bools]:
    """The generation with its integers centred, and which coordinates changed with success.

    A parent in another cell than the mean's counts from the middle of its cell. That moves the parents' average; those
    that stayed in the mean's cell move the other way, at most to its middle, to keep the average as it was.

    Arguments:
        V: (λ, N) drawn points, best first.
        middles: (λ, N) middles of the cells they lie in.
        own: (N,) middle of the mean's cell.
        discrete: (N,) which coordinates have cells.
        parents: μ, how many of the best are parents.

    Returns:
        (λ, N) points, and (N,) whether any parent had left the mean's cell.
    """
    to_middle = np.where(discrete, middles[:parents] - V[:parents], 0.0)
    left = discrete & (middles[:parents] != own)
    shift = np.where(left, to_middle, 0.0).sum(axis=0)
    against = ~left & (to_middle * shift < 0.0)
    room = np.where(against, to_middle, 0.0).sum(axis=0)
    share = np.minimum(1.0, np.divide(-shift, room, out=np.zeros_like(room), where=room != 0.0))
    out = V.copy()
    out[:parents] += np.where(left, to_middle, 0.0) + np.where(against, share * to_middle, 0.0)
    return out, left.any(axis=0)


def corrected(
    g: Gaussian, cells: Cells, discrete: Bools, success: Bools, least: float, last: Floats
) -> tuple[Gaussian, Floats]:
    """The distribution with every discrete coordinate's chance of leaving the mean's cell brought into its limits.

    Arguments:
        g: the distribution after a generation.
        cells: the cells in which its mean lies.
        discrete: (N,) which coordinates have cells.
        success: (N,) which of them changed among the parents.
        least: α.
        last: (N,) r, the chances set last.

    Returns:
        The distribution with another mean and stretch, and the new r.
    """
    at_end = discrete & (np.isinf(cells.low) | np.isinf(cells.high))
    inside = discrete & ~at_end
    mean, stretch, chance = g.mean.copy(), g.stretch.copy(), last.copy()
    for where, correction in ((at_end, _at_end), (inside, _inside)):
        j = np.flatnonzero(where)
        if len(j):
            part = Cells(cells.middle[j], cells.low[j], cells.high[j])
            bare = g.sigma * np.sqrt(np.diag(g.C)[j])
            mean[j], stretch[j], chance[j] = correction(mean[j], bare, stretch[j], part, success[j], least, last[j])
    return replace(g, mean=mean, stretch=stretch), chance


def _at_end(
    m: Floats, bare: Floats, a: Floats, cells: Cells, success: Bools, least: float, last: Floats
) -> tuple[Floats, Floats, Floats]:
    """In the first or last cell: one wall, and one chance to cross it."""
    wall = np.where(np.isinf(cells.low), cells.high, cells.low)
    leave = np.maximum(ndtr(-np.abs(m - wall) / (bare * a)), least)
    leave = np.clip(np.where(success, leave, np.minimum(leave, last)), _NEVER, 0.5 - _NEVER)
    # No less stretch than lets a point cross with chance α from the middle of the cell.
    a = np.maximum(a, np.abs(cells.middle - wall) / (bare * -ndtri(least)))
    return wall + np.sign(m - wall) * bare * a * -ndtri(leave), a, leave


def _inside(
    m: Floats, bare: Floats, a: Floats, cells: Cells, success: Bools, least: float, last: Floats
) -> tuple[Floats, Floats, Floats]:
    """Between two walls: a chance to cross each; both follow from mean and stretch, and the reverse."""
    down, up = ndtr((cells.low - m) / (bare * a)), ndtr((m - cells.high) / (bare * a))
    stay = 1.0 - down - up
    down, up = np.maximum(down, least / 2.0), np.maximum(up, least / 2.0)
    least_stay = np.where(success, least / 2.0, 1.0 - last)
    stay = np.where(success, stay, np.maximum(stay, least_stay))
    # What is above its limit gives or takes in proportion, so that the three chances sum to 1.
    excess = 1.0 - down - up - stay
    above = down + up + stay - least - least_stay
    share = np.divide(excess, above, out=np.zeros_like(above), where=above != 0.0)
    down = np.clip(down + share * (down - least / 2.0), _NEVER, 0.5 - _NEVER)
    up = np.clip(up + share * (up - least / 2.0), _NEVER, 0.5 - _NEVER)
    below, over = -ndtri(down), -ndtri(up)
    width = below + over
    return (cells.low * over + cells.high * below) / width, (cells.high - cells.low) / (width * bare), down + up
