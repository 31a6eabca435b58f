"""`ayar probe FILE` and `ayar tune FILE --probe`: what they print, write, refuse and keep."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import ayar
from ayar.cli.app import app
from ayar.space.domains import Float
from ayar.study.narrowing import narrowing_of

FILE = """
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import scale
from ayar import Float
from ayar.training import NumpyTask, OneCycle, run_schedule

X, y = load_breast_cancer(return_X_y=True)
task = NumpyTask(scale(X), y, hidden=(16,), name="breast cancer")
epochs = 10
budget = 4
space = {"lr": Float(1e-5, 10.0, log=True), "width": [16, 32]}
max_trials = 2
seed = 0
executor = "inline"


def objective(trial):
    return run_schedule(task, OneCycle(task.steps_per_epoch, trial["lr"]), seed=0).loss
"""


@pytest.fixture
def ayar_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(FILE)
    return lambda *words: CliRunner().invoke(app, [*words])


def test_probe_prints_what_to_use_and_writes_the_page(ayar_command: Callable[..., Result]) -> None:
    done = ayar_command("probe", "net.py")
    assert done.exit_code == 0, done.output
    assert "of 4 full trainings were spent" in done.stdout
    assert "reading breast cancer: 10 epochs of 13 steps, at most 4 full trainings" in done.stderr
    assert "learning rate:" in done.stderr
    assert "confirmation:" in done.stderr
    page = Path("net.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert "What to use" in page
    assert "could not be drawn" not in page


def test_options_go_before_the_file_and_json_is_whole(ayar_command: Callable[..., Result]) -> None:
    done = ayar_command("probe", "net.py", "page.md", "--epochs", "4", "--budget", "1", "--json", "--quiet")
    assert done.exit_code == 0
    assert done.stderr == ""
    recipe = json.loads(done.stdout)
    assert (recipe["epochs"], recipe["spend"]["budget"]) == (4, 1.0)
    assert recipe["spend"]["total"] <= 1.0
    assert Path("page.md").read_text().startswith("# breast cancer")


def test_a_file_without_a_task_is_refused_in_words(ayar_command: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "bare.py").write_text("task = 3\n")
    done = ayar_command("probe", "bare.py")
    assert done.exit_code == 2
    assert "expected a task (ayar.training.Task) called task in bare.py, got int" in done.stderr
    assert "expected a Python file at gone.py, found none" in ayar_command("probe", "gone.py").stderr
    refused = ayar_command("probe", "net.py", "page.pdf")
    assert refused.exit_code == 2
    assert "expected a page ending in .html, .md, .json or .txt, got 'page.pdf'" in refused.stderr


def test_a_failed_check_ends_with_code_1(ayar_command: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "large.py").write_text(FILE.replace("scale(X)", "scale(X) * 300"))
    done = ayar_command("probe", "large.py")
    assert done.exit_code == 1
    assert "A sanity check failed; mend that first." in done.stdout


def test_tune_probe_narrows_a_new_study_and_goes_on_without_probing(ayar_command: Callable[..., Result]) -> None:
    first = ayar_command("tune", "net.py", "--probe")
    assert first.exit_code == 0, first.output
    assert "Try first: lr=" in first.stderr
    study = ayar.load_study("sqlite:///ayar.db", "net")
    kept = narrowing_of(study)
    assert kept is not None
    lr = study.space.params["lr"]
    assert isinstance(lr, Float)
    assert lr.prior is not None
    assert lr.high / lr.low == pytest.approx(100.0)
    assert study.trials[0].params["lr"] == kept["point"]["lr"]
    study.close()
    for more in (("--probe",), ()):
        again = ayar_command("tune", "net.py", *more, "--max-trials", str(3 + len(more)))
        assert again.exit_code == 0, again.output
        assert "the space of study 'net' was narrowed when it began (lr), and stays so" in again.stderr
        assert "reading breast cancer" not in again.stderr


def test_a_study_that_began_without_probe_keeps_its_space(ayar_command: Callable[..., Result]) -> None:
    assert ayar_command("tune", "net.py").exit_code == 0
    again = ayar_command("tune", "net.py", "--probe", "--max-trials", "3")
    assert again.exit_code == 0
    assert "note: study 'net' began without --probe; its space stays as it is" in again.stderr


def test_probing_without_a_space_or_for_other_parameters_is_told(
    ayar_command: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "free.py").write_text(FILE.replace("space = {", "_space = {"))
    done = ayar_command("tune", "free.py", "--probe")
    assert done.exit_code == 2
    assert "--probe narrows a space, and free.py has none" in done.stderr
    other = FILE.replace('"lr": Float(1e-5, 10.0, log=True), ', "").replace('trial["lr"]', "0.1")
    (tmp_path / "other.py").write_text(other)
    done = ayar_command("tune", "other.py", "--probe")
    assert done.exit_code == 0, done.output
    assert "note: no parameter of the space is known by what was found, so it stays as it is" in done.stderr
