"""Matérn-5/2 on scaled points: value and slope from one matrix product.

Z   (n, P) points divided by their length-scales      r  = √5 ‖z − z′‖, (m, n)
k   = (1 + r + r²/3) e^{−r}                             g  = (1 + r) e^{−r}, so ∂k/∂(‖z−z′‖²) = −(5/6) g
The slope has no square-root singularity at r = 0. Unit variance; the caller multiplies by σ_f².
Source: Rasmussen and Williams 2006, Gaussian Processes for Machine Learning, eq. (4.17).
"""

import numpy as np

from ayar.numerics.arrays import Floats


def squared_distances(Z: Floats, Y: Floats) -> Floats:
    """‖z_i − y_j‖² as an (m, n) array from one GEMM; never below 0."""
    D = Z @ Y.T
    D *= -2.0
    D += np.einsum("ij,ij->i", Z, Z)[:, None]
    D += np.einsum("ij,ij->i", Y, Y)
    return np.maximum(D, 0.0, out=D)


def matern52(squared: Floats) -> tuple[Floats, Floats]:
    """The values k and g of squared distances (any shape).

    >>> [part.tolist() for part in matern52(np.zeros(1))]
    [[1.0], [1.0]]
    """
    r = np.sqrt(5.0 * squared)
    decay = np.exp(-r)
    g = r + 1.0
    k = r * r
    k /= 3.0
    k += g
    k *= decay
    g *= decay
    return k, g


def matern52_within(Z: Floats) -> tuple[Floats, Floats]:
    """The values k and g among the rows of Z, (n, n) each, symmetric with an exact unit diagonal."""
    squared = squared_distances(Z, Z)
    np.fill_diagonal(squared, 0.0)
    return matern52(squared)
