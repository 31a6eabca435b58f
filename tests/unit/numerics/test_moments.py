"""Moments of mapped normal numbers against closed forms."""

import numpy as np
import pytest

from ayar.numerics.arrays import Floats
from ayar.numerics.moments import covariance, moments


@pytest.fixture
def normal() -> tuple[Floats, Floats]:
    generator = np.random.Generator(np.random.Philox(key=5))
    F = 0.4 * generator.standard_normal((6, 4))
    return generator.standard_normal(6), F @ F.T


def test_an_affine_map_keeps_the_covariance(normal: tuple[Floats, Floats]) -> None:
    mean, joint = normal
    np.testing.assert_allclose(covariance(lambda t: 3.0 - 2.0 * t, mean, joint), 4.0 * joint, rtol=1e-12, atol=1e-14)
    middle, deviation = moments(lambda t: 3.0 - 2.0 * t, mean, np.sqrt(np.diagonal(joint)))
    np.testing.assert_allclose(middle, 3.0 - 2.0 * mean, rtol=1e-12)
    np.testing.assert_allclose(deviation, 2.0 * np.sqrt(np.diagonal(joint)), rtol=1e-12)


def test_the_exponential_gives_the_lognormal_law(normal: tuple[Floats, Floats]) -> None:
    mean, joint = normal
    variance = np.diagonal(joint)
    first = np.exp(mean + 0.5 * variance)
    np.testing.assert_allclose(moments(np.exp, mean, np.sqrt(variance))[0], first, rtol=1e-12)
    # Johnson, Kotz and Balakrishnan 1994, eq. (14.8): Cov = E E' (exp Σ - 1).
    np.testing.assert_allclose(
        covariance(np.exp, mean, joint), np.outer(first, first) * np.expm1(joint), rtol=1e-9, atol=1e-12
    )


def test_a_map_with_a_kink_leaves_a_covariance(normal: tuple[Floats, Floats]) -> None:
    mean, joint = normal
    found = covariance(lambda t: np.minimum(t, 0.3), mean, joint)
    assert np.linalg.eigvalsh(found).min() > -1e-12
    np.testing.assert_allclose(
        np.diagonal(found), moments(lambda t: np.minimum(t, 0.3), mean, np.sqrt(np.diagonal(joint)))[1] ** 2
    )


def test_what_is_certain_has_no_covariance() -> None:
    joint = np.diag([0.0, 1.0])
    assert covariance(np.exp, np.zeros(2), joint)[0].tolist() == [0.0, 0.0]
    assert moments(np.exp, np.zeros(1), np.zeros(1))[1].tolist() == [0.0]
