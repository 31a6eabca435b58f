"""Terms of scores: against sampling, with fantasies, their slopes."""

import math

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from ayar.numerics import gp, surrogate
from ayar.numerics.embedding import Axis, Embedding
from ayar.numerics.improvement import boxes
from ayar.numerics.pathwise import Path, sample_path
from ayar.numerics.priors import prior
from ayar.numerics.surrogate import Surrogate
from ayar.samplers.acquisition import ACQUISITIONS, DrawnGain, FrontImprovement, Improvement, Kept, Term, Total
from ayar.samplers.branch import Branch

AXES = Embedding([Axis(0, False), Axis(0, True), Axis(2, False)])
ACTIVE = np.ones((1, 3), dtype=np.bool_)


def uniforms(*shape: int, key: int = 0) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.random.Generator(np.random.Philox(key=key)).random(shape)


@pytest.fixture
def model() -> Surrogate:
    U, A = uniforms(10, 3), np.ones((10, 3), dtype=np.bool_)
    A[::3, 1] = False
    return surrogate.build(AXES, U, A, np.sin(5 * U[:, 0]) + U[:, 2], prior(AXES.categorical, 3.0).mode)


def test_value_is_the_logarithm_of_the_mean_improvement(model: Surrogate) -> None:
    U, threshold = uniforms(1, 3, key=1), np.array([0.2])
    mean, deviation = model.predict(U, ACTIVE)
    draws = mean + deviation * ndtri((np.arange(200_000) + 0.5) / 200_000)
    sampled = np.log(np.maximum(threshold - draws, 0.0).mean())
    # A midpoint rule of 200,000 points: exact to about 1e-5.
    assert Improvement(model, threshold).values(U, ACTIVE)[0] == pytest.approx(sampled, abs=1e-4)


def test_fantasies_average_the_improvement_and_not_its_logarithm(model: Surrogate) -> None:
    pending = uniforms(2, 3, key=2)
    imagined = model.fantasize(pending, np.ones((2, 3), dtype=np.bool_), 2 * uniforms(2, 4, key=3) - 1)
    thresholds = imagined.process.means.min(axis=0)
    U = uniforms(1, 3, key=4)
    each = []
    for s in range(4):
        alone = gp.posterior(
            imagined.process.Z, imagined.process.y[:, s : s + 1], imagined.process.variance, imagined.process.noise
        )
        one = Surrogate(model.lens, model.theta, alone, model.rows)
        each.append(Improvement(one, thresholds[s : s + 1]).values(U, ACTIVE)[0])
    together = Improvement(imagined, thresholds).values(U, ACTIVE)[0]
    assert together == pytest.approx(np.log(np.mean(np.exp(each))), abs=1e-9)


def test_slopes_agree_with_fourth_order_differences(model: Surrogate) -> None:
    imagined = model.fantasize(uniforms(1, 3, key=5), ACTIVE, 2 * uniforms(1, 3, key=6) - 1)
    score = Improvement(imagined, imagined.process.means.min(axis=0))
    U, step = uniforms(1, 3, key=7), 1e-4
    slopes = score.values_and_slopes(U, ACTIVE)[1][0]
    for d in (0, 1):
        e = step * np.eye(3)[d]
        f = [float(score.values(U + t * e, ACTIVE)[0]) for t in (1, -1, 2, -2)]
        assert slopes[d] == pytest.approx((8 * (f[0] - f[1]) - (f[2] - f[3])) / (12 * step), rel=1e-6, abs=1e-7)
    assert slopes[2] == 0.0


def test_nothing_outside_the_branch_is_worth_trying(model: Surrogate) -> None:
    U, A = uniforms(4, 3), np.ones((4, 3), dtype=np.bool_)
    A[2:, 1] = False
    total = Total([Improvement(model, np.zeros(1))], Branch(np.array([True, False, True])))
    assert np.isinf(total.values(U, A)).tolist() == [True, True, False, False]


UTILITIES = {name: each.utility for name, each in ACQUISITIONS.items() if each.utility}


def path(model: Surrogate) -> Path:
    return sample_path(model, np.random.Generator(np.random.Philox(key=3)).random)


@pytest.mark.parametrize("name", ACQUISITIONS)
def test_far_from_improving_the_value_stays_finite(model: Surrogate, name: str) -> None:
    drawn = DrawnGain(path(model), -1e6)
    term = Improvement(model, np.array([-1e6]), UTILITIES[name]) if name in UTILITIES else drawn
    values, slopes = term.values_and_slopes(uniforms(3, 3), np.ones((3, 3), dtype=np.bool_))
    assert np.isfinite(values).all()
    assert np.isfinite(slopes).all()


def terms(model: Surrogate) -> dict[str, Term]:
    lower, upper = boxes(np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([2.0, 2.0]))
    threshold = model.means.min(axis=0)
    return {
        **{name: Improvement(model, threshold, utility) for name, utility in UTILITIES.items()},
        "far below": Improvement(model, threshold - 60.0, UTILITIES["ucb"]),
        "between": Kept(model, -0.3, 0.4),
        "above": Kept(model, 3.0, math.inf),
        "below": Kept(model, -math.inf, -9.0),
        "narrow and far": Kept(model, 8.0, 8.001),
        "front": FrontImprovement([model, model], lower, upper),
        "path": path(model),
        "gain": DrawnGain(path(model), float(threshold[0])),
        "sum": Total([Improvement(model, threshold), Kept(model, -0.3, 0.4)]),
    }


def test_a_drawn_gain_is_largest_where_the_function_is_lowest_and_weighs_like_a_probability(model: Surrogate) -> None:
    U, A = uniforms(50, 3), np.ones((50, 3), dtype=np.bool_)
    gains = DrawnGain(path(model), 0.0).values(U, A)
    assert np.argmax(gains) == np.argmax(path(model).values(U, A))
    assert np.allclose(np.exp(gains), np.logaddexp(0.0, path(model).values(U, A)))


TERMS = ["ei", "pi", "ucb", "far below", "between", "above", "below", "narrow and far", "front", "path", "gain", "sum"]


@pytest.mark.parametrize("name", TERMS)
def test_slopes_of_every_term_agree_with_fourth_order_differences(model: Surrogate, name: str) -> None:
    term, U, step = terms(model)[name], uniforms(1, 3, key=7), 1e-4
    value, slopes = term.values_and_slopes(U, ACTIVE)
    assert value == pytest.approx(term.values(U, ACTIVE), rel=1e-12)
    for d in (0, 1):
        e = step * np.eye(3)[d]
        f = [float(term.values(U + t * e, ACTIVE)[0]) for t in (1, -1, 2, -2)]
        assert slopes[0, d] == pytest.approx((8 * (f[0] - f[1]) - (f[2] - f[3])) / (12 * step), rel=1e-6, abs=1e-7)
    assert slopes[0, 2] == 0.0


@pytest.mark.parametrize(("low", "high"), [(-0.5, 0.7), (0.9, math.inf), (-math.inf, -0.2)])
def test_probability_of_being_kept_is_the_mass_between_the_bounds(model: Surrogate, low: float, high: float) -> None:
    U = uniforms(1, 3, key=8)
    mean, deviation = model.predict(U, ACTIVE)
    expected = np.log(ndtr((high - mean) / deviation) - ndtr((low - mean) / deviation))
    assert Kept(model, low, high).values(U, ACTIVE) == pytest.approx(expected, rel=1e-9)


def test_drawn_functions_have_the_mean_and_deviation_of_the_model(model: Surrogate) -> None:
    U, A = uniforms(6, 3, key=9), np.ones((6, 3), dtype=np.bool_)
    draws = np.array(
        [-sample_path(model, np.random.Generator(np.random.Philox(key=k)).random).values(U, A) for k in range(600)]
    )
    mean, deviation = model.predict(U, A)
    # 600 draws: the mean is known to 4 % of the deviation, the deviation to 3 %; random waves add as much again.
    assert np.abs(draws.mean(axis=0) - mean).max() < 0.2 * deviation.max()
    assert draws.std(axis=0) == pytest.approx(deviation, rel=0.2)
