"""The MAP objective's gradient, and what a fit finds."""

import tracemalloc

import numpy as np
import pytest
from scipy.special import ndtri

from ayar.numerics import gp_fit
from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.embedding import Axis, Embedding
from ayar.numerics.gp_fit import Evidence
from ayar.numerics.priors import prior

MIXED = Embedding([Axis(0, False), Axis(0, True), Axis(3, False), Axis(2, True)])


def uniforms(*shape: int, key: int = 0) -> Floats:
    return np.random.Generator(np.random.Philox(key=key)).random(shape)


def mixed_rows(n: int) -> tuple[Floats, Bools]:
    U, A = uniforms(n, 4), np.ones((n, 4), dtype=np.bool_)
    A[::2, 1] = A[::3, 3] = False
    U[5], A[5] = U[4], A[4]  # coincident
    U[~A] = np.nan
    return U, A


def evidence(embedding: Embedding, U: Floats, y: Floats, A: Bools | None = None) -> Evidence:
    A = np.ones(U.shape, dtype=np.bool_) if A is None else A
    active = float(len(embedding.axes))
    return Evidence(embedding, U, A, y, np.zeros(len(y)), prior(embedding.categorical, active))


def mixed_evidence() -> Evidence:
    U, A = mixed_rows(20)
    told = 0.1 * uniforms(20, key=8)
    return Evidence(MIXED, U, A, np.sin(3 * MIXED(U, A)).sum(axis=1), told, prior(MIXED.categorical, 3.0))


@pytest.mark.parametrize("bent", [False, True])
def test_gradient_agrees_with_fourth_order_differences_on_mixed_rows(bent: bool) -> None:
    judged = mixed_evidence()
    vector, step = judged.belief.mean + judged.belief.deviation * (uniforms(10, key=3) - 0.5), 1e-3
    vector[5] = -3.0
    if not bent:
        vector[6:] = 0.0
    gradient = judged.loss(vector, bent)[1]
    for i in range(10 if bent else 6):
        e = step * np.eye(10)[i]
        f = [judged.loss(vector + t * e, bent)[0] for t in (1, -1, 2, -2)]
        numeric = (8 * (f[0] - f[1]) - (f[2] - f[3])) / (12 * step)
        assert gradient[i] == pytest.approx(numeric, rel=1e-7, abs=1e-7)


def test_value_does_not_depend_on_whether_warps_are_searched() -> None:
    judged = mixed_evidence()
    assert judged.loss(judged.belief.mean, True)[0] == judged.loss(judged.belief.mean, False)[0]


def test_relevant_parameter_gets_a_shorter_length_than_an_irrelevant_one() -> None:
    U = uniforms(40, 2)
    y = np.sin(9 * U[:, 0])
    judged = evidence(Embedding([Axis(0, False)] * 2), U, y / y.std())
    theta = gp_fit.fit(judged, [judged.belief.mode], bent=False)
    assert theta.ln_lengths[0] < theta.ln_lengths[1] - 0.5


def test_parameter_that_matters_near_its_lower_end_is_stretched_there() -> None:
    U = uniforms(60, 1)
    y = np.cos(10.0 * np.sqrt(U[:, 0]))
    judged = evidence(Embedding([Axis(0, False)]), U, y / y.std())
    theta = gp_fit.fit(judged, [judged.belief.mode], bent=True)
    assert theta.ln_a[0] < -0.3


def test_warps_that_are_not_searched_stay_at_none() -> None:
    U = uniforms(30, 1)
    judged = evidence(Embedding([Axis(0, False)]), U, np.sqrt(U[:, 0]))
    assert not gp_fit.fit(judged, [judged.belief.mode], bent=False).bent


def noisy_sine(n: int) -> tuple[Floats, Floats, Floats]:
    U = uniforms(n, 1)
    return U, np.sin(6 * U[:, 0]), 0.3 * ndtri(uniforms(n, key=9))


def test_fitted_noise_is_near_the_planted_one() -> None:
    U, signal, noise = noisy_sine(150)
    judged = evidence(Embedding([Axis(0, False)]), U, signal + noise)
    theta = gp_fit.fit(judged, [judged.belief.mode], bent=False)
    assert np.sqrt(theta.noise) == pytest.approx(0.3, rel=0.25)


@pytest.mark.parity("MO4")
def test_noise_that_was_told_is_not_fitted_again() -> None:
    U, signal, noise = noisy_sine(150)
    embedding = Embedding([Axis(0, False)])
    belief = prior(embedding.categorical, 1.0)
    judged = Evidence(embedding, U, np.ones(U.shape, dtype=np.bool_), signal + noise, np.full(150, 0.09), belief)
    theta = gp_fit.fit(judged, [belief.mode], bent=False)
    assert theta.noise < 0.02


def test_rows_with_nan_give_back_the_mode_of_the_prior() -> None:
    judged = evidence(Embedding([Axis(0, False)]), np.array([[0.1], [np.nan]]), np.array([0.0, np.nan]))
    theta = gp_fit.fit(judged, [judged.belief.mode], bent=True)
    assert np.array_equal(theta.vector, judged.belief.mean)


def test_two_hundred_categorical_dimensions_fit_in_memory_of_order_n_squared() -> None:
    n, embedding = 60, Embedding([Axis(3, False)] * 200)
    judged = evidence(embedding, uniforms(n, 200), uniforms(n))
    tracemalloc.start()
    value, gradient = judged.loss(judged.belief.mean, bent=True)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()
    assert peak < 8 * (12 * n * n + 6 * n * len(embedding.blk))  # n · n · D would be 5.8 MB


def test_misfit_is_the_loss_without_the_prior() -> None:
    judged = mixed_evidence()
    vector = judged.belief.mean + 0.3 * judged.belief.deviation
    assert judged.misfit(vector) == pytest.approx(judged.loss(vector, True)[0] - judged.belief.penalty(vector)[0])
