"""Where a proposal comes from: the whole space, a neglected branch, one of the best again."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from ayar.base.rng import Streams
from ayar.samplers.base import Proposal
from ayar.samplers.mixgp import MixGP
from ayar.space.domains import Categorical, Float, Int
from ayar.space.space import Space
from ayar.testing.folds import Told, fold_of

PLANE = Space({"x": Float(0, 1), "y": Float(0, 1)})
TREE = Space({"kind": Categorical(["a", "b"]), "x": Float(0, 1), "p": Float(0, 1, when={"kind": "b"})})


def points(space: Space, n: int, key: int = 0) -> list[dict[str, Any]]:
    U = np.random.Generator(np.random.Philox(key=key)).random((n, len(space.codec.names)))
    X = space.codec.from_unit(U)
    return space.codec.decode(X, space.codec.activity(X))


def proposals(trials: Sequence[Told], space: Space, number: int, **settings: Any) -> Iterator[Proposal]:
    """What would be proposed for each of the next numbers, were it the next; notes of start and chance left out."""
    fold = fold_of(space, trials, **settings)
    for i in range(number):
        (proposal,) = MixGP().propose(fold.setup, fold.history, Streams(0, len(trials) + i), 1)
        if proposal.note["arm"] not in ("start", "random"):
            yield proposal


def bowl(params: Any) -> float:
    return sum((value - 0.3) ** 2 for value in params.values() if isinstance(value, float))


def arms(found: Sequence[Proposal]) -> set[str]:
    return {proposal.note["arm"] for proposal in found}


# -- branches ----------------------------------------------------------------------------------------------------------


def test_some_proposals_improve_the_branch_tried_least() -> None:
    tried = [point for point in points(TREE, 30) if point["kind"] == "a"]
    trials = [Told(point, bowl(point)) for point in [*tried[:8], {"kind": "b", "x": 0.9, "p": 0.9}]]
    neglected = [p for p in proposals(trials, TREE, 12) if p.note["arm"] == "neglected branch"]
    assert neglected
    assert all(proposal.params["kind"] == "b" for proposal in neglected)
    assert neglected[0].note["why"].endswith("in the branch tried least for its size")


# -- repeats -----------------------------------------------------------------------------------------------------------


def noisy(n: int, **more: Any) -> list[Told]:
    """Trials whose standard errors, which they know, are as large as all differences."""
    noise = np.random.Generator(np.random.Philox(key=9)).random(n) - 0.5
    return [
        Told(point, 0.1 * bowl(point) + float(e), sd=1.0, **more)
        for point, e in zip(points(PLANE, n, 1), noise, strict=True)
    ]


def repeated(trials: Sequence[Told], **settings: Any) -> list[Proposal]:
    return [p for p in proposals(trials, PLANE, 12, repeats="allow", **settings) if p.note["arm"] == "repeat"]


def is_one_of(proposal: Proposal, trials: Sequence[Told]) -> bool:
    # Unit coordinates are rounded to 2⁻⁴⁰.
    return any(dict(proposal.params) == pytest.approx(trial.params, abs=1e-9) for trial in trials)


def test_the_best_are_tried_again_where_repeats_are_allowed_and_noise_is_loud() -> None:
    trials = noisy(20)
    again = repeated(trials)
    assert again
    assert all(is_one_of(proposal, trials) for proposal in again)


def test_nothing_is_repeated_unless_it_is_allowed() -> None:
    assert "repeat" not in arms(list(proposals(noisy(20), PLANE, 12)))


def test_only_good_trials_are_repeated() -> None:
    good = noisy(3, metrics={"m": 0.0})
    again = repeated([*good, *noisy(20, metrics={"m": 1.0})[3:]], constraints=["m <= 0.5"])
    assert again
    assert all(is_one_of(proposal, good) for proposal in again)


# -- small finite spaces -----------------------------------------------------------------------------------------------


def test_of_a_small_finite_space_the_best_free_point_is_found() -> None:
    space = Space({"a": Int(1, 6), "b": Int(1, 6)})
    free = [{"a": 6, "b": 6}, {"a": 1, "b": 1}, {"a": 2, "b": 5}]
    told = [Told(point, -float(point["a"] + point["b"])) for point in space.grid() if point not in free]
    assert [proposal.params for proposal in proposals(told, space, 3)] == [free[0]] * 3
