"""Matérn-5/2 on scaled points: value and slope from one matrix product.

Z   (n, P) points divided by their length-scales      σ_f²  signal variance      r = √5 ‖z − z′‖, (m, n)
k   = σ_f² (1 + r + r²/3) e^{−r}                       g = σ_f² (1 + r) e^{−r}, so ∂k/∂(‖z−z′‖²) = −(5/6) g
The slope has no square-root singularity at r = 0. All arithmetic is in place, in one room of three arrays that a caller
may hand in again: fresh memory of this size costs as much as the exponentials.
Source: Rasmussen and Williams 2006, Gaussian Processes for Machine Learning, eq. (4.17).
"""

import numpy as np

from ayar.numerics.arrays import Floats


def squared_distances(Z: Floats, Y: Floats, out: Floats | None = None) -> Floats:
    """‖z_i − y_j‖² as an (m, n) array from one GEMM; never below 0."""
    left = np.column_stack([-2.0 * Z, np.einsum("ij,ij->i", Z, Z), np.ones(len(Z))])
    right = np.column_stack([Y, np.ones(len(Y)), np.einsum("ij,ij->i", Y, Y)])
    D = np.matmul(left, right.T, out=out)
    return np.maximum(D, 0.0, out=D)


def matern52(Z: Floats, Y: Floats, signal: float, room: Floats | None = None) -> tuple[Floats, Floats]:
    """The values k and g between points Z (m, P) and Y (n, P), (m, n) each.

    Arguments:
        Z: scaled points.
        Y: scaled points.
        signal: σ_f².
        room: (3, m, n) memory, written over; k and g are its first two arrays.

    >>> [part.tolist() for part in matern52(np.zeros((1, 2)), np.zeros((1, 2)), 2.0)]
    [[[2.0]], [[2.0]]]
    """
    k, g, decay = np.empty((3, len(Z), len(Y))) if room is None else room
    squared_distances(Z, Y, out=k)
    return _from_squares(k, g, decay, signal)


def matern52_within(Z: Floats, signal: float, room: Floats | None = None) -> tuple[Floats, Floats]:
    """The same among the rows of Z, (n, n) each: σ_f² on the diagonal, symmetric up to rounding."""
    k, g, decay = np.empty((3, len(Z), len(Z))) if room is None else room
    np.fill_diagonal(squared_distances(Z, Z, out=k), 0.0)
    return _from_squares(k, g, decay, signal)


def _from_squares(k: Floats, g: Floats, decay: Floats, signal: float) -> tuple[Floats, Floats]:
    """The values k and g in place, from squared distances in `k`."""
    k *= 5.0
    np.sqrt(k, out=g)  # r
    np.negative(g, out=decay)
    np.exp(decay, out=decay)
    decay *= signal
    k /= 3.0
    g += 1.0
    k += g
    k *= decay
    g *= decay
    return k, g
