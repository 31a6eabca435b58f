"""The table of executors."""

import subprocess
import sys

from ayar.executors import EXECUTORS
from ayar.executors.base import Executor


def test_every_entry_is_an_executor() -> None:
    assert sorted(EXECUTORS) == ["command", "inline", "processes"]
    assert all(issubclass(EXECUTORS.get_class(name), Executor) for name in EXECUTORS)


def test_the_contract_and_the_inline_executor_load_no_heavy_guest() -> None:
    code = (
        "import sys, ayar.executors.base, ayar.executors.inline\n"
        "print([name for name in ('pebble', 'cloudpickle', 'threadpoolctl', 'multiprocessing') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_child_loads_nothing_numeric_before_its_threads_are_set() -> None:
    code = "import sys, ayar.executors.child; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
