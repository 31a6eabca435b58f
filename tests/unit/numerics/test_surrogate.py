"""Targets with failures, thinned rows, the model as a whole."""

import numpy as np
import pytest

from ayar.numerics import gp_fit, surrogate
from ayar.numerics.arrays import Floats
from ayar.numerics.embedding import Axis, Embedding

PLAIN = Embedding([Axis(0, False), Axis(0, False)])


def uniforms(*shape: int, key: int = 0) -> Floats:
    return np.random.Generator(np.random.Philox(key=key)).random(shape)


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
    U, A = uniforms(60, 2), np.ones((60, 2), dtype=np.bool_)
    losses = np.sin(4 * U[:, 0]) + U[:, 1] ** 2
    y, warp = surrogate.targets(losses[:45])
    belief = gp_fit.prior(PLAIN.categorical, 2.0)
    E = PLAIN(U[:45], A[:45])
    theta = surrogate.fit(PLAIN, E, y, belief, belief.mean[None])
    model = surrogate.build(PLAIN, E, y, theta)
    mean, deviation = model.predict(U[45:], A[45:])
    assert np.abs(warp.values(mean) - losses[45:]).max() < 0.1
    assert deviation.max() < 0.5
    left_out, spread = model.leave_one_out()
    assert np.abs(left_out - y).mean() < 0.2
    assert np.mean(np.abs(left_out - y) < 3 * spread) > 0.9


def test_pending_rows_lower_the_deviation_around_them() -> None:
    A = np.ones((1, 2), dtype=np.bool_)
    belief = gp_fit.prior(PLAIN.categorical, 2.0)
    model = surrogate.build(PLAIN, uniforms(5, 2), uniforms(5), belief.mean)
    there = np.array([[0.9, 0.1]])
    imagined = model.fantasize(there, A, np.zeros((1, 8)))
    assert imagined.predict(there, A)[1][0] < 0.5 * model.predict(there, A)[1][0]


@pytest.mark.parametrize("n", [1, 2])
def test_one_or_two_rows_are_enough_for_a_model(n: int) -> None:
    belief = gp_fit.prior(PLAIN.categorical, 2.0)
    E, y = uniforms(n, 2), surrogate.targets(np.arange(float(n)))[0]
    theta = surrogate.fit(PLAIN, E, y, belief, belief.mean[None])
    mean, deviation = surrogate.build(PLAIN, E, y, theta).predict(uniforms(3, 2), np.ones((3, 2), dtype=np.bool_))
    assert np.isfinite(mean).all()
    assert np.isfinite(deviation).all()
