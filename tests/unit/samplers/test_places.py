"""Places: every one once, from anywhere, going round."""

import numpy as np

from ayar.samplers.places import Places
from ayar.samplers.unseen import Unseen
from ayar.space.space import Space
from ayar.testing.folds import fold_of

SPACE = Space({"n": (0, 9)})


def walk(count: int = 10) -> Places:
    return Places(iter(SPACE.codec.keys(np.arange(float(count))[:, None])))


def unseen(repeats: str = "avoid") -> Unseen:
    fold = fold_of(SPACE, [], repeats=repeats)
    return Unseen(fold.setup, fold.history)


def test_from_any_start_all_places_are_taken_once_and_then_none() -> None:
    for start in (0, 4, 9, 10, 23):
        places, free = walk(), unseen()
        taken = [places.take(start, free) for _ in range(11)]
        assert [found[0] for found in taken if found] == [(start + i) % 10 for i in range(10)]
        assert taken[-1] is None


def test_a_walk_goes_no_farther_than_it_must() -> None:
    seen = []
    keys = SPACE.codec.keys(np.arange(10.0)[:, None])
    places = Places(seen.append(i) or key for i, key in enumerate(keys))  # type: ignore[func-returns-value]  # a tap
    places.take(3, unseen())
    assert seen == [0, 1, 2, 3]


def test_with_repeats_allowed_a_walk_begins_again() -> None:
    places, free = walk(4), unseen("allow")
    assert [found[1]["n"] for i in range(8) if (found := places.take(i, free))] == [0, 1, 2, 3, 0, 1, 2, 3]


def test_an_empty_walk_has_no_place() -> None:
    assert walk(0).take(5, unseen()) is None
