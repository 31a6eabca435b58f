"""Beliefs of the caller: densities on the unit cube, their slopes, and draws from them."""

import numpy as np
import pytest

from ayar.samplers.belief import Belief
from ayar.space.domains import Categorical, Float, Int
from ayar.space.prior import Normal
from ayar.space.space import Space

SPACE = Space(
    {
        "lr": Float(1e-4, 1.0, log=True, prior=Normal(1e-2, 0.8)),
        "n": Int(1, 9, prior=Normal(3, 2)),
        "kind": Categorical(["a", "b", "c"], prior=[1, 0, 3]),
        "x": Float(0.0, 1.0),
        "deep": Float(0.0, 1.0, when={"kind": "a"}, prior=Normal(0.2, 0.1)),
    }
)
D = 5


def belief() -> Belief:
    found = Belief.of(SPACE)
    assert found is not None
    return found


def uniforms(m: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.random.Generator(np.random.Philox(key=0)).random((m, D))


def test_a_space_without_priors_has_no_belief() -> None:
    assert Belief.of(Space({"x": Float(0, 1)})) is None


def test_density_against_the_uniform_one_has_mean_one() -> None:
    U = uniforms(200_000)
    density = np.exp(belief().values(U, np.ones(U.shape, dtype=np.bool_)))
    # The deviation of this mean of 200,000 draws is 0.008.
    assert density.mean() == pytest.approx(1.0, abs=0.04)


def test_inactive_parameters_say_nothing() -> None:
    U, A = np.full((2, D), 0.3), np.ones((2, D), dtype=np.bool_)
    A[1, 4] = False
    U[1, 4] = np.nan
    with_it, without = belief().values(U, A)
    alone = Belief(tuple(part for part in belief().parts if part.place != 4)).values(U, A)
    assert without == alone[1] != with_it


def test_slopes_agree_with_fourth_order_differences() -> None:
    U, A, step = uniforms(1), np.ones((1, D), dtype=np.bool_), 1e-4
    slopes = belief().values_and_slopes(U, A)[1][0]
    for d in (0, 1, 4):
        e = step * np.eye(D)[d]
        f = [float(belief().values(U + t * e, A)[0]) for t in (1, -1, 2, -2)]
        assert slopes[d] == pytest.approx((8 * (f[0] - f[1]) - (f[2] - f[3])) / (12 * step), rel=1e-6)
    assert slopes[[2, 3]].tolist() == [0.0, 0.0]


@pytest.mark.parity("SO8")
def test_draws_follow_the_belief() -> None:
    X = SPACE.codec.from_unit(belief().units(uniforms(20_000)))
    lr, n, kind = np.log(X[:, 0]), X[:, 1], X[:, 2]
    assert lr.mean() == pytest.approx(np.log(1e-2), abs=0.03)
    assert lr.std() == pytest.approx(0.8, rel=0.03)
    assert n.mean() == pytest.approx(3.5, abs=0.2)
    assert np.bincount(kind.astype(int), minlength=3) / 20_000 == pytest.approx([0.25, 0.0, 0.75], abs=0.02)


def test_likeliest_values_are_those_of_highest_density() -> None:
    (x,) = SPACE.codec.from_unit(belief().centered(np.full((1, D), 0.4)))
    assert x.tolist() == pytest.approx([1e-2, 3.0, 2.0, 0.4, 0.2])
