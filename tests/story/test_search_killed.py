"""A search of scikit-learn's words that is killed, and goes on as if nothing had been."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import ayar

SCRIPT = """
import os, signal, sys
import numpy as np
from sklearn.datasets import load_iris
from sklearn.svm import SVC
from ayar.integrations.sklearn import SearchCV

X, y = load_iris(return_X_y=True)
fits = []

class Counted(SVC):
    def fit(self, X, y):
        fits.append(1)
        if len(fits) == int(sys.argv[1]):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().fit(X, y)

space = {"C": (1e-2, 1e2, "log-uniform"), "gamma": (1e-3, 1e1, "log-uniform")}
search = SearchCV(Counted(), space, n_iter=12, random_state=0, storage=sys.argv[2] or None, name="killed").fit(X, y)
print([sorted(params.items()) for params in search.cv_results_["params"]])
print(search.cv_results_["mean_test_score"].tolist(), len(fits))
"""


def run(kill_at: int, storage: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", SCRIPT, str(kill_at), storage]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=300, env=environment)


@pytest.mark.slow
def test_a_killed_search_goes_on_with_the_candidates_of_one_that_was_not(tmp_path: Path) -> None:
    storage = f"sqlite:///{tmp_path / 'search.db'}"
    assert run(38, storage).returncode == -signal.SIGKILL
    before = len([trial for trial in ayar.load_study(storage, "killed").trials if trial.state == "complete"])
    assert before == 6
    later, whole = run(0, storage), run(0, "")
    assert later.returncode == whole.returncode == 0, later.stderr + whole.stderr
    params, scores = later.stdout.splitlines()
    whole_params, whole_scores = whole.stdout.splitlines()
    assert params == whole_params
    assert scores.rpartition(" ")[0] == whole_scores.rpartition(" ")[0]
    # Six candidates of five folds were kept; the rest and the refit were done now.
    assert int(scores.rpartition(" ")[2]) == 6 * 5 + 1
