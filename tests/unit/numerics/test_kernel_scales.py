"""The memory of kernels: whatever it holds, the numbers have the bits of those worked out afresh."""

import numpy as np
import pytest

from ayar.numerics.arrays import Floats
from ayar.numerics.kernel_scales import Memory, log_scales

GENERATOR = np.random.Generator(np.random.Philox(key=4))
M = GENERATOR.random((900, 13)) - 0.5
S = 0.05 + 0.3 * GENERATOR.random(13)
PLACES = np.arange(900)


def same_bits(found: Floats, expected: Floats) -> bool:
    return found.tobytes() == expected.tobytes()


def test_numbers_of_part_of_the_kernels_have_the_bits_of_all() -> None:
    assert same_bits(log_scales(M[37:411, 3:4], S[3:4]), log_scales(M, S)[37:411, 3:4])


@pytest.mark.parametrize("first", [0, 1, 500, 899])
def test_new_kernels_have_the_bits_of_fresh_ones(first: int) -> None:
    memory = Memory()
    memory.at(PLACES[:first])(M[:first], S)
    assert same_bits(memory.at(PLACES)(M, S), log_scales(M, S))


def test_new_bandwidths_have_the_bits_of_fresh_ones() -> None:
    memory, widths = Memory(), S.copy()
    memory.at(PLACES)(M, S)
    widths[[2, 7]] *= 1.1
    assert same_bits(memory.at(PLACES)(M, widths), log_scales(M, widths))
    assert same_bits(memory.at(PLACES)(M, S), log_scales(M, S))


def test_kernels_may_be_left_out_and_come_back() -> None:
    memory = Memory()
    for places in (PLACES, PLACES[::3], PLACES[100:], PLACES):
        assert same_bits(memory.at(places)(M[places], S), log_scales(M[places], S))


def test_other_kernels_in_the_same_places_are_worked_out() -> None:
    memory, other = Memory(), GENERATOR.random((900, 13)) - 0.5
    memory.at(PLACES)(M, S)
    assert same_bits(memory.at(PLACES)(other, S), log_scales(other, S))


def test_another_number_of_parameters_starts_afresh() -> None:
    memory = Memory()
    memory.at(PLACES)(M, S)
    assert same_bits(memory.at(PLACES)(M[:, :5], S[:5]), log_scales(M[:, :5], S[:5]))


def test_what_was_handed_out_is_not_changed_later() -> None:
    memory = Memory()
    first = memory.at(PLACES)(M, S)
    kept = first.copy()
    memory.at(PLACES)(M + 0.01, 2.0 * S)
    assert same_bits(first, kept)


def test_no_kernels_give_no_numbers() -> None:
    assert Memory().at(PLACES[:0])(M[:0], S).shape == (0, 13)
