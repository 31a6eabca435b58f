"""Grid search: every point once, by any number of workers, to the exact end."""

from typing import Any

import numpy as np
import pytest

from ayar.base.errors import SpaceError
from ayar.base.rng import Streams
from ayar.samplers.grid import GridSearch
from ayar.space.domains import Categorical, Float, Int
from ayar.space.space import Space
from ayar.testing.folds import Told, fold_of
from ayar.trial.state import State
from unit.samplers.study import propose, run

SPACE = Space({"a": Int(0, 4), "k": Categorical(["x", "y"]), "n": Int(1, 3, when={"k": "y"})})


def test_every_point_is_tried_once_and_then_it_ends() -> None:
    trials = run(SPACE, GridSearch(), lambda p: 0.0, 100)
    assert [trial.params for trial in trials] == list(SPACE.grid())


def test_repeats_allowed_or_not_a_walk_has_an_end() -> None:
    assert len(run(SPACE, GridSearch(), lambda p: 0.0, 100, repeats="allow")) == SPACE.size


def test_workers_that_do_not_see_each_other_take_different_points() -> None:
    fold = fold_of(SPACE, [])
    asked = [GridSearch().propose(fold.setup, fold.history, Streams(0, number), 1)[0].params for number in range(20)]
    assert asked == list(SPACE.grid())


def test_points_that_were_told_otherwise_are_not_tried_again_and_none_is_left_out() -> None:
    points = list(SPACE.grid())
    trials: list[Told] = [Told(points[7], 1.0), Told(points[1], state=State.RUNNING)]
    while proposals := propose(fold_of(SPACE, trials), GridSearch()):
        trials.append(Told(proposals[0].params, 0.0))
    assert sorted(map(repr, (trial.params for trial in trials))) == sorted(map(repr, points))


@pytest.mark.parity("TA3")
def test_a_grid_of_a_million_million_is_asked_lazily() -> None:
    space = Space({f"p{i}": (0, 9) for i in range(12)})
    proposals = propose(fold_of(space, []), GridSearch(), count=3)
    assert [p.params["p11"] for p in proposals] == [0, 1, 2]


def test_a_continuous_parameter_needs_the_option_points() -> None:
    fold = fold_of({"x": (0.0, 1.0)}, [])
    with pytest.raises(SpaceError, match=r"'x' = Float\(0\.0, 1\.0\) is continuous"):
        propose(fold, GridSearch())
    assert [p.params["x"] for p in propose(fold, GridSearch(points=3), count=9)] == [0.0, 0.5, 1.0]


def test_equal_spaces_with_other_functions_do_not_share_their_walk() -> None:
    def spaces(keep: int) -> Space:
        def rule(params: dict[str, Any]) -> bool:
            return bool(params["a"] == keep)

        return Space({"a": (0, 4)}, constraints=[rule])

    assert spaces(1) == spaces(3)
    assert [run(spaces(keep), GridSearch(), lambda p: 0.0, 9)[0].params["a"] for keep in (1, 3)] == [1, 3]


def test_codes_survive_the_walk_exactly() -> None:
    space = Space({"x": Float(0.0, 1.0, step=0.1), "y": Float(1e-3, 1.0, log=True)})
    trials = run(space, GridSearch(points=4), lambda p: 0.0, 100)
    assert [trial.params for trial in trials] == list(space.grid(points=4))
    assert np.unique([trial.params["x"] for trial in trials]).tolist() == [i / 10 for i in range(11)]
