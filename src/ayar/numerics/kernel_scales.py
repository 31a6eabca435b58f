"""The part of a cut normal kernel that depends on the kernel alone, and a memory of it.

n, d  kernels and parameters     M  (n, d) centres from the middle, −½ to ½     s  (d,) bandwidths
c = −½ M² / s² − ln(s mass √2π), so that ln N(x; M, s²) − ln mass = c + M x / s² − ½ x² / s²

The masses are most of a density's cost, and from one proposal to the next few centres and few bandwidths are new. Each
number depends on its own centre and bandwidth alone, so remembered or worked out again it has the same bits.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from ayar.numerics.arrays import Floats, Ints
from ayar.numerics.truncated_normal import unit_mass

Scales: TypeAlias = Callable[[Floats, Floats], Floats]
"""(M, s) -> c, (n, d)."""

_BLOCK = 1 << 13  # numbers worked on at once: larger arrays come from the system page by page, at twice the time
_LN_SQRT_2PI = 0.5 * np.log(2.0 * np.pi)


def log_scales(M: Floats, s: Floats) -> Floats:
    """The (n, d) numbers c.

    >>> log_scales(np.zeros((1, 1)), np.ones(1)).round(4).tolist()
    [[0.041]]
    """
    each, widths = M.ravel(), np.broadcast_to(s, M.shape).ravel()
    c = np.empty(each.shape)
    for start in range(0, len(each), _BLOCK):
        block = slice(start, start + _BLOCK)
        c[block] = _block(each[block], widths[block])
    return c.reshape(M.shape)


def _block(M: Floats, s: Floats) -> Floats:
    z = M / s
    return np.asarray(-0.5 * z * z - np.log(s * unit_mass(M + 0.5, s)) - _LN_SQRT_2PI)


class Memory:
    """What `log_scales` found last, by the places of the kernels in some lasting order.

    It may be dropped or shared at any time: what it does not hold, or holds of another kernel, is worked out.
    """

    def __init__(self) -> None:
        self._last: tuple[Floats, Floats, Floats] | None = None

    def at(self, places: Ints) -> Scales:
        """`log_scales` for kernels that stand at `places` (n,), all different."""
        return lambda M, s: self._log_scales(places, M, s)

    def _log_scales(self, places: Ints, M: Floats, s: Floats) -> Floats:
        centres, found = self._tables(int(places.max(initial=-1)) + 1, s)
        c = found[places]
        new = centres[places] != M
        c[new] = log_scales(M[new], np.broadcast_to(s, M.shape)[new])
        centres[places], found[places] = M, c
        # Set at once and not written to again, so that threads may share a memory.
        self._last = (s, centres, found)
        return c

    def _tables(self, n: int, s: Floats) -> tuple[Floats, Floats]:
        """Centres and numbers by place, (n, d) each; NaN where nothing is known for these bandwidths."""
        centres, found = np.full((n, len(s)), np.nan), np.empty((n, len(s)))
        if self._last is not None and len(self._last[0]) == len(s):
            widths, old_centres, old_found = self._last
            known = min(n, len(old_centres))
            centres[:known], found[:known] = old_centres[:known], old_found[:known]
            centres[:, widths != s] = np.nan
        return centres, found
