"""Each example runs as its user would run it, in a folder of its own, and prints what it promises."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
PROMISES = {
    "ask_tell.py": "15 complete",
    "breast_cancer_boosting.py": "test",
    "digits_svm.py": "test accuracy",
    "noisy_training.py": "recommended: trial",
    "optuna_objective.py": "complete 0.9",
    "readable_tree.py": "error, leaves and recall",
}


def test_every_example_is_tried_here() -> None:
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(PROMISES)


@pytest.mark.slow
@pytest.mark.parametrize("name", PROMISES)
def test_it_runs(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, EXAMPLES / name], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert PROMISES[name] in done.stdout
