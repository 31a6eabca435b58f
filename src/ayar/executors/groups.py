"""Process groups: each child leads one, so that it and all that it started can be ended together.

A child calls `lead_group` first of all. From then on its process id names a group of its own session: the terminal's
Ctrl-C does not reach it, and `signal_group` reaches its children and theirs (those that did not leave the group).

`tie_group_to_parent` ends the group when the parent is gone, even by kill -9. On Linux the kernel does it: the read end
of a pipe whose write end only the parent holds is set to send SIGKILL to the group when the pipe hangs up (fcntl(2),
F_SETSIG and F_SETOWN). That needs no Python, so it also ends an objective that never lets go of the interpreter lock,
and it takes grandchildren along; PR_SET_PDEATHSIG would take only the child, and too early, when the *thread* that
started it ends. Elsewhere a thread waits for the same hang-up.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc/self/stat")


def lead_group() -> None:
    """Make this process the leader of a new session and group, named by its process id."""
    with suppress(PermissionError):  # it leads one already
        os.setsid()


def signal_group(leader: int, number: int) -> bool:
    """Send a signal to all of a group; False if there is no such group."""
    try:
        os.killpg(leader, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS, when only zombies are left
        return False
    return True


def group_lives(leader: int) -> bool:
    """Whether any process of the group still runs; zombies, which wait for their parent only, do not count."""
    if not signal_group(leader, 0):
        return False
    return not _PROC.exists() or any(group == leader and state != "Z" for state, group in _all_processes())


def _all_processes() -> Iterator[tuple[str, int]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_bytes()
        except OSError:  # it ended meanwhile
            continue
        # The name in brackets may hold anything; what follows the last bracket is: state, parent, group.
        state, _parent, group = stat[stat.rindex(b")") + 2 :].split(maxsplit=3)[:3]
        yield state.decode(), int(group)


def tie_group_to_parent(pipe: int) -> None:
    """End this process's group when the write end of `pipe`, held by the parent alone, is closed."""
    if not tie_group(pipe, os.getpgrp()):
        _watch(pipe)


def tie_group(pipe: int, leader: int) -> bool:
    """Let the kernel end a group when the write end of `pipe` is closed; False where it cannot (other than Linux).

    It holds as long as a process of the group has the read end open.
    """
    import fcntl

    if not hasattr(fcntl, "F_SETSIG"):
        return False
    fcntl.fcntl(pipe, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(pipe, fcntl.F_SETOWN, -leader)
    fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)
    return True


def _watch(pipe: int) -> None:
    from threading import Thread

    def wait() -> None:
        os.read(pipe, 1)
        signal_group(os.getpgrp(), signal.SIGKILL)

    Thread(target=wait, name="ayar-parent-watch", daemon=True).start()
