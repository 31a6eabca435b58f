"""Targets with failures, thinned rows, the model as a whole."""

import numpy as np
import pytest

from ayar.numerics import surrogate
from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.embedding import Axis, Embedding
from ayar.numerics.priors import prior
from ayar.numerics.surrogate import Surrogate
from ayar.numerics.theta import Theta

PLAIN = Embedding([Axis(0, False), Axis(0, False)])
BELIEF = prior(PLAIN.categorical, 2.0)


def uniforms(*shape: int, key: int = 0) -> Floats:
    return np.random.Generator(np.random.Philox(key=key)).random(shape)


def active(n: int) -> Bools:
    return np.ones((n, 2), dtype=np.bool_)


def bent() -> Theta:
    return BELIEF.theta(BELIEF.mean + np.array([0.0] * 4 + [0.4, -0.3, 0.2, -0.5]))


def small_model(theta: Theta) -> Surrogate:
    return surrogate.build(PLAIN, uniforms(9, 2), active(9), uniforms(9), theta)


def test_failures_count_as_worse_than_the_worst_by_half_the_range() -> None:
    y, _ = surrogate.targets(np.array([0.0, 1.0, np.nan, np.inf, -np.inf]))
    assert y[2:].tolist() == [y[1] + 0.5 * (y[1] - y[0])] * 3


def test_failures_alone_give_zeros() -> None:
    assert surrogate.targets(np.full(3, np.nan))[0].tolist() == [0.0] * 3


def test_equal_values_and_a_failure_are_told_apart() -> None:
    y, _ = surrogate.targets(np.array([2.0, 2.0, np.nan]))
    assert y.tolist() == [0.0, 0.0, 0.5]


def test_thin_keeps_the_best_half_and_spreads_the_rest() -> None:
    E = np.array([[0.0], [0.01], [0.02], [0.5], [0.98], [1.0]])
    y = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
    assert surrogate.thin(E, y, 4).tolist() == [0, 1, 3, 5]


def test_thin_takes_as_many_rows_as_allowed_when_all_coincide() -> None:
    assert len(surrogate.thin(np.zeros((9, 2)), np.zeros(9), 5)) == 5


def test_model_predicts_what_it_was_not_told() -> None:
    U, A = uniforms(60, 2), active(60)
    losses = np.sin(4 * U[:, 0]) + U[:, 1] ** 2
    y, warp = surrogate.targets(losses[:45])
    theta = surrogate.fit(PLAIN, U[:45], A[:45], y, BELIEF, [BELIEF.mode])
    model = surrogate.build(PLAIN, U[:45], A[:45], y, theta)
    mean, deviation = model.predict(U[45:], A[45:])
    assert np.abs(warp.values(mean) - losses[45:]).max() < 0.1
    assert deviation.max() < 0.5
    left_out, spread = model.leave_one_out()
    assert np.abs(left_out - y).mean() < 0.2
    assert np.mean(np.abs(left_out - y) < 3 * spread) > 0.9


@pytest.mark.parametrize(("n", "expected"), [(19, False), (20, True)])
def test_input_warps_are_fitted_from_twenty_rows_on(n: int, expected: bool) -> None:
    U = uniforms(n, 2)
    y, _ = surrogate.targets(np.log(U[:, 0] + 0.01))
    assert surrogate.fit(PLAIN, U, active(n), y, BELIEF, [BELIEF.mode]).bent is expected


@pytest.mark.parametrize("theta", [BELIEF.mode, bent()], ids=["plain", "bent"])
def test_slopes_of_mean_and_deviation_agree_with_fourth_order_differences(theta: Theta) -> None:
    model, U, A, step = small_model(theta), uniforms(3, 2, key=2), active(3), 1e-4

    def f(points: Floats) -> Floats:
        mean, deviation = model.latent(points, A)
        return np.asarray(np.sin(mean[:, 0]) + deviation**2)

    mean, deviation, pull = model.latent_with_slopes(U, A)
    slopes = pull(np.cos(mean), 2 * deviation)
    for d in (0, 1):
        e = step * np.eye(2)[d]
        numeric = (8 * (f(U + e) - f(U - e)) - (f(U + 2 * e) - f(U - 2 * e))) / (12 * step)
        np.testing.assert_allclose(slopes[:, d], numeric, rtol=1e-7, atol=1e-8)


def test_joint_answers_have_the_means_and_deviations_of_single_ones() -> None:
    model, U, A = small_model(bent()), uniforms(4, 2, key=3), active(4)
    mean, covariance = model.joint(U, A)
    alone, deviation = model.predict(U, A)
    np.testing.assert_allclose(mean, alone, atol=1e-12)
    np.testing.assert_allclose(np.sqrt(np.diagonal(covariance)), deviation, atol=1e-10)


def test_pending_rows_lower_the_deviation_around_them() -> None:
    model, there = small_model(BELIEF.mode), np.array([[0.9, 0.1]])
    imagined = model.fantasize(there, active(1), np.zeros((1, 8)))
    assert imagined.latent(there, active(1))[0].shape == (1, 8)
    assert imagined.predict(there, active(1))[1][0] < 0.5 * model.predict(there, active(1))[1][0]


@pytest.mark.parity("MO4")
def test_value_told_with_a_large_error_counts_for_less() -> None:
    U, y = np.array([[0.5, 0.5], [0.5, 0.5]]), np.array([1.0, -1.0])
    model = surrogate.build(PLAIN, U, active(2), y, BELIEF.mode, np.array([np.nan, 1.0]))
    assert model.predict(U[:1], active(1))[0][0] > 0.5


@pytest.mark.parity("MO4")
@pytest.mark.parametrize("noise", [0.0, 1e4, np.nan])
def test_duplicates_are_answered_whatever_their_noise(noise: float) -> None:
    U, y = np.full((6, 2), 0.5), np.zeros(6)
    told = np.full(6, noise)
    theta = surrogate.fit(PLAIN, U, active(6), y, BELIEF, [BELIEF.mode], told)
    mean, deviation = surrogate.build(PLAIN, U, active(6), y, theta, told).predict(U[:1], active(1))
    assert mean[0] == pytest.approx(0.0, abs=1e-9)
    assert deviation[0] > 0.0


@pytest.mark.parametrize("n", [1, 2])
def test_one_or_two_rows_are_enough_for_a_model(n: int) -> None:
    U, y = uniforms(n, 2), surrogate.targets(np.arange(float(n)))[0]
    theta = surrogate.fit(PLAIN, U, active(n), y, BELIEF, [BELIEF.mode])
    mean, deviation = surrogate.build(PLAIN, U, active(n), y, theta).predict(uniforms(3, 2), active(3))
    assert np.isfinite(mean).all()
    assert np.isfinite(deviation).all()
