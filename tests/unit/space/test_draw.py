"""Feasible draws, also where chance alone is hopeless."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ayar.base.errors import SpaceError
from ayar.base.rng import stream
from ayar.space.domains import Categorical, Float, Int
from ayar.space.draw import draw
from ayar.space.space import Space


def uniforms(space: Space, seed: int = 0) -> Callable[[int], Any]:
    generator = stream(seed, 0, "test")
    return lambda m: generator.random((m, len(space.codec.names)))


def drawn(space: Space, count: int, seed: int = 0) -> list[dict[str, Any]]:
    return space.codec.decode(*draw(space, uniforms(space, seed), count))


TIGHT = [
    Space({"a": (0.0, 100.0), "b": (0.0, 100.0), "c": (0.0, 100.0)}, constraints=["a + b + c <= 1"]),
    Space({"a": Float(1, 1e4), "b": Float(1, 1e4)}, constraints=["a * b <= 10"]),
    Space({"a": (0, 1000), "b": (0, 1000), "c": (0, 1000)}, constraints=["a + b + c == 10"]),
    Space({"a": (0, 10**6), "b": (0, 10**6)}, constraints=["a == b * b", "b > 3"]),
    Space({"a": (0.0, 1.0), "b": (0.0, 1.0)}, constraints=["a < b < a + 1e-6"]),
    Space(
        {"k": ["x", "y", "z"], "a": Int(0, 9999, when={"k": "y"}), "b": Int(0, 9999, when={"k": "y"})},
        constraints=["a + b == 17"],
        forbidden=[{"k": ["x", "z"]}],
    ),
    Space({"a": (0, 99), "b": (0, 99)}, constraints=[lambda p: p["a"] * p["b"] == 97 * 89]),
]


@pytest.mark.parity("N9")
@pytest.mark.parity("TA2")
@pytest.mark.parametrize("space", TIGHT, ids=lambda space: str(space.constraints[0]))
def test_constraints_of_tiny_volume_are_met(space: Space) -> None:
    points = drawn(space, 20)
    assert len(points) == 20
    assert all(space.contains(point) for point in points)


@pytest.mark.parametrize("space", TIGHT[:5], ids=lambda space: str(space.constraints[0]))
def test_draws_under_tight_constraints_are_spread_out(space: Space) -> None:
    points = drawn(space, 20)
    assert len({point["b"] for point in points}) >= 5


def test_draws_in_a_tight_simplex_are_about_uniform() -> None:
    # Uniform on a + b + c <= 1: each coordinate has mean 1/4 and sd 0.19; 12 runs of 20 give 0.013 if independent, and
    # neighbours in a walk are not; 0.06 allows for twenty times fewer. A fixed seed, so no false alarms.
    runs = [point for seed in range(12) for point in drawn(TIGHT[0], 20, seed)]
    assert [np.mean([point[name] for point in runs]) for name in "abc"] == pytest.approx([0.25] * 3, abs=0.06)


def test_an_unconstrained_draw_takes_no_more_uniforms_than_it_needs() -> None:
    asked: list[int] = []

    def counting(m: int) -> Any:
        asked.append(m)
        return np.full((m, 2), 0.5)

    draw(Space({"a": (0.0, 1.0), "b": (0.0, 1.0)}), counting, 3)
    assert asked == [3]


def test_the_same_uniforms_give_the_same_draws() -> None:
    assert drawn(TIGHT[0], 5) == drawn(TIGHT[0], 5)


def test_rows_are_masked_where_inactive() -> None:
    space = Space({"k": Categorical(["x", "y"]), "a": Int(0, 9, when={"k": "y"})})
    X, A = draw(space, uniforms(space), 50)
    assert np.array_equal(np.isnan(X), ~A)
    assert 0 < A[:, 1].sum() < 50


def test_draws_are_uniform_over_choices_and_steps() -> None:
    space = Space({"k": ["a", "b", "c", "d"], "n": (1, 5)})
    points = drawn(space, 4_000)
    # 1,000 and 800 expected; five standard deviations (27 and 25) are 137 and 126: a false alarm in a million seeds.
    assert all(abs(n - 1_000) < 137 for n in Counter(p["k"] for p in points).values())
    assert all(abs(n - 800) < 126 for n in Counter(p["n"] for p in points).values())


def test_accept_says_what_is_wanted() -> None:
    space = Space({"n": (1, 100)})
    X, _ = draw(space, uniforms(space), 30, lambda X: X[:, 0] > 90)
    assert len(X) == 30
    assert X.min() > 90


def test_a_finite_space_gives_its_last_points_and_then_fewer() -> None:
    space = Space({"a": (0, 99), "b": (0, 9), "k": ["x", "y"]}, constraints=["a * b <= 800"])
    X, A = draw(space, uniforms(space), 5, lambda X: (X[:, 0] == 3) & (X[:, 1] == 4))
    assert {(x[0], x[1]) for x in X.tolist()} == {(3.0, 4.0)}
    X, A = draw(space, uniforms(space), 5, lambda X: np.zeros(len(X), dtype=bool))
    assert X.shape == A.shape == (0, 3)


def test_a_conditional_space_is_listed_once_per_configuration() -> None:
    space = Space({"k": ["x", "y"], "n": Int(0, 3, when={"k": "y"})})
    seen: list[Any] = []

    def refuse(X: Any) -> Any:
        seen.append(X)
        return np.zeros(len(X), dtype=bool)

    draw(space, uniforms(space), 1, refuse)
    assert len(seen[-1]) == space.size == 5


def test_an_empty_feasible_set_is_explained_rule_by_rule() -> None:
    space = Space({"a": (0.0, 1.0), "b": (0.0, 1.0)}, constraints=["a + b >= 3", "a <= 0.5"], forbidden=[{"a": 0.5}])
    words = (
        r"(?s)found no configuration that meets all 3 rules.*  0 of 1,000 draws meet: a \+ b >= 3\n"
        r".*of 1,000 draws meet: a <= 0\.5\n +1000 of 1,000 draws meet: forbidden.*loosen the rule that is met least"
    )
    with pytest.raises(SpaceError, match=words):
        drawn(space, 1)


def test_an_empty_finite_space_is_explained_too() -> None:
    with pytest.raises(SpaceError, match=r"found no configuration that meets all 1 rules"):
        drawn(Space({"a": (0, 9)}, forbidden=[{"a": range(10)}]), 1)


def test_spaces_without_freedom_have_one_draw() -> None:
    assert drawn(Space({"c": 3}), 2) == [{"c": 3}, {"c": 3}]
    space = Space({})
    assert len(draw(space, uniforms(space), 1, lambda X: np.zeros(len(X), dtype=bool))[0]) == 0
    with pytest.raises(SpaceError, match=r"found no configuration"):
        drawn(Space({"c": 3}, constraints=["c > 3"]), 1)
