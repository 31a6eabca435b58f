"""Many machines on one PostgreSQL server: what the clocks and processes of one say nothing about to another."""

import signal
import subprocess
import sys

import pytest

import ayar
from ayar.trial.state import State
from postgres import Server, new_database

PATIENCE = 60.0

MACHINE = """
import os, signal, socket, sys
address, name, days, fate = sys.argv[1:]
socket.gethostname = lambda: name
import ayar
from ayar.base.clock import SystemClock
wall, steady, off = SystemClock.wall, SystemClock.steady, int(days) * 86_400_000_000
SystemClock.wall = lambda self: wall(self) + off
SystemClock.steady = lambda self: steady(self) + off
def objective(trial):
    if fate == "dies" and trial.number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return trial["x"]
ayar.minimize(objective, {"x": (0.0, 1.0)}, storage=address, sampler="random", seed=0, max_trials=6, lease_s=1.0)
"""


def run_machine(address: str, name: str, days: int, fate: str) -> int:
    command = [sys.executable, "-c", MACHINE, address, name, str(days), fate]
    return subprocess.run(command, check=False, timeout=PATIENCE).returncode


@pytest.mark.parity("HO9")
@pytest.mark.parity("SO2")
@pytest.mark.parametrize("days", [1, -1])
def test_a_machine_takes_over_what_another_lost_whatever_their_clocks_say(postgres: str, days: int) -> None:
    assert run_machine(postgres, "ann", 0, "dies") == -signal.SIGKILL
    assert run_machine(postgres, "ben", days, "lives") == 0, "it waited for the lease, which the server's clock ends"
    study = ayar.load_study(postgres)
    assert study.counts() == {State.COMPLETE: 6}
    assert [trial.attempts for trial in study.trials] == [1, 1, 2, 1, 1, 1]
    assert study.stopped == "budget"
    at = [event.at for event in study.store.read(1, 0)]
    assert at == sorted(at)
    assert at[-1] - at[0] < PATIENCE * 1e6, "one clock wrote the log"


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_study_goes_on_when_the_server_is_started_again_under_it(own_server: Server, mode: str) -> None:
    def objective(trial: ayar.Trial) -> float:
        if trial.number == 2:
            own_server.stop(mode)
            own_server.start()
        return float(trial["x"])

    with new_database(own_server.address) as address:
        study = ayar.minimize(objective, {"x": (0.0, 1.0)}, storage=address, sampler="random", seed=0, max_trials=5)
        assert study.counts() == {State.COMPLETE: 5}
        assert [trial.attempts for trial in study.trials] == [1] * 5
        kinds = [event.kind for event in study.store.read(1, 0)]
        assert kinds.count("TrialTold") == 5
        study.close()
