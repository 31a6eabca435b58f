"""Sobol nets, cached without scrambling and shifted afresh for every use.

d  dimensions     m  base-2 logarithm of the number of points     net  (2^m, d) 30-bit integers
Adding a random number bit by bit (XOR) to each coordinate keeps one point in every elementary cell, costs 50 times less
than a new scramble, and depends on d uniform numbers alone.
Sources: Joe and Kuo 2008, SIAM J. Sci. Comput. 30, 2635-2654 (the net, as scipy carries it); Owen 2003, Variance with
alternative scramblings of digital nets, section 2 (digital shift).
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ayar.numerics.arrays import Floats

BITS = 30
"""Binary digits of each coordinate."""


@cache
def sobol_net(d: int, m: int) -> NDArray[np.uint32]:
    """The first 2^m points of the unscrambled d-dimensional Sobol sequence, times 2^30; read-only."""
    from scipy.stats.qmc import Sobol  # half a second to import, so only when a net is first needed

    net = (Sobol(d, scramble=False, bits=BITS).random_base2(m) * 2.0**BITS).astype(np.uint32)
    net.flags.writeable = False
    return net


def shifted_sobol(count: int, shifts: Floats) -> Floats:
    """The first `count` Sobol points under a digital shift, (count, d), strictly inside (0, 1).

    Arguments:
        count: number of points; equidistributed best at powers of two.
        shifts: (d,) uniform numbers in [0, 1).

    >>> shifted_sobol(4, np.zeros(1)).round(6).ravel().tolist()
    [0.0, 0.5, 0.75, 0.25]
    """
    net = sobol_net(len(shifts), max(count - 1, 0).bit_length())[:count]
    shift = (shifts * 2.0**BITS).astype(np.uint32)
    return np.asarray(((net ^ shift) + 0.5) / 2.0**BITS)
