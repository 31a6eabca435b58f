"""Quasi-random search: more even than chance, on mixed and conditional spaces."""

from collections import Counter

import numpy as np
import pytest
from scipy.stats.qmc import discrepancy

from ayar.base.errors import ArgumentError
from ayar.base.rng import Streams
from ayar.samplers.qmc import QuasiRandom
from ayar.samplers.random_search import RandomSearch
from ayar.space.domains import Categorical, Float, Int
from ayar.space.space import Space
from ayar.testing.folds import Told, fold_of
from unit.samplers.study import propose, run

KINDS = ["sobol", "halton", "lhs"]
CUBE = Space({f"x{i}": (0.0, 1.0) for i in range(4)})


@pytest.mark.parametrize("kind", KINDS)
def test_points_are_more_even_than_chance(kind: str) -> None:
    fold = fold_of(CUBE, [], max_trials=128)
    points = {
        sampler: np.array([list(p.params.values()) for p in propose(fold, sampler, count=128)])
        for sampler in (QuasiRandom(kind), RandomSearch())
    }
    even, chance = (discrepancy(found) for found in points.values())
    assert even < chance / 3


@pytest.mark.parametrize("kind", ["sobol", "lhs"])
def test_each_of_128_points_has_a_slice_of_its_own_on_every_axis(kind: str) -> None:
    fold = fold_of(CUBE, [], max_trials=128)
    X = np.array([list(p.params.values()) for p in propose(fold, QuasiRandom(kind), count=128)])
    assert all(len(set((column * 128).astype(int))) == 128 for column in X.T)


@pytest.mark.parametrize("kind", KINDS)
def test_workers_that_do_not_see_each_other_take_different_places(kind: str) -> None:
    fold = fold_of(CUBE, [])
    batch = [p.params for p in propose(fold, QuasiRandom(kind), count=9)]
    alone = [QuasiRandom(kind).propose(fold.setup, fold.history, Streams(0, i), 1)[0].params for i in range(9)]
    assert batch == alone
    assert propose(fold_of(CUBE, [], seed=1), QuasiRandom(kind))[0].params != batch[0]


def test_choices_and_branches_get_their_even_share() -> None:
    space = Space({"k": Categorical(["a", "b", "c", "d"]), "n": Int(1, 4, when={"k": "a"}), "x": (0.0, 1.0)})
    points = [p.params for p in propose(fold_of(space, []), QuasiRandom(), count=64)]
    assert Counter(point["k"] for point in points) == {"a": 16, "b": 16, "c": 16, "d": 16}
    assert Counter(point["n"] for point in points if point["k"] == "a") == {1: 4, 2: 4, 3: 4, 4: 4}


def test_places_against_the_rules_are_passed_over() -> None:
    space = Space({"a": (0.0, 1.0), "b": (0.0, 1.0)}, constraints=["a + b <= 0.2"])
    proposals = propose(fold_of(space, []), QuasiRandom(), count=30)
    assert all(space.contains(p.params) and "fallback" not in p.note for p in proposals)
    assert len({repr(p.params) for p in proposals}) == 30


def test_where_no_place_suits_it_draws_by_chance_and_says_so() -> None:
    space = Space({f"x{i}": (0.0, 100.0) for i in range(3)}, constraints=["x0 + x1 + x2 <= 1"])
    proposal = propose(fold_of(space, []), QuasiRandom())[0]
    assert space.contains(proposal.params)
    assert proposal.note == {"sampler": "qmc", "why": "by chance", "fallback": "the sobol sequence brings nothing new"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_finite_space_is_walked_to_its_end(kind: str) -> None:
    space = Space({"n": (1, 7), "k": ["a", "b"]})
    assert len(run(space, QuasiRandom(kind), lambda p: 0.0, 50)) == 14


def test_with_repeats_allowed_a_finite_space_is_walked_again() -> None:
    fold = fold_of({"n": (1, 4)}, [], repeats="allow")
    assert Counter(p.params["n"] for p in propose(fold, QuasiRandom(), count=12)) == {1: 3, 2: 3, 3: 3, 4: 3}


def test_a_told_point_is_not_tried_again() -> None:
    first, second = propose(fold_of(CUBE, []), QuasiRandom(), count=2)
    fold = fold_of(CUBE, [Told(second.params, 0.0)])
    assert propose(fold, QuasiRandom())[0].params != second.params
    assert first.params != second.params


def test_latin_hypercubes_follow_each_other_beyond_the_budget() -> None:
    fold = fold_of({"x": Float(0.0, 1.0)}, [], max_trials=10)
    x = np.array([p.params["x"] for p in propose(fold, QuasiRandom("lhs"), count=30)])
    assert all(sorted((block * 10).astype(int)) == list(range(10)) for block in x.reshape(3, 10))


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(
        ArgumentError, match=r"kind: expected one of sobol, halton, lhs, got 'sobl'; did you mean 'sobol'"
    ):
        QuasiRandom("sobl")


def test_a_space_without_freedom_has_one_point() -> None:
    assert [trial.params for trial in run({"c": 3}, QuasiRandom(), lambda p: 0.0, 5)] == [{"c": 3}]
