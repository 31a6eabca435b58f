"""The margin: chances of change stay within their limits, and centering keeps the average."""

import numpy as np
import pytest
from scipy.special import ndtr

from ayar.numerics.arrays import Floats
from ayar.numerics.cma import Gaussian
from ayar.numerics.margin import Cells, centred, corrected, least_chance

EVERY = np.ones(3, dtype=np.bool_)
CELLS = Cells(np.array([0.05, 0.45, 0.95]), np.array([-np.inf, 0.4, 0.9]), np.array([0.1, 0.5, np.inf]))


def chances(g: Gaussian, cells: Cells) -> Floats:
    """(N,) chance that a draw leaves its mean's cell."""
    s = g.deviations
    return np.asarray(ndtr((cells.low - g.mean) / s) + ndtr((g.mean - cells.high) / s))


@pytest.mark.parametrize("sigma", [1e-12, 1e-3, 0.05])
def test_a_frozen_distribution_still_leaves_each_cell_with_the_least_chance(sigma: float) -> None:
    g = Gaussian.start(np.array([0.03, 0.44, 0.97]), sigma)
    after, chance = corrected(g, CELLS, EVERY, EVERY, 0.1, np.full(3, 0.5))
    assert (chances(after, CELLS) >= 0.1 - 1e-9).all()
    assert chance == pytest.approx(chances(after, CELLS))


def test_the_mean_stays_in_its_cell() -> None:
    g = Gaussian.start(np.array([0.03, 0.401, 0.97]), 0.2)
    after, _ = corrected(g, CELLS, EVERY, EVERY, 0.1, np.full(3, 0.5))
    assert (after.mean > CELLS.low).all()
    assert (after.mean < CELLS.high).all()


def test_without_success_the_chance_does_not_rise() -> None:
    g = Gaussian.start(np.array([0.03, 0.44, 0.97]), 0.5)
    last = np.full(3, 0.2)
    _, free = corrected(g, CELLS, EVERY, EVERY, 0.1, last)
    held, chance = corrected(g, CELLS, EVERY, ~EVERY, 0.1, last)
    assert (free > 0.2).all()
    assert (chance <= 0.2 + 1e-12).all()
    assert chances(held, CELLS) == pytest.approx(chance)


def test_continuous_coordinates_are_left_alone() -> None:
    g = Gaussian.start(np.array([0.03, 0.44, 0.97]), 1e-9)
    discrete = np.array([False, True, False])
    after, _ = corrected(g, CELLS, discrete, EVERY, 0.1, np.full(3, 0.5))
    assert after.mean[[0, 2]].tolist() == [0.03, 0.97]
    assert after.stretch[[0, 2]].tolist() == [1.0, 1.0]


def test_a_mean_on_the_wall_and_a_chance_at_its_least_give_numbers() -> None:
    cells = Cells(np.array([0.25]), np.array([-np.inf]), np.array([0.5]))
    after, _ = corrected(Gaussian.start(np.array([0.5]), 0.2), cells, EVERY[:1], EVERY[:1], 0.1, np.array([0.5]))
    assert np.isfinite(after.mean).all()
    inner = Cells(np.array([0.5]), np.array([0.4]), np.array([0.6]))
    after, chance = corrected(Gaussian.start(np.array([0.5]), 1e-9), inner, EVERY[:1], ~EVERY[:1], 0.1, np.array([0.1]))
    assert chance == pytest.approx(0.1)
    assert np.isfinite(after.stretch).all()


def test_centering_moves_changed_parents_to_the_middle_and_keeps_the_average() -> None:
    V = np.array([[0.62, 0.3], [0.52, 0.3], [0.44, 0.3], [0.6, 0.3], [0.9, 0.3]])
    middles = np.array([[0.65, 0.3], [0.55, 0.3], [0.45, 0.3], [0.55, 0.3], [0.95, 0.3]])
    moved, success = centred(V, middles, np.array([0.55, 0.3]), np.array([True, False]), parents=4)
    assert moved[[0, 2], 0].tolist() == pytest.approx([0.65, 0.45])
    assert moved[:4, 0].mean() == pytest.approx(V[:4, 0].mean())
    assert moved[4].tolist() == V[4].tolist()
    assert moved[:, 1].tolist() == V[:, 1].tolist()
    assert success.tolist() == [True, False]


def test_with_no_parent_to_pay_the_others_only_change() -> None:
    V = np.array([[0.62], [0.66]])
    moved, _ = centred(V, np.array([[0.65], [0.65]]), np.array([0.55]), np.array([True]), parents=2)
    assert moved[:, 0].tolist() == pytest.approx([0.65, 0.65])


def test_the_least_chance_leaves_73_of_100_points_unchanged() -> None:
    assert [(1 - least_chance(n)) ** n for n in (1, 3, 20)] == pytest.approx([0.73] * 3)
