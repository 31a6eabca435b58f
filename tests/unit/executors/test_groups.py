"""Process groups: who is in, who lives, who is told."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from ayar.executors.groups import group_lives, signal_group


@pytest.fixture
def leader() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that leads a group with one child; it tells the child's number."""
    code = "import subprocess; print(subprocess.Popen(['sleep', '100']).pid, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        yield process
        signal_group(process.pid, signal.SIGKILL)


def test_a_signal_reaches_the_whole_group(leader: "subprocess.Popen[bytes]") -> None:
    assert leader.stdout is not None
    child = os.pidfd_open(int(leader.stdout.readline()))
    assert signal_group(leader.pid, signal.SIGKILL)
    assert leader.wait(10) == -signal.SIGKILL
    assert _ended(child)
    os.close(child)
    assert not group_lives(leader.pid)


def _ended(handle: int) -> bool:
    return bool(select.select([handle], [], [], 10)[0])


def test_a_group_lives_on_without_its_leader(leader: "subprocess.Popen[bytes]") -> None:
    assert leader.stdout is not None
    leader.stdout.readline()
    leader.kill()
    leader.wait(10)
    assert group_lives(leader.pid)


def test_a_zombie_is_no_life(leader: "subprocess.Popen[bytes]") -> None:
    assert leader.stdout is not None
    handles = [os.pidfd_open(leader.pid), os.pidfd_open(int(leader.stdout.readline()))]
    signal_group(leader.pid, signal.SIGKILL)
    assert all(_ended(handle) for handle in handles)
    assert not group_lives(leader.pid), "the leader was not waited for yet"
    for handle in handles:
        os.close(handle)


def test_no_such_group_is_no_error() -> None:
    assert not signal_group(2**22 - 1, signal.SIGTERM)
    assert not group_lives(2**22 - 1)
