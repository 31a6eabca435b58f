"""Hypervolume and contributions; values against other software stand in tests/golden."""

from itertools import combinations

import numpy as np
import pytest

from ayar.numerics.arrays import Floats
from ayar.numerics.hypervolume import contributions, hypervolume, order_by_contribution


def by_inclusion_and_exclusion(points: Floats, reference: Floats) -> float:
    sides = np.maximum(reference - points, 0.0)
    return sum(
        (-1.0) ** (size + 1) * float(sides[list(rows)].min(axis=0).prod())
        for size in range(1, len(sides) + 1)
        for rows in combinations(range(len(sides)), size)
    )


@pytest.mark.parametrize("goals", [1, 2, 3, 4])
def test_the_volume_is_that_of_the_union_of_boxes(goals: int) -> None:
    generator = np.random.default_rng(goals)
    for points in (generator.random((8, goals)), generator.integers(0, 4, (8, goals)) / 3.0):
        reference = np.full(goals, 0.9)
        assert hypervolume(points, reference) == pytest.approx(by_inclusion_and_exclusion(points, reference), rel=1e-10)


@pytest.mark.parametrize("goals", [1, 2, 3, 4])
def test_no_point_below_the_reference_gives_zero(goals: int) -> None:
    reference = np.ones(goals)
    assert hypervolume(np.empty((0, goals)), reference) == 0.0
    assert hypervolume(np.full((3, goals), np.inf), reference) == 0.0
    on_the_edge = np.zeros((1, goals))
    on_the_edge[0, -1] = 1.0
    assert hypervolume(on_the_edge, reference) == 0.0


@pytest.mark.parametrize("goals", [1, 2, 3, 4])
def test_a_contribution_is_what_is_lost_without_the_point(goals: int) -> None:
    points = np.random.default_rng(goals).random((12, goals))
    points[5] = points[3]
    points[7] = 1.5
    reference = np.ones(goals)
    whole = hypervolume(points, reference)
    wanted = [whole - hypervolume(np.delete(points, i, axis=0), reference) for i in range(len(points))]
    assert contributions(points, reference) == pytest.approx(wanted, abs=1e-14)


@pytest.mark.parametrize("goals", [1, 2, 3, 4])
@pytest.mark.parametrize("levels", [4, 1000])
def test_the_greedy_order_takes_the_largest_gain_each_time(goals: int, levels: int) -> None:
    points = np.random.default_rng(goals).integers(0, levels, (15, goals)) / levels
    reference = np.full(goals, 0.9)
    order = order_by_contribution(points, reference)
    assert sorted(order) == list(range(15))
    for k in range(15):
        gains = [hypervolume(points[[*order[:k], row]], reference) for row in order[k:]]
        assert gains[0] == pytest.approx(max(gains), abs=1e-14)


def test_only_as_many_as_wanted_come_back() -> None:
    points = np.random.default_rng(0).random((9, 3))
    assert (
        order_by_contribution(points, np.ones(3), 4).tolist() == order_by_contribution(points, np.ones(3))[:4].tolist()
    )
    assert len(order_by_contribution(points, np.ones(3), 99)) == 9
    assert len(order_by_contribution(points, np.ones(3), 0)) == 0
