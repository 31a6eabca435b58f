"""Limits the memory of the process it runs in, and becomes another program: `python command_limit.py BYTES ARGV...`.

Run by path between an executor and a command that has a memory limit. Code between fork and exec would be the other
way, and may hang a process that has threads; a limit set from outside would come too late for a quick child.
Needs the standard library only.
"""

import os
import resource
import signal
import sys


def main() -> None:
    """Set RLIMIT_AS and exec; 127 where there is no such program, as in a shell."""
    size = int(sys.argv[1])
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        size = min(size, hard)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # ignored by every Python, and a program inherits that
        signal.signal(number, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    try:
        os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - a list of words from the owner's own study file
    except OSError as error:
        sys.stderr.write(f"{sys.argv[2]}: {error.strerror}\n")
        os._exit(127)


if __name__ == "__main__":
    main()
