"""The MAP objective's gradient, and what a fit finds."""

import tracemalloc

import numpy as np
import pytest

from ayar.numerics import gp_fit
from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.embedding import Axis, Embedding

AXES = (Axis(0, False), Axis(0, True), Axis(3, False), Axis(2, True))
MIXED = Embedding(AXES)


def uniforms(*shape: int, key: int = 0) -> Floats:
    return np.random.Generator(np.random.Philox(key=key)).random(shape)


def mixed_rows(n: int) -> tuple[Floats, Bools]:
    U, A = uniforms(n, 4), np.ones((n, 4), dtype=np.bool_)
    A[::2, 1] = A[::3, 3] = False
    U[5], A[5] = U[4], A[4]  # coincident
    return U, A


def test_gradient_agrees_with_fourth_order_differences_on_mixed_rows() -> None:
    E = MIXED(*mixed_rows(20))
    y = np.sin(3 * E).sum(axis=1)
    belief = gp_fit.prior(MIXED.categorical, 3.0)
    theta, step = belief.draw(uniforms(6, key=3) - 0.5), 1e-3
    theta[-1] = -3.0
    gradient = gp_fit.objective(theta, E, MIXED.blk, y, belief)[1]
    for i in range(6):
        e = step * np.eye(6)[i]
        f = [gp_fit.objective(theta + t * e, E, MIXED.blk, y, belief)[0] for t in (1, -1, 2, -2)]
        numeric = (8 * (f[0] - f[1]) - (f[2] - f[3])) / (12 * step)
        assert gradient[i] == pytest.approx(numeric, rel=1e-7, abs=1e-7)


def test_relevant_parameter_gets_a_shorter_length_than_an_irrelevant_one() -> None:
    E, blk = uniforms(40, 2), np.arange(2)
    y = np.sin(9 * E[:, 0])
    belief = gp_fit.prior(np.zeros(2, dtype=np.bool_), 2.0)
    theta = gp_fit.fit(E, blk, y / y.std(), belief, starts=belief.mean[None], calls=30)
    assert theta[0] < theta[1] - 0.5


def test_fitted_noise_is_near_the_planted_one() -> None:
    E = uniforms(150, 1)
    noise = np.sqrt(12) * (uniforms(150, key=9) - 0.5) * 0.3
    y = np.sin(6 * E[:, 0]) + noise
    belief = gp_fit.prior(np.zeros(1, dtype=np.bool_), 1.0)
    theta = gp_fit.fit(E, np.zeros(1, dtype=np.intp), y, belief, starts=belief.mean[None], calls=40)
    assert np.exp(0.5 * theta[-1]) == pytest.approx(0.3, rel=0.25)


def test_prior_length_grows_with_the_root_of_the_active_dimensions() -> None:
    one, nine = (gp_fit.prior(np.zeros(9, dtype=np.bool_), active).mean[0] for active in (1.0, 9.0))
    assert np.exp(nine - one) == pytest.approx(3.0)


def test_rows_with_nan_give_back_the_mode_of_the_prior() -> None:
    belief = gp_fit.prior(np.zeros(1, dtype=np.bool_), 1.0)
    E = np.array([[0.1], [np.nan]])
    theta = gp_fit.fit(E, np.zeros(1, dtype=np.intp), np.zeros(2), belief, starts=belief.mean[None], calls=5)
    assert np.array_equal(theta, belief.mean)


def test_two_hundred_categorical_dimensions_fit_in_memory_of_order_n_squared() -> None:
    n, embedding = 60, Embedding([Axis(3, False)] * 200)
    E = embedding(uniforms(n, 200), np.ones((n, 200), dtype=np.bool_))
    belief = gp_fit.prior(embedding.categorical, 200.0)
    tracemalloc.start()
    value, gradient = gp_fit.objective(belief.mean, E, embedding.blk, uniforms(n), belief)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()
    assert peak < 8 * (12 * n * n + 6 * E.size)  # n · n · D would be 5.8 MB
