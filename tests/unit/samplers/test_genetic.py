"""Crossover and mutation."""

import numpy as np
import pytest

from ayar.samplers.genetic import Genes, cross, mutate
from ayar.space.domains import Bool, Categorical, Float, Int, Ordinal
from ayar.space.space import Space

SPACE = Space(
    {
        "x": Float(0.0, 1.0),
        "n": Int(1, 5),
        "size": Ordinal([16, 32, 64]),
        "act": Categorical(["a", "b", "c"]),
        "flag": Bool(),
    }
)
GENES = Genes.of(SPACE.codec.columns)
M = 4_000


def settled(U: np.ndarray) -> np.ndarray:
    return SPACE.codec.to_unit(SPACE.codec.from_unit(U))


def parents(seed: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    return settled(generator.random((M, 5))), settled(generator.random((M, 5)))


def test_children_stay_in_the_cube_and_none_is_missing() -> None:
    mothers, fathers = parents(0)
    generator = np.random.default_rng(1)
    mothers[generator.random(mothers.shape) < 0.3] = np.nan
    fathers[generator.random(fathers.shape) < 0.3] = np.nan
    children = mutate(GENES, cross(GENES, mothers, fathers, generator.random), np.full((M, 1), 0.5), generator.random)
    assert ((children >= 0.0) & (children <= 1.0)).all()


def test_equal_parents_have_the_same_child() -> None:
    mothers, _ = parents(0)
    assert cross(GENES, mothers, mothers, np.random.default_rng(1).random).tolist() == mothers.tolist()


def test_a_parameter_that_one_parent_lacks_is_the_others() -> None:
    mothers, fathers = parents(0)
    mothers[:, ::2], fathers[:, 1::2] = np.nan, np.nan
    wanted = np.where(np.isnan(mothers), fathers, mothers)
    assert cross(GENES, mothers, fathers, np.random.default_rng(1).random).tolist() == wanted.tolist()


def test_a_parameter_that_both_lack_is_spread_over_its_range() -> None:
    nothing = np.full((M, 5), np.nan)
    children = cross(GENES, nothing, nothing, np.random.default_rng(0).random)
    # The mean of 4,000 uniform numbers: five standard errors are 0.023.
    assert children.mean(axis=0) == pytest.approx(0.5, abs=0.023)


def test_numbers_cross_about_the_middle_of_their_parents_as_published() -> None:
    # Deb and Agrawal 1995: with index η, half the children spread less than their parents, and never further from the
    # middle than the bounds allow; far from the bounds the spread β has P(β <= 1) = 1/2.
    number = Genes(np.array([False]), np.array([0.0]))
    mothers, fathers = np.full((M, 1), 0.49), np.full((M, 1), 0.51)
    children = cross(number, mothers, fathers, np.random.default_rng(0).random)
    blended = children[children != 0.49]
    # 0.9 · 0.5 of 4,000 children are blended: 1,800 ± 160 at five standard errors.
    assert len(blended) == pytest.approx(1_800, abs=160)
    assert np.mean(np.abs(blended - 0.5) <= 0.01) == pytest.approx(0.5, abs=0.06)
    assert np.mean(blended) == pytest.approx(0.5, abs=0.002)


def test_categories_come_from_either_parent() -> None:
    mothers, fathers = parents(0)
    children = cross(GENES, mothers, fathers, np.random.default_rng(1).random)
    from_parent = (children == mothers) | (children == fathers)
    assert from_parent[:, 3:].all()
    assert (children != mothers)[:, 3:].any()


def test_what_mutates_changes_its_value() -> None:
    before, _ = parents(0)
    after = settled(mutate(GENES, before, np.ones((M, 1)), np.random.default_rng(1).random))
    assert (after != before).all()


def test_a_category_mutates_to_any_other_as_likely() -> None:
    before = np.full((M, 5), 0.5)
    after = mutate(GENES, before, np.ones((M, 1)), np.random.default_rng(1).random)
    # 2,000 of 4,000, five standard errors.
    assert np.mean(after[:, 3] < 0.5) == pytest.approx(0.5, abs=0.04)


def test_each_row_mutates_at_its_own_rate() -> None:
    before, _ = parents(0)
    rates = np.repeat([[0.0], [0.25]], M // 2, axis=0)
    changed = mutate(GENES, before, rates, np.random.default_rng(1).random) != before
    assert not changed[: M // 2].any()
    # 10,000 coordinates, five standard errors.
    assert changed[M // 2 :].mean() == pytest.approx(0.25, abs=0.022)
