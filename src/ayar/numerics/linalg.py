"""Cholesky factors with a jitter ladder, their inverses, and rows appended to both.

K  (n, n) symmetric, positive semi-definite up to rounding      L  (n, n) lower, K = L Lᵀ      N  (n, n) = L⁻¹
Keeping L⁻¹ beside L turns every later solve into a matrix product, which is what m candidates at a time need.
LAPACK takes columns first, so it is handed Kᵀ, of which one triangle is the same: nothing is copied or turned.
Cost: factor n³/3 flops, inverse n³/3, append of b rows n²b. Bits repeat on one BLAS thread only.
Source: Golub and Van Loan 2013, Matrix Computations, 4th ed., sections 4.2 and 6.5.
"""

from typing import NamedTuple

import numpy as np
from scipy.linalg.blas import dsymm, dsyr, dtrmm
from scipy.linalg.lapack import dpotrf, dpotri, dpotrs, dtrtri

from ayar.numerics.arrays import Floats

JITTERS = (0.0, 1e-10, 1e-8, 1e-6, 1e-4)
"""The ladder: shares of the mean of the diagonal, added to it, until the factorisation succeeds."""


def cholesky(K: Floats) -> Floats | None:
    """The lower factor of K, or None where K is not positive definite or not finite."""
    L, info = dpotrf(K.T, lower=1, clean=1)
    return np.asarray(L) if info == 0 and np.isfinite(L[-1, -1]) else None


def inverse_of(L: Floats) -> Floats:
    """L⁻¹ of a lower factor with a positive diagonal."""
    N, _ = dtrtri(L, lower=1)
    return np.asarray(N)


def factor(K: Floats) -> tuple[Floats, Floats, float]:
    """L, L⁻¹ and the jitter that was needed (0.0 when none).

    Raises:
        LinAlgError: not positive definite even with the largest jitter, or not finite.

    >>> L, N, jitter = factor(np.ones((2, 2)))
    >>> jitter
    1e-10
    """
    scale = float(np.mean(np.diagonal(K)))
    for share in JITTERS:
        L = cholesky(K + share * scale * np.eye(len(K)) if share else K)
        if L is not None:
            return L, inverse_of(L), share * scale
    raise np.linalg.LinAlgError(
        f"expected a positive definite matrix, got {K.shape} that is not even with {JITTERS[-1]:g} of its mean "
        "diagonal added; check the kernel matrix for NaN"
    )


class NormalTerms(NamedTuple):
    """−ln N(y; 0, K) without its constant is fit + half_log."""

    fit: float
    """½ yᵀ K⁻¹ y"""
    half_log: float
    """½ ln |K|"""
    L: Floats
    """(n, n) factor of K, its lower triangle alone."""
    alpha: Floats
    """(n,) K⁻¹ y"""


def normal_terms(K: Floats, y: Floats) -> NormalTerms | None:
    """What a normal law of covariance K (n, n), written over, says of y (n,); None where K has no factor."""
    L, info = dpotrf(K.T, lower=1, clean=0, overwrite_a=1)
    if info != 0 or not np.isfinite(L[-1, -1]):
        return None
    alpha, _ = dpotrs(L, y, lower=1)
    return NormalTerms(0.5 * float(y @ alpha), float(np.log(np.diagonal(L)).sum()), L, alpha)


def precision_less(terms: NormalTerms) -> Floats:
    """K⁻¹ − α αᵀ, (n, n), its lower triangle alone; the factor in `terms` is written over."""
    inverse, _ = dpotri(terms.L, lower=1, overwrite_c=1)
    return np.asarray(dsyr(-1.0, terms.alpha, lower=1, a=inverse, overwrite_a=1))


def symmetric_times(S: Floats, B: Floats) -> Floats:
    """S B, (n, p), of a symmetric S whose lower triangle alone is read."""
    return np.asarray(dsymm(1.0, S, B, lower=1))


def triangular_times(N: Floats, B: Floats, *, transposed: bool = False) -> Floats:
    """N B, or Nᵀ B, of a lower triangular N (n, n) and B (n, m)."""
    return np.asarray(dtrmm(1.0, N, B, lower=1, trans_a=transposed))


def append(L: Floats, N: Floats, cross: Floats, corner: Floats) -> tuple[Floats, Floats]:
    """The factor and its inverse of the matrix [[K, crossᵀ], [cross, corner]].

    Arguments:
        L: (n, n) factor of K.
        N: (n, n) its inverse.
        cross: (b, n) covariances of the new rows with the old.
        corner: (b, b) covariances among the new rows, noise included.

    Raises:
        LinAlgError: the new rows make the matrix indefinite beyond the jitter ladder.
    """
    n, b = len(L), len(corner)
    V = triangular_times(N, cross.T).T
    C, M, _ = factor(corner - V @ V.T)
    return _lower(L, V, C, n, b), _lower(N, -M @ (V @ N), M, n, b)


def _lower(upper_left: Floats, lower_left: Floats, lower_right: Floats, n: int, b: int) -> Floats:
    out = np.zeros((n + b, n + b))
    out[:n, :n], out[n:, :n], out[n:, n:] = upper_left, lower_left, lower_right
    return out
