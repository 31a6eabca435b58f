"""Factors, the jitter ladder, appended rows."""

import numpy as np
import pytest

from ayar.numerics.linalg import JITTERS, append, factor


def test_factor_and_inverse_give_back_the_matrix() -> None:
    A = np.random.Generator(np.random.Philox(key=0)).random((6, 6))
    K = A @ A.T + np.eye(6)
    L, N, jitter = factor(K)
    np.testing.assert_allclose(L @ L.T, K, rtol=1e-12)
    np.testing.assert_allclose(N @ L, np.eye(6), atol=1e-12)
    assert jitter == 0.0


def test_singular_matrix_gets_the_smallest_jitter_that_helps() -> None:
    assert factor(np.ones((5, 5)))[2] == JITTERS[1]


def test_indefinite_matrix_is_refused_in_words() -> None:
    with pytest.raises(np.linalg.LinAlgError, match=r"expected a positive definite matrix, got \(2, 2\).*NaN"):
        factor(np.array([[1.0, 2.0], [2.0, 1.0]]))


def test_matrix_with_nan_is_refused() -> None:
    with pytest.raises(np.linalg.LinAlgError, match="positive definite"):
        factor(np.full((3, 3), np.nan))


def test_appended_rows_give_the_factor_of_the_whole() -> None:
    A = np.random.Generator(np.random.Philox(key=1)).random((9, 9))
    K = A @ A.T + np.eye(9)
    L, N, _ = factor(K[:6, :6])
    L, N = append(L, N, K[6:, :6], K[6:, 6:])
    whole, inverse, _ = factor(K)
    np.testing.assert_allclose(L, whole, atol=1e-13)
    np.testing.assert_allclose(N, inverse, atol=1e-13)
