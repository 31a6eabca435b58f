"""Each example runs as its user would run it, in a folder of its own, and prints what it promises."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
PROMISES = {
    "ask_tell.py": "15 complete",
    "breast_cancer_boosting.py": "test",
    "digits_svm.py": "test accuracy",
    "keras_one_cycle.py": "rate 0.5: one cycle 0.9",
    "many_files.py": "test accuracy on pictures that no trial saw: 0.",
    "nested_cv.py": "nested accuracy 0.9",
    "leaky_pipeline.py": "certain (0.97), canary: on shuffled labels",
    "noisy_training.py": "recommended: trial",
    "numpy_task.py": "lr 1: loss 0.29",
    "optuna_objective.py": "complete 0.9",
    "sklearn_searchcv.py": "test accuracy",
    "torch_disciplined.py": "best of 5 trials: loss 0.",
    "torch_range_test.py": "Learning rate of digits: at most 0.",
    "readable_tree.py": "error, leaves and recall",
}


COMMANDS = {
    "command_shell": ("sh", "study.toml", "error", (13.0, 15.0)),
    "command_c": ("cc", "study.toml", "length", (0.0, 10.0)),
    "command_node": ("node", "study.yaml", "accuracy", (0.9, 1.0)),
}
"""Folder: the program it needs, its study file, its metric and between what its best lies."""


def test_every_example_is_tried_here() -> None:
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(PROMISES)
    assert {path.name for path in EXAMPLES.glob("*/")} - {"__pycache__"} == set(COMMANDS)


@pytest.mark.slow
@pytest.mark.parametrize("name", PROMISES)
def test_it_runs(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, EXAMPLES / name], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert PROMISES[name] in done.stdout


@pytest.mark.slow
@pytest.mark.parity("SP5")
@pytest.mark.parametrize("name", COMMANDS)
def test_its_command_is_tuned(name: str, tmp_path: Path) -> None:
    program, file, metric, (low, high) = COMMANDS[name]
    if shutil.which(program) is None:
        pytest.skip(f"no {program} on this machine")
    folder = tmp_path / name
    shutil.copytree(EXAMPLES / name, folder)
    if program == "cc":
        subprocess.run(["cc", "-O2", "-o", "anneal", "anneal.c", "-lm"], cwd=folder, check=True)
    tune = [sys.executable, "-m", "ayar", "tune", file]
    done = subprocess.run(tune, cwd=folder, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    best = re.search(rf"best {metric}: (\S+)", done.stdout)
    assert best, done.stdout
    assert low <= float(best[1]) <= high
    assert "failed" not in done.stdout
