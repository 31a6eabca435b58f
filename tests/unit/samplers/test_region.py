"""Trust regions: their boxes, and how they grow and shrink."""

import numpy as np
import pytest

from ayar.numerics.arrays import Bools, Floats
from ayar.samplers.region import Region, patience, side_and_center


def flags(*rows: int, n: int = 20) -> Bools:
    return np.isin(np.arange(n), rows)


def falling(n: int = 20) -> Floats:
    return -np.arange(n, dtype=np.float64)


U = np.linspace(0.0, 1.0, 20)[:, None]


def test_without_proposals_of_its_own_it_has_its_first_side_around_the_best() -> None:
    assert side_and_center(np.array([3.0, 1.0, 2.0]), flags(n=3), U[:3], 4) == (0.8, 1)


def test_three_successes_in_a_row_double_it_up_to_the_largest() -> None:
    assert side_and_center(falling(), flags(3, 4, 5), U, 4)[0] == 1.6
    assert side_and_center(falling(), flags(*range(3, 12)), U, 4)[0] == 1.6


def test_failures_in_a_row_halve_it() -> None:
    assert side_and_center(-falling(), flags(3, 4, 5, 6), U, 4)[0] == 0.4
    assert side_and_center(-falling(), flags(3, 4, 5), U, 4)[0] == 0.8


def test_a_gain_within_the_noise_of_the_mean_is_no_success() -> None:
    assert side_and_center(1e-5 * falling(), flags(3, 4, 5, 6), U, 4)[0] == 0.4


def test_one_that_became_too_small_starts_anew_away_from_where_it_was() -> None:
    n = 60
    places = np.linspace(0.0, 1.0, n)[:, None]
    side, center = side_and_center(np.arange(n, dtype=np.float64), flags(*range(10, 38), n=n), places, 4)
    assert side == 0.8
    assert places[center, 0] > 0.2


SHRUNK = flags(*range(10, 38), n=60)
"""28 failures in a row: a first box has become too small."""


def test_what_is_given_up_is_what_was_best_then() -> None:
    means = np.arange(60, dtype=np.float64)
    means[50] = -1.0
    assert side_and_center(means, SHRUNK, np.linspace(0.0, 1.0, 60)[:, None], 4) == (0.8, 50)


def test_it_starts_anew_around_the_best_where_everything_is_near() -> None:
    near = np.linspace(0.0, 0.1, 60)[:, None]
    assert side_and_center(np.arange(60, dtype=np.float64), SHRUNK, near, 4) == (0.8, 0)


def test_another_branch_is_far_away() -> None:
    places = np.column_stack([np.full(60, 0.5), np.where(np.arange(60) < 5, np.nan, 0.5)])
    assert side_and_center(np.arange(60, dtype=np.float64), SHRUNK, places, 4) == (0.8, 5)


def box(side: float = 0.4) -> Region:
    return Region.around(np.array([0.5, 0.9, 0.25]), side, np.array([1.0, 1.0, 1.0]), np.array([0.0, 0.0, 4.0]))


def test_box_is_cut_off_at_the_bounds_and_stretched_by_length_scales() -> None:
    assert box().lower[:2].tolist() == pytest.approx([0.3, 0.7])
    assert box().upper[:2].tolist() == pytest.approx([0.7, 1.0])
    long = Region.around(np.array([0.5, 0.5]), 0.4, np.array([4.0, 1.0]), np.zeros(2))
    assert (long.upper - long.lower).tolist() == pytest.approx([0.8, 0.2])


def test_squeezed_points_are_admitted_and_raw_ones_mostly_not() -> None:
    generator = np.random.Generator(np.random.Philox(key=0))
    points, A = generator.random((50, 3)), np.ones((50, 3), dtype=np.bool_)
    region = box()
    assert region.admits(region.squeezed(points, generator.random((50, 3))), A).all()
    assert region.admits(points, A).sum() < 20


def test_few_categories_change_in_a_small_box() -> None:
    region = Region.around(np.full(4, 0.1), 0.3, np.ones(4), np.full(4, 3.0))
    generator = np.random.Generator(np.random.Philox(key=1))
    changed = region.squeezed(generator.random((50, 4)), generator.random((50, 4))) != region.center
    assert region.radius == 2
    assert changed.sum(axis=1).max() == 2


def test_inactive_parameters_keep_nobody_out() -> None:
    A = np.array([[True, False, True]])
    assert box().admits(np.array([[0.5, 0.0, 0.25]]), A).all()


def test_patience_grows_with_the_parameters() -> None:
    assert [patience(active) for active in (1.0, 4.0, 12.5)] == [4, 4, 13]
