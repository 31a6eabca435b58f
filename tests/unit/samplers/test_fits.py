"""The schedule of fits, and the way back from notes."""

import numpy as np

from ayar.numerics.embedding import Axis, Embedding
from ayar.numerics.priors import prior
from ayar.numerics.theta import Theta
from ayar.samplers.fits import NOTE_VERSION, Fitter, last_fit, read_fits
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
    fits = read_fits(fold_of(SPACE, trials).history, BELIEF)["goal a"]
    assert {count: theta.vector.tolist() for count, theta in fits.items()} == {4: [1.0, 2.0, 3.0, 0.0, 0.0]}


def test_fit_starts_from_the_largest_earlier_count() -> None:
    fitter, generator = Fitter(LINE, BELIEF), np.random.Generator(np.random.Philox(key=0))
    U, A = generator.random((5, 1)), np.ones((5, 1), dtype=np.bool_)
    told = Quantity("goal a", np.arange(5), np.sin(6 * U[:, 0]), np.zeros(5))
    cold = fitter.theta(told, U, A, {}, generator)
    far, later = (Theta.of(np.array(vector), 1) for vector in ([3.0, 0.0, -4.0, 0.0, 0.0], [np.nan] * 5))
    warm = fitter.theta(told, U, A, {2: far, 4: cold, 9: later}, generator)
    np.testing.assert_allclose(warm.vector, cold.vector, atol=1e-2)
