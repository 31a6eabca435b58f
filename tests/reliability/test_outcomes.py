"""P12: the whole table of outcomes on both executors: each ends in a definite state, and the study goes on."""

import ctypes
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

import ayar
from ayar.trial.state import State

pytestmark = pytest.mark.slow


class Odd(BaseException):
    """No Exception, and no signal of the interpreter's own either."""


class Tensor:
    """As deep-learning libraries have them: a number by `float()`, and by nothing else."""

    def __float__(self) -> float:
        return 0.5


def raises(error: BaseException) -> Callable[[], Any]:
    def act() -> Any:
        raise error

    return act


def hang() -> None:
    while True:
        signal.pause()


def leave_children() -> float:
    for _ in range(20):
        subprocess.Popen(["sleep", "1000"])
    return 0.5


def hang_with_children() -> None:
    leave_children()
    hang()


def flood() -> float:
    for _ in range(100):
        sys.stdout.write("x" * 2**20)
    return 0.5


def close_stdout() -> float:
    sys.stdout.close()
    os.close(1)
    return 0.5


FINE = "complete"
ANYWHERE: dict[str, tuple[Callable[[], Any], str]] = {
    "value": (lambda: 0.5, FINE),
    "numpy scalar": (lambda: np.float32(0.5), FINE),
    "array of no dimension": (lambda: np.array(0.5), FINE),
    "tensor": (Tensor, FINE),
    "inf": (lambda: math.inf, FINE),
    "-inf": (lambda: -math.inf, FINE),
    "NaN": (lambda: math.nan, "bad_value"),
    "None": (lambda: None, "bad_value"),
    "string": (lambda: "0.5", "bad_value"),
    "wrong arity": (lambda: (0.5, 0.5), "bad_value"),
    "exception": (raises(ValueError("no")), "exception"),
    "BaseException": (raises(Odd("no")), "exception"),
    "sys.exit": (lambda: sys.exit(3), "exit"),
    "more memory than there is": (lambda: len(bytearray(2**60)), "memory"),
}
"""What an objective does -> the state, or the kind of failure, of its trial."""
IN_A_CHILD = ANYWHERE | {
    "os._exit": (lambda: os._exit(4), "exit"),
    "segfault": (lambda: ctypes.string_at(0), "signal"),
    "SIGKILL": (lambda: os.kill(os.getpid(), signal.SIGKILL), "signal"),
    "hang": (hang, "timeout"),
    "hang with children": (hang_with_children, "timeout"),
    "children left": (leave_children, FINE),
    "100 MB of output": (flood, FINE),
    "closed stdout": (close_stdout, FINE),
}


def outcomes(table: dict[str, tuple[Callable[[], Any], str]], **options: Any) -> tuple[dict[str, str], ayar.Study]:
    """Run one trial for each line of a table; its name -> the state, or the kind of failure."""
    deeds = [deed for deed, _ in table.values()]
    study = ayar.create_study({"x": (0.0, 1.0)}, sampler="random", seed=0, max_trials=len(table), max_failures=1000)
    study.optimize(lambda trial: deeds[trial.number](), **options)
    told = [str(trial.state) if trial.failure is None else trial.failure.kind for trial in study.trials]
    return dict(zip(table, told, strict=True)), study


@pytest.fixture
def nobody_left() -> Iterator[None]:
    """After the test no process is left that it started, neither below this one nor orphaned."""
    resource_tracker.ensure_running()  # the interpreter's own, which stays
    me, since = psutil.Process(), time.time()
    before = {process.pid for process in me.children(recursive=True)}
    yield
    assert {process.pid for process in me.children(recursive=True)} <= before
    assert not [process for process in psutil.process_iter() if is_orphan(process, since)]


@pytest.mark.parity("G3")
def test_each_outcome_in_this_process() -> None:
    told, study = outcomes(ANYWHERE)
    assert told == {name: expected for name, (_, expected) in ANYWHERE.items()}
    assert study.best.value == 0.5, "an infinite value is stored, and never best"


@pytest.mark.parity("G3", "N5")
@pytest.mark.usefixtures("nobody_left")
def test_each_outcome_in_a_child_process() -> None:
    told, study = outcomes(IN_A_CHILD, workers=2, trial_timeout=3.0)
    assert told == {name: expected for name, (_, expected) in IN_A_CHILD.items()}
    flooded = list(IN_A_CHILD).index("100 MB of output")
    outputs = {e.body.number: e.body.output for e in study.store.read(1, 0, 1000) if e.kind == "TrialTold"}
    assert len(outputs[flooded]) == 65536


@pytest.mark.parity("N5")
@pytest.mark.usefixtures("nobody_left")
def test_hanging_trials_with_children_leave_no_process() -> None:
    # The first is well: where the first three fail alike, a study ends.
    table = {"0": (lambda: 0.5, FINE), **{str(i): (hang_with_children, "timeout") for i in range(1, 11)}}
    told, _ = outcomes(table, workers=2, trial_timeout=0.3)
    assert list(told.values()) == [FINE] + ["timeout"] * 10


def is_orphan(process: psutil.Process, since: float) -> bool:
    """Whether a sleeper of these tests outlived its parent."""
    with suppress(psutil.NoSuchProcess):
        sleeps = process.cmdline() == ["sleep", "1000"] and process.status() != psutil.STATUS_ZOMBIE
        return sleeps and process.ppid() == 1 and process.create_time() > since
    return False


ENDS_ITS_PROCESS = """
import ctypes, os, signal, sys, ayar
deeds = {"exit": lambda: os._exit(4), "segfault": lambda: ctypes.string_at(0),
         "kill": lambda: os.kill(os.getpid(), signal.SIGKILL), "nothing": lambda: 0.5}
ayar.minimize(lambda trial: deeds[sys.argv[2]]() or 0.25, {"x": (0.0, 1.0)}, storage=sys.argv[1], sampler="random",
              seed=0, max_trials=2)
"""


@pytest.mark.parity("G3")
def test_what_ends_the_process_inline_becomes_lost_and_is_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    codes = []
    for deed in ("exit", "segfault", "kill", "nothing"):
        done = subprocess.run(
            [sys.executable, "-c", ENDS_ITS_PROCESS, str(path), deed], capture_output=True, check=False
        )
        codes.append(done.returncode)
    assert codes == [4, -signal.SIGSEGV, -signal.SIGKILL, 0]
    study = ayar.load_study(path)
    assert study.counts() == {State.COMPLETE: 2}
    assert study.trials[0].attempts == 4
