"""Hypervolume and contributions against moocore 0.3.2: `hypervolume(points, ref=...)`, `hv_contributions(...)`."""

import moocore
import numpy as np
import pytest

from ayar.numerics.arrays import Floats
from ayar.numerics.hypervolume import contributions, hypervolume

# The volumes are sums of some hundred products of numbers below 2, of which rounding leaves 1e-15; 1e-12 is asked.
TOLERANCE = 1e-12


def with_repeats_and_outsiders(goals: int, count: int) -> Floats:
    """Points on a sphere (a front) and in the cube (mostly dominated), a few repeated, a few beyond the reference."""
    generator = np.random.default_rng(10 * goals + count)
    directions = generator.random((count, goals)) + 1e-3
    front = 1.0 - directions / np.linalg.norm(directions, axis=1, keepdims=True)
    points = np.vstack([front, generator.random((count, goals)), front[: count // 3]])
    points[::7, 0] += 1.0
    points[3, -1] = 1.1  # on the edge
    return generator.permutation(points)


@pytest.mark.parametrize("goals", [2, 3, 4, 5])
@pytest.mark.parametrize("count", [5, 30])
def test_hypervolume_and_contributions_agree_with_moocore(goals: int, count: int) -> None:
    points, reference = with_repeats_and_outsiders(goals, count), np.full(goals, 1.1)
    assert hypervolume(points, reference) == pytest.approx(moocore.hypervolume(points, ref=reference), rel=TOLERANCE)
    wanted = moocore.hv_contributions(points, ref=reference, ignore_dominated=False)
    assert contributions(points, reference) == pytest.approx(wanted, abs=TOLERANCE)
