"""Ctrl-C from outside: bookkeeping is finished, the study comes back, the same command goes on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import ayar
from ayar.trial.state import State

SCRIPT = """
import sys, time, ayar
from ayar.trial.state import State

def objective(trial):
    if trial.number >= 2:
        print("running", trial.number, flush=True)
        time.sleep(600)
    return trial["x"]

if __name__ == "__main__":
    study = ayar.minimize(objective, {"x": (0.0, 1.0)}, storage=sys.argv[1], sampler="random", seed=0,
                          max_trials=6, workers=int(sys.argv[2]), executor=sys.argv[3])
    print("ended", study.ended, flush=True)
"""


@pytest.mark.parity("G13")
@pytest.mark.parametrize(("workers", "executor"), [(1, "inline"), pytest.param(2, "processes", marks=pytest.mark.slow)])
def test_one_interrupt_puts_running_trials_back_and_returns_the_study(
    workers: int, executor: str, tmp_path: Path
) -> None:
    (tmp_path / "tune.py").write_text(SCRIPT)
    path = tmp_path / "study.db"
    command = [sys.executable, str(tmp_path / "tune.py"), str(path), str(workers), executor]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        if executor == "inline":
            assert process.stdout.readline() == "running 2\n"
        else:
            wait_until_running(path, workers)
        os.kill(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert said.endswith("ended interrupted\n")
    study = ayar.load_study(path)
    assert study.counts() == {State.WAITING: workers, State.COMPLETE: 2}
    waiting = [trial.params for trial in study.trials if trial.state is State.WAITING]
    study.optimize(lambda trial: trial["x"])
    assert study.counts() == {State.COMPLETE: 6}
    assert [trial.params for trial in study.trials[2 : 2 + workers]] == waiting
    reasons = [event.body.reason for event in study.store.read(1, 0, 1000) if event.kind == "TrialRequeued"]
    assert reasons == ["shutdown"] * workers


def wait_until_running(path: Path, workers: int) -> None:
    """Poll the store until both slow trials run; other means would need the child's help."""
    from ayar.base.clock import SYSTEM

    for _ in range(600):
        if path.exists() and ayar.list_studies(path):
            trials = ayar.load_study(path).trials
            if sum(trial.number >= 2 and trial.state is State.RUNNING for trial in trials) == workers:
                return
        SYSTEM.sleep(0.05)
    raise AssertionError("the workers did not start within 30 s")


KILLED_WHILE_TELLING = """
import sys, os, signal, random, ayar, ayar.storage.sqlite, ayar.samplers.random_search
rng = random.Random(int(sys.argv[2]))
def handler(*_):
    raise KeyboardInterrupt
signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, rng.uniform(0.02, 0.3))
study = ayar.minimize(lambda trial: trial["x"], {"x": (0.0, 1.0)}, storage=sys.argv[1], sampler="random", seed=0,
                      max_trials=150)
signal.setitimer(signal.ITIMER_REAL, 0)
os._exit(0 if study.ended in ("interrupted", "budget") else 1)
"""


@pytest.mark.slow
@pytest.mark.parity("G13")
def test_interrupts_at_random_moments_leave_a_clean_study(tmp_path: Path) -> None:
    # Importing and opening may be hit too: then the script ends with a traceback, and the store is whole all the same.
    path = tmp_path / "study.db"
    for seed in range(12):
        subprocess.run(
            [sys.executable, "-c", KILLED_WHILE_TELLING, str(path), str(seed)],
            capture_output=True,
            timeout=60,
            check=False,
        )
    study = ayar.load_study(path) if path.exists() and ayar.list_studies(path) else None
    finished = ayar.minimize(
        lambda trial: trial["x"], {"x": (0.0, 1.0)}, storage=path, sampler="random", seed=0, max_trials=150
    )
    assert study is not None
    assert finished.counts() == {State.COMPLETE: 150}
    calm = ayar.minimize(lambda trial: trial["x"], {"x": (0.0, 1.0)}, sampler="random", seed=0, max_trials=150)
    assert [trial.params for trial in finished.trials] == [trial.params for trial in calm.trials]
