"""Boxes below a front, and the logarithm of the expected hypervolume improvement over them."""

from collections.abc import Callable

import numpy as np
import pytest

from ayar.numerics.arrays import Floats
from ayar.numerics.gaussian import log_h
from ayar.numerics.improvement import boxes, log_ehvi, log_ehvi_slopes

GOALS = [2, 3, 4, 5]


def sphere(count: int, goals: int) -> Floats:
    """A front of `count` points."""
    directions = np.random.default_rng(count + goals).random((count, goals)) + 1e-3
    return np.asarray(1.0 - directions / np.linalg.norm(directions, axis=1, keepdims=True))


def coarse(count: int, goals: int) -> Floats:
    """Points with many equal coordinates, repeats, dominated ones and some on the reference."""
    return np.random.default_rng(count + goals).integers(0, 6, (count, goals)) / 5.0


@pytest.mark.parametrize("goals", GOALS)
@pytest.mark.parametrize("front", [sphere, coarse])
@pytest.mark.parametrize("count", [0, 1, 2, 12])
def test_each_place_that_the_front_leaves_is_in_one_box_and_no_other_in_any(
    front: Callable[[int, int], Floats], goals: int, count: int
) -> None:
    points, reference = front(count, goals), np.ones(goals)
    lower, upper = boxes(points, reference)
    generator = np.random.default_rng(0)
    places = np.vstack([generator.random((400, goals)) * 1.4 - 0.2, generator.integers(-1, 7, (400, goals)) / 5.0])
    held = ((lower <= places[:, None]) & (places[:, None] < upper)).all(axis=2).sum(axis=1)
    beaten = np.any((points[None] <= places[:, None]).all(axis=2), axis=1)
    assert held.tolist() == ((places < reference).all(axis=1) & ~beaten).astype(int).tolist()
    assert np.isfinite(upper).all()


@pytest.mark.parametrize(("goals", "count"), [(2, 31), (3, 61)])
def test_two_and_three_goals_have_as_few_boxes_as_published(goals: int, count: int) -> None:
    # Yang et al. 2019, section 4: n + 1 and 2n + 1 for n points no two of which share a coordinate.
    assert len(boxes(sphere(30, goals), np.full(goals, 1.1))[0]) == count


def case(goals: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Means, deviations and boxes of seven candidates near, behind and far from a front."""
    generator = np.random.default_rng(goals)
    mean = generator.random((7, goals))
    mean[5] += 3.0
    mean[6] += 60.0
    deviation = 0.2 + generator.random((7, goals))
    return mean, deviation, *boxes(sphere(6, goals), np.full(goals, 1.1))


@pytest.mark.parametrize("goals", GOALS)
def test_slopes_against_fourth_order_differences(goals: int) -> None:
    mean, deviation, lower, upper = case(goals)
    value, *slopes = log_ehvi_slopes(mean, deviation, lower, upper)
    assert value.tolist() == log_ehvi(mean, deviation, lower, upper).tolist()
    step = 1e-3
    for which, slope in enumerate(slopes):
        for j in range(goals):
            shifted = []
            for times in (1, -1, 2, -2):
                moved = [mean.copy(), deviation.copy()]
                moved[which][:, j] += times * step
                shifted.append(log_ehvi(moved[0], moved[1], lower, upper))
            differences = (8.0 * (shifted[0] - shifted[1]) - (shifted[2] - shifted[3])) / (12.0 * step)
            # The differences are good to step⁴ of a function whose value is up to 1e5, the slopes up to 1e6.
            assert slope[:, j] == pytest.approx(differences, rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("goals", GOALS)
def test_where_the_improvement_underflows_its_logarithm_still_rises_towards_the_front(goals: int) -> None:
    lower, upper = boxes(sphere(6, goals), np.full(goals, 1.1))
    away = np.linspace(10.0, 1e4, 50)[:, None] * np.ones(goals)
    value, by_mean, by_deviation = log_ehvi_slopes(away, np.full_like(away, 0.1), lower, upper)
    assert np.isfinite(value).all()
    assert (value < -700.0).all()
    assert (np.diff(value) < 0.0).all()
    assert (by_mean < 0.0).all()
    assert (by_deviation > 0.0).all()


def test_boxes_thinner_than_rounding_do_no_harm() -> None:
    front = np.array([[0.5, 0.5], [np.nextafter(0.5, 1.0), np.nextafter(0.5, 0.0)]])
    parts = log_ehvi_slopes(np.full((3, 2), 0.5), np.full((3, 2), 1e-3), *boxes(front, np.ones(2)))
    plain = log_ehvi_slopes(np.full((3, 2), 0.5), np.full((3, 2), 1e-3), *boxes(front[:1], np.ones(2)))
    for part, wanted in zip(parts, plain, strict=True):
        assert part == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("goals", GOALS)
def test_without_a_front_it_is_the_product_of_the_expected_improvements(goals: int) -> None:
    mean, deviation, _, _ = case(goals)
    reference = np.full(goals, 1.1)
    found = log_ehvi(mean, deviation, *boxes(np.empty((0, goals)), reference))
    wanted = (np.log(deviation) + log_h((reference - mean) / deviation)).sum(axis=1)
    assert found == pytest.approx(wanted, rel=1e-13)
