"""Factors, the jitter ladder, appended rows."""

import numpy as np
import pytest

from ayar.numerics.arrays import Floats
from ayar.numerics.linalg import (
    JITTERS,
    append,
    factor,
    normal_terms,
    precision_less,
    symmetric_times,
    triangular_times,
)


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


def covariance(n: int) -> Floats:
    X = np.random.Generator(np.random.Philox(key=4)).random((n, 2))
    return np.asarray(np.exp(-((X[:, None] - X[None]) ** 2).sum(axis=2)) + 0.1 * np.eye(n))


def test_normal_terms_agree_with_solve_and_determinant() -> None:
    K, y = covariance(7), np.linspace(-1.0, 2.0, 7)
    terms = normal_terms(K.copy(), y)
    assert terms is not None
    alpha = np.linalg.solve(K, y)
    assert terms.fit == pytest.approx(0.5 * y @ alpha)
    assert terms.half_log == pytest.approx(0.5 * np.linalg.slogdet(K)[1])
    wanted = np.linalg.inv(K) - np.outer(alpha, alpha)
    np.testing.assert_allclose(np.tril(precision_less(terms)), np.tril(wanted), atol=1e-10)


@pytest.mark.parametrize("K", [-np.eye(2), np.full((2, 2), np.nan)])
def test_normal_terms_of_no_covariance_are_none(K: Floats) -> None:
    assert normal_terms(K.copy(), np.ones(2)) is None


def test_products_with_half_a_matrix_read_that_half_only() -> None:
    full, B = covariance(5), np.arange(10.0).reshape(5, 2)
    lower = np.tril(full)
    np.testing.assert_allclose(symmetric_times(lower + np.triu(np.ones((5, 5)), 1), B), full @ B)
    np.testing.assert_allclose(triangular_times(lower, B), lower @ B)
    np.testing.assert_allclose(triangular_times(lower, B, transposed=True), lower.T @ B)
