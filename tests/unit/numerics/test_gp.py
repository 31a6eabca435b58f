"""Posterior: slopes at points, leave-one-out, fantasies; coincident rows and single rows."""

import numpy as np
import pytest

from ayar.numerics import gp
from ayar.numerics.arrays import Floats

VARIANCE, NOISE = 1.3, 1e-3


def uniforms(*shape: int, key: int = 0) -> Floats:
    return np.random.Generator(np.random.Philox(key=key)).random(shape)


def model_of(Z: Floats, y: Floats) -> gp.Posterior:
    return gp.posterior(Z, y[:, None], VARIANCE, np.full(len(Z), NOISE))


@pytest.fixture
def model() -> gp.Posterior:
    Z = uniforms(12, 3)
    return model_of(Z, np.cos(4 * Z).sum(axis=1))


def test_pulled_back_slopes_agree_with_fourth_order_differences(model: gp.Posterior) -> None:
    Z, step = uniforms(4, 3, key=2), 1e-3

    def f(points: Floats) -> Floats:
        mean, deviation = gp.predict(model, points)
        return np.asarray(np.sin(mean[:, 0]) + deviation**2)

    mean, deviation, pull_back = gp.predict_with_slopes(model, Z)
    slopes = pull_back(np.cos(mean), 2 * deviation)
    for j in range(3):
        e = step * np.eye(3)[j]
        numeric = (8 * (f(Z + e) - f(Z - e)) - (f(Z + 2 * e) - f(Z - 2 * e))) / (12 * step)
        np.testing.assert_allclose(slopes[:, j], numeric, rtol=1e-7, atol=1e-8)


def test_means_at_the_data_equal_predictions_there(model: gp.Posterior) -> None:
    np.testing.assert_allclose(model.means, gp.predict(model, model.Z)[0], atol=1e-12)


def test_leave_one_out_equals_models_fitted_without_the_row(model: gp.Posterior) -> None:
    mean, deviation = gp.leave_one_out(model)
    for i in range(len(model.Z)):
        rest = np.delete(np.arange(len(model.Z)), i)
        without = model_of(model.Z[rest], model.y[rest, 0])
        there, latent = gp.predict(without, model.Z[i : i + 1])
        assert mean[i, 0] == pytest.approx(there[0, 0], abs=1e-10)
        assert deviation[i] == pytest.approx(np.sqrt(latent[0] ** 2 + NOISE), abs=1e-10)


def test_fantasies_equal_separate_processes(model: gp.Posterior) -> None:
    pending, points = uniforms(3, 3, key=4), uniforms(5, 3, key=5)
    normals = 2 * uniforms(3, 4, key=6) - 1
    joint = gp.fantasize(model, pending, NOISE, normals)
    mean, deviation = gp.predict(joint, points)
    for s in range(4):
        alone = model_of(np.vstack([model.Z, pending]), joint.y[:, s])
        alone_mean, alone_deviation = gp.predict(alone, points)
        np.testing.assert_allclose(mean[:, s], alone_mean[:, 0], atol=1e-10)
        np.testing.assert_allclose(deviation, alone_deviation, atol=1e-10)


def test_fantasies_have_the_joint_predictive_mean_and_covariance(model: gp.Posterior) -> None:
    pending = uniforms(2, 3, key=7)
    basis = np.hstack([np.zeros((2, 1)), np.eye(2)])
    answers = gp.fantasize(model, pending, NOISE, basis).y[-2:]
    mean, deviation = gp.predict(model, pending)
    np.testing.assert_allclose(answers[:, 0], mean[:, 0], atol=1e-12)
    spread = answers[:, 1:] - answers[:, :1]
    np.testing.assert_allclose((spread @ spread.T).diagonal(), deviation**2 + NOISE, atol=1e-12)


def test_more_pending_points_than_rows_are_accepted() -> None:
    model = model_of(uniforms(1, 2), np.zeros(1))
    joint = gp.fantasize(model, uniforms(5, 2, key=8), NOISE, np.zeros((5, 2)))
    assert gp.predict(joint, uniforms(3, 2))[0].shape == (3, 2)


def test_coincident_rows_without_noise_need_jitter_only() -> None:
    Z = np.repeat(uniforms(1, 2), 6, axis=0)
    model = gp.posterior(Z, np.ones((6, 1)), 1.0, np.zeros(6))
    assert model.jitter > 0
    assert gp.predict(model, Z)[0] == pytest.approx(1.0, abs=1e-3)


def test_deviation_stays_positive_on_the_data() -> None:
    Z = uniforms(20, 1)
    model = gp.posterior(Z, np.zeros((20, 1)), 1.0, np.full(20, 1e-10))
    assert (gp.predict(model, Z)[1] > 0).all()
