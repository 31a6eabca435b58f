"""Points to try first, from a JSON file: `ayar tune FILE --enqueue points.json`."""

from pathlib import Path
from typing import Any

from ayar.base.errors import ArgumentError, SpaceError, shorten
from ayar.base.jsontext import loads
from ayar.study.study import Study


def read_points(path: Path) -> list[dict[str, Any]]:
    """The points in a file: a list of objects of parameter names and values, or one such object.

    Raises:
        ArgumentError: no such file, one that cannot be read, or something else in it.
    """
    if not path.is_file():
        raise ArgumentError(f"--enqueue: expected a JSON file at {path}, found none")
    try:
        data = loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ArgumentError(f"--enqueue: cannot read {path}: {error}; expected JSON text in UTF-8") from None
    points = [data] if isinstance(data, dict) else data
    if not isinstance(points, list) or not all(isinstance(point, dict) for point in points):
        raise ArgumentError(
            f'--enqueue: expected a list of points such as [{{"lr": 0.1}}] in {path}, got {shorten(data)}'
        )
    return points


def check_points(study: Study, points: list[dict[str, Any]], path: Path) -> None:
    """Put points in the queue of a study in memory, to learn whether they fit.

    Raises:
        SpaceError: a point does not fit the space; the message names the file and the point's place in it.
    """
    for place, point in enumerate(points):
        try:
            study.enqueue(point)
        except SpaceError as error:
            raise SpaceError(f"--enqueue: point {place} in {path}, counted from 0, does not fit: {error}") from error


def enqueue(study: Study, points: list[dict[str, Any]]) -> int:
    """Put points in the study's queue, but for those that were enqueued before; how many were new."""
    known = [trial.params for trial in study.trials if "enqueued" in trial.source]
    new = [point for point in points if not any(_holds(params, point) for params in known)]
    for point in new:
        study.enqueue(point)
    return len(new)


def _holds(params: dict[str, Any], point: dict[str, Any]) -> bool:
    """Whether a trial has the point's values, whatever else was drawn for it."""
    return all(name in params and params[name] == value for name, value in point.items())
