"""The walk to where all rules are met."""

import numpy as np

from ayar.base.rng import stream
from ayar.space.space import Space
from ayar.space.walk import walk


def places(space: Space, wanted: int = 1) -> np.ndarray:
    generator = stream(0, 0, "walk")
    return walk(space, lambda m: generator.random((m, len(space.codec.names))), wanted)


def test_it_finds_several_places_at_once_in_tiny_volumes() -> None:
    X = places(Space({f"x{i}": (0.0, 1.0) for i in range(6)}, constraints=[f"x{i} < 0.001" for i in range(6)]))
    assert len(X) >= 3
    assert (X < 0.001).all()


def test_rules_without_a_distance_are_met_before_the_others_come_near() -> None:
    space = Space(
        {"k": ["a", "b", "c"], "x": (0, 10**5), "y": (0, 10**5)},
        constraints=["x + y == 7"],
        forbidden=[{"k": ["a", "c"]}],
    )
    X = places(space)
    assert len(X) > 0
    assert (X[:, 0] == 1).all()
    assert (X[:, 1] + X[:, 2] == 7).all()


def test_where_nothing_meets_the_rules_it_comes_back_empty() -> None:
    assert places(Space({"x": (0.0, 1.0)}, constraints=["x > 2"])).shape == (0, 1)


def test_as_many_walkers_set_out_as_places_are_wanted() -> None:
    assert len(places(Space({"x": (0.0, 1.0)}), wanted=100)) == 100
