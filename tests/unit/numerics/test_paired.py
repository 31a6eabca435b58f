"""Settings compared seed by seed: the pairing finds small differences, and luck is not taken for one."""

import numpy as np

from ayar.numerics.paired import compare_paired


def test_what_seeds_have_in_common_falls_out_of_the_difference() -> None:
    seeds = np.array([1.0, 5.0, 9.0])
    found = compare_paired(np.stack([seeds, seeds + np.array([0.2, 0.3, 0.25])]))
    assert found.best == 0
    np.testing.assert_allclose(found.differences, [0.0, 0.25])
    np.testing.assert_allclose(found.errors[1], np.std([0.2, 0.3, 0.25], ddof=1) / np.sqrt(3))
    assert found.tied == [0]


def test_a_difference_within_one_standard_error_is_a_tie() -> None:
    found = compare_paired(np.array([[1.0, 1.0, 1.0], [1.3, 0.8, 1.0], [1.5, 1.3, 1.4]]))
    assert found.tied == [0, 1]


def test_a_difference_below_one_percent_is_a_tie_however_steady() -> None:
    assert compare_paired(np.array([[1.0, 1.0], [1.009, 1.009], [1.011, 1.011]])).tied == [0, 1]


def test_a_diverged_run_takes_its_setting_out() -> None:
    found = compare_paired(np.array([[np.inf, 0.1, 0.1], [1.0, 1.0, 1.0], [np.nan, 1.0, 1.0]]))
    assert found.best == 1
    assert found.tied == [1]
    assert found.means[0] == found.differences[0] == np.inf


def test_equal_settings_tie_about_as_often_as_a_standard_error_says() -> None:
    rng = np.random.default_rng(0)
    ties = sum(len(compare_paired(5.0 + rng.standard_normal((2, 5))).tied) == 2 for _ in range(400))
    assert 0.55 <= ties / 400 <= 0.72  # P(|t₄| ≤ 1) = 0.63
