"""Process groups of commands."""

import os
import signal
from pathlib import Path

import pytest

from ayar.executors.command_process import CommandProcess
from ayar.executors.groups import group_lives

PATIENCE = 60.0


def start(tmp_path: Path, *argv: str, memory: int | None = None) -> CommandProcess:
    log = os.open(tmp_path / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        return CommandProcess(argv, tmp_path, os.environ, (log, log), memory)
    finally:
        os.close(log)


def words(tmp_path: Path) -> str:
    return (tmp_path / "log").read_text()


def leader(tmp_path: Path) -> int:
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().endswith("\n"):
        pass
    return int((tmp_path / "pid").read_text())


def test_the_exit_code_comes_back_negative_for_a_signal(tmp_path: Path) -> None:
    for script, code in (("exit 0", 0), ("exit 3", 3), ("kill -SEGV $$", -signal.SIGSEGV)):
        process = start(tmp_path, "sh", "-c", script)
        assert process.wait(PATIENCE) == code
        process.end(lambda: 0.0)


def test_what_the_leader_leaves_behind_is_ended(tmp_path: Path) -> None:
    process = start(tmp_path, "sh", "-c", "echo $$ > pid; sleep 1000 & exit 0")
    assert process.wait(PATIENCE) == 0
    process.end(lambda: PATIENCE)
    assert not group_lives(leader(tmp_path))


def test_who_ignores_sigterm_is_killed_when_patience_is_over(tmp_path: Path) -> None:
    process = start(tmp_path, "sh", "-c", "trap '' TERM; sleep 1000 & echo $$ > pid; while :; do wait; done")
    pid = leader(tmp_path)
    patience = iter([PATIENCE, PATIENCE])
    process.end(lambda: next(patience, 0.0))
    assert not group_lives(pid)
    assert process.wait(0) == -signal.SIGKILL


def test_sigterm_lets_a_command_clean_up(tmp_path: Path) -> None:
    process = start(tmp_path, "sh", "-c", "trap 'echo bye; exit 5' TERM; echo $$ > pid; while :; do sleep 0.01; done")
    leader(tmp_path)
    process.end(lambda: PATIENCE)
    assert process.wait(0) == 5
    assert words(tmp_path).endswith("bye\n")


def test_a_memory_limit_holds_and_costs_the_command_nothing_else(tmp_path: Path) -> None:
    process = start(tmp_path, "sh", "-c", "ulimit -v; echo $0 $1", "a b", "$x", memory=2**30)
    assert process.wait(PATIENCE) == 0
    process.end(lambda: 0.0)
    assert words(tmp_path) == f"{2**20}\na b $x\n"


def test_under_a_memory_limit_a_missing_program_is_told_on_stderr(tmp_path: Path) -> None:
    process = start(tmp_path, "./nothing", memory=2**30)
    assert process.wait(PATIENCE) == 127
    process.end(lambda: 0.0)
    assert words(tmp_path) == "./nothing: No such file or directory\n"


def test_a_program_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(FileNotFoundError):
        start(tmp_path, "./nothing")
    assert len(list(Path("/proc/self/fd").iterdir())) == before
