"""The schedule of fits, and the way back from notes."""

import numpy as np

from ayar.numerics.embedding import Axis, Embedding
from ayar.numerics.gp_fit import prior
from ayar.samplers.fits import Fitter, last_fit, read_fits
from ayar.testing.folds import Told, fold_of

LINE = Embedding([Axis(0, False)])
SPACE = {"x": (0.0, 1.0)}


def test_schedule_never_looks_ahead_and_never_falls_back() -> None:
    counts = [last_fit(n) for n in range(1, 1200)]
    assert all(count <= n for n, count in enumerate(counts, 1))
    assert counts == sorted(counts)


def test_scheduled_counts_are_their_own_last_fit() -> None:
    assert all(last_fit(count) == count for count in {last_fit(n) for n in range(1, 1200)})


def test_lowest_trial_wins_where_two_notes_have_one_count() -> None:
    ours = {"sampler": "gp", "version": 1}
    trials = [
        Told({"x": 0.1}, 1.0, note={**ours, "theta": [1.0, 2.0, 3.0], "fit": 4}),
        Told({"x": 0.2}, 1.0, note={**ours, "theta": [9.0, 9.0, 9.0], "fit": 4}),
        Told({"x": 0.3}, 1.0, note={**ours, "theta": [1.0], "fit": 5}),
        Told({"x": 0.4}, 1.0, note={"sampler": "other", "theta": [1.0, 2.0, 3.0]}),
    ]
    fits = read_fits(fold_of(SPACE, trials).history, 3)
    assert {count: theta.tolist() for count, theta in fits.items()} == {4: [1.0, 2.0, 3.0]}


def test_fit_starts_from_the_largest_earlier_count() -> None:
    fitter = Fitter(LINE, prior(LINE.categorical, 1.0))
    generator = np.random.Generator(np.random.Philox(key=0))
    E = generator.random((5, 1))
    losses = np.sin(6 * E[:, 0])
    cold = fitter.theta(E, losses, {}, generator)
    warm = fitter.theta(E, losses, {2: np.array([3.0, 0.0, -4.0]), 4: cold, 9: np.full(3, np.nan)}, generator)
    np.testing.assert_allclose(warm, cold, atol=1e-2)
