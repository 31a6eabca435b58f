"""What a child may use: memory, threads of numeric libraries; and what the kernel says about both."""

import os
import sys
from contextlib import suppress
from pathlib import Path

from ayar.base.errors import ArgumentError, shorten

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)


def share_of_cores(slots: int) -> int:
    """Threads for each of `slots` children, so that together they fill this process's cores and no more."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores // slots)


def check_memory(memory: int | None, where: str) -> None:
    """Refuse a memory limit that is no positive number of bytes, or that this system cannot hold.

    Raises:
        ArgumentError: not positive, or not on Linux.
    """
    if memory is None:
        return
    if memory <= 0:
        raise ArgumentError(f"{where}: memory must be bytes > 0 or None, got {shorten(memory)}")
    if not sys.platform.startswith("linux"):
        raise ArgumentError(f"{where}: memory limits are not supported on {sys.platform}; leave memory=None")


def check_crew(slots: int, threads: int | None, where: str) -> None:
    """Refuse numbers of slots or threads below 1.

    Raises:
        ArgumentError: so few.
    """
    for name, count in (("slots", slots), ("threads", 1 if threads is None else threads)):
        if count < 1:
            raise ArgumentError(f"{where}: {name} must be at least 1, got {shorten(count)}")


def thread_variables(threads: int) -> dict[str, str]:
    """The environment variables from which numeric libraries take how many threads to use."""
    return dict.fromkeys(_THREAD_VARIABLES, str(threads))


def set_thread_variables(threads: int) -> None:
    """Tell numeric libraries that are loaded later how many threads to use."""
    os.environ.update(thread_variables(threads))


def limit_loaded_libraries(threads: int) -> None:
    """Tell the numeric libraries that are loaded already; some come before the variables, or change them."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(threads)


def limit_memory(extra: int) -> None:
    """Let this process map `extra` bytes more than it has mapped now (RLIMIT_AS); beyond that comes MemoryError.

    Relative, because an interpreter with its libraries maps gigabytes that it never touches.
    """
    import resource

    limit = _mapped_bytes() + extra
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _mapped_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")


def reset_peak_memory() -> None:
    """Let the kernel count this process's peak anew, where it can (Linux 4.0 and later)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak_memory(pid: int | str = "self") -> int | None:
    """Largest resident memory of a process in bytes since its start or the last reset; None where unknown."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return None


def oom_kills() -> int:
    """Processes that the kernel has killed for memory: in our control group if it says, else on this machine."""
    for file in (*_control_group_events(), Path("/proc/vmstat")):
        with suppress(OSError):
            counts = dict(line.split(maxsplit=1) for line in file.read_text().splitlines())
            if "oom_kill" in counts:
                return int(counts["oom_kill"])
    return 0


def _control_group_events() -> list[Path]:
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return []
    return [Path("/sys/fs/cgroup" + line[3:], "memory.events") for line in lines if line.startswith("0::")]
