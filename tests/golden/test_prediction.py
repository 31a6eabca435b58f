"""Predictions against scikit-learn, GaussianProcessRegressor(kernel, alpha, optimizer=None): mean and joint covariance.

The model's own hyperparameters are given to the peer, on the same warped targets, and its answer is brought back to the
goal's units by 200,000 draws; so the golden part is exact to 1e-8 and the way back is checked to its standard error.
"""

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

from ayar.analysis.learned import Learned, learn
from ayar.numerics.arrays import Floats
from ayar.testing.folds import fold_of


@pytest.fixture(scope="module")
def learned() -> Learned:
    generator = np.random.Generator(np.random.Philox(key=3))
    points = generator.random((18, 2))  # below 20 rows no input warp, which the peer does not know
    losses = np.exp(2.0 * points[:, 0]) + np.sin(4.0 * points[:, 1])  # skewed: the warp has work to do
    told = [({"x": x, "y": y}, loss) for (x, y), loss in zip(points.tolist(), losses.tolist(), strict=True)]
    return learn(fold_of({"x": (0.0, 1.0), "y": (0.0, 1.0)}, told))


def peer(learned: Learned, U: Floats) -> tuple[Floats, Floats]:
    """scikit-learn's mean and covariance of the targets at U."""
    (member,) = learned.model().members
    kernel = ConstantKernel(member.theta.signal) * Matern(member.theta.lengths, nu=2.5)
    process = GaussianProcessRegressor(kernel, alpha=member.theta.noise, optimizer=None)
    mean, covariance = process.fit(learned.sample.U, learned.model().targets).predict(U, return_cov=True)
    return np.asarray(mean), np.asarray(covariance)


@pytest.mark.parity("MO3", "BO7")
def test_joint_mean_and_covariance_of_the_targets_agree_with_scikit_learn(learned: Learned) -> None:
    assert not learned.model().members[0].theta.bent
    U = np.random.Generator(np.random.Philox(key=4)).random((15, 2))
    mean, covariance = learned.model().joint(U, np.ones(U.shape, dtype=np.bool_))
    theirs, their_covariance = peer(learned, U)
    # 1e-8 leaves room for another BLAS.
    np.testing.assert_allclose(mean, theirs, rtol=0, atol=1e-8)
    np.testing.assert_allclose(covariance, their_covariance, rtol=0, atol=1e-8)


@pytest.mark.parity("BO7")
def test_the_way_back_to_own_units_agrees_with_draws_of_the_peer(learned: Learned) -> None:
    U = np.array([[0.05, 0.95], [0.1, 0.97], [0.99, 0.01]])
    A = np.ones(U.shape, dtype=np.bool_)
    mean, covariance = peer(learned, U)
    draws = np.random.Generator(np.random.Philox(key=5)).multivariate_normal(mean, covariance, size=200_000)
    own = learned.own_units(draws)
    first, deviation = learned.moments(U, A)
    # Five standard errors of 200,000 draws.
    np.testing.assert_allclose(first, own.mean(axis=0), rtol=0, atol=5.0 * deviation.max() / np.sqrt(200_000))
    np.testing.assert_allclose(
        learned.covariance(U, A), np.cov(own.T), rtol=0, atol=5.0 * np.sqrt(2.0 / 200_000) * deviation.max() ** 2
    )
