"""A command as an objective, without an executor."""

import json
import math
import sys
from pathlib import Path
from typing import Any

import pytest

from ayar.base.errors import ArgumentError, TrialPruned
from ayar.executors.command_objective import Bounds, Command, CommandRun, StopSign
from ayar.executors.failures import AttemptFailed
from ayar.space.space import Space


class FakeTrial:
    """A trial that keeps what it is told."""

    def __init__(self, number: int = 3, prune_at: float = math.inf, **params: Any) -> None:
        self.number, self.attempt, self.seed = number, 1, 77
        self.parameters = params
        self.prune_at = prune_at
        self.reports: list[tuple[float, int, int | None]] = []
        self.attrs: dict[str, Any] = {}

    def report(self, value: float, step: int, fold: int | None = None) -> None:
        if not isinstance(step, int):
            raise ArgumentError("trial.report: expected a number and a whole step")
        self.reports.append((value, step, fold))

    def should_prune(self) -> bool:
        return len(self.reports) >= self.prune_at

    def set_user_attr(self, name: str, value: Any) -> None:
        self.attrs[name] = value


def shell(folder: Path, script: str, *words: str, goals: tuple[str, ...] = ("loss",)) -> Command:
    return Command(("sh", "-c", script, *words), goals, ("size",), folder / "trials", folder)


def failure_of(command: Command, trial: FakeTrial | None = None, bounds: Bounds | None = None) -> Any:
    with pytest.raises(AttemptFailed) as raised:
        CommandRun(command, bounds or Bounds(), StopSign())(trial or FakeTrial())
    return raised.value.failure


def test_the_command_is_told_everything_in_words_variables_and_a_file(tmp_path: Path) -> None:
    script = 'echo "$1" > words; env | grep ^AYAR_ | sort > env; cat $AYAR_PARAMS > params; echo loss=1'
    trial = FakeTrial(lr=0.1, opt="a b")
    assert shell(tmp_path, script, "sh", "{lr} {opt} {seed}")(trial) == {"loss": 1.0}
    folder = tmp_path / "trials" / "trial-0003" / "attempt-1"
    assert (tmp_path / "words").read_text() == "0.1 a b 77\n"
    assert (tmp_path / "env").read_text().splitlines() == [
        f"AYAR_PARAMS={folder}/params.json",
        f"AYAR_RESULT={folder}/result.jsonl",
        "AYAR_SEED=77",
        "AYAR_TRIAL=3",
        f"AYAR_TRIAL_DIR={folder}",
    ]
    assert json.loads((tmp_path / "params").read_text()) == {"lr": 0.1, "opt": "a b"}
    assert trial.attrs == {"trial_dir": str(folder)}


def test_reports_and_result_come_from_the_result_file_first(tmp_path: Path) -> None:
    script = """
        echo '{"step": 1, "loss": 3, "fold": 2}' >> $AYAR_RESULT
        echo '{"step": 1, "other": 3}' >> $AYAR_RESULT
        echo '{"step": 2, "loss": "inf"}' >> $AYAR_RESULT
        printf '{"loss": 0.5, "size": 4, "rows": 10}' >> $AYAR_RESULT
        echo '{"loss": 9}'"""
    trial = FakeTrial()
    assert shell(tmp_path, script)(trial) == {"loss": 0.5, "size": 4, "rows": 10}
    assert trial.reports == [(3, 1, 2), (math.inf, 2, None)]


def test_output_is_read_where_the_file_has_no_result(tmp_path: Path) -> None:
    script = """echo '{"step": 1, "loss": 3}' >> $AYAR_RESULT; echo loss=0.25; echo size=7"""
    assert shell(tmp_path, script)(FakeTrial()) == {"loss": 0.25, "size": 7.0}


@pytest.mark.parity("PX2")
def test_no_metric_is_a_bad_value_that_shows_the_last_lines(tmp_path: Path) -> None:
    failure = failure_of(shell(tmp_path, "seq 30; echo 'loss is 3'"))
    assert failure.kind == "bad_value"
    assert failure.message.startswith('expected a value of loss, got none; write {"loss": 0.5} as JSON to the file')
    assert failure.message.endswith("\n28\n29\n30\nloss is 3")
    assert "\n12\n" in failure.message
    assert "\n11\n" not in failure.message
    both = failure_of(shell(tmp_path, """echo '{"a": 1}' """, goals=("a", "b")))
    assert "expected a value of b, got none" in both.message


def test_an_exit_code_fails_it_with_the_last_words_on_stderr(tmp_path: Path) -> None:
    failure = failure_of(shell(tmp_path, "echo loss=1; echo first >&2; echo 'no such file' >&2; exit 3"))
    assert (failure.kind, failure.exit_code) == ("exit", 3)
    assert failure.message == "the process ended itself with exit code 3, and no result: no such file"
    assert failure.stderr == "first\nno such file\n"


def test_a_signal_fails_it_with_its_name(tmp_path: Path) -> None:
    failure = failure_of(shell(tmp_path, "kill -SEGV $$"))
    assert (failure.kind, failure.signal, failure.message) == ("signal", 11, "the process was killed by SIGSEGV")


def test_beyond_its_time_it_is_ended(tmp_path: Path) -> None:
    failure = failure_of(shell(tmp_path, "echo loss=1; sleep 1000"), bounds=Bounds(timeout=0.05))
    assert (failure.kind, failure.message) == (
        "timeout",
        "no result within the time limit (running); timeout=0.05 seconds",
    )


def test_beyond_its_memory_it_fails_with_memory(tmp_path: Path) -> None:
    command = Command((sys.executable, "-c", "x = bytearray(2**30)"), ("loss",), folder=tmp_path)
    failure = failure_of(command, bounds=Bounds(memory=2**28))
    assert failure.kind == "memory"
    assert "out of memory as it seems; use less memory or raise the limit: MemoryError" in failure.message


@pytest.mark.parametrize("argv", [("./nothing",), ("sh", "a\0b")])
def test_a_command_that_cannot_start_says_where(tmp_path: Path, argv: tuple[str, ...]) -> None:
    failure = failure_of(Command(argv, ("loss",), folder=tmp_path, cwd=tmp_path))
    assert failure.kind == "exception"
    assert f"{argv[0]!r} could not be started in {tmp_path}: " in failure.message


def test_the_study_may_stop_it(tmp_path: Path) -> None:
    script = "for i in 1 2 3; do echo '{\"step\": '$i', \"loss\": 1}' >> $AYAR_RESULT; done; sleep 1000"
    trial = FakeTrial(prune_at=2)
    with pytest.raises(TrialPruned):
        shell(tmp_path, script)(trial)
    assert [step for _, step, _ in trial.reports] == [1, 2]


def test_a_bad_report_fails_it(tmp_path: Path) -> None:
    failure = failure_of(shell(tmp_path, """echo '{"step": 1.5, "loss": 1}' >> $AYAR_RESULT; sleep 1000"""))
    assert failure.kind == "bad_value"
    assert "expected a number and a whole step" in failure.message
    failure = failure_of(shell(tmp_path, "echo epoch 1 >> $AYAR_RESULT; sleep 1000"))
    assert "result.jsonl, line 1: expected a JSON object" in failure.message


def test_unused_parameters_are_those_that_the_command_forgets(tmp_path: Path) -> None:
    space = Space({"lr": (0.0, 1.0), "opt": ["a", "b"], "n": 3})
    assert Command(("t", "{lr}"), ("loss",)).unused(space) == ["opt"]
    assert Command(("t", "{args}"), ("loss",)).unused(space) == []
    assert Command(("t",), ("loss",)).unused(space) == []


def test_conditions_of_the_space_are_looked_at() -> None:
    space = Space({"opt": ["sgd", "adam"], "momentum": {"low": 0.0, "high": 1.0, "when": {"opt": "sgd"}}})
    Command(("t", "--m={momentum}"), ("loss",)).check(space)
    with pytest.raises(ArgumentError, match="would stay behind without its value"):
        Command(("t", "--m", "{momentum}"), ("loss",)).check(space)


def test_words_for_people_leave_what_only_an_attempt_has() -> None:
    assert Command(("t", "{lr}", "{trial_dir}"), ("loss",)).words({"lr": 1}) == ["t", "1", "{trial_dir}"]
