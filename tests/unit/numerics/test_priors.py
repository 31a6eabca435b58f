"""The prior over θ: growth with D, the box, starts."""

import numpy as np
import pytest

from ayar.numerics.priors import LOUD, NOISE_FLOOR, prior

BELIEF = prior(np.array([False, True]), 2.0)


def test_prior_length_grows_with_the_root_of_the_active_dimensions() -> None:
    one, nine = (prior(np.zeros(9, dtype=np.bool_), active).mode.ln_lengths[0] for active in (1.0, 9.0))
    assert np.exp(nine - one) == pytest.approx(3.0)


def test_only_numeric_parameters_have_warps() -> None:
    assert (len(BELIEF.mode.ln_a), len(BELIEF.mode.ln_b), len(BELIEF.mode.ln_lengths)) == (1, 1, 2)


def test_box_without_warps_has_no_width_there() -> None:
    lower, upper = BELIEF.box(bent=False)
    assert (upper - lower > 0.0).tolist() == [True] * 4 + [False] * 2


def test_box_with_warps_holds_the_mode_and_the_floor_of_noise() -> None:
    lower, upper = BELIEF.box(bent=True)
    assert ((lower < BELIEF.mean) & (BELIEF.mean < upper)).all()
    assert lower[3] == np.log(NOISE_FLOOR)


def test_loud_start_differs_from_the_mode_in_noise_alone() -> None:
    assert np.flatnonzero(BELIEF.loud.vector != BELIEF.mean).tolist() == [3]
    assert BELIEF.loud.ln_noise == LOUD


def test_penalty_is_least_at_the_mode() -> None:
    value, gradient = BELIEF.penalty(BELIEF.mean)
    assert value == 0.0
    assert not gradient.any()


def test_vector_of_another_space_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected 6 numbers, got shape \(5,\)"):
        BELIEF.theta(np.zeros(5))


def test_short_start_differs_from_the_mode_in_length_scales_alone() -> None:
    moved = BELIEF.short.vector - BELIEF.mean
    assert (moved < -1.0).tolist() == [True, True, False, False, False, False]
    assert not moved[2:].any()
