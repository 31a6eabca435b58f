"""Expected hypervolume improvement against its definition: simulation, certainty, and 60 digits far out.

Gains are differences of hypervolumes as moocore 0.3.2 computes them: `hypervolume(points, ref=...)`.
"""

import moocore
import mpmath
import numpy as np
import pytest

from ayar.numerics.arrays import Floats
from ayar.numerics.improvement import boxes, log_ehvi

GOALS = [2, 3, 4, 5]
REFERENCE = 1.2


def front(goals: int) -> Floats:
    return np.random.default_rng(goals).random((8, goals))


def gains(losses: Floats, lower: Floats, upper: Floats) -> Floats:
    """(n,) volume that each row of losses beats, box by box."""
    sides = (top - np.maximum(losses, bottom) for bottom, top in zip(lower, upper, strict=True))
    return np.asarray(np.sum([np.maximum(side, 0.0).prod(axis=1) for side in sides], axis=0))


def gained(points: Floats, losses: Floats, reference: Floats) -> float:
    before = float(moocore.hypervolume(points, ref=reference))
    return float(moocore.hypervolume(np.vstack([points, losses]), ref=reference)) - before


@pytest.mark.parametrize("goals", GOALS)
def test_volumes_over_the_boxes_are_differences_of_hypervolumes(goals: int) -> None:
    points, reference = front(goals), np.full(goals, REFERENCE)
    losses = np.random.default_rng(1).random((60, goals)) * 1.4 - 0.1
    wanted = [gained(points, row, reference) for row in losses]
    assert gains(losses, *boxes(points, reference)) == pytest.approx(wanted, abs=1e-13)


@pytest.mark.parametrize("goals", GOALS)
def test_the_expectation_is_the_mean_of_simulated_gains(goals: int) -> None:
    generator = np.random.default_rng(2)
    corners = boxes(front(goals), np.full(goals, REFERENCE))
    mean, deviation = generator.random((3, goals)), 0.05 + 0.4 * generator.random((3, goals))
    found = np.exp(log_ehvi(mean, deviation, *corners))
    for row in range(3):
        drawn = gains(mean[row] + deviation[row] * generator.standard_normal((30_000, goals)), *corners)
        # Five standard errors: a false alarm in 2 million; the seed is fixed.
        assert abs(found[row] - drawn.mean()) < 5.0 * drawn.std() / np.sqrt(len(drawn))


@pytest.mark.parametrize("goals", GOALS)
def test_with_certainty_it_is_the_gain_of_the_mean(goals: int) -> None:
    points, reference = front(goals), np.full(goals, REFERENCE)
    mean = np.random.default_rng(3).random((40, goals)) * 0.8
    wanted = np.array([gained(points, row, reference) for row in mean])
    better = wanted > 1e-6
    found = np.exp(log_ehvi(mean, np.full_like(mean, 1e-12), *boxes(points, reference)))
    assert better.sum() >= 5
    # A deviation of 1e-12 changes a gain by as much.
    assert found[better] == pytest.approx(wanted[better], abs=1e-10)


@pytest.mark.parametrize("goals", [2, 3])
@pytest.mark.parametrize("distance", [0.0, 3.0, 30.0])
def test_the_logarithm_agrees_with_60_digits_however_small_the_improvement(goals: int, distance: float) -> None:
    lower, upper = boxes(front(goals), np.full(goals, REFERENCE))
    mean, deviation = np.linspace(0.2, 0.9, goals) + distance, np.linspace(0.1, 0.3, goals)
    with mpmath.workdps(60):

        def expected(edge: float, j: int) -> mpmath.mpf:
            if edge == -np.inf:
                return mpmath.mpf(0)
            z = (mpmath.mpf(edge) - mpmath.mpf(mean[j])) / mpmath.mpf(deviation[j])
            mass = mpmath.erfc(-z / mpmath.sqrt(2)) / 2
            return mpmath.mpf(deviation[j]) * (mpmath.npdf(z) + z * mass)

        volume = mpmath.fsum(
            mpmath.fprod(expected(top[j], j) - expected(bottom[j], j) for j in range(goals))
            for bottom, top in zip(lower, upper, strict=True)
        )
        wanted = float(mpmath.log(volume))
    # Relative to the logarithm, which reaches −1e5: rounding of z² / 2 in each factor.
    assert log_ehvi(mean[None], deviation[None], lower, upper)[0] == pytest.approx(wanted, rel=1e-13, abs=1e-13)
