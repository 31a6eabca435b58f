"""Slices of ellipses: the chain has the law it should have."""

from itertools import islice

import numpy as np

from ayar.numerics.arrays import Floats
from ayar.numerics.ellipse import draws


def generator(key: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=key))


def test_a_normal_likelihood_gives_the_normal_posterior() -> None:
    # Prior N(1, 2²), likelihood N(x; 3, 1): posterior mean (1/4 + 3) / (1/4 + 1) = 2.6, variance 0.8.
    chain = draws(lambda x: float(0.5 * (x[0] - 3.0) ** 2), np.zeros(1), np.ones(1), 2.0 * np.ones(1), generator())
    x = np.array([point[0] for point in islice(chain, 6_000)])
    # About 1,500 independent draws: 4 standard errors, false alarms under 1 in 10,000.
    assert abs(x.mean() - 2.6) < 4 * np.sqrt(0.8 / 1_500)
    assert abs(x.var() - 0.8) < 4 * 0.8 * np.sqrt(2 / 1_500)


def test_a_coordinate_without_deviation_stays_where_it_starts() -> None:
    chain = draws(lambda x: 0.0, np.array([5.0, 0.0]), np.zeros(2), np.array([0.0, 1.0]), generator())
    points = np.array(list(islice(chain, 20)))
    assert (points[:, 0] == 5.0).all()
    assert len(np.unique(points[:, 1])) == 20


def test_no_draw_lies_where_the_likelihood_is_nought() -> None:
    def loss(x: Floats) -> float:
        return 0.0 if x[0] > 0.0 else np.inf

    chain = draws(loss, np.ones(1), np.zeros(1), np.ones(1), generator())
    x = np.array([point[0] for point in islice(chain, 4_000)])
    assert x.min() > 0.0
    # The half-normal law has the mean √(2 / π).
    assert abs(x.mean() - np.sqrt(2 / np.pi)) < 0.05


def test_a_loss_that_no_other_point_meets_gives_the_point_back() -> None:
    chain = draws(lambda x: 0.0 if x[0] == 1.0 else np.inf, np.ones(1), np.zeros(1), np.ones(1), generator())
    assert [point[0] for point in islice(chain, 3)] == [1.0] * 3
