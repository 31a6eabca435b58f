"""Candidates: settled points, enumeration, mutations, and the mixed local search."""

from dataclasses import dataclass

import numpy as np

from ayar.numerics.arrays import Bools, Floats
from ayar.samplers.candidates import (
    Batch,
    climb,
    completed,
    drawn,
    enumerated,
    join,
    mutated,
    settle,
    spread,
)
from ayar.space.domains import Bool, Categorical, Constant, Float, Int, Ordinal
from ayar.space.space import Space

TREE = Space(
    {
        "kind": Categorical(["a", "b", "c"]),
        "x": Float(0, 1),
        "n": Int(1, 9, when={"kind": "a"}),
        "y": Float(0, 1, when={"kind": ["b", "c"]}),
    }
)
TRIANGLE = Space({"a": Float(0, 1), "b": Float(0, 1)}, constraints=["a + b <= 1"])


def uniforms(shape: tuple[int, ...]) -> Floats:
    return np.random.Generator(np.random.Philox(key=sum(shape))).random(shape)


@dataclass(frozen=True)
class Peak:
    """The higher, the nearer to a unit point."""

    top: Floats

    def values(self, U: Floats, A: Bools) -> Floats:
        return np.asarray(-np.where(A, (U - self.top) ** 2, 1.0).sum(axis=1))

    def values_and_slopes(self, U: Floats, A: Bools) -> tuple[Floats, Floats]:
        return self.values(U, A), np.where(A, -2.0 * (U - self.top), 0.0)


def is_settled(space: Space, batch: Batch) -> bool:
    points = space.codec.decode(batch.X, batch.A)
    return all(space.contains(point) for point in points) and bool(np.isfinite(batch.U).all())


def test_settled_points_are_of_the_space_and_keep_its_constraints() -> None:
    assert is_settled(TREE, settle(TREE, uniforms((50, 4))))
    inside = settle(TRIANGLE, uniforms((50, 2)))
    assert is_settled(TRIANGLE, inside)
    assert 0 < len(inside) < 50


def test_small_finite_space_is_enumerated_whole() -> None:
    space = Space({"n": Int(1, 1000, log=True), "m": Float(0, 1, step=0.25)}, constraints=["n >= 2"])
    batch = enumerated(space)
    assert batch is not None
    assert len(set(space.codec.keys(batch.X))) == 999 * 5


def test_continuous_and_large_spaces_are_not_enumerated() -> None:
    assert enumerated(TREE) is None
    assert enumerated(Space({f"n{i}": Int(0, 9) for i in range(5)})) is None


def test_every_kind_of_column_is_enumerated_at_its_exact_values() -> None:
    space = Space({"k": Bool(), "o": Ordinal(["s", "m", "l"]), "i": Int(2, 8, step=3), "f": Float(0, 1, step=0.5)})
    batch = enumerated(space)
    assert batch is not None
    assert [np.unique(column).tolist() for column in batch.X.T] == [[0, 1], [0, 1, 2], [2, 5, 8], [0, 0.5, 1]]


def test_branches_are_enumerated_without_repeats() -> None:
    space = Space({"k": Bool(), "n": Int(1, 9, when={"k": True})})
    batch = enumerated(space)
    assert batch is not None
    assert len(batch) == len(set(space.codec.keys(batch.X))) == space.size == 10


def test_a_space_without_columns_has_one_configuration() -> None:
    batch = enumerated(Space({"c": Constant(3)}))
    assert batch is not None
    assert batch.X.shape == (1, 0)


def test_spread_points_fill_a_tightly_constrained_space() -> None:
    thin = Space({"a": Float(0, 100), "b": Float(0, 100), "c": Float(0, 100)}, constraints=["a + b + c <= 1"])
    batch = spread(thin, np.full((1, 3), 0.002), 64, uniforms)
    assert len(batch) > 48
    assert len(set(thin.codec.keys(batch.X))) == len(batch)
    assert is_settled(thin, batch)


def test_random_points_are_found_in_a_tightly_constrained_space() -> None:
    thin = Space({"a": Float(0, 100), "b": Float(0, 100)}, constraints=["a + b <= 1"])
    batch = drawn(thin, 5, np.random.Generator(np.random.Philox(key=0)).random)
    assert len(batch) == 5
    assert is_settled(thin, batch)


def test_mutations_differ_from_their_parents_and_stay_near() -> None:
    space = Space({f"x{i}": Float(0, 1) for i in range(20)})
    parents = np.full((2, 20), 0.5)
    batch = mutated(space, parents, 200, 20.0, uniforms)
    changed = np.abs(batch.U - 0.5) > 1e-9
    assert changed.any(axis=1).all()
    assert 1.5 < changed.sum(axis=1).mean() < 6


def test_gaps_are_filled_from_the_best_row_that_has_a_value() -> None:
    U = np.array([[0.1, np.nan, np.nan], [0.2, 0.8, np.nan], [0.3, 0.9, np.nan]])
    filled = completed(U, np.isfinite(U))
    assert filled[:, 1].tolist() == [0.8, 0.8, 0.9]
    assert filled[:, 2].tolist() == [0.5] * 3


def test_climb_finds_a_peak_in_another_branch() -> None:
    top = np.array([[5 / 6, 0.123, 0.5, 0.77]])
    pool = settle(TREE, np.array([[0.1, 0.5, 0.5, 0.5]]))
    batch, values = climb(TREE, Peak(top), pool, np.ones(4))
    best = batch.rows(slice(int(np.argmax(values)), int(np.argmax(values)) + 1))
    point = TREE.codec.decode(best.X, best.A)[0]
    assert point["kind"] == "c"
    assert abs(point["x"] - 0.123) < 1e-3
    assert abs(point["y"] - 0.77) < 1e-3


def test_climb_keeps_the_constraints_and_every_point_settled() -> None:
    pool = spread(TRIANGLE, np.full((1, 2), 0.1), 32, uniforms)
    batch, values = climb(TRIANGLE, Peak(np.array([[0.9, 0.9]])), pool, np.ones(2))
    assert is_settled(TRIANGLE, batch)
    assert len(values) == len(batch)
    best = batch.X[int(np.argmax(values))]
    assert best.sum() > 0.95


def test_climb_moves_integers_by_steps_and_large_ones_by_slopes() -> None:
    space = Space({"small": Int(0, 9), "large": Int(0, 999)})
    pool = settle(space, np.array([[0.05, 0.05]]))
    batch, values = climb(space, Peak(np.array([[0.25, 0.6005]])), pool, np.ones(2))
    assert batch.X[int(np.argmax(values))].tolist() == [2.0, 600.0]


def test_integers_of_a_vast_range_are_climbed_without_listing_them() -> None:
    space = Space({"n": Int(0, 10**15)})
    batch, values = climb(space, Peak(np.array([[0.25]])), settle(space, np.array([[0.9]])), np.ones(1))
    assert abs(batch.X[int(np.argmax(values)), 0] / 10**15 - 0.25) < 1e-4


def test_joined_batches_keep_their_order() -> None:
    one, two = settle(TREE, uniforms((2, 4))), settle(TREE, uniforms((3, 4)))
    assert np.array_equal(join(one, two).U, np.vstack([one.U, two.U]))
