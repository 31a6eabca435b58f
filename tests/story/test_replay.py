"""Eight worker processes, killed at random, and every proposal of their study is made again in a fresh process.

Promise P11 of the store and case N1. What each worker knew when it proposed stands in the log as `seen`.
"""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import ayar
from ayar.trial.state import State

PATIENCE = 120.0
SPACE = {
    "x": (-5.0, 5.0),
    "y": (-5.0, 5.0),
    "kind": ["a", "b", "c"],
    "n": ayar.Int(1, 64, log=True),
    "deep": ayar.Float(0.0, 1.0, when={"kind": ["a", "b"]}),
}

WORKER = """
import sys, ayar
def objective(trial):
    print(trial.number, flush=True)
    return trial["x"] ** 2 + trial["y"] ** 2 + trial.get("deep", 0.3) * trial["n"]
ayar.load_study(sys.argv[1]).optimize(objective)
"""


class Crew:
    """Worker processes that all write a line a trial into one pipe; its end comes when the last of them ended."""

    def __init__(self, path: Path, count: int) -> None:
        self._path = path
        reader, self._writer = os.pipe()
        self.lines = os.fdopen(reader)
        self._all: list[subprocess.Popen[bytes]] = []
        self.working = [self.start() for _ in range(count)]

    def start(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-c", WORKER, str(self._path)]
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
        self._all.append(subprocess.Popen(command, stdout=self._writer, env=environment))
        return self._all[-1]

    def kill(self, place: int) -> None:
        self.working[place].kill()
        self.working[place] = self.start()

    def no_more(self) -> None:
        os.close(self._writer)

    def ends(self) -> list[int]:
        return [worker.wait(PATIENCE) for worker in self._all]


def run(path: Path, workers: int, kills: int, every: int) -> list[int]:
    """Kill a worker after each `every` trials that began, and start another in its place; the exit codes."""
    rng, crew, done = random.Random(1), Crew(path, workers), 0
    for begun, _ in enumerate(crew.lines, 1):
        if begun % every == 0 and done < kills:
            crew.kill(rng.randrange(workers))
            done += 1
            if done == kills:
                crew.no_more()
    crew.lines.close()
    return crew.ends()


def verified(path: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "ayar", "verify", "--storage", str(path), "--json"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    return dict(json.loads(said.stdout))


@pytest.mark.slow
@pytest.mark.parity("N1")
@pytest.mark.parametrize(
    ("sampler", "workers", "trials", "kills"), [("tpe", 8, 500, 20), ("auto", 4, 60, 6), ("gp", 4, 40, 6)]
)
def test_a_study_of_many_killed_workers_is_reproduced_bit_for_bit(
    sampler: str, workers: int, trials: int, kills: int, tmp_path: Path
) -> None:
    path = tmp_path / "study.db"
    ayar.create_study(
        SPACE, storage=path, sampler=sampler, seed=5, max_trials=trials, retries={"lost": 1000}
    ).close()  # fmt: skip
    ends = run(path, workers, kills, every=trials // (kills + 2))
    assert ends.count(-9) == kills
    assert ends.count(0) == workers
    study = ayar.load_study(path)
    assert study.counts() == {State.COMPLETE: trials}
    found = verified(path)
    assert (found["ok"], found["proposals"], found["incomparable"]) == (True, trials, [])
    assert blind(study), "some proposals were made while others were told"


def blind(study: ayar.Study) -> int:
    """How many proposals had not seen the last outcome before them in the log."""
    told = count = 0
    for event in study.store.read(1, 0, 1_000_000):
        if event.kind == "TrialTold":
            told = event.id
        elif event.kind == "TrialAsked":
            count += event.body.seen < told
    return count
