"""Limits of children, and what the kernel says about memory."""

import os
import subprocess
import sys

import pytest

from ayar.base.errors import ArgumentError
from ayar.executors.limits import check_memory, oom_kills, peak_memory, reset_peak_memory, share_of_cores


def test_children_share_the_cores() -> None:
    cores = len(os.sched_getaffinity(0))
    assert share_of_cores(1) == cores
    assert share_of_cores(cores) == 1
    assert share_of_cores(10 * cores) == 1


@pytest.mark.parametrize("memory", [0, -5])
def test_a_memory_limit_is_a_positive_number(memory: int) -> None:
    with pytest.raises(ArgumentError, match=rf"here: memory must be bytes > 0 or None, got {memory}"):
        check_memory(memory, "here")


def test_a_memory_limit_needs_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(ArgumentError, match="here: memory limits are not supported on darwin; leave memory=None"):
        check_memory(1, "here")
    check_memory(None, "here")


def test_the_peak_starts_anew_after_a_reset() -> None:
    block = bytearray(100 * 2**20)
    high = peak_memory()
    del block
    reset_peak_memory()
    low = peak_memory()
    assert high is not None
    assert low is not None
    assert low < high - 50 * 2**20


def test_the_peak_of_a_process_that_is_gone_is_unknown() -> None:
    assert peak_memory(2**22 - 1) is None


def test_the_kernel_counts_its_kills() -> None:
    assert oom_kills() >= 0


def test_a_limit_leaves_room_beyond_what_is_mapped() -> None:
    code = (
        "from ayar.executors.limits import limit_memory\n"
        "limit_memory(100 * 2**20)\n"
        "small = bytearray(50 * 2**20)\n"
        "try:\n    bytearray(200 * 2**20)\nexcept MemoryError:\n    print('refused')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "refused\n"
