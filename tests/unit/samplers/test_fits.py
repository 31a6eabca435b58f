"""The schedule of fits, and the way back from notes."""

from itertools import pairwise

import numpy as np
from scipy.special import ndtri

from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.embedding import Axis, Embedding
from ayar.numerics.priors import prior
from ayar.samplers.fits import NOTE_VERSION, Fits, Fitter, is_fresh, last_fit, read_fits
from ayar.samplers.quantities import Quantity
from ayar.testing.folds import Told, fold_of

LINE = Embedding([Axis(0, False)])
BELIEF = prior(LINE.categorical, 1.0)
SPACE = {"x": (0.0, 1.0)}


def test_schedule_never_looks_ahead_and_never_falls_back() -> None:
    counts = [last_fit(n) for n in range(1, 1200)]
    assert all(count <= n for n, count in enumerate(counts, 1))
    assert counts == sorted(counts)


def test_scheduled_counts_are_their_own_last_fit() -> None:
    assert all(last_fit(count) == count for count in {last_fit(n) for n in range(1, 1200)})


def test_lowest_trial_wins_where_two_notes_have_one_count() -> None:
    ours = {"sampler": "gp", "version": NOTE_VERSION}
    trials = [
        Told({"x": 0.1}, 1.0, note={**ours, "models": {"goal a": [4, [1.0, 2.0, 3.0, 0.0, 0.0]]}}),
        Told({"x": 0.2}, 1.0, note={**ours, "models": {"goal a": [4, [9.0, 9.0, 9.0, 0.0, 0.0]]}}),
        Told({"x": 0.3}, 1.0, note={**ours, "models": {"goal a": [5, [1.0]]}}),
        Told({"x": 0.4}, 1.0, note={"sampler": "other", "models": {"goal a": [6, [1.0, 2.0, 3.0, 0.0, 0.0]]}}),
    ]
    fits = read_fits(fold_of(SPACE, trials).history, BELIEF)
    assert fits.vectors == {"goal a": {4: [1.0, 2.0, 3.0, 0.0, 0.0]}}


def test_the_priors_mode_is_no_fit() -> None:
    fits = Fits(BELIEF)
    fits.remember({"models": {"goal a": [0, BELIEF.mean.tolist()]}})
    assert fits.before("goal a", 9) is None


def known(**counts: list[float]) -> Fits:
    return Fits(BELIEF, {"goal a": {int(count[1:]): vector for count, vector in counts.items()}})


def test_fit_of_a_count_is_found_and_no_other() -> None:
    fits = known(c4=[1.0, 2.0, 3.0, 0.0, 0.0])
    theta = fits.at("goal a", 4)
    assert theta is not None
    assert theta.vector.tolist() == [1.0, 2.0, 3.0, 0.0, 0.0]
    assert fits.at("goal a", 5) is None
    assert fits.at("goal b", 4) is None


def test_fit_before_is_the_one_of_the_largest_earlier_count() -> None:
    fits = known(c2=[2.0] * 5, c4=[4.0] * 5, c9=[9.0] * 5)
    before = fits.before("goal a", 9)
    assert before is not None
    assert before.ln_signal == 4.0
    assert fits.before("goal a", 2) is None


def sine(n: int) -> tuple[Quantity, Floats, Bools]:
    U = np.random.Generator(np.random.Philox(key=0)).random((n, 1))
    return Quantity("goal a", np.arange(n), np.sin(6 * U[:, 0]), np.zeros(n)), U, np.ones((n, 1), dtype=np.bool_)


def test_warm_start_ends_where_a_cold_one_does() -> None:
    fitter = Fitter(LINE, BELIEF)
    cold = fitter.theta(*sine(5), Fits(BELIEF))
    warm = fitter.theta(*sine(5), known(c2=[3.0, 0.0, -4.0, 0.0, 0.0], c4=cold.vector.tolist(), c9=[np.nan] * 5))
    np.testing.assert_allclose(warm.vector, cold.vector, atol=0.1)


def noisy_line() -> tuple[Quantity, Floats, Bools]:
    generator = np.random.Generator(np.random.Philox(key=3))
    U = generator.random((33, 1))
    y = U[:, 0] + ndtri(generator.random(33))
    return (
        Quantity("goal a", np.arange(33), (y - y.mean()) / y.std(), np.zeros(33)),
        U,
        np.ones((33, 1), dtype=np.bool_),
    )


def test_fresh_counts_leave_a_mode_in_which_noise_passes_for_short_lengths() -> None:
    told, U, A = noisy_line()
    stuck = known(c32=[-3.4, 0.0, -12.0, 0.0, 0.0])
    theta = Fitter(LINE, BELIEF).theta(told, U, A, stuck)
    assert is_fresh(33)
    assert theta.ln_noise > -1.0


def test_fresh_counts_leave_a_mode_in_which_a_wild_function_passes_for_noise() -> None:
    U = np.random.Generator(np.random.Philox(key=5)).random((33, 1))
    y = np.sin(60.0 * U[:, 0])
    told = Quantity("goal a", np.arange(33), y / y.std(), np.zeros(33))
    theta = Fitter(LINE, BELIEF).theta(told, U, np.ones((33, 1), dtype=np.bool_), known(c32=[0.0, 0.0, -0.1, 0.0, 0.0]))
    assert theta.ln_noise < -6.0


def test_fresh_counts_are_fit_counts_and_grow_by_a_fifth() -> None:
    scheduled = sorted({last_fit(n) for n in range(1, 1200)})
    fresh = [count for count in scheduled if is_fresh(count)]
    assert fresh[0] == 8
    assert all(1.1 < later / count < 1.4 for count, later in pairwise(fresh))
