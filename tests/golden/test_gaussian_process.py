"""Posterior and evidence against scikit-learn: GaussianProcessRegressor(kernel, alpha=v, optimizer=None), Matérn 5/2.

`alpha` and not a WhiteKernel: that one adds the noise to the predicted deviation. 1e-8 leaves room for another BLAS;
5e-13 was seen.
"""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

from ayar.numerics import gp
from ayar.numerics.arrays import Floats
from ayar.numerics.embedding import Axis, Embedding
from ayar.numerics.gp_fit import Evidence
from ayar.numerics.priors import prior
from ayar.numerics.surrogate import build
from ayar.samplers.acquisition import Improvement

LENGTHS = np.array([0.3, 0.7, 1.9])
VARIANCE, NOISE = 1.7, 1e-2


def peer(X: Floats, y: Floats, noise: Floats) -> GaussianProcessRegressor:
    kernel = ConstantKernel(VARIANCE) * Matern(LENGTHS, nu=2.5)
    return GaussianProcessRegressor(kernel, alpha=noise, optimizer=None).fit(X, y)


@pytest.fixture
def data() -> tuple[Floats, Floats, Floats]:
    generator = np.random.Generator(np.random.Philox(key=3))
    X = generator.random((25, 3))
    X[4] = X[3]  # coincident rows
    return X, np.sin(5 * X).sum(axis=1), generator.random((40, 3))


def told_noise() -> Floats:
    return NOISE * (1.0 + 9.0 * np.random.Generator(np.random.Philox(key=4)).random(25))


NOISES = pytest.mark.parametrize("noise", [np.full(25, NOISE), told_noise()], ids=["common", "each its own"])


@pytest.mark.parity("MO3", "MO4")
@NOISES
def test_mean_and_deviation_agree_with_scikit_learn(data: tuple[Floats, Floats, Floats], noise: Floats) -> None:
    X, y, points = data
    mean, deviation = peer(X, y, noise).predict(points, return_std=True)
    model = gp.posterior(X / LENGTHS, y[:, None], VARIANCE, noise)
    ours, our_deviation = gp.predict(model, points / LENGTHS)
    np.testing.assert_allclose(ours[:, 0], mean, rtol=0, atol=1e-8)
    np.testing.assert_allclose(our_deviation, deviation, rtol=0, atol=1e-8)


@pytest.mark.parity("MO3")
@NOISES
def test_joint_covariance_agrees_with_scikit_learn(data: tuple[Floats, Floats, Floats], noise: Floats) -> None:
    X, y, points = data
    mean, covariance = peer(X, y, noise).predict(points, return_cov=True)
    ours, our_covariance = gp.joint(gp.posterior(X / LENGTHS, y[:, None], VARIANCE, noise), points / LENGTHS)
    np.testing.assert_allclose(ours[:, 0], mean, rtol=0, atol=1e-8)
    np.testing.assert_allclose(our_covariance, covariance, rtol=0, atol=1e-8)


@pytest.mark.parity("MO3")
def test_leaving_one_out_agrees_with_scikit_learn_fitted_without_the_row(data: tuple[Floats, Floats, Floats]) -> None:
    X, y, _ = data
    noise = told_noise()
    ours, our_deviation = gp.leave_one_out(gp.posterior(X / LENGTHS, y[:, None], VARIANCE, noise))
    for i in range(0, 25, 4):
        rest = np.arange(25) != i
        mean, latent = peer(X[rest], y[rest], noise[rest]).predict(X[i : i + 1], return_std=True)
        assert ours[i, 0] == pytest.approx(mean[0], abs=1e-8)
        assert our_deviation[i] == pytest.approx(np.sqrt(latent[0] ** 2 + noise[i]), abs=1e-8)


@pytest.mark.parity("MO3")
@NOISES
def test_objective_of_the_fit_is_the_evidence_and_the_prior(data: tuple[Floats, Floats, Floats], noise: Floats) -> None:
    X, y, _ = data
    embedding = Embedding([Axis(0, False)] * 3)
    belief = prior(embedding.categorical, 3.0)
    vector = np.array([*np.log(LENGTHS), np.log(VARIANCE), np.log(NOISE), *np.zeros(6)])
    told = noise - NOISE
    evidence = Evidence(embedding, X, np.ones(X.shape, dtype=np.bool_), y, told, belief)
    value = evidence.loss(vector, bent=False)[0] - belief.penalty(vector)[0]
    ours = -value - 0.5 * len(y) * np.log(2 * np.pi)
    assert ours == pytest.approx(peer(X, y, noise).log_marginal_likelihood_value_, abs=1e-8)


@pytest.mark.parity("MO3")
@NOISES
def test_expected_improvement_agrees_with_its_formula_on_scikit_learn_s_posterior(
    data: tuple[Floats, Floats, Floats], noise: Floats
) -> None:
    X, y, points = data
    embedding = Embedding([Axis(0, False)] * 3)
    theta = prior(embedding.categorical, 3.0).theta(
        np.array([*np.log(LENGTHS), np.log(VARIANCE), np.log(NOISE), *np.zeros(6)])
    )
    everywhere = np.ones(X.shape, dtype=np.bool_)
    model = build(embedding, X, everywhere, y, theta, noise - NOISE)
    threshold = float(y.min())
    ours = Improvement(model, np.array([threshold])).values(points, np.ones(points.shape, dtype=np.bool_))
    mean, deviation = peer(X, y, noise).predict(points, return_std=True)
    z = (threshold - mean) / deviation
    np.testing.assert_allclose(np.exp(ours), deviation * (norm.pdf(z) + z * norm.cdf(z)), rtol=0, atol=1e-8)
