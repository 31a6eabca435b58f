"""Racing folds in real processes: four workers on SQLite, a shell command, cross-validated models."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ayar
from ayar.base.errors import ArgumentError
from ayar.evaluate import CrossValidation, KFold, seal
from ayar.schedulers.fold_race import FoldRace
from ayar.trial.crossval import FOLDS
from ayar.trial.state import State
from threshold import build

NOISE = np.random.default_rng(0).normal(size=400)
X = np.linspace(-1.0, 1.0, 400).reshape(-1, 1)
Y = (X[:, 0] + 0.2 * NOISE > 0.0).astype(int)
SPACE = {"at": (-0.9, 0.9)}


def objective(**settings: Any) -> CrossValidation:
    return CrossValidation(build, seal(X, Y, test=0.2, seed=0), **settings)


def stopped(study: ayar.Study) -> list[ayar.Trial]:
    return [trial for trial in study.trials if trial.state is State.PRUNED]


@pytest.mark.slow
@pytest.mark.parity("N6", "N1")
def test_four_workers_race_and_every_decision_is_made_again(tmp_path: Path) -> None:
    study = ayar.maximize(
        objective(), SPACE, max_trials=40, workers=4, scheduler="fold_race", storage=tmp_path / "a.db", seed=0,
        sampler="random",
    )  # fmt: skip
    assert len(stopped(study)) >= 15
    assert len({trial.worker for trial in study.trials}) == 1, "four attempts at a time, one writer"
    for trial in stopped(study):
        assert len(trial.reports) == trial.decision["folds"] < 5
    assert study.best.state is State.COMPLETE
    assert study.recommended.state is State.COMPLETE
    found = ayar.load_study(tmp_path / "a.db").verify()
    assert found.ok, found.text
    assert (found.proposals, found.decisions) == (40, len(stopped(study)))


WORKER = """
import sys
import ayar
from story.test_fold_race import SPACE, objective
ayar.maximize(objective(), SPACE, max_trials=30, scheduler="fold_race", storage=sys.argv[1], seed=0, sampler="random")
"""


@pytest.mark.slow
@pytest.mark.parity("N6", "N1")
def test_separate_processes_race_against_each_others_trials(tmp_path: Path) -> None:
    """Two processes on one study: the incumbent of a decision may be the other's trial."""
    path = [str(Path(__file__).parents[1]), *sys.path]
    code = f"import sys; sys.path[:0] = {path!r}\n{WORKER}"
    runs = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "b.db")]) for _ in range(2)]
    assert [run.wait(timeout=120) for run in runs] == [0, 0]
    study = ayar.load_study(tmp_path / "b.db")
    assert len(study.trials) == 30
    assert stopped(study)
    found = study.verify()
    assert found.ok, found.text
    assert found.decisions == len(stopped(study))


def test_fewer_models_are_fitted_for_the_same_winner() -> None:
    wide = {"max_trials": 40, "sampler": "random", "seed": 0}
    plain = ayar.maximize(objective(), SPACE, **wide)
    raced = ayar.maximize(objective(), SPACE, scheduler="fold_race", **wide)
    fits = [sum(len(trial.reports) for trial in study.trials) for study in (plain, raced)]
    assert fits[0] == 200
    assert fits[1] < 120
    assert raced.best.params == plain.best.params
    assert all(trial.attrs[FOLDS]["k"] == 5 for trial in raced.trials)
    assert len({trial.attrs[FOLDS]["split"] for trial in raced.trials}) == 1


def test_reshuffled_folds_are_new_for_each_trial_and_the_same_again(tmp_path: Path) -> None:
    tune: dict[str, Any] = {"max_trials": 6, "sampler": "random", "seed": 0}
    once = ayar.maximize(objective(reshuffle=True), SPACE, scheduler="fold_race", **tune)
    splits = [trial.attrs[FOLDS]["split"] for trial in once.trials]
    assert len(set(splits)) == 6
    again = ayar.maximize(objective(reshuffle=True), SPACE, scheduler="fold_race", **tune)
    assert [trial.attrs[FOLDS]["split"] for trial in again.trials] == splits
    assert [trial.values for trial in again.trials] == [trial.values for trial in once.trials]
    assert once.verify().ok


def test_reshuffling_is_refused_together_with_wilcoxon() -> None:
    with pytest.raises(ArgumentError, match=r"same folds, and reshuffle=True draws new ones .* rule 'forgiving'"):
        ayar.maximize(objective(reshuffle=True), SPACE, max_trials=3, scheduler=FoldRace(rule="wilcoxon"))


def test_reshuffling_what_draws_nothing_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"expected a split that draws its folds, got KFold\(k=5, shuffle=False\)"):
        objective(cv=KFold(5, shuffle=False), reshuffle=True)


def test_a_study_does_not_go_on_with_reshuffled_folds() -> None:
    study = ayar.maximize(objective(), SPACE, max_trials=2, sampler="random", seed=0)
    with pytest.raises(ayar.errors.StudyChanged, match=r"cv: 'StratifiedKFold\(k=5\)' -> .*new folds for each trial"):
        study.optimize(objective(reshuffle=True), n_trials=1)


STUDY_FILE = """
goals = { error = "minimize" }
command = ["sh", "folds.sh", "{x}"]
max_trials = 12
sampler = "random"
scheduler = { name = "fold_race", rule = "mean" }
seed = 0

[space]
x = { low = 0.0, high = 1.0 }
"""

FOLDS_SH = """
x=$1
for i in 0 1 2; do
    echo "{\\"error\\": $x, \\"step\\": $i, \\"fold\\": $i}" >> "$AYAR_RESULT"
    sleep 0.3
done
echo "{\\"error\\": $x}" >> "$AYAR_RESULT"
"""


@pytest.mark.slow
@pytest.mark.parity("N6")
def test_a_command_that_reports_folds_is_stopped_too(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(STUDY_FILE)
    (tmp_path / "folds.sh").write_text(FOLDS_SH)
    command = [sys.executable, "-m", "ayar", "tune", "study.toml", "--storage", "sqlite:///c.db"]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert "scheduler fold_race" in found.stdout + found.stderr
    study = ayar.load_study(tmp_path / "c.db")
    assert stopped(study)
    assert all(trial.decision["rule"] == "mean" for trial in stopped(study))
    story = subprocess.run(
        [sys.executable, "-m", "ayar", "show", str(stopped(study)[0].number), "--storage", "sqlite:///c.db"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "decided   stop: the mean of" in story.stdout
