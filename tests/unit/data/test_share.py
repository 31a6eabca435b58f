"""Shared memory: handles, read-only views, and freed however its processes end."""

import os
import pickle
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import ayar
from ayar.base.errors import ArgumentError, DataError
from ayar.data import share
from ayar.evaluate import seal


def test_arrays_in_any_nest_travel_as_handles() -> None:
    array = np.arange(100_000.0)
    shared = share({"a": array, "list": [array[::2], np.asfortranarray(np.eye(300))], "name": "x"})
    sent = pickle.dumps(shared)
    assert len(sent) < 2000
    back = pickle.loads(sent)
    np.testing.assert_array_equal(back["a"], array)
    np.testing.assert_array_equal(back["list"][0], array[::2])
    assert back["list"][1].flags.f_contiguous
    assert back["name"] == "x"
    with pytest.raises(ValueError, match="read-only"):
        back["a"][0] = 1.0


def test_frames_travel_as_handles_and_changes_are_not_lost() -> None:
    matrix = pd.DataFrame(np.random.default_rng(0).normal(size=(5000, 4)), columns=list("abcd"))
    mixed = matrix.assign(n=np.arange(5000), w="word")
    for frame in (matrix, mixed):
        shared = share(frame)
        pd.testing.assert_frame_equal(pd.DataFrame(pickle.loads(pickle.dumps(shared))), frame)
    shared = share(matrix)
    assert len(pickle.dumps(shared)) < 2000
    assert type(shared[["a"]] + 1) is pd.DataFrame
    shared["e"] = 1
    back = pickle.loads(pickle.dumps(shared))
    assert back["e"].sum() == 5000
    np.testing.assert_array_equal(back["a"], matrix["a"])
    with pytest.raises(ValueError, match="read-only"):
        back.loc[0, "a"] = 7.0
    series = share(matrix["b"])
    pd.testing.assert_series_equal(pd.Series(pickle.loads(pickle.dumps(series))), matrix["b"])


def test_sparse_matrices_and_sealed_data_are_shared_but_not_the_sealed_rows() -> None:
    matrix = sparse.random_array((400, 300), density=0.1, format="csr", rng=np.random.default_rng(0))
    assert (share(matrix) != matrix).nnz == 0
    data = seal(np.random.default_rng(0).normal(size=(9000, 5)), np.arange(9000) % 2)
    shared = share(data)
    assert len(pickle.dumps(shared)) < 3000
    assert shared.fingerprint == data.fingerprint
    np.testing.assert_array_equal(shared.X, data.X)


def test_what_holds_no_array_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"expected an array, a DataFrame, .* got dict without any"):
        share({"a": 1})


def test_the_memory_is_freed_when_its_owner_lets_go() -> None:
    shared = share(np.ones(1000))
    inode = shared.mapping.where[3]
    sent = pickle.dumps(shared)
    assert holders(inode) == {os.getpid()}
    del shared
    assert holders(inode) == set()
    with pytest.raises(DataError, match=r"cannot be reached \(.*\); keep what share\(\) returned as long as workers"):
        pickle.loads(sent)


OWNER = """
import os, pickle, sys, numpy as np
from ayar.data import share
shared = share(np.ones(1000))
sys.stdout.buffer.write(pickle.dumps(shared)); sys.stdout.buffer.flush(); os.close(1)
sys.stdin.read()
"""


def test_the_memory_is_freed_when_its_owner_is_killed() -> None:
    command = [sys.executable, "-c", OWNER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        assert owner.stderr is not None
        sent = owner.stdout.read()
        seen = pickle.loads(sent)
        inode = seen.mapping.where[3]
        assert holders(inode) == {owner.pid, os.getpid()}
        os.kill(owner.pid, signal.SIGKILL)
        owner.wait()
        assert owner.stderr.read() == b""
    assert seen.sum() == 1000
    del seen
    assert holders(inode) == set()
    with pytest.raises(DataError, match="cannot be reached"):
        pickle.loads(sent)


WORKER = """
import os, pickle, sys
seen = pickle.loads(sys.stdin.buffer.read())
print(seen.sum(), flush=True); os.close(1)
import signal; signal.pause()
"""


def test_the_memory_outlives_a_killed_worker_and_is_freed_after_it() -> None:
    """A worker killed with the memory mapped neither takes it from the others nor keeps it."""
    shared = share(np.ones(1000))
    inode = shared.mapping.where[3]
    command = [sys.executable, "-c", WORKER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(pickle.dumps(shared))
        worker.stdin.close()
        assert worker.stdout.read() == b"1000.0\n"
        assert holders(inode) == {worker.pid, os.getpid()}
        os.kill(worker.pid, signal.SIGKILL)
        assert worker.wait() == -signal.SIGKILL
    assert holders(inode) == {os.getpid()}
    assert shared.sum() == 1000
    del shared
    assert holders(inode) == set()


@pytest.mark.slow
def test_killed_workers_of_a_study_leave_the_memory_to_its_owner_alone() -> None:
    shared = share(np.arange(1000.0))
    inode = shared.mapping.where[3]

    def objective(trial: ayar.Trial) -> float:
        assert shared.sum() == 499500.0
        if trial.number % 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return float(trial["x"])

    study = ayar.minimize(objective, {"x": (0.0, 1.0)}, max_trials=4, workers=2, seed=0)
    assert sorted(trial.state for trial in study.trials) == ["complete", "complete", "failed", "failed"]
    assert holders(inode) == {os.getpid()}


def test_nothing_is_said_at_an_ordinary_end() -> None:
    code = "import numpy as np; from ayar.data import share; x = share(np.ones(10**6)); print(x.sum())"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("1000000.0", "")


@pytest.mark.slow
def test_workers_use_the_same_memory(tmp_path: Path) -> None:
    shared = share(np.arange(1000.0))

    def objective(trial: ayar.Trial) -> float:
        return float(shared.sum() + trial["x"] * 0)

    study = ayar.minimize(objective, {"x": (0.0, 1.0)}, max_trials=4, workers=2, seed=0)
    assert [trial.value for trial in study.trials] == [499500.0] * 4


def holders(inode: int) -> set[int]:
    """Processes that have this shared memory open or mapped; it has no name, so without any of them it is gone."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            mapped = any(f" {inode} /memfd:ayar-share" in line for line in (folder / "maps").read_text().splitlines())
            names = [path for path in (folder / "fd").iterdir() if _target(path).startswith("/memfd:ayar-share")]
            if mapped or any(path.stat().st_ino == inode for path in names):
                found.add(int(folder.name))
    return found


def _target(path: Path) -> str:
    try:
        return os.readlink(path)  # noqa: PTH115 - it leads nowhere that `readlink` of Path could tell
    except OSError:
        return ""
