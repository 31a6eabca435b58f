"""The only place that reads a clock.

Wall time is for people. Leases and the study's own clock use a clock that runs on through suspension and never jumps:
CLOCK_BOOTTIME where there is one, else the monotonic clock. Its readings mean something only within one boot, so the
boot's identity goes with them.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Protocol

_BOOTTIME: int | None = getattr(time, "CLOCK_BOOTTIME", None)


class Clock(Protocol):
    """What leases, logs and loops read; `ayar.testing.FakeClock` stands in for it."""

    @property
    def boot(self) -> str:
        """Identity of the boot in which `steady` counts."""

    def wall(self) -> int:
        """Microseconds since 1970-01-01 UTC."""

    def steady(self) -> int:
        """Microseconds on a clock that never jumps; comparable between processes of one boot."""

    def elapsed(self) -> float:
        """Seconds on a fine clock, for durations within this process."""

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""


@cache
def _boot_identity() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        # No boot id (macOS, Windows): the boot's moment, coarse enough to be equal for all processes.
        return f"boot@{round((time.time() - time.monotonic()) / 60)}"


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clocks."""

    @property
    def boot(self) -> str:
        """Identity of this boot."""
        return _boot_identity()

    def wall(self) -> int:
        """Microseconds since 1970-01-01 UTC."""
        return time.time_ns() // 1000

    def steady(self) -> int:
        """Microseconds of CLOCK_BOOTTIME, or of the monotonic clock where that is missing."""
        nanoseconds = time.monotonic_ns() if _BOOTTIME is None else time.clock_gettime_ns(_BOOTTIME)
        return nanoseconds // 1000

    def elapsed(self) -> float:
        """Seconds of the performance counter."""
        return time.perf_counter()

    def sleep(self, seconds: float) -> None:
        """Suspend this thread."""
        time.sleep(seconds)


SYSTEM = SystemClock()


def utc_text(at: int) -> str:
    """A wall-clock reading as text.

    Arguments:
        at: microseconds since 1970-01-01 UTC.

    >>> utc_text(1_700_000_000_000_000)
    '2023-11-14 22:13:20 UTC'
    """
    return f"{datetime.fromtimestamp(at / 1e6, UTC):%Y-%m-%d %H:%M:%S} UTC"
