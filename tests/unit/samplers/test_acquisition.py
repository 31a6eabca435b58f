"""Log expected improvement: against sampling, with fantasies, its slopes."""

import numpy as np
import pytest
from scipy.special import ndtri

from ayar.numerics import gp, surrogate
from ayar.numerics.embedding import Axis, Embedding
from ayar.numerics.priors import prior
from ayar.numerics.surrogate import Surrogate
from ayar.samplers.acquisition import LogEI

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
    assert LogEI(model, threshold).values(U, ACTIVE)[0] == pytest.approx(sampled, abs=1e-4)


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
        one = Surrogate(AXES, model.theta, alone, model.rows)
        each.append(LogEI(one, thresholds[s : s + 1]).values(U, ACTIVE)[0])
    together = LogEI(imagined, thresholds).values(U, ACTIVE)[0]
    assert together == pytest.approx(np.log(np.mean(np.exp(each))), abs=1e-9)


def test_slopes_agree_with_fourth_order_differences(model: Surrogate) -> None:
    imagined = model.fantasize(uniforms(1, 3, key=5), ACTIVE, 2 * uniforms(1, 3, key=6) - 1)
    score = LogEI(imagined, imagined.process.means.min(axis=0))
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
    values = LogEI(model, np.zeros(1), branch=np.array([True, False, True])).values(U, A)
    assert np.isinf(values).tolist() == [True, True, False, False]


def test_far_from_improving_the_value_stays_finite(model: Surrogate) -> None:
    assert np.isfinite(LogEI(model, np.array([-1e6])).values(uniforms(3, 3), np.ones((3, 3), dtype=np.bool_))).all()
