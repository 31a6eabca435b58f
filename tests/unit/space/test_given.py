"""A space that is a finite list of given points."""

from typing import Any

import numpy as np
import pytest

import ayar
from ayar.base.errors import SpaceError
from ayar.base.rng import stream
from ayar.space.domains import Categorical, Float, Int
from ayar.space.draw import draw
from ayar.space.space import Space
from ayar.space.wire import space_from_json, space_to_json

POINTS = [{"x": 0.1, "n": 3, "kind": "a"}, {"x": 2, "n": 5, "kind": "b"}, {"x": 0.7, "n": 3, "kind": "a"}]


def test_domains_are_read_off_the_points() -> None:
    space = Space(points=POINTS)
    assert dict(space.params) == {"x": Float(0.1, 2.0), "n": Int(3, 5), "kind": Categorical(["a", "b"])}
    assert space.size == 3
    assert list(space.grid()) == [{**point, "x": float(point["x"])} for point in POINTS]  # type: ignore[arg-type]


def test_domains_may_be_given_to_say_how_points_are_alike() -> None:
    space = Space({"x": Float(0.01, 10.0, log=True), "n": (0, 9), "kind": ["a", "b", "c"]}, points=POINTS)
    assert space.contains({"x": 0.7, "n": 3, "kind": "a"})


def test_what_is_not_on_the_list_is_not_in_the_space() -> None:
    fault = Space(points=POINTS).explain({"x": 0.5, "n": 3, "kind": "a"})
    assert fault is not None
    assert fault.startswith("breaks the rule: one of the 3 given points")


def test_places_go_to_the_nearest_point_and_draws_take_each_as_often() -> None:
    space = Space(points=[{"x": 0.0}, {"x": 0.01}, {"x": 1.0}])
    assert space.codec.nearest(np.array([[0.004], [0.3], [0.8]]))[:, 0].tolist() == [0.0, 0.01, 1.0]
    rng = stream(0, 0, "tests.given")
    X, _ = draw(space, lambda m: rng.random((m, 1)), 3_000)
    # Each third within five standard errors of its count, 26.
    assert all(abs(int((X[:, 0] == value).sum()) - 1_000) < 130 for value in (0.0, 0.01, 1.0))


def test_equal_points_count_once_and_rules_take_some_away() -> None:
    space = Space(points=[*POINTS, POINTS[0]], constraints=["n <= 4"])
    assert space.size == 3
    assert [point["x"] for point in space.grid()] == [0.1, 0.7]


def test_fixed_values_leave_the_points_that_have_them() -> None:
    assert Space(points=POINTS).fix({"kind": "a"}).size == 2
    with pytest.raises(SpaceError, match=r"points: none of 3 has the fixed values \{'n': 4\}"):
        Space(points=POINTS).fix({"n": 4})


def test_points_may_lie_in_branches() -> None:
    params = {"model": ["svm", "tree"], "C": Float(0.1, 9.0, when={"model": "svm"})}
    space = Space(params, points=[{"model": "svm", "C": 1.0}, {"model": "tree"}])
    assert space.size == 2
    with pytest.raises(SpaceError, match=r"points: point 1, .*parameter 'C' is inactive here: it needs model='svm'"):
        Space(params, points=[{"model": "tree"}, {"model": "tree", "C": 1.0}])


def test_a_list_is_stored_and_told_from_another() -> None:
    space = Space(points=POINTS)
    assert space_from_json(space_to_json(space)) == space
    assert space != Space(points=POINTS[:2])
    assert space_to_json(Space({"x": (0.0, 1.0)}))["schema"] == 1


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([], r"points: expected at least one configuration, got none"),
        ({"x": 1}, r"points are a list of configurations such as .*got \{'x': 1\}"),
        ([3], r"points: expected a mapping of parameters as point 0, got 3"),
        ([{"x": 0.5}, {"y": 0.5}], r"points: point 0, \{'x': 0\.5\}: parameter 'y' is missing"),
    ],
)
def test_what_is_no_list_of_points_gets_words(points: Any, words: str) -> None:
    with pytest.raises(SpaceError, match=words):
        Space(points=points)


@pytest.mark.parity("GO1")
@pytest.mark.parametrize("sampler", ["gp", "random", "qmc", "tpe"])
def test_every_given_point_is_tried_once_and_then_the_study_ends(sampler: str) -> None:
    rng = stream(1, 0, "tests.given")
    points = [{"x": float(x), "y": float(y), "kind": "ab"[i % 2]} for i, (x, y) in enumerate(rng.random((30, 2)))]
    study = ayar.minimize(lambda t: (t["x"] - 0.3) ** 2 + t["y"], Space(points=points), max_trials=99, sampler=sampler)
    assert study.stopped == "exhausted"
    assert sorted(map(str, (trial.params for trial in study.trials))) == sorted(map(str, points))


@pytest.mark.parity("GO1")
def test_the_best_of_twelve_thousand_given_points_is_found_by_their_likeness() -> None:
    rng = stream(2, 0, "tests.given")
    points = [{"x": float(x), "y": float(y)} for x, y in rng.random((12_000, 2))]

    def loss(point: Any) -> float:
        return float((point["x"] - 0.3) ** 2 + (point["y"] - 0.6) ** 2)

    study = ayar.minimize(loss, Space(points=points), max_trials=40, sampler="gp", seed=0)
    assert study.best.value == pytest.approx(min(map(loss, points)), abs=1e-4)
