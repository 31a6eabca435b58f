"""Which trial takes which draw."""

import numpy as np

from ayar.numerics.cma import Gaussian
from ayar.samplers.catcma import Layout, Model
from ayar.samplers.cma_draws import Draws
from ayar.space.space import Space

SPACE = Space({"x": (0.0, 1.0), "y": (0.0, 1.0), "k": ["a", "b"]}, constraints=["x + y <= 1"])
LAYOUT = Layout.of(SPACE.codec)


def model(sigma: float) -> Model:
    return Model.start(LAYOUT, 8, Gaussian.start(np.array([0.5, 0.5]), sigma))


def draws(sigma: float = 0.2, seed: int = 1) -> Draws:
    return Draws(SPACE, LAYOUT, seed, model(sigma))


def points(source: Draws, numbers: range) -> list[tuple[float, ...]]:
    return [tuple(drawn.X[row]) for drawn, row in map(source.of, numbers)]


def test_a_trial_has_one_draw_whoever_asks_and_in_whatever_order() -> None:
    source = draws()
    forward = points(source, range(70))
    assert [points(draws(), range(n, n + 1))[0] for n in (69, 3, 40)] == [forward[69], forward[3], forward[40]]
    assert points(source, range(70)) == forward
    assert len(set(forward)) == 70
    assert points(draws(seed=2), range(70)) != forward


def test_another_distribution_takes_the_same_numbers_elsewhere() -> None:
    source, narrow = draws(0.2), draws(0.1)
    first = np.array(points(source, range(3)))
    source.use(model(0.1))
    assert points(source, range(3)) == points(narrow, range(3))
    assert not np.allclose(first[:, :2], np.array(points(source, range(3)))[:, :2])


def test_further_draws_are_the_trials_own() -> None:
    first, second = draws().again(7), draws().again(8)
    assert first.X.tolist() == draws().again(7).X.tolist()
    assert len({tuple(x) for x in [*first.X, *second.X]}) == len(first.X) + len(second.X)


def test_which_draws_keep_the_rules_is_told() -> None:
    drawn = draws().again(0)
    assert drawn.fits.tolist() == (drawn.X[:, :2].sum(axis=1) <= 1).tolist()
    assert 0 < drawn.fits.sum() < len(drawn.fits)
    assert list(drawn.keys) == SPACE.codec.keys(drawn.X)
