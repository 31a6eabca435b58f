"""One builder at a time: who waits, who takes over, what a killed builder leaves."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ayar.base.process import Life, identity
from ayar.data import ManyFiles
from ayar.data.lock import PATIENCE, BuilderLock, Owner, may_take_over
from ayar.testing.fake_clock import FakeClock


@pytest.mark.parametrize(
    ("life", "standstill", "free"),
    [
        (Life.GONE, 0.0, True),
        (Life.ALIVE, 1e6, False),
        (Life.UNKNOWN, PATIENCE - 1, False),
        (Life.UNKNOWN, PATIENCE + 1, True),
    ],
)
def test_a_dead_builder_is_replaced_at_once_and_an_unknown_one_after_a_while(
    life: Life, standstill: float, free: bool
) -> None:
    assert may_take_over(Owner("someone", "token"), life, standstill) is free
    assert may_take_over(None, life, standstill)


def test_a_builder_of_another_host_whose_heart_stands_still_is_replaced_in_bounded_time(tmp_path: Path) -> None:
    elsewhere = json.loads(identity()) | {"host": "elsewhere"}
    owner = {"process": json.dumps(elsewhere), "token": "theirs", "beat": 3}
    (tmp_path / "builder.json").write_text(json.dumps(owner))
    clock = FakeClock()
    begun = clock.elapsed()
    with BuilderLock(tmp_path, clock).held():
        assert PATIENCE < clock.elapsed() - begun < PATIENCE + 1
        assert json.loads((tmp_path / "builder.json").read_text())["process"] == identity()
    assert not (tmp_path / "builder.json").exists()


SCRIPT = """
import os, signal, sys, numpy as np
from pathlib import Path
from ayar.data import ManyFiles

folder, deadly = Path(sys.argv[1]), sys.argv[2]

def read(path):
    with (folder / "reads.log").open("a") as log:
        log.write(path.name + chr(10))
    if path.name == deadly:
        if not (folder / "died").exists():
            (folder / "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return {"x": np.loadtxt(path)}

pack = ManyFiles(folder / "*.txt", read, cache=folder / "cache").open()
print(pack.n_rows, pack["x"].sum(), pack.folder.name)
"""


def _together(folder: Path, count: int, deadly: str = "") -> list[tuple[int, str]]:
    """`count` processes that start together: how each ended and what it said."""
    (folder / "script.py").write_text(SCRIPT)
    command = [sys.executable, str(folder / "script.py"), str(folder), deadly]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    ended = [(process.communicate()[0].strip(), process.returncode) for process in started]
    return [(code, text) for text, code in ended]


def _files(folder: Path) -> None:
    for i in range(12):
        np.savetxt(folder / f"{i:02d}.txt", np.arange(20.0) + i)


@pytest.mark.slow
def test_eight_processes_that_start_together_build_once(tmp_path: Path) -> None:
    _files(tmp_path)
    assert set(_together(tmp_path, 8)) == {(0, "240 3600.0 v00000001")}
    assert len((tmp_path / "reads.log").read_text().splitlines()) == 12


@pytest.mark.slow
def test_when_the_builder_is_killed_one_of_the_waiting_takes_over(tmp_path: Path) -> None:
    """The killed one leaves nothing that is read: the others see whole rows alone."""
    _files(tmp_path)
    ended = _together(tmp_path, 4, deadly="07.txt")
    assert sorted(ended) == [(-signal.SIGKILL, ""), *[(0, "240 3600.0 v00000001")] * 3]
    assert len((tmp_path / "reads.log").read_text().splitlines()) == 8 + 12
    home = next((tmp_path / "cache").iterdir())
    assert {path.name for path in home.iterdir()} == {"builder.lock", "v00000001"}


def test_a_file_that_changes_while_it_is_read_is_read_again(tmp_path: Path) -> None:
    _files(tmp_path)
    calls = []

    def read(path: Path) -> dict[str, object]:
        found = np.loadtxt(path)
        calls.append(path)
        if len(calls) == 1:
            np.savetxt(path, np.zeros(5))
            os.utime(path, ns=(1, 1))
        return {"x": found}

    pack = ManyFiles(tmp_path / "*.txt", read, cache=tmp_path / "cache").open()
    assert pack["x"][:5].tolist() == [0.0] * 5
    assert len(calls) == 13
