"""Which process this is, and whether another one still lives: the second witness beside a lease's end.

An identity is host, boot, pid namespace, pid and the process's start time, so a pid used again is not taken for the old
process. On another host, or under another namespace, nothing is known and the lease alone decides.
"""

import os
import socket
from enum import Enum
from functools import cache
from pathlib import Path

import msgspec

from ayar.base.clock import SYSTEM


class Life(Enum):
    """What is known of a process."""

    GONE = "gone"
    ALIVE = "alive"
    UNKNOWN = "unknown"


class Identity(msgspec.Struct, frozen=True):
    """The identity of a process."""

    host: str
    boot: str
    namespace: str
    pid: int
    start: str


def identity() -> str:
    """This process's identity as text."""
    return _identity_of(os.getpid())


@cache
def _identity_of(pid: int) -> str:
    host, boot, namespace = _place()
    return msgspec.json.encode(Identity(host, boot, namespace, pid, _start_time(pid) or "")).decode()


@cache
def _place() -> tuple[str, str, str]:
    try:
        namespace = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        namespace = ""
    return socket.gethostname(), SYSTEM.boot, namespace


def _start_time(pid: int) -> str | None:
    """Field 22 of /proc/PID/stat (clock ticks after boot); None when there is no such process, or no /proc."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return ""


def life_of(text: str) -> Life:
    """Whether the process that `identity()` described still lives, as far as this process can tell."""
    if not text:
        return Life.UNKNOWN
    if text == identity():
        return Life.ALIVE
    known = msgspec.json.decode(text, type=Identity)
    if (known.host, known.boot, known.namespace) != _place() or not known.start:
        return Life.UNKNOWN
    if _start_time(known.pid) != known.start or _state(known.pid) == "Z":
        return Life.GONE
    # A stopped process (SIGSTOP) gets no grace: the lease alone decides.
    return Life.UNKNOWN if _state(known.pid) == "T" else Life.ALIVE
