"""Categories that learn by natural gradient: probabilities stay probabilities, and the best level wins."""

import numpy as np
import pytest

from ayar.numerics.arrays import Floats, Ints
from ayar.numerics.category_distribution import Categories, learn
from ayar.numerics.cma import Strategy

LEVELS = np.array([2, 5, 3])


def uniforms(key: int, *shape: int) -> Floats:
    return np.random.Generator(np.random.Philox(key=key)).random(shape)


def taught(wanted: Ints, generations: int) -> Categories:
    categories, strategy = Categories.start(LEVELS, 0.1), Strategy.of(0, 10)
    for generation in range(generations):
        choices = categories.choices(uniforms(generation, 10, 3))
        order = np.argsort((choices != wanted).sum(axis=1), kind="stable")[: strategy.parents]
        weights = strategy.weights[: strategy.parents]
        categories = learn(categories, weights, choices[order], np.ones((len(order), 3), dtype=np.bool_))
    return categories


def test_the_best_levels_become_likeliest_and_the_others_keep_their_margin() -> None:
    wanted = np.array([1, 4, 0])
    q = taught(wanted, 40).q
    assert q.argmax(axis=1).tolist() == wanted.tolist()
    assert q[[0, 1, 2], wanted].tolist() == pytest.approx([0.9] * 3)
    assert q.sum(axis=1) == pytest.approx(1.0)
    assert q[1, 0] == pytest.approx(0.1 / 4)
    assert q[0, 2:].tolist() == [0.0, 0.0, 0.0]


def test_choices_come_as_often_as_their_probability_and_never_past_the_last() -> None:
    q = np.array([[0.2, 0.8, 0.0], [0.1, 0.3, 0.6]])
    categories = Categories.start(np.array([2, 3]), 0.1, q)
    grid = np.repeat(np.linspace(0.0, 1.0, 1_001)[:, None], 2, axis=1)
    choices = categories.choices(grid)
    assert choices.max(axis=0).tolist() == [1, 2]
    assert np.bincount(choices[:, 0], minlength=2) / 1_001 == pytest.approx([0.2, 0.8], abs=0.002)
    assert np.bincount(choices[:, 1], minlength=3) / 1_001 == pytest.approx([0.1, 0.3, 0.6], abs=0.002)


def test_first_probabilities_are_moved_off_the_margin() -> None:
    categories = Categories.start(np.array([3]), 0.2, np.array([[1.0, 0.0, 0.0]]))
    assert categories.q[0].tolist() == pytest.approx([0.8, 0.1, 0.1])


def test_a_choice_without_a_say_teaches_nothing() -> None:
    before = Categories.start(LEVELS, 0.1)
    choices = np.array([[1, 4, 0], [1, 3, 0]])
    counts = np.array([[True, False, True], [True, False, True]])
    after = learn(before, np.array([0.7, 0.3]), choices, counts)
    assert after.q[1].tolist() == before.q[1].tolist()
    assert after.q[0, 1] > before.q[0, 1]
    assert learn(before, np.array([0.7, 0.3]), choices, np.zeros_like(counts)) is before


def test_hundreds_of_generations_on_pure_chance_keep_numbers() -> None:
    categories, weights = Categories.start(LEVELS, 0.1), Strategy.of(0, 8).weights[:4]
    for generation in range(400):
        choices = categories.choices(uniforms(generation, 4, 3))
        categories = learn(categories, weights, choices, np.ones((4, 3), dtype=np.bool_))
        assert categories.q.sum(axis=1) == pytest.approx(1.0)
    assert categories.divisor > 3.0, "without a signal the step shrinks"
