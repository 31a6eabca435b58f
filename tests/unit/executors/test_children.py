"""Starting a child leaves the parent as it was."""

import os
import signal
import sys
from types import ModuleType

import pytest

from ayar.executors.base import Task
from ayar.executors.children import Child, Shipment
from ayar.executors.processes import ProcessExecutor


@pytest.fixture
def main_module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A main module as a script has it, whose file would say so if a child ran it."""
    module = ModuleType("__main__")
    module.__file__ = "/no/such/script.py"
    monkeypatch.setitem(sys.modules, "__main__", module)
    return module


def test_a_child_does_not_run_the_main_module_which_gets_its_file_back(main_module: ModuleType) -> None:
    with ProcessExecutor(
        objective=len, run=lambda objective, payload, channel: objective(payload), on_message=print, slots=1
    ) as executor:
        executor.submit(Task(0, {"a": 1}))
        [ended] = executor.poll(60)
    assert ended.result == 1
    assert main_module.__file__ == "/no/such/script.py"
    assert main_module.__spec__ is None


def test_ctrl_c_is_held_back_only_while_a_child_starts() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    child = Child(Shipment(b"", b"", threads=1, memory=None), born=lambda child: None, target=os._exit, args=(3,))
    child.start()
    child.join(60)
    assert child.exitcode == 3
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
    child.release()


def test_who_waits_for_children_hears_of_each_one_started() -> None:
    born: list[int | None] = []
    child = Child(
        Shipment(b"", b"", threads=1, memory=None),
        born=lambda child: born.append(child.pid),
        target=os._exit,
        args=(0,),
    )
    child.start()
    child.join(60)
    assert born == [child.pid]
    assert child.near.poll(60), "the child had the only other end of its line"
    child.release()
