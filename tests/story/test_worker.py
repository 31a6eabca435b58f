"""`ayar worker`: other processes join a study that runs, and leave in order."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import ayar
from ayar.trial.state import State

PATIENCE = 60.0

FILE = """
from pathlib import Path
import select
space = {"x": (0.0, 1.0)}
max_trials = 8
sampler = "random"
seed = 0

def objective(trial):
    Path(HERE, f"ran-{trial.number}").touch()
    while Path(HERE, "gate").exists():
        select.select([], [], [], 0.02)
    return trial["x"]
"""


class Place:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "tuned.py"
        self.file.write_text(FILE.replace("HERE", repr(str(folder))))

    def start(self, *words: str) -> "subprocess.Popen[str]":
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AYAR_")}
        return subprocess.Popen(
            [sys.executable, "-m", "ayar", *words], cwd=self.folder, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    def run(self, *words: str) -> tuple[int, str]:
        process = self.start(*words)
        _, said = process.communicate(timeout=PATIENCE)
        return process.returncode, said

    def wait_for(self, count: int) -> None:
        from ayar.base.clock import SYSTEM

        for _ in range(int(PATIENCE / 0.02)):
            if len(list(self.folder.glob("ran-*"))) >= count:
                return
            SYSTEM.sleep(0.02)
        raise AssertionError(f"only {list(self.folder.glob('ran-*'))} ran in time")

    @property
    def study(self) -> ayar.Study:
        return ayar.load_study(self.folder / "ayar.db")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_worker_joins_no_study_that_is_not_there(place: Place) -> None:
    code, said = place.run("worker", "tuned.py")
    assert code == 2
    assert "no study is called 'tuned' in sqlite:///ayar.db; start it with: ayar tune tuned.py" in said
    assert not (place.folder / "ayar.db").exists()


@pytest.mark.slow
@pytest.mark.parity("SO2")
def test_workers_from_elsewhere_share_the_budget(place: Place) -> None:
    (place.folder / "gate").touch()
    tune = place.start("tune", "tuned.py", "--workers", "2")
    place.wait_for(2)
    others = [place.start("worker", "tuned.py"), place.start("worker", "tuned.py", "--max-idle", "30")]
    place.wait_for(4)
    (place.folder / "gate").unlink()
    said = [process.communicate(timeout=PATIENCE)[1] for process in (tune, *others)]
    assert [process.returncode for process in (tune, *others)] == [0, 0, 0], said
    assert all("its budget is spent; 8 of 8 trials done" in text for text in said[1:])
    assert place.study.counts() == {State.COMPLETE: 8}
    assert len(place.study.fold.workers) == 3
    assert place.run("worker", "tuned.py") == (
        0,
        "study 'tuned' is finished: 8 of 8 trials done; its budget is spent\n",
    )


@pytest.mark.slow
@pytest.mark.parity("SP6")
def test_when_the_first_process_is_killed_the_others_trials_survive_and_a_rerun_resumes(place: Place) -> None:
    (place.folder / "gate").touch()
    tune = place.start("tune", "tuned.py")
    place.wait_for(1)
    worker = place.start("worker", "tuned.py")
    place.wait_for(2)
    tune.kill()
    tune.communicate(timeout=PATIENCE)
    (place.folder / "gate").unlink()
    again = place.start("tune", "tuned.py")
    for process in (worker, again):
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, said
    study = place.study
    assert study.counts() == {State.COMPLETE: 8}
    assert [trial.attempts for trial in study.trials] == [2, 1, 1, 1, 1, 1, 1, 1]


@pytest.mark.slow
@pytest.mark.parametrize("finish", [True, False])
def test_a_terminated_worker_finishes_or_puts_back_as_asked(place: Place, finish: bool) -> None:
    (place.folder / "gate").touch()
    settings: dict[str, Any] = {"name": "tuned", "sampler": "random", "seed": 0, "max_trials": 8}
    ayar.create_study({"x": (0.0, 1.0)}, storage=place.folder / "ayar.db", **settings).close()
    worker = place.start("worker", "tuned.py", *(["--finish"] if finish else []))
    place.wait_for(1)
    worker.send_signal(signal.SIGTERM)
    if finish:
        (place.folder / "gate").unlink()
    _, said = worker.communicate(timeout=PATIENCE)
    counts = place.study.counts()
    if finish:
        assert (worker.returncode, counts) == (0, {State.COMPLETE: 1}), said
        assert "its running trials finished" in said
    else:
        assert (worker.returncode, counts) == (130, {State.WAITING: 1}), said
        assert "join again with: ayar worker tuned.py" in said


@pytest.mark.slow
def test_a_worker_with_nothing_to_run_leaves_after_max_idle(place: Place) -> None:
    (place.folder / "gate").touch()
    tune = place.start("tune", "tuned.py", "--max-trials", "1")
    place.wait_for(1)
    code, said = place.run("worker", "tuned.py", "--max-idle", "0.3")
    assert (code, "nothing to run for so long" in said) == (0, True), said
    (place.folder / "gate").unlink()
    tune.communicate(timeout=PATIENCE)
    assert place.study.counts() == {State.COMPLETE: 1}
