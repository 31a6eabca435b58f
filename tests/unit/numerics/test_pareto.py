"""Fronts, crowding and domination."""

import numpy as np
import pytest

from ayar.numerics.arrays import Floats
from ayar.numerics.pareto import crowding, non_dominated, rank


def beats(a: Floats, b: Floats) -> bool:
    return bool((a <= b).all() and (a < b).any())


def fronts_by_definition(losses: Floats) -> list[int]:
    fronts = np.full(len(losses), -1)
    k = 0
    while (left := np.flatnonzero(fronts < 0)).size:
        best = [i for i in left if not any(beats(losses[j], losses[i]) for j in left)]
        fronts[best] = k
        k += 1
    return fronts.tolist()


@pytest.mark.parametrize("goals", [1, 2, 3, 5])
def test_fronts_and_mask_against_the_definition(goals: int) -> None:
    generator = np.random.default_rng(goals)
    coarse = generator.integers(0, 5, (70, goals)).astype(float)  # many ties and repeats
    for losses in (coarse, generator.random((60, goals)), coarse[:1], coarse[:0]):
        wanted = fronts_by_definition(losses)
        assert rank(losses).tolist() == wanted
        assert non_dominated(losses).tolist() == [front == 0 for front in wanted]


def test_long_chains_cross_the_blocks() -> None:
    chain = np.repeat(np.arange(400.0)[:, None], 3, axis=1)
    order = np.random.default_rng(0).permutation(400)
    assert rank(chain[order]).tolist() == order.tolist()


@pytest.mark.parametrize("goals", [2, 3])
def test_infinite_losses_are_ranked_like_others(goals: int) -> None:
    losses = np.array([[np.inf] * goals, [0.0] * goals, [-np.inf] * goals, [np.inf] * goals, [1.0] * goals])
    assert rank(losses).tolist() == [3, 1, 0, 3, 2]
    assert non_dominated(losses).tolist() == [False, False, True, False, False]


def test_negative_zero_equals_zero() -> None:
    assert rank(np.array([[0.0, 1.0], [-0.0, 1.0]])).tolist() == [0, 0]


def test_crowding_is_the_sum_of_the_gaps_as_shares_of_the_front() -> None:
    losses = np.array([[0.0, 10.0], [1.0, 6.0], [3.0, 5.0], [4.0, 0.0]])
    wanted = [np.inf, 3 / 4 + 5 / 10, 3 / 4 + 6 / 10, np.inf]
    assert crowding(losses, rank(losses)).tolist() == pytest.approx(wanted)


def test_crowding_knows_only_the_own_front() -> None:
    first = np.array([[0.0, 10.0], [1.0, 6.0], [3.0, 5.0], [4.0, 0.0]])
    both = np.vstack([first, first + 100.0])[[0, 4, 1, 5, 2, 6, 3, 7]]
    room = crowding(both, rank(both))
    alone = crowding(first, rank(first)).tolist()
    assert room[::2].tolist() == alone
    assert room[1::2].tolist() == pytest.approx(alone, rel=1e-12)


@pytest.mark.parametrize(
    "losses",
    [
        [[1.0, 1.0]] * 3,
        [[-np.inf, 1.0], [0.0, 0.0], [1.0, -np.inf]],
        [[-1.7e308, 1.7e308], [0.0, 0.0], [1.7e308, -1.7e308]],
    ],
    ids=["no width", "infinite", "overflow"],
)
def test_crowding_of_odd_fronts_has_no_nan(losses: list[list[float]]) -> None:
    room = crowding(np.array(losses), np.zeros(3, dtype=np.intp))
    assert room[0] == room[2] == np.inf
    assert room[1] >= 0.0


def test_crowding_of_nothing_is_empty() -> None:
    assert crowding(np.empty((0, 2)), np.empty(0, dtype=np.intp)).tolist() == []
