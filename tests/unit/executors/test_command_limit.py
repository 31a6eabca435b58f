"""The program between an executor and a limited command; what it does is in test_command_process.py."""

import signal
import subprocess
import sys

from ayar.executors import command_limit


def test_signals_are_as_a_program_expects_them() -> None:
    grep = "grep SigIgn /proc/self/status"
    words = [sys.executable, "-I", "-S", command_limit.__file__, str(2**32)]
    done = subprocess.run([*words, "sh", "-c", grep], capture_output=True, text=True, check=True)
    ignored = int(done.stdout.split()[1], 16)
    assert not ignored & (1 << (signal.SIGPIPE - 1))
    assert not ignored & (1 << (signal.SIGXFSZ - 1))
