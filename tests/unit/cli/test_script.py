from pathlib import Path

import pytest

from ayar.base.errors import ArgumentError, UsageError
from ayar.cli.script import load_script

OBJECTIVE = "def objective(trial): return trial['x']\n"


def written(folder: Path, text: str, name: str = "loss_of_mine.py") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def test_a_file_gives_its_objective_and_the_settings_it_knows(tmp_path: Path) -> None:
    text = f"{OBJECTIVE}space = {{'x': (0.0, 1.0)}}\nmax_trials = 7\nseed = None\nrows = 3\n"
    script = load_script(written(tmp_path, text))
    assert script.objective({"x": 0.5}) == 0.5
    assert script.settings == {"space": {"x": (0.0, 1.0)}, "max_trials": 7}


def test_the_main_part_does_not_run(tmp_path: Path) -> None:
    load_script(written(tmp_path, f"{OBJECTIVE}if __name__ == '__main__': raise SystemExit('ran')\n"))


def test_a_file_may_import_its_neighbours(tmp_path: Path) -> None:
    written(tmp_path, "STEP = 0.25\n", "neighbour_of_loss.py")
    script = load_script(written(tmp_path, "from neighbour_of_loss import STEP\ndef objective(trial): return STEP\n"))
    assert script.objective({}) == 0.25


def test_a_file_named_like_a_module_of_python_does_not_replace_it(tmp_path: Path) -> None:
    import json

    load_script(written(tmp_path, OBJECTIVE, "json.py"))
    import json as later

    assert later is json


def test_an_objective_may_be_an_import_path(tmp_path: Path) -> None:
    assert load_script(written(tmp_path, "objective = 'math:sqrt'\n")).objective == "math:sqrt"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\n", r"expected a function called objective in .*, found none\n"),
        ("def objectve(trial): return 0\n", r"found none; did you mean 'objectve'\?"),
        ("objective = 3\n", r"expected a function called objective, got 3"),
        (f"{OBJECTIVE}max_trails = 3\n", r"sets 'max_trails', which means nothing here; did you mean 'max_trials'\?"),
        (f"{OBJECTIVE}spcae = {{}}\n", r"did you mean 'space'\?\n  if it is something of your own, call it _spcae"),
        (f"{OBJECTIVE}max_trials = '3'\n", r"expected max_trials to be int, got str '3'"),
        (f"{OBJECTIVE}workers = True\n", r"expected workers to be int, got bool True"),
    ],
)
def test_a_slip_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        load_script(written(tmp_path, text))


@pytest.mark.parametrize("line", ["speed = 3", "names = ['a']", "samples = [1, 2]", "_max_trails = 3", "stage = 'fit'"])
def test_words_of_ones_own_are_no_slips(tmp_path: Path, line: str) -> None:
    load_script(written(tmp_path, f"{OBJECTIVE}{line}\n"))


def test_an_error_in_the_file_comes_with_its_lines_only(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"raised an error while it was loaded:\n\nTraceback") as caught:
        load_script(written(tmp_path, "def broken():\n    return 1 / 0\nbroken()\n"))
    assert str(caught.value).count("  File ") == 2
    assert str(caught.value).endswith("ZeroDivisionError: division by zero")


def test_ayars_own_complaint_points_at_the_line_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"needs low <= high") as caught:
        load_script(written(tmp_path, "from ayar import Float\nspace = {'x': Float(2.0, 1.0)}\n"))
    assert str(caught.value).count("  File ") == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("loss.txt", r"expected a Python file \(\.py\) or a study file \(\.toml, \.yaml\), got"),
        ("ayar.py", r"hides the library of the same name; rename the file"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        load_script(written(tmp_path, OBJECTIVE, name))


def test_a_missing_file_names_its_neighbour(tmp_path: Path) -> None:
    written(tmp_path, OBJECTIVE, "digits.py")
    with pytest.raises(ArgumentError, match=r"found none; did you mean 'digits\.py'\?"):
        load_script(tmp_path / "digit.py")
