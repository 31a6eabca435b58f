"""CMA-ES, its margin and its categories against the package cmaes 0.13.1, generation by generation on the same draws.

Tolerance 1e-12 of each part's largest entry: 60 generations of products summed in another order came to 2e-14.
"""

from collections.abc import Callable

import numpy as np
import pytest
from cmaes import CMA, CatCMAwM, get_warm_start_mgd

from ayar.numerics import category_distribution, cma, margin
from ayar.numerics.arrays import Bools, Floats, Ints

TOLERANCE = 1e-12


def rosenbrock(X: Floats) -> Floats:
    return np.asarray((100 * (X[:, 1:] - X[:, :-1] ** 2) ** 2 + (1 - X[:, :-1]) ** 2).sum(axis=1))


def ellipsoid(X: Floats) -> Floats:
    return np.asarray((X**2 * 10.0 ** np.linspace(0, 6, X.shape[1])).sum(axis=1))


def assert_near(ours: object, theirs: object) -> None:
    a, b = np.asarray(ours), np.asarray(theirs)
    assert np.abs(a - b).max() <= TOLERANCE * max(1.0, float(np.abs(b).max()))


@pytest.mark.parametrize("function", [rosenbrock, ellipsoid])
@pytest.mark.parametrize(("dimension", "population"), [(2, None), (2, 4), (10, None), (10, 50), (40, None), (40, 50)])
def test_sixty_generations_give_the_states_of_cmaes(
    dimension: int, function: Callable[[Floats], Floats], population: int | None
) -> None:
    """cmaes.CMA(mean, sigma, population_size=...).tell."""
    mean = np.full(dimension, 0.3)
    peer = CMA(mean, 0.5, population_size=population)
    strategy = cma.Strategy.of(dimension, peer.population_size)
    ours = cma.Gaussian.start(mean, 0.5)
    rng = np.random.Generator(np.random.Philox(key=dimension))
    for _ in range(60):
        X = ours.points(rng.standard_normal((strategy.population, dimension)))
        losses = function(X)
        peer.tell([(x.copy(), float(loss)) for x, loss in zip(X, losses, strict=True)])
        ours = cma.learn(ours, strategy, X[np.argsort(losses, kind="stable")])
        for one, other in (
            (ours.mean, peer.mean),
            (ours.sigma, peer._sigma),
            (ours.C, peer._C),
            (ours.p_sigma, peer._p_sigma),
            (ours.p_c, peer._pc),
        ):
            assert_near(one, other)


@pytest.mark.parametrize("dimension", [1, 2, 7, 30])
def test_the_usual_population_is_that_of_cmaes(dimension: int) -> None:
    assert cma.usual_population(dimension) == CMA(np.zeros(dimension), 1.0).population_size


def test_a_warm_start_is_that_of_cmaes() -> None:
    """cmaes.get_warm_start_mgd(source, gamma=0.1, alpha=0.1)."""
    rng = np.random.Generator(np.random.Philox(key=5))
    points, losses = rng.random((80, 4)), rng.random(80)
    mean, sigma, C = get_warm_start_mgd([(x, float(loss)) for x, loss in zip(points, losses, strict=True)])
    ours = cma.around(points[np.argsort(losses, kind="stable")[:8]])
    assert_near(ours.mean, mean)
    assert_near(ours.sigma, sigma)
    assert_near(ours.C, C)


STEPPED = [np.arange(-3.0, 4.0), np.array([0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0]), np.array([0.0, 1.0])]
LEVELS = np.array([3, 5, 2])
DISCRETE = np.array([False, False, True, True, True])
MEAN, VARIANCES = np.array([0.3, -0.2, 1.2, 4.2, 0.4]), np.array([1.0, 1.0, 1.0, 4.0, 0.3])


def cells(x: Floats) -> margin.Cells:
    """Two continuous coordinates, then those of `STEPPED`."""
    middle, low, high = x.copy(), np.full(5, -np.inf), np.full(5, np.inf)
    for j, values in enumerate(STEPPED, 2):
        walls = (values[1:] + values[:-1]) / 2
        place = int(np.searchsorted(walls, x[j]))
        middle[j] = values[place]
        low[j] = walls[place - 1] if place else -np.inf
        high[j] = walls[place] if place < len(walls) else np.inf
    return margin.Cells(middle, low, high)


def mixed_loss(V: Floats, middles: Floats, choices: Ints) -> Floats:
    return np.asarray(
        (V[:, 0] - 1) ** 2
        + 10 * (V[:, 1] + V[:, 0]) ** 2
        + (middles[:, 2] - 2) ** 2
        + 0.3 * (middles[:, 3] - 8) ** 2
        + middles[:, 4]
        + 0.5 * (choices != [2, 4, 0]).sum(axis=1)
    )


def solution(v: Floats, middle: Floats, choice: Ints, loss: float) -> tuple[CatCMAwM.Solution, float]:
    one_hot: Bools = np.arange(5) == choice[:, None]
    return CatCMAwM.Solution(v[:2], middle[2:], one_hot, v.copy()), loss


def test_eighty_mixed_generations_give_the_states_of_catcma_with_margin() -> None:
    """cmaes.CatCMAwM(x_space, z_space, c_space, mean, sigma, cov).tell, its categories' step not one generation late.

    cmaes takes each step of the categories with the divisor of the generation before; the paper and we take the
    current one, so it is set before each tell.
    """
    wide = [[-1e9, 1e9]] * 2
    peer = CatCMAwM(wide, STEPPED, LEVELS.tolist(), mean=MEAN.copy(), sigma=0.8, cov=np.diag(VARIANCES))
    strategy = cma.Strategy.of(5, peer.population_size)
    ours = cma.Gaussian.start(MEAN, 0.8, np.diag(VARIANCES))
    least = margin.least_chance(6)
    categories, chances = category_distribution.Categories.start(LEVELS, least), np.full(5, 0.5 - 1e-8)
    rng = np.random.Generator(np.random.Philox(key=9))
    mu, every = strategy.parents, np.ones((strategy.parents, 3), dtype=np.bool_)
    for _ in range(80):
        V = ours.points(rng.standard_normal((strategy.population, 5)))
        choices = categories.choices(rng.random((strategy.population, 3)))
        middles = np.array([cells(v).middle for v in V])
        losses = mixed_loss(V, middles, choices)
        peer._delta = peer._delta_init / peer._Delta
        peer.tell([solution(*row) for row in zip(V, middles, choices, losses.tolist(), strict=True)])

        order = np.argsort(losses, kind="stable")
        centred, success = margin.centred(V[order], middles[order], cells(ours.mean).middle, DISCRETE, mu)
        ours = cma.learn(ours, strategy, centred)
        ours, chances = margin.corrected(ours, cells(ours.mean), DISCRETE, success, least, chances)
        categories = category_distribution.learn(categories, strategy.weights[:mu], choices[order][:mu], every)
        for one, other in (
            (ours.mean, peer._mean),
            (ours.sigma, peer._sigma),
            (ours.C, peer._C),
            (ours.stretch, peer._A),
            (chances[2:], peer._pmut),
            (categories.q, peer._q),
        ):
            assert_near(one, other)
