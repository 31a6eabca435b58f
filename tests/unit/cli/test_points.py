from pathlib import Path
from typing import Any

import pytest

import ayar
from ayar.base.errors import ArgumentError, SpaceError
from ayar.cli.points import check_points, enqueue, read_points
from ayar.study.study import Study


@pytest.fixture
def study() -> Study:
    return ayar.create_study({"x": (0.0, 1.0), "size": [[1, 2], [3]]}, sampler="random", seed=0)


def test_a_file_holds_a_list_of_points_or_one(tmp_path: Path) -> None:
    file = tmp_path / "points.json"
    file.write_text('[{"x": 0.5}, {"x": 1.0}]')
    assert read_points(file) == [{"x": 0.5}, {"x": 1.0}]
    file.write_text('{"x": 0.5}')
    assert read_points(file) == [{"x": 0.5}]


@pytest.mark.parametrize(
    ("text", "said"), [("[1, 2]", r"expected a list of points such as"), ("{", r"expected JSON text")]
)
def test_other_files_are_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "points.json"
    file.write_text(text)
    with pytest.raises(ArgumentError, match=said):
        read_points(file)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "points.json"
    file.write_bytes(b'[{"x": "\xff"}]')
    with pytest.raises(ArgumentError, match=r"--enqueue: cannot read .*points\.json: .*expected JSON text in UTF-8"):
        read_points(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"--enqueue: expected a JSON file at .*points\.json, found none"):
        read_points(tmp_path / "points.json")


def test_a_point_goes_in_once_even_after_it_was_tried(study: Study) -> None:
    points: list[dict[str, Any]] = [{"x": 0.5, "size": [1, 2]}, {"x": 0.25}]
    assert enqueue(study, points) == 2
    study.tell(study.ask(), 1.0)
    assert enqueue(study, [*points, {"x": 0.75}]) == 1
    assert len(study.trials) == 3


def test_points_that_leave_parameters_open_fit(study: Study) -> None:
    check_points(study, [{"x": 0.5}, {}], Path("points.json"))


@pytest.mark.parametrize("point", [{"x": 7.0}, {"y": 1.0}])
def test_a_point_that_does_not_fit_is_named_with_its_file(study: Study, point: dict[str, Any]) -> None:
    with pytest.raises(SpaceError, match=r"--enqueue: point 1 in points\.json, counted from 0, does not fit: .*[xy]"):
        check_points(study, [{"x": 0.5}, point], Path("points.json"))
