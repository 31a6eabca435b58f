"""The machine's own memory: what is left of it, what this process took, and whether a larger batch would still fit.

On a CPU no error comes when memory runs out: the machine swaps, and then the system kills a process, not always this
one. So a probe is refused before it runs when the straight line through what smaller ones took says it would not fit.
"""

import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SAFE = 0.8
"""Share of the memory still free that a probe may be expected to take."""

_PROC = Path("/proc")
_CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Held:
    """What a process held when it trained on batches of some size; size 0 stands for before the first."""

    size: int
    bytes: int


def free_memory() -> int | None:
    """Bytes that could still be used, by the machine and by the limit of this container; None where it is unknown."""
    found = [value for value in (_machine(), _container()) if value is not None]
    return min(found, default=None)


def resident() -> int:
    """Bytes this process holds in memory now; 0 where it is unknown."""
    return _status("VmRSS:") or 0


def peak_resident() -> int | None:
    """Most bytes this process has held in memory since `forget_peak`, or ever; None where it is unknown."""
    found = _status("VmHWM:")
    if found is not None or sys.platform == "win32":
        return found
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def forget_peak() -> None:
    """Start the peak anew from what is held now, where the system allows it."""
    with suppress(OSError):
        (_PROC / "self/clear_refs").write_text("5")


def expected(size: int, before: Sequence[Held]) -> float:
    """Bytes that a process would hold at its peak, by the line through the two largest sizes before; 0 from fewer.

    >>> expected(400, [Held(100, 1000), Held(200, 1500)])
    2500.0
    """
    if len(before) < 2:
        return 0.0
    lower, upper = sorted(before, key=lambda held: held.size)[-2:]
    slope = max(0.0, (upper.bytes - lower.bytes) / max(1, upper.size - lower.size))
    return upper.bytes + slope * (size - upper.size)


def too_large(size: int, before: Sequence[Held], held: int, free: int | None) -> str | None:
    """Why a probe of `size` rows is refused, in words; None if it may run.

    Arguments:
        size: rows of a batch.
        before: what smaller ones held.
        held: bytes that the process which will run it holds already.
        free: bytes that are free; None where it is unknown, and nothing is refused.
    """
    if free is None or (need := expected(size, before) - held) <= SAFE * free:
        return None
    return f"host memory: {need / 2**20:.0f} MiB more expected, {free / 2**20:.0f} MiB free"


def _machine() -> int | None:
    return _kilobytes(_PROC / "meminfo", "MemAvailable:")


def _status(field: str) -> int | None:
    return _kilobytes(_PROC / "self/status", field)


def _kilobytes(path: Path, field: str) -> int | None:
    """A field such as "VmHWM:   1234 kB" of a file of /proc, in bytes."""
    with suppress(OSError, ValueError, IndexError):
        for line in path.read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1]) * 1024
    return None


def _container() -> int | None:
    with suppress(OSError, ValueError):
        lines = (_PROC / "self/cgroup").read_text().splitlines()
        for group in (line[3:].lstrip("/") for line in lines if line.startswith("0::")):
            for folder in (_CGROUP / group, _CGROUP):
                limit = folder / "memory.max"
                if limit.exists() and (text := limit.read_text().strip()) != "max":
                    return max(0, int(text) - int((folder / "memory.current").read_text()))
    return None
