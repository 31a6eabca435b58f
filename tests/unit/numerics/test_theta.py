"""θ: names and vector are the same numbers."""

import numpy as np
import pytest

from ayar.numerics.theta import Theta


def test_vector_and_record_hold_the_same_numbers() -> None:
    vector = np.arange(8.0)
    theta = Theta.of(vector, 2)
    assert np.array_equal(theta.vector, vector)
    assert (theta.ln_signal, theta.ln_noise) == (2.0, 3.0)
    assert (theta.ln_a.tolist(), theta.ln_b.tolist()) == ([4.0, 5.0], [6.0, 7.0])


def test_lengths_and_variances_are_powers_of_e() -> None:
    theta = Theta.of(np.array([0.0, np.log(2.0), np.log(3.0)]), 1)
    assert theta.lengths.tolist() == [1.0]
    assert (theta.signal, theta.noise) == pytest.approx((2.0, 3.0))


@pytest.mark.parametrize(("at", "bent"), [(0, False), (3, True), (4, True)])
def test_only_warps_bend(at: int, bent: bool) -> None:
    assert Theta.of(0.1 * np.eye(5)[at], 1).bent is bent


@pytest.mark.parametrize("length", [2, 4])
def test_length_that_no_number_of_warps_explains_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=rf"D \+ 2 \+ 2 D_w numbers with D = 1, got {length}"):
        Theta.of(np.zeros(length), 1)
