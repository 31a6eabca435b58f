"""TOML and YAML as plain data."""

from pathlib import Path

import pytest

from ayar.base.errors import ArgumentError
from ayar.cli.study_file import load_study_file
from ayar.cli.study_file_text import read_document
from ayar.space.domains import Categorical, Float

YAML = """
command: [sh, -c, "true", "{args}"]
max_trials: 3
space:
  lr: {low: 1e-5, high: 1e-1, log: true}
  rate: [1e-3, 1E+2, .5e1, 2]
  word: ["1e-5", b]
"""


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_numbers_that_pyyaml_takes_for_text_are_numbers(tmp_path: Path) -> None:
    script = load_study_file(write(tmp_path / "study.yaml", YAML))
    params = script.settings["space"].params
    assert params["lr"] == Float(1e-5, 0.1, log=True)
    assert params["rate"] == Categorical([0.001, 100.0, 5.0, 2])
    assert params["word"] == Categorical(["1e-5", "b"])


def test_words_that_yaml_takes_for_booleans_are_noted_with_their_line(tmp_path: Path) -> None:
    file = write(tmp_path / "study.yml", "space:\n  augment: [off, light, 'on']\n  both: [on, off]\n")
    document, notes = read_document(file)
    assert document["space"]["augment"] == [False, "light", "on"]
    line = f"{file}, line 2 (augment: [off, light, 'on'])"
    assert notes == [f'{line}: YAML reads off as false; write "off" if the word is meant']


def test_a_key_that_yaml_takes_for_something_else_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "study.yaml", "space:\n  on: [1, 2]\n")
    with pytest.raises(ArgumentError, match=r'line 2 \(on: \[1, 2\]\): expected text as a key, got on; write "on"'):
        read_document(file)


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "study.yaml", "a: 1\nb: 2\na: 3\n")
    with pytest.raises(ArgumentError, match=r"line 3 \(a: 3\): the key 'a' stands here a second time"):
        read_document(file)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.toml", "a = \n", r"expected TOML: Invalid value \(at line 1, column 5\)"),
        ("a.yaml", "a: [1\n", r"expected YAML: (?s:.*)line 2"),
        ("a.yaml", "", r"expected keys with values, such as max_trials: 100, got None"),
        ("a.yaml", "- 1\n", r"expected keys with values, such as max_trials: 100, got \[1\]"),
        ("a.yaml", "a: !!python/object/apply:os.getcwd []\n", r"expected YAML: could not determine a constructor"),
    ],
)
def test_what_is_neither_is_refused(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        read_document(write(tmp_path / name, text))


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "study.toml", "")
    with pytest.raises(
        ArgumentError, match=r"expected a study file at .*sudy.toml, found none; did you mean 'study.toml'"
    ):
        read_document(tmp_path / "sudy.toml")
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe9"\n')
    with pytest.raises(ArgumentError, match=r"latin.toml: expected text in UTF-8"):
        read_document(tmp_path / "latin.toml")


def test_aliases_are_read_and_a_value_that_holds_itself_is_refused(tmp_path: Path) -> None:
    document, notes = read_document(write(tmp_path / "a.yaml", "a: &a [on, b]\nb: *a\n"))
    assert document["a"] == document["b"] == [True, "b"]
    assert len(notes) == 1
    with pytest.raises(ArgumentError, match=r"line 1 \(a: &a \[1, \*a\]\): this holds itself"):
        read_document(write(tmp_path / "b.yaml", "a: &a [1, *a]\n"))


def test_dates_are_the_text_that_stands_there(tmp_path: Path) -> None:
    for name, text in (("a.toml", "day = [2026-01-31, 2026-02-28]\n"), ("a.yaml", "day: [2026-01-31, 2026-02-28]\n")):
        document, _ = read_document(write(tmp_path / name, text))
        assert document == {"day": ["2026-01-31", "2026-02-28"]}
