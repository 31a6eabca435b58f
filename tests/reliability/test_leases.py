"""P6: neither a slow store nor an objective that holds the interpreter costs a live worker its trial."""

import subprocess
import sys
from pathlib import Path

import pytest

import ayar
from ayar.trial.state import State

pytestmark = pytest.mark.slow

LEASE_S = 0.6
HOLDS_THE_INTERPRETER = """
import ctypes, sys, ayar
study = ayar.load_study(sys.argv[1])
def objective(trial):
    print("running", flush=True)
    ctypes.PyDLL(None).usleep(1_500_000)  # called with the interpreter's lock held: no thread of this process runs
    return 7.0
study.optimize(objective, n_trials=1)
"""
HOLDS_THE_FILE = """
import fcntl, sys, time
with open(sys.argv[1] + ".lock", "r+") as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    print("running", flush=True)
    time.sleep(0.8 * float(sys.argv[2]))
"""


def reclaimed(study: ayar.Study) -> list[int]:
    return [event.body.number for event in study.store.read(1, 0, 10_000) if event.kind == "TrialRequeued"]


def started(code: str, *words: object) -> "subprocess.Popen[str]":
    process = subprocess.Popen([sys.executable, "-c", code, *map(str, words)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "running\n"
    return process


def test_an_objective_that_holds_the_interpreter_for_two_leases_keeps_its_trial(tmp_path: Path) -> None:
    study = ayar.create_study(
        {"x": (0.0, 1.0)}, storage=tmp_path / "study.db", sampler="random", seed=0, max_trials=3, lease_s=LEASE_S
    )
    with started(HOLDS_THE_INTERPRETER, tmp_path / "study.db"):
        study.optimize(lambda trial: trial["x"])  # polls for the other's trial until it is told
    assert study.counts() == {State.COMPLETE: 3}
    assert study.trials[0].value == 7.0
    assert reclaimed(study) == []


def test_a_store_that_stalls_for_most_of_a_lease_costs_no_trial(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    study = ayar.create_study({"x": (0.0, 1.0)}, storage=path, sampler="random", seed=0, max_trials=4, lease_s=LEASE_S)

    def objective(trial: ayar.Trial) -> float:
        with started(HOLDS_THE_FILE, path, LEASE_S):
            pass
        return float(trial["x"])

    study.optimize(objective)
    assert study.counts() == {State.COMPLETE: 4}
    assert reclaimed(study) == []
