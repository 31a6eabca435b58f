"""Points that may still be taken."""

from typing import Any

import numpy as np
import pytest

from ayar.samplers.unseen import Unseen
from ayar.space.domains import Bool, Float, Int
from ayar.space.space import Space
from ayar.testing.folds import Told, fold_of
from ayar.trial.state import State

SPACE = Space({"n": Int(1, 3)})


def unseen(**settings: Any) -> Unseen:
    fold = fold_of(SPACE, [Told({"n": 1}, 0.0), Told({"n": 2}, state=State.RUNNING)], **settings)
    return Unseen(fold.setup, fold.history)


X = np.array([[1.0], [2.0], [3.0]])


def test_told_and_pending_points_are_taken() -> None:
    assert unseen().accepts(X).tolist() == [False, False, True]


def test_a_point_taken_in_the_same_call_is_taken() -> None:
    points = unseen()
    assert points.take(X[2:]) == {"n": 3}
    assert not points.accepts(X).any()


def test_where_repeats_are_allowed_nothing_is_taken() -> None:
    points = unseen(repeats="allow")
    points.take(X[:1])
    assert points.accepts(X).all()


@pytest.mark.parametrize("constraints", [[], ["n >= 1"]], ids=["free", "with rules"])
def test_what_is_drawn_is_free_and_from_then_on_taken(constraints: list[str]) -> None:
    space = Space({"n": Int(1, 3)}, constraints=constraints)
    fold = fold_of(space, [Told({"n": 1}, 0.0)])
    points, generator = Unseen(fold.setup, fold.history), np.random.default_rng(0)
    drawn = [points.draw(generator) for _ in range(3)]
    assert sorted(point["n"] for point in drawn if point) == [2, 3]
    assert drawn[2] is None


def test_inactive_parameters_tell_no_points_apart() -> None:
    space = Space({"on": Bool(), "x": Float(0, 1, when={"on": True})})
    fold = fold_of(space, [Told({"on": False}, 0.0)])
    X, A = space.codec.encode([{"on": False}, {"on": True, "x": 0.5}])
    assert Unseen(fold.setup, fold.history).accepts(space.codec.mask(X, A)).tolist() == [False, True]
