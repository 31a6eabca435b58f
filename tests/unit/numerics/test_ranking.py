"""Two-way effects are least squares, and the stated probability of being best is what happens."""

import numpy as np
import pytest

from ayar.numerics.arrays import Floats
from ayar.numerics.ranking import effects, posterior, probability_best


def test_a_full_table_gives_row_means_and_the_residual_variance() -> None:
    table = np.random.default_rng(0).normal(size=(4, 10))
    found = effects(table)
    assert found.estimates == pytest.approx(table.mean(axis=1) - table.mean())
    assert found.level == pytest.approx(table.mean())
    residual = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()
    assert found.freedom == 27
    assert found.variance == pytest.approx((residual**2).sum() / 27)
    np.testing.assert_allclose(found.V, (np.eye(4) - 0.25) / 10, atol=1e-12)


def test_a_table_with_gaps_is_least_squares_too() -> None:
    rng = np.random.default_rng(1)
    table = rng.normal(size=(4, 8)) + rng.normal(size=(4, 1))
    table[1, 5:] = table[3, 2:] = np.nan
    rows, columns = np.nonzero(~np.isnan(table))
    design = np.zeros((len(rows), 12))
    design[np.arange(len(rows)), rows] = design[np.arange(len(rows)), 4 + columns] = 1.0
    fitted = np.linalg.lstsq(design, table[rows, columns], rcond=None)[0]
    assert effects(table).estimates == pytest.approx(fitted[:4] - fitted[:4].mean())


def simulated(seed: int, spread: float, ratio: float) -> tuple[Floats, int]:
    """Five candidates on 15 folds: their truths, what the rows give each for good, what a fold adds. (table, best)"""
    rng = np.random.default_rng(seed)
    truth = rng.normal(0.0, spread, 5)
    lasting = rng.normal(0.0, np.sqrt(ratio), 5)
    return truth[:, None] + lasting[:, None] + rng.normal(size=15) + rng.normal(size=(5, 15)), int(truth.argmax())


@pytest.mark.slow
@pytest.mark.parity("N11")
@pytest.mark.parametrize("ratio", [0.0, 0.25])
def test_the_stated_probability_of_being_best_matches_its_frequency(ratio: float) -> None:
    """1,500 races with truths from close to far apart, by fifths of what was stated.

    A frequency has a standard error of 0.03: a false alarm needs three of them beyond the 0.03 of the prior's cost.
    """
    stated, true = [], []
    for seed in range(1500):
        spread = 10.0 ** np.random.default_rng(10_000 + seed).uniform(-0.7, 0.5)
        table, best = simulated(seed, spread, ratio)
        chances = probability_best(posterior(effects(table), ratio, np.random.default_rng(seed), 800))
        stated.append(chances.max())
        true.append(chances.argmax() == best)
    order = np.argsort(stated)
    for part in np.array_split(order, 5):
        assert abs(np.mean(np.array(stated)[part]) - np.mean(np.array(true)[part])) < 0.12, ratio
    assert abs(np.mean(stated) - np.mean(true)) < 0.05


def test_without_noise_the_best_is_certain() -> None:
    table = np.array([[1.0, 2.0, 3.0], [0.0, 1.0, 2.0]])
    assert probability_best(posterior(effects(table), 0.25, np.random.default_rng(0))).tolist() == [1.0, 0.0]


def test_equal_candidates_share_the_chance() -> None:
    table = np.tile([1.0, 2.0], (4, 1))
    assert probability_best(posterior(effects(table), 0.25, np.random.default_rng(0))).tolist() == [0.25] * 4


def test_shared_rows_make_it_less_sure() -> None:
    table, _ = simulated(3, 1.0, 0.0)
    sure = probability_best(posterior(effects(table), 0.0, np.random.default_rng(0))).max()
    assert probability_best(posterior(effects(table), 0.5, np.random.default_rng(0))).max() < sure
