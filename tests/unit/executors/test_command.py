"""The executor of commands: slots, threads, limits. Whole studies are in tests/story/test_any_language.py."""

import os
import threading
from pathlib import Path
from typing import Any

import psutil
import pytest

from ayar.base.errors import ArgumentError
from ayar.executors.base import Channel, Ended, Task
from ayar.executors.command import CommandExecutor
from ayar.executors.command_objective import Command
from ayar.executors.groups import group_lives
from ayar.space.space import Space
from ayar.study.attempt import Attempt
from ayar.trial.goal import Goal

PATIENCE = 60.0


class Trial:
    """The least of a trial."""

    attempt = 1
    seed = 0

    def __init__(self, number: int, params: dict[str, Any], channel: Channel) -> None:
        self.number, self.parameters, self.channel = number, params, channel

    def report(self, value: float, step: int, fold: int | None = None) -> None:
        self.channel({"report": [step, value]})

    def should_prune(self) -> bool:
        return False

    def set_user_attr(self, name: str, value: Any) -> None:
        pass


def run(objective: Any, payload: dict[str, Any], channel: Channel) -> Any:
    return objective(Trial(payload["number"], payload, channel))


def make(folder: Path, script: str, **options: Any) -> CommandExecutor:
    command = Command(("sh", "-c", script), ("loss",), (), folder / "trials", folder)
    usual: dict[str, Any] = {"objective": command, "run": run, "on_message": lambda n, m: None, "slots": 1}
    return CommandExecutor(**usual | options)


def drain(executor: CommandExecutor, count: int) -> list[Ended]:
    ended: list[Ended] = []
    while len(ended) < count:
        more = executor.poll(PATIENCE)
        assert more
        ended += more
    return sorted(ended, key=lambda one: one.number)


def test_slots_run_side_by_side(tmp_path: Path) -> None:
    meet = "touch here-$AYAR_TRIAL; while [ ! -e here-$((1 - AYAR_TRIAL)) ]; do sleep 0.01; done; echo loss=$AYAR_TRIAL"
    with make(tmp_path, meet, slots=2) as executor:
        executor.submit(Task(0, {"number": 0}))
        executor.submit(Task(1, {"number": 1}))
        assert [ended.result for ended in drain(executor, 2)] == [{"loss": 0.0}, {"loss": 1.0}]


def test_an_end_holds_output_and_peak(tmp_path: Path) -> None:
    with make(tmp_path, "echo warning >&2; echo loss=1; sleep 0.05; exit 2") as executor:
        executor.submit(Task(0, {"number": 0}))
        [ended] = drain(executor, 1)
    assert ended.output == "loss=1\nwarning\n"
    assert ended.peak_bytes
    assert ended.failure is not None
    assert ended.failure.stderr == "warning\n"


def test_a_tasks_own_time_limit_goes_first(tmp_path: Path) -> None:
    with make(tmp_path, "sleep 1000", timeout=1000.0) as executor:
        executor.submit(Task(0, {"number": 0}, timeout=0.02))
        [ended] = drain(executor, 1)
    assert ended.failure is not None
    assert ended.failure.kind == "timeout"


def test_a_cancelled_command_may_clean_up(tmp_path: Path) -> None:
    report = 'echo \'{"step": 1, "loss": 1}\' > $AYAR_RESULT'
    script = f"trap 'touch cleaned; exit' TERM; {report}; while :; do sleep 0.01; done"
    heard: list[int] = []

    def stop(number: int, message: dict[str, Any]) -> None:
        heard.append(number)
        executor.cancel(number)

    with make(tmp_path, script, on_message=stop) as executor:
        executor.submit(Task(0, {"number": 0}))
        [ended] = drain(executor, 1)
    assert heard == [0]
    assert ended.failure is not None
    assert ended.failure.kind == "cancelled"
    assert (tmp_path / "cleaned").exists()


def test_threads_are_told_by_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    script = "echo $OMP_NUM_THREADS $MKL_NUM_THREADS > threads; echo loss=1"
    for threads, expected in ((3, "3 3\n"), (None, f"5 {len(os.sched_getaffinity(0))}\n")):
        with make(tmp_path, script, threads=threads) as executor:
            executor.submit(Task(0, {"number": 0}))
            drain(executor, 1)
        assert (tmp_path / "threads").read_text() == expected


def test_only_commands_are_taken(tmp_path: Path) -> None:
    with pytest.raises(
        ArgumentError, match=r"expected a Command as objective, got <function .*'processes' runs Python"
    ):
        make(tmp_path, "", objective=run)


def test_limits_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    for option, value in (("slots", 0), ("threads", 0), ("timeout", 0.0), ("memory", 0)):
        with pytest.raises(ArgumentError, match=f"CommandExecutor: {option} must be"):
            make(tmp_path, "", **{option: value})


def test_a_study_that_says_stop_gets_a_pruned_trial_with_its_last_report(tmp_path: Path) -> None:
    report = "echo '{\"step\": '$i', \"loss\": '$i'}' >> $AYAR_RESULT"
    script = f"trap 'touch cleaned; exit' TERM; for i in 1 2; do {report}; done; while :; do sleep 0.01; done"
    attempt = Attempt(Space({"x": (0.0, 1.0)}), (Goal("loss"),), (), 0)

    def stop_at_two(number: int, message: dict[str, Any]) -> dict[str, bool]:
        return {"prune": "report" in message and message["report"][0] == 2}

    with make(tmp_path, script, run=attempt, on_message=stop_at_two) as executor:
        executor.submit(Task(4, {"number": 4, "params": {"x": 0.5}, "attempt": 2}))
        [ended] = drain(executor, 1)
    assert ended.failure is None
    assert (ended.result["outcome"]["state"], list(ended.result["outcome"]["values"])) == ("pruned", [2.0])
    assert (tmp_path / "cleaned").exists()
    assert (tmp_path / "trials" / "trial-0004" / "attempt-2").is_dir()


@pytest.mark.slow
@pytest.mark.parity("N5")
def test_many_hanging_commands_leave_no_process(tmp_path: Path) -> None:
    """40 of them, eight at a time, each with a child in the background; some are still starting when time is up."""
    script = "echo $$ > pid-$AYAR_TRIAL; sleep 1000 & sleep 1000"
    found: list[Ended] = []
    with make(tmp_path, script, slots=8, timeout=0.2) as executor:
        for number in range(40):
            if number - len(found) >= 8:
                found += drain(executor, 1)
            executor.submit(Task(number, {"number": number}))
        found += drain(executor, 40 - len(found))
    assert {ended.failure and ended.failure.kind for ended in found} == {"timeout"}
    leaders = [int(text) for file in tmp_path.glob("pid-*") if (text := file.read_text())]
    assert leaders
    assert not any(group_lives(pid) for pid in leaders)


@pytest.mark.slow
def test_a_long_life_leaks_nothing(tmp_path: Path) -> None:
    def holdings() -> tuple[int, int, int]:
        handles = len(list(Path("/proc/self/fd").iterdir()))
        return handles, threading.active_count(), len(psutil.Process().children())

    with make(tmp_path, "echo loss=1; exit $((AYAR_TRIAL % 3))", slots=2) as executor:
        executor.submit(Task(0, {"number": 0}))
        drain(executor, 1)
        before = holdings()
        for number in range(1, 60):
            executor.submit(Task(number, {"number": number}))
            drain(executor, 1)
        assert holdings() == before
