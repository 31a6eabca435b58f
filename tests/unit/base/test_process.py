"""Whether a process still lives."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from ayar.base.process import Life, identity, life_of

CODE = "from ayar.base.process import identity; print(identity(), flush=True); input()"

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


@pytest.fixture
def other() -> Iterator[tuple[subprocess.Popen[str], str]]:
    with subprocess.Popen(
        [sys.executable, "-c", CODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
        process.kill()


def test_this_process_lives() -> None:
    assert life_of(identity()) is Life.ALIVE


def test_another_process_lives_until_it_ends(other: tuple[subprocess.Popen[str], str]) -> None:
    process, name = other
    assert life_of(name) is Life.ALIVE
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert life_of(name) is Life.GONE, "a zombie holds no lease"
    process.wait()
    assert life_of(name) is Life.GONE


def test_of_a_stopped_process_nothing_is_known(other: tuple[subprocess.Popen[str], str]) -> None:
    process, name = other
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
    assert life_of(name) is Life.UNKNOWN
    process.send_signal(signal.SIGCONT)


def test_a_pid_used_again_is_another_process() -> None:
    start = identity().rpartition('"start":"')[2].partition('"')[0]
    assert life_of(identity().replace(f'"start":"{start}"', '"start":"1"')) is Life.GONE


@pytest.mark.parametrize("field", ["host", "boot", "namespace"])
def test_of_another_machine_nothing_is_known(field: str) -> None:
    assert life_of(identity().replace(f'"{field}":"', f'"{field}":"other-')) is Life.UNKNOWN


def test_of_nobody_nothing_is_known() -> None:
    assert life_of("") is Life.UNKNOWN
