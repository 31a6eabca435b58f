"""Two workers, processes of their own, while the space changes under them: nothing lost, nothing misread, replayed."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import ayar
from ayar import Float, Space
from ayar.base.jsontext import unwrap
from ayar.samplers import SAMPLERS
from ayar.study.proposing import proposal_for
from ayar.study.study import Study
from ayar.trial.events import TrialAsked
from ayar.trial.fold import Fold
from ayar.trial.state import State

PATIENCE = 60.0
OLD = {"lr": Float(1e-4, 1e-1, log=True), "layers": [(8,), (16, 8)]}
WORKER = """
import sys, ayar
study = ayar.load_study(sys.argv[1])
def objective(trial):
    print("running", trial.number, flush=True)
    sys.stdin.readline()
    return sum(trial["layers"]) * trial["lr"]
study.optimize(objective)
print(study.ended, flush=True)
"""


class Worker:
    """A process that tells each trial when it is let go on."""

    def __init__(self, address: str) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER, address], stdin=pipe, stdout=pipe, text=True, bufsize=1
        )
        assert self.line().startswith("running")

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def go_on(self) -> None:
        """Let it tell its trial."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")


def round_of(crew: list[Worker]) -> list[str]:
    """Let all tell their trials, so that none waits for another's; what they say next."""
    for worker in crew:
        worker.go_on()
    return [worker.line() for worker in crew]


@contextmanager
def two_workers(address: str) -> Iterator[list[Worker]]:
    crew = [Worker(address), Worker(address)]
    try:
        yield crew
        for worker in crew:
            assert worker.process.wait(PATIENCE) == 0
    finally:
        for worker in crew:
            worker.process.kill()
            worker.process.communicate()


def check_replay(study: Study) -> None:
    """Every proposal comes out again from the log as of the event it was based on."""
    events = list(study.store.read(1, 0, 10_000))
    for event in events:
        if isinstance(event.body, TrialAsked):
            fold = Fold()
            fold.upto(event.body.seen, events)
            plugin = fold.setup.sampler
            sampler = SAMPLERS.get_class(plugin.name)(**unwrap(plugin.options))
            found = proposal_for(sampler, fold.setup, fold.history, event.body.number)
            assert found is not None
            trial = study.history.trial(event.body.number)
            assert found.params == dict(trial.params if trial.as_asked is None else trial.as_asked)


@pytest.fixture
def address(tmp_path: Path) -> str:
    return str(tmp_path / "study.db")


@pytest.mark.slow
@pytest.mark.parity("N7", "BO5")
@pytest.mark.parametrize("sampler", ["gp", "cmaes"])
def test_workers_go_on_in_the_changed_space_and_running_trials_are_read_in_it(address: str, sampler: str) -> None:
    study = ayar.create_study(OLD, storage=address, sampler=sampler, seed=0, max_trials=12)
    new = {"lr": Float(1e-2, 1.0, log=True), "layers": [(4,), (8,)]}
    with two_workers(address) as crew:
        for _ in range(2):
            assert all(said.startswith("running") for said in round_of(crew))
        study.enqueue({"layers": (16, 8)})
        change = study.change_space(new, why="larger steps")
        assert len(change.cancelled) == 1
        while (said := round_of(crew)) != ["budget", "budget"]:
            assert all(line.startswith("running") for line in said)
    counts = study.counts()
    assert counts == {State.COMPLETE: 12, State.CANCELLED: 1}
    trials = [trial for trial in study.trials if trial.state is State.COMPLETE]
    for trial in trials:
        assert trial.values == (sum(trial["layers"]) * trial["lr"],), "told of the parameters it ran with"
        assert (trial.outside == "") == Space(new).contains(trial.params)
    assert all(not trial.outside for trial in trials[6:])
    assert not study.best.outside
    check_replay(study)


@pytest.mark.slow
@pytest.mark.parity("N7")
def test_workers_that_know_other_names_tell_what_they_run_and_leave(address: str) -> None:
    study = ayar.create_study(OLD, storage=address, sampler="random", seed=0, max_trials=9)
    with two_workers(address) as crew:
        assert all(said.startswith("running") for said in round_of(crew))
        study.change_space({"rate": OLD["lr"], "layers": OLD["layers"]}, rename={"lr": "rate"})
        assert round_of(crew) == ["space changed", "space changed"]
    assert study.counts() == {State.COMPLETE: 4}
    study.optimize(lambda trial: trial["rate"])
    assert study.counts() == {State.COMPLETE: 9}
    assert all(set(trial) == {"rate", "layers"} for trial in study.trials)
    check_replay(study)
