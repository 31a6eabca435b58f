"""The tree of errors, and the two functions that help to word them."""

import inspect

import pytest

from ayar.base import errors


def every_error() -> list[type[errors.AyarError]]:
    found = [value for value in vars(errors).values() if isinstance(value, type)]
    return [kind for kind in found if issubclass(kind, errors.AyarError)]


@pytest.mark.parametrize("kind", every_error())
def test_the_drawn_tree_shows_every_error_under_its_parent(kind: type[errors.AyarError]) -> None:
    lines = (inspect.getdoc(errors) or "").splitlines()
    place = next(i for i, line in enumerate(lines) if kind.__name__ in line.split())
    depth = lines[place].index(kind.__name__)
    above = (line for line in reversed(lines[:place]) if line.strip("│ ") and _start(line) < depth)
    parent = next(above, "").strip("│├└─ ").partition(" ")[0]
    assert kind is errors.AyarError or parent in [base.__name__ for base in kind.__bases__]


def _start(line: str) -> int:
    return len(line) - len(line.lstrip("│├└─ "))


@pytest.mark.parametrize(
    ("kind", "base"),
    [
        (errors.ArgumentError, ValueError),
        (errors.UnknownName, LookupError),
        (errors.NoTrial, LookupError),
        (errors.MissingExtra, ImportError),
    ],
)
def test_an_error_is_also_what_python_would_have_raised(kind: type[Exception], base: type[Exception]) -> None:
    assert issubclass(kind, base)


def test_a_finished_study_carries_its_reason() -> None:
    assert errors.StudyFinished("no more", "budget").reason == "budget"


def test_long_values_are_shortened() -> None:
    assert errors.shorten(list(range(1000)), limit=20) == "[0, 1, 2, 3, 4, 5..."
    assert errors.shorten({"a": 1}) == "{'a': 1}"


def test_a_near_name_is_offered() -> None:
    assert errors.did_you_mean("minimise", ["minimize", "maximize"]) == "; did you mean 'minimize'?"


def test_without_a_near_name_all_are_listed() -> None:
    assert errors.did_you_mean("zebra", ["b", "a"]) == "; known: a, b"
    assert errors.did_you_mean("zebra", []) == "; known: none"
