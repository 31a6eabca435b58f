"""Whatever an objective does to its process, its attempt ends with a definite kind, and the next one works.

The outcome table of promise P12 as far as executors know it, and P13: no process is left behind.
"""

import ctypes
import gc
import itertools
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from ayar.base.errors import AyarError
from ayar.executors.base import Channel, Ended, Task
from ayar.executors.groups import group_lives
from ayar.executors.processes import ProcessExecutor

PATIENCE = 60.0
MEGABYTE = 2**20


def call(objective: Callable[..., Any], payload: dict[str, Any], channel: Channel) -> Any:
    return objective(payload, channel)


def hang(payload: dict[str, Any], channel: Channel) -> None:
    channel({"pids": [os.getpid()]})
    while True:
        signal.pause()


def hang_with_children(payload: dict[str, Any], channel: Channel) -> None:
    stubborn = [
        sys.executable,
        "-c",
        "import signal; signal.signal(15, signal.SIG_IGN); print(1, flush=True); signal.pause()",
    ]
    sleeper = subprocess.Popen(["sleep", "1000"])
    with subprocess.Popen(stubborn, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        hang_on = [os.getpid(), sleeper.pid, child.pid]
        channel({"pids": hang_on})
        signal.pause()


def hang_in_c(payload: dict[str, Any], channel: Channel) -> None:
    channel({"pids": [os.getpid()]})
    max(itertools.repeat(1))  # never lets go of the interpreter lock, nor looks for signals


def ignore_sigterm(payload: dict[str, Any], channel: Channel) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    channel({"pids": [os.getpid()]})
    while True:
        signal.pause()


def flood(payload: dict[str, Any], channel: Channel) -> str:
    for _ in range(100):
        sys.stdout.write("x" * MEGABYTE)
    subprocess.run(["echo", "from a grandchild"], check=True)
    return "done"


def close_streams(payload: dict[str, Any], channel: Channel) -> str:
    sys.stdout.close()
    os.close(1)
    os.close(2)
    return "done"


def close_everything(payload: dict[str, Any], channel: Channel) -> None:
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # a long run of tests has many files open
    signal.pause()


def abort_with_words(payload: dict[str, Any], channel: Channel) -> None:
    os.write(2, b"something is wrong\n")
    os.abort()


def leave_a_child_and_crash(payload: dict[str, Any], channel: Channel) -> None:
    channel({"pids": [subprocess.Popen(["sleep", "1000"]).pid]})
    os.kill(os.getpid(), signal.SIGSEGV)


def raise_interrupt(payload: dict[str, Any], channel: Channel) -> None:
    raise KeyboardInterrupt


def overflow(payload: dict[str, Any], channel: Channel) -> None:
    sys.setrecursionlimit(10**9)

    class Endless:
        def __repr__(self) -> str:
            return repr([self])

    repr(Endless())


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


def raise_unspeakable(payload: dict[str, Any], channel: Channel) -> None:
    raise Unspeakable


DEEDS: dict[str, Callable[[dict[str, Any], Channel], Any]] = {
    "value": lambda payload, channel: 0.5,
    "pid": lambda payload, channel: os.getpid(),
    "sys.exit": lambda payload, channel: sys.exit(3),
    "sys.exit with words": lambda payload, channel: sys.exit("no data"),
    "os._exit": lambda payload, channel: os._exit(4),
    "os._exit(0)": lambda payload, channel: os._exit(0),
    "segfault": lambda payload, channel: ctypes.string_at(0),
    "abort": abort_with_words,
    "SIGKILL": lambda payload, channel: os.kill(os.getpid(), signal.SIGKILL),
    "SIGTERM": lambda payload, channel: os.kill(os.getpid(), signal.SIGTERM),
    "KeyboardInterrupt": raise_interrupt,
    "unspeakable": raise_unspeakable,
    "stack overflow": overflow,
    "hang": hang,
    "hang in C": hang_in_c,
    "hang with children": hang_with_children,
    "ignore SIGTERM": ignore_sigterm,
    "crash with a child": leave_a_child_and_crash,
    "flood": flood,
    "close streams": close_streams,
    "close everything": close_everything,
    "array": lambda payload, channel: float(np.ones(payload["bytes"], np.uint8)[-1]),
    "too much": lambda payload, channel: len(bytearray(2**60)),
    "threads": lambda payload, channel: [os.environ["OMP_NUM_THREADS"], _blas_threads()],
    "clean up": lambda payload, channel: _clean_up(payload["path"], channel),
}


def _blas_threads() -> list[int]:
    from threadpoolctl import threadpool_info

    return [library["num_threads"] for library in threadpool_info()]


def _clean_up(path: str, channel: Channel) -> None:
    try:
        channel({"pids": [os.getpid()]})
        signal.pause()
    finally:
        with suppress(AyarError):  # refused at once: nobody would answer
            channel({"pids": []})
        Path(path).write_text("cleaned")


def misbehave(payload: dict[str, Any], channel: Channel) -> Any:
    return DEEDS[payload["do"]](payload, channel)


class Lab:
    """An executor, and the process ids that its attempts told of."""

    def __init__(self, **options: Any) -> None:
        self.pids: list[int] = []
        self.executor = ProcessExecutor(
            **{"objective": misbehave, "run": call, "on_message": self.hear, "slots": 1} | options  # type: ignore[arg-type]  # a table of options
        )

    def hear(self, number: int, message: dict[str, Any]) -> Any:
        self.pids += message.get("pids", [])
        return None

    def start(self, deed: str, number: int = 0, timeout: float | None = None, **more: Any) -> None:
        self.executor.submit(Task(number, {"do": deed, **more}, timeout=timeout))

    def do(self, deed: str, timeout: float | None = None, **more: Any) -> Ended:
        self.start(deed, timeout=timeout, **more)
        [ended] = self.executor.poll(PATIENCE)
        return ended

    def start_and_hear(self, deed: str, **more: Any) -> None:
        """Start an attempt that will hang, and wait until it tells its process ids."""
        self.start(deed, **more)
        while not self.pids:
            assert self.executor.poll(0.05) == []


@pytest.fixture(scope="module")
def shared() -> Iterator[Lab]:
    lab = Lab()
    yield lab
    lab.executor.close()
    assert all(_is_gone(pid) for pid in lab.pids)


@pytest.fixture
def lab() -> Iterator[Lab]:
    lab = Lab()
    yield lab
    lab.executor.close(grace=0.1)
    assert all(_is_gone(pid) for pid in lab.pids)


def _is_gone(pid: int, patience: float = 0.0) -> bool:
    """Whether a process has ended, at the latest after `patience` seconds."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], patience)[0])
    finally:
        os.close(handle)


@pytest.mark.parametrize(
    ("deed", "expected"),
    [
        ("sys.exit", {"kind": "exit", "exit_code": 3, "type": "SystemExit"}),
        (
            "sys.exit with words",
            {"kind": "exit", "exit_code": 1, "message": "the objective called sys.exit('no data')"},
        ),
        ("os._exit", {"kind": "exit", "exit_code": 4, "type": ""}),
        ("os._exit(0)", {"kind": "exit", "exit_code": 0}),
        ("segfault", {"kind": "signal", "signal": signal.SIGSEGV}),
        ("stack overflow", {"kind": "signal", "signal": signal.SIGSEGV}),
        ("abort", {"kind": "signal", "signal": signal.SIGABRT}),
        ("SIGKILL", {"kind": "signal", "signal": signal.SIGKILL, "message": "the process was killed by SIGKILL"}),
        ("SIGTERM", {"kind": "signal", "signal": signal.SIGTERM}),
        ("KeyboardInterrupt", {"kind": "exception", "type": "KeyboardInterrupt"}),
        (
            "unspeakable",
            {"kind": "exception", "message": "(the error's text cannot be had: its __str__ raised RuntimeError)"},
        ),
        ("crash with a child", {"kind": "signal", "signal": signal.SIGSEGV}),
        ("too much", {"kind": "memory", "type": "MemoryError"}),
        ("close everything", {"kind": "lost"}),
        ("hang", {"kind": "timeout"}),
        ("hang in C", {"kind": "timeout"}),
    ],
)
def test_an_attempt_ends_with_its_kind_and_the_next_one_works(shared: Lab, deed: str, expected: dict[str, Any]) -> None:
    limit = 0.3 if deed.startswith("hang") else None
    failure = shared.do(deed, timeout=limit).failure
    assert failure is not None
    assert {name: getattr(failure, name) for name in expected} == expected
    assert shared.do("value").result == 0.5


@pytest.mark.parametrize("deed", ["sys.exit", "os._exit", "KeyboardInterrupt", "too much"])
def test_after_more_than_an_exception_the_next_attempt_gets_a_fresh_child(shared: Lab, deed: str) -> None:
    before = shared.do("pid").result
    shared.do(deed)
    assert shared.do("pid").result != before
    assert _is_gone(before)


@pytest.mark.parametrize("deed", ["flood", "close streams"])
def test_what_an_attempt_does_to_its_output_costs_nothing(shared: Lab, deed: str) -> None:
    assert shared.do(deed).result == "done"
    assert shared.do("value").result == 0.5


def test_of_a_flood_the_end_is_kept(shared: Lab) -> None:
    output = shared.do("flood").output
    assert len(output) == 65536
    assert output.endswith("xfrom a grandchild\n")


def test_a_crash_leaves_its_last_words(shared: Lab) -> None:
    failure = shared.do("segfault").failure
    assert failure is not None
    assert "Segmentation fault" in failure.stderr
    assert "string_at" in failure.stderr
    failure = shared.do("abort").failure
    assert failure is not None
    assert failure.stderr.startswith("something is wrong")


def test_a_time_limit_takes_grandchildren_along(lab: Lab) -> None:
    lab.start("hang with children", timeout=0.5)
    [ended] = lab.executor.poll(PATIENCE)
    assert ended.failure is not None
    assert ended.failure.kind == "timeout"
    assert len(lab.pids) == 3
    assert not group_lives(lab.pids[0])


def test_an_attempt_that_takes_too_long_tells_where_it_was(lab: Lab) -> None:
    failure = lab.do("hang", timeout=0.3).failure
    assert failure is not None
    assert failure.message == "no result within the time limit (running); timeout=0.3 seconds"
    assert failure.where.endswith("in hang")
    assert "signal.pause()" in failure.traceback


def test_many_hanging_attempts_leave_no_process(lab: Lab) -> None:
    kinds = [lab.do("crash with a child").failure, *(lab.do("hang", timeout=0.05).failure for _ in range(5))]
    assert [failure.kind for failure in kinds if failure] == ["signal"] + ["timeout"] * 5
    assert all(_is_gone(pid) for pid in lab.pids)


def test_who_ignores_sigterm_is_killed_after_the_grace(lab: Lab) -> None:
    lab.start_and_hear("ignore SIGTERM", number=4)
    lab.executor.cancel(4, grace=0.1)
    [ended] = lab.executor.poll(PATIENCE)
    assert (ended.number, ended.failure and ended.failure.kind) == (4, "cancelled")
    assert lab.do("value").result == 0.5


def test_an_attempt_that_is_cancelled_may_clean_up(lab: Lab, tmp_path: Path) -> None:
    lab.start_and_hear("clean up", path=str(tmp_path / "note"))
    lab.executor.cancel(0)
    assert len(lab.executor.poll(PATIENCE)) == 1
    assert (tmp_path / "note").read_text() == "cleaned"


def test_close_ends_what_runs(lab: Lab) -> None:
    lab.start_and_hear("hang with children", number=6)
    lab.executor.close(grace=0.1)
    [ended] = lab.executor.poll(0)
    assert (ended.number, ended.failure and ended.failure.kind) == (6, "cancelled")
    assert not group_lives(lab.pids[0])


def test_a_module_that_crashes_while_it_is_loaded_fails_each_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "crashes_on_import.py").write_text("import ctypes\nctypes.string_at(0)\n")
    monkeypatch.syspath_prepend(tmp_path)
    lab = Lab(objective="crashes_on_import:loss")
    with lab.executor:
        failures = [lab.do("value").failure for _ in range(3)]
    assert [failure.signal for failure in failures if failure] == [signal.SIGSEGV] * 3


def test_an_idle_child_that_dies_costs_no_attempt(lab: Lab) -> None:
    for _ in range(3):
        os.kill(lab.do("pid").result, signal.SIGKILL)
        assert lab.do("value").result == 0.5


def test_beyond_the_memory_limit_an_attempt_fails_with_memory() -> None:
    lab = Lab(memory=200 * MEGABYTE)
    with lab.executor:
        assert lab.do("array", bytes=50 * MEGABYTE).result == 1.0
        failure = lab.do("array", bytes=400 * MEGABYTE).failure
        assert failure is not None
        assert failure.kind == "memory"
        assert "Unable to allocate 400. MiB" in failure.message
        failure = lab.do("SIGKILL").failure
        assert failure is not None
        assert (failure.kind, failure.signal) == ("memory", signal.SIGKILL)


def test_peak_memory_is_the_attempts_own(lab: Lab) -> None:
    large = lab.do("array", bytes=200 * MEGABYTE).peak_bytes
    small = lab.do("value").peak_bytes
    assert large is not None
    assert small is not None
    assert large > 200 * MEGABYTE > small


def test_each_child_uses_its_share_of_threads() -> None:
    lab = Lab(threads=1)
    with lab.executor:
        variable, libraries = lab.do("threads").result
    assert variable == "1"
    assert libraries
    assert set(libraries) == {1}


def _holdings() -> "np.ndarray[Any, np.dtype[np.int64]]":
    """File descriptors, threads and child processes of this process."""
    gc.collect()
    me = psutil.Process()
    return np.array([me.num_fds(), me.num_threads(), len(me.children(recursive=True))])


def test_a_long_life_leaks_nothing() -> None:
    warm_up = Lab()  # the first child starts the interpreter's resource tracker, which stays
    warm_up.do("value")
    warm_up.executor.close()
    before = _holdings()
    lab = Lab()
    lab.do("value")
    early = _holdings()
    for i in range(200):
        lab.do("os._exit" if i % 60 == 30 else "value")
    assert (_holdings() <= early).all()
    lab.executor.close()
    assert (_holdings() <= before).all()


SCRIPT = """
import itertools, os, signal
from ayar.base.errors import AyarError
from ayar.executors.base import Task
from ayar.executors.processes import ProcessExecutor

print("the script runs")
FACTOR = 3

def run(objective, payload, channel):
    return objective(payload["x"], channel)

def objective(x, channel):
    if x is None:
        sleeper = os.spawnlp(os.P_NOWAIT, "sleep", "sleep", "1000")
        channel({"pids": [os.getpid(), sleeper]})
        HANG
    return FACTOR * x

def tell(number, message):
    print(*message["pids"], flush=True)

def main(x):
    with ProcessExecutor(objective=objective, run=run, on_message=tell, slots=1) as executor:
        executor.submit(Task(0, {"x": x}))
        print(executor.poll(60)[0].result)

main(MAIN_X)
print(__name__, "__file__" in globals())
"""


@pytest.mark.parametrize("way", ["file", "module", "code"])
def test_a_script_needs_no_main_guard(tmp_path: Path, way: str) -> None:
    script = SCRIPT.replace("MAIN_X", "14").replace("HANG", "pass")
    (tmp_path / "tune.py").write_text(script)
    arguments = {"file": ["tune.py"], "module": ["-m", "tune"], "code": ["-c", script]}[way]
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.stdout.splitlines() == ["the script runs", "42", f"__main__ {way != 'code'}"]
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def hanging_script(
    tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[tuple["subprocess.Popen[str]", list[int]]]:
    """A script whose objective hangs with a grandchild, and the process ids of both."""
    hang = getattr(request, "param", "signal.pause()")
    (tmp_path / "tune.py").write_text(SCRIPT.replace("MAIN_X", "None").replace("HANG", hang))
    with subprocess.Popen(
        [sys.executable, "tune.py"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as script:
        assert script.stdout is not None
        assert script.stdout.readline() == "the script runs\n"
        yield script, [int(pid) for pid in script.stdout.readline().split()]
        script.kill()


def test_ctrl_c_ends_a_script_with_all_it_started(hanging_script: tuple["subprocess.Popen[str]", list[int]]) -> None:
    script, pids = hanging_script
    os.killpg(script.pid, signal.SIGINT)  # as the terminal does: to the whole foreground group
    assert script.stderr is not None
    assert script.stderr.read().endswith("KeyboardInterrupt\n")
    assert script.wait(PATIENCE) == -signal.SIGINT
    assert all(_is_gone(pid) for pid in pids)


@pytest.mark.parametrize("hanging_script", ["signal.pause()", "max(itertools.repeat(1))"], indirect=True)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_children_and_grandchildren_die_with_their_parent(
    hanging_script: tuple["subprocess.Popen[str]", list[int]], number: signal.Signals
) -> None:
    script, pids = hanging_script
    assert len(pids) == 2
    script.send_signal(number)
    assert all(_is_gone(pid, patience=10) for pid in pids)
