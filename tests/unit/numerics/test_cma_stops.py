"""Why a run of CMA-ES ends."""

import math
from collections.abc import Iterable

import numpy as np
import pytest

from ayar.numerics.cma import Gaussian, Strategy
from ayar.numerics.cma_stops import Course, stop_reason

STRATEGY = Strategy.of(2, 6)
WIDE = Gaussian.start(np.full(2, 0.5), 0.2)
CONTINUOUS, STEPPED = np.array([True, True]), np.array([False, False])
WINDOW = 10 + 30 * 2 // 6


def course(generations: Iterable[list[float]]) -> Course:
    out = Course()
    for losses in generations:
        out.add(losses, 6)
    return out


def falling(generation: int) -> list[float]:
    return [10.0 * 0.9**generation * (1 + 0.1 * i) for i in range(6)]


def test_a_run_that_still_falls_goes_on() -> None:
    assert stop_reason(course(map(falling, range(200))), WIDE, STRATEGY, CONTINUOUS) is None
    assert stop_reason(Course(), WIDE, STRATEGY, CONTINUOUS) is None


@pytest.mark.parity("G5")
@pytest.mark.parametrize(("scale", "shift"), [(1.0, 0.0), (1e-9, 0.0), (1e6, 1e9)])
def test_flat_losses_end_it_whatever_their_unit(scale: float, shift: float) -> None:
    def turned(losses: list[float]) -> list[float]:
        return [scale * loss + shift for loss in losses]

    falls = [turned(falling(g)) for g in range(30)]
    flat = [turned([0.1 + 0.01 * i for i in range(6)]) for _ in range(WINDOW)]
    assert stop_reason(course([*falls, *flat[1:]]), WIDE, STRATEGY, CONTINUOUS) is None
    assert stop_reason(course([*falls, *flat]), WIDE, STRATEGY, CONTINUOUS) == "the losses were flat"


def test_generations_of_equal_losses_end_it() -> None:
    plateau = [[1.0 - 0.001 * g] * 6 if g % 2 else falling(g) for g in range(WINDOW)]
    assert stop_reason(course(plateau), WIDE, STRATEGY, CONTINUOUS) == "the losses were flat"


def test_failed_generations_end_it() -> None:
    none: list[list[float]] = [[]] * WINDOW
    assert stop_reason(course(none), WIDE, STRATEGY, CONTINUOUS) == "the losses were flat"
    mixed = [falling(g) if g % 4 else [] for g in range(WINDOW)]
    assert stop_reason(course(mixed), WIDE, STRATEGY, CONTINUOUS) is None


def test_losses_that_stopped_falling_end_it() -> None:
    rugged = [[5.0 + math.sin(17.0 * g + i) for i in range(6)] for g in range(160)]
    assert stop_reason(course(rugged[:100]), WIDE, STRATEGY, CONTINUOUS) is None
    assert stop_reason(course([*map(falling, range(40)), *rugged]), WIDE, STRATEGY, CONTINUOUS) == (
        "the losses had stopped falling"
    )


def test_vanished_steps_end_it() -> None:
    tiny = Gaussian.start(np.full(2, 0.5), 1e-10)
    assert stop_reason(Course(), tiny, STRATEGY, CONTINUOUS) == "the steps had become too small to matter"
    assert stop_reason(Course(), tiny, STRATEGY, STEPPED) == "the steps had become too small to matter"


def test_steps_that_vanish_along_one_continuous_coordinate_do_not() -> None:
    lopsided = Gaussian.start(np.full(2, 0.5), 0.001, np.diag([1.0, 1e-13]))
    assert stop_reason(Course(), lopsided, STRATEGY, CONTINUOUS) is None
    assert stop_reason(Course(), lopsided, STRATEGY, np.array([False, True])) is not None


def test_a_covariance_too_narrow_ends_it() -> None:
    narrow = Gaussian.start(np.full(2, 0.5), 0.2, np.diag([1.0, 1e-15]))
    assert stop_reason(Course(), narrow, STRATEGY, CONTINUOUS) == "the covariance was too narrow to go on with"


def test_a_space_of_categories_alone_is_judged_by_its_losses() -> None:
    nothing = Gaussian.start(np.zeros(0), 0.2)
    none = np.zeros(0, dtype=np.bool_)
    assert stop_reason(course(map(falling, range(50))), nothing, Strategy.of(0, 6), none) is None
    assert stop_reason(course([[1.0] * 6] * 10), nothing, Strategy.of(0, 6), none) == "the losses were flat"
