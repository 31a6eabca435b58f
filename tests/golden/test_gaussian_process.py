"""Posterior and evidence against scikit-learn: GaussianProcessRegressor(kernel, alpha=σ_n², optimizer=None), Matérn 5/2

`alpha` and not a WhiteKernel: that one adds the noise to the predicted deviation.
"""

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

from ayar.numerics import gp, gp_fit
from ayar.numerics.arrays import Floats

LENGTHS = np.array([0.3, 0.7, 1.9])
VARIANCE, NOISE = 1.7, 1e-2


def peer(X: Floats, y: Floats) -> GaussianProcessRegressor:
    kernel = ConstantKernel(VARIANCE) * Matern(LENGTHS, nu=2.5)
    return GaussianProcessRegressor(kernel, alpha=NOISE, optimizer=None).fit(X, y)


@pytest.fixture
def data() -> tuple[Floats, Floats, Floats]:
    generator = np.random.Generator(np.random.Philox(key=3))
    X = generator.random((25, 3))
    X[4] = X[3]  # coincident rows
    return X, np.sin(5 * X).sum(axis=1), generator.random((40, 3))


def test_mean_and_deviation_agree_with_scikit_learn(data: tuple[Floats, Floats, Floats]) -> None:
    X, y, points = data
    mean, deviation = peer(X, y).predict(points, return_std=True)
    model = gp.posterior(X / LENGTHS, y[:, None], VARIANCE, np.full(len(X), NOISE))
    ours, our_deviation = gp.predict(model, points / LENGTHS)
    # 1e-8 leaves room for another BLAS; 5e-13 seen.
    np.testing.assert_allclose(ours[:, 0], mean, rtol=0, atol=1e-8)
    np.testing.assert_allclose(our_deviation, deviation, rtol=0, atol=1e-8)


def test_objective_of_the_fit_is_the_evidence_and_the_prior(data: tuple[Floats, Floats, Floats]) -> None:
    X, y, _ = data
    theta = np.log([*LENGTHS, VARIANCE, NOISE])
    belief = gp_fit.prior(np.zeros(3, dtype=np.bool_), 3.0)
    value = gp_fit.objective(theta, X, np.arange(3), y, belief)[0] - belief.penalty(theta)[0]
    evidence = -value - 0.5 * len(y) * np.log(2 * np.pi)
    assert evidence == pytest.approx(peer(X, y).log_marginal_likelihood_value_, abs=1e-8)
