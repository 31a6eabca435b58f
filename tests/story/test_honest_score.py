"""From sealed data to an honest score, over real processes and SQLite: a test set opens once, also after a restart."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import ayar
from ayar.base.errors import SealedTestSet, StudyChanged
from ayar.evaluate import CrossValidation, seal
from ayar.trial.best import best_number

SCRIPT = '''
"""A user's script: it tunes, opens the sealed test, and says what happened as JSON."""

import json
import sys

from sklearn.datasets import load_iris
from sklearn.neighbors import KNeighborsClassifier

import ayar
from ayar.evaluate import CrossValidation, seal

storage, reason = sys.argv[1], json.loads(sys.argv[2])
data = seal(*load_iris(return_X_y=True), test=30)
objective = CrossValidation(lambda params: KNeighborsClassifier(**params), data, cv=3)
study = ayar.maximize(
    objective, {"n_neighbors": ayar.Int(1, 30)}, max_trials=5, storage=storage, name="iris", seed=0, sampler="random"
)
try:
    score = objective.open_test(study, reason=reason)
    print(json.dumps({"trials": len(study.trials), "score": score.to_json(), "best": study.best.number}))
except ayar.AyarError as error:
    print(json.dumps({"trials": len(study.trials), "error": type(error).__name__, "text": str(error)}))
'''


def run(script: Path, storage: str, reason: str | None = None) -> dict[str, Any]:
    command = [sys.executable, str(script), storage, json.dumps(reason)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    told: dict[str, Any] = json.loads(found.stdout)
    return told


@pytest.mark.slow
def test_the_test_set_opens_once_and_a_restart_does_not_reseal_it(tmp_path: Path) -> None:
    script = tmp_path / "iris.py"
    script.write_text(SCRIPT)
    storage = f"sqlite:///{tmp_path / 'iris.db'}"

    first = run(script, storage)
    assert first["trials"] == 5
    assert first["score"]["number"] == first["best"]
    assert (first["score"]["count"], first["score"]["n_test"]) == (1, 30)

    second = run(script, storage)
    assert (second["trials"], second["error"]) == (5, "SealedTestSet")
    assert "it was opened once before, last at 2" in second["text"]
    assert 'pass reason="why"' in second["text"]

    third = run(script, storage, "the paper's referee asked")
    assert (third["score"]["count"], third["score"]["reason"]) == (2, "the paper's referee asked")
    assert third["score"]["score"] == first["score"]["score"]


class Midpoint:
    """A one-column classifier that needs no package: above a threshold, or below it."""

    def __init__(self, shift: float) -> None:
        self.shift = shift

    def fit(self, X: Any, y: Any) -> None:
        self.at = float(X.mean()) + self.shift

    def predict(self, X: Any) -> Any:
        return X[:, 0] > self.at


def points(offset: float = 0.0) -> tuple[Any, Any]:
    """One column that tells the class; studies are told not to check for leaks."""
    import numpy as np

    X = np.linspace(-1, 1, 120).reshape(-1, 1) + offset
    return X, X[:, 0] > offset


def build(params: dict[str, Any]) -> Midpoint:
    return Midpoint(**params)


SPACE = {"shift": (-0.5, 0.5)}


class Forgetful:
    """A ledger that allows any opening."""

    def record(self, topic: str, data: Any) -> None:
        """Forget it."""

    def records(self, topic: str) -> list[Any]:
        return []


@pytest.mark.slow
def test_a_trial_in_a_worker_process_cannot_reach_the_sealed_rows() -> None:
    objective = CrossValidation(build, seal(*points()))

    def spy(trial: Any) -> float:
        try:
            objective.data.open(Forgetful(), number=trial.number)
        except SealedTestSet as error:
            return float("was pickled, as for a worker process" in str(error))
        return -1.0

    study = ayar.maximize(spy, SPACE, max_trials=2, workers=2, sampler="random", seed=0)
    assert [trial.value for trial in study.trials] == [1.0, 1.0], study.trials[0].failure


def test_the_log_holds_folds_error_interval_and_the_opening(tmp_path: Path) -> None:
    objective = CrossValidation(build, seal(*points()), cv=4, check=False)
    study = ayar.maximize(objective, SPACE, max_trials=5, sampler="random", seed=0)
    winner = study.trials[best_number(study.history)]
    assert [(report.step, report.fold) for report in winner.reports] == [(0, 0), (1, 1), (2, 2), (3, 3)]
    assert len(winner.sd) == 1
    assert winner.attrs["cv_low"] <= (winner.value or 0.0) <= winner.attrs["cv_high"]
    score = objective.open_test(study)
    assert score.number == winner.number
    assert objective.test_score(study) == score
    study.report(tmp_path / "report.json")
    assert f"{score.score:.3g}" in (tmp_path / "report.json").read_text()


def test_a_study_does_not_go_on_with_other_data(tmp_path: Path) -> None:
    storage = f"sqlite:///{tmp_path / 'study.db'}"
    tune: Any = {"max_trials": 2, "storage": storage, "name": "points", "sampler": "random", "seed": 0}
    ayar.maximize(CrossValidation(build, seal(*points()), check=False), SPACE, **tune)
    with pytest.raises(
        StudyChanged, match=r"(?s)that this study began with, got others:\n  fingerprint: .* another name"
    ):
        ayar.maximize(CrossValidation(build, seal(*points(0.25)), check=False), SPACE, **{**tune, "max_trials": 3})
