"""Many processes on one store: one study, an exact budget, nothing handed out twice, nothing lost with a worker.

Promises P4, P5, P8, P9, P18 of the store. Real processes, real kills, on a SQLite file and on a server.
"""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import ayar
from ayar.study.study import Study
from ayar.trial.state import State
from story.actors import act

PATIENCE = 60.0


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'study.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres")


def check_exact(study: Study, budget: int) -> None:
    assert [trial.number for trial in study.trials] == list(range(budget))
    assert {trial.state for trial in study.trials} == {State.COMPLETE}
    assert len({trial["x"] for trial in study.trials}) == budget
    assert study.stopped == "budget"
    asked = [event.body.number for event in study.store.read(1, 0, 10_000) if event.kind == "TrialAsked"]
    assert sorted(asked) == list(range(budget))


@pytest.mark.slow
@pytest.mark.parity("N2")
@pytest.mark.parametrize("_repeat", range(3))
def test_thirty_two_processes_open_one_new_study_at_once(address: str, _repeat: int) -> None:
    told = act("crowd", address, 32, 64)
    assert told["exits"] == [0] * 32
    assert ayar.list_studies(address) == ["crowd"]
    check_exact(ayar.load_study(address), 64)


@pytest.mark.parity("G4")
def test_four_processes_keep_the_budget_and_share_no_proposal(address: str) -> None:
    assert act("crowd", address, 4, 40)["exits"] == [0] * 4
    check_exact(ayar.load_study(address), 40)


@pytest.mark.parity("OP13")
def test_eight_processes_on_one_store_are_not_disturbed_by_who_looks_on(address: str, tmp_path: Path) -> None:
    ayar.create_study({"x": (0.0, 1.0)}, storage=address, name="crowd", sampler="random", seed=0, max_trials=80).close()
    with ThreadPoolExecutor() as beside:
        crowd = beside.submit(act, "crowd", address, 8, 80)
        seen = []
        while not crowd.done():
            study = ayar.load_study(address, "crowd")
            study.report(tmp_path / "report.md")
            seen.append(study.counts().get(State.COMPLETE, 0))
            study.close()
    assert crowd.result()["exits"] == [0] * 8
    assert seen == sorted(seen)
    check_exact(ayar.load_study(address), 80)


def test_a_study_opened_before_a_fork_is_used_by_parent_and_children(address: str) -> None:
    assert act("forked", address, 2, 30)["exits"] == [0, 0]
    study = ayar.load_study(address)
    check_exact(study, 30)
    assert len(study.fold.workers) == 3, "each process is a worker of its own"


@pytest.mark.slow
def test_workers_of_one_call_share_its_trials(address: str) -> None:
    study = ayar.create_study({"x": (0.0, 1.0)}, storage=address, sampler="random", seed=0)
    study.optimize(square, n_trials=13, workers=3)
    assert (study.ended, study.counts()) == ("n_trials", {State.COMPLETE: 13})
    assert study.stopped is None


@pytest.mark.slow
@pytest.mark.parity("RT2")
def test_eight_workers_are_eight_processes_at_once(tmp_path: Path) -> None:
    def meets_the_others(trial: ayar.Trial) -> float:
        import os
        import select

        (tmp_path / f"pid-{os.getpid()}").touch()
        while len(list(tmp_path.glob("pid-*"))) < 8:
            select.select([], [], [], 0.02)
        return float(trial["x"])

    study = ayar.minimize(
        meets_the_others, {"x": (0.0, 1.0)}, sampler="random", seed=0, max_trials=8, workers=8, trial_timeout=PATIENCE
    )
    assert study.counts() == {State.COMPLETE: 8}


def square(trial: ayar.Trial) -> float:
    return float((trial["x"] - 0.3) ** 2)


WORKER = """
import sys, os, signal, ayar
def objective(trial):
    if trial.number == 2 and sys.argv[2] == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    return trial["x"]
ayar.minimize(objective, {"x": (0.0, 1.0)}, storage=sys.argv[1], sampler="random", seed=0, max_trials=5)
"""


def run_worker(address: str, fate: str) -> int:
    return subprocess.run([sys.executable, "-c", WORKER, address, fate], check=False, timeout=PATIENCE).returncode


@pytest.mark.parity("G3")
def test_a_killed_worker_s_trial_comes_back_and_the_study_completes(address: str) -> None:
    assert run_worker(address, "dies") == -signal.SIGKILL
    [lost] = [trial for trial in ayar.load_study(address).trials if trial.state is State.RUNNING]
    assert run_worker(address, "lives") == 0
    study = ayar.load_study(address)
    check_exact(study, 5)
    again = study.trials[lost.number]
    assert (again.params, again.attempts) == (lost.params, 2)


SLOW = """
import sys, time, ayar
study = ayar.load_study(sys.argv[1])
def objective(trial):
    print("running", trial.number, flush=True)
    sys.stdin.readline()
    return 9.0
study.optimize(objective, n_trials=2)
print(study.ended)
"""


@pytest.mark.slow
@pytest.mark.parity("N3")
def test_a_frozen_worker_that_wakes_late_harms_nothing_and_goes_on(address: str) -> None:
    study = ayar.create_study({"x": (0.0, 1.0)}, storage=address, sampler="random", seed=0, max_trials=2, lease_s=0.5)
    command = [sys.executable, "-c", SLOW, address]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as frozen:
        assert frozen.stdin is not None
        assert frozen.stdout is not None
        assert frozen.stdout.readline() == "running 0\n"
        frozen.send_signal(signal.SIGSTOP)
        study.optimize(square)  # waits for the lease of trial 0, and takes it over
        assert study.counts() == {State.COMPLETE: 2}
        study.change(max_trials=3)
        frozen.send_signal(signal.SIGCONT)
        said, _ = frozen.communicate("\n\n", timeout=PATIENCE)
    assert said == "running 2\nn_trials\n"
    assert [trial.value == 9.0 for trial in study.trials] == [False, False, True]
    [refused] = study.fold.refused
    assert (refused.body.number, refused.body.refused["values"]) == (0, [9.0])
