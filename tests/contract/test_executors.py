"""Every executor of the table keeps the contract."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from ayar.executors import EXECUTORS
from ayar.executors.base import Channel, Executor
from ayar.executors.command import CommandExecutor
from ayar.executors.command_objective import Command
from ayar.testing.executor_suite import ExecutorSuite, Kind


class TestExecutors(ExecutorSuite):
    """Those that run Python functions."""

    @pytest.fixture(params=sorted(set(EXECUTORS) - {"command"}))
    def kind(self, request: pytest.FixtureRequest) -> Any:
        return EXECUTORS.get_class(request.param)


DEEDS = """
import json, os, signal, sys, time
deed, x = sys.argv[1], json.loads(sys.argv[2])
if deed == "ask":
    with open(os.environ["AYAR_RESULT"], "w") as file:
        file.write(json.dumps({"step": 1, "result": x}) + chr(10))
elif deed == "exit":
    sys.exit(x)
elif deed != "return":
    raise ValueError(deed + ": not with " + str(x))
print(json.dumps({"result": x}))
"""


class DeedTrial:
    """What a command needs of a trial, made of a payload."""

    attempt, seed, number = 1, 0, 0

    def __init__(self, payload: dict[str, Any], channel: Channel) -> None:
        self.parameters = {"do": payload["do"], "x": json.dumps(payload["x"])}
        self.channel = channel
        self.replies: list[Any] = []

    def report(self, value: Any, step: int, fold: int | None = None) -> None:
        self.replies.append(self.channel({"about": value}))

    def should_prune(self) -> bool:
        return False

    def set_user_attr(self, name: str, value: Any) -> None:
        pass


def call(objective: Any, payload: dict[str, Any], channel: Channel) -> Any:
    """Runs the command; the result is what it gave, or what it was answered."""
    trial = DeedTrial(payload, channel)
    result = objective(trial)["result"]
    return trial.replies[-1] if trial.replies else result


class TestCommands(ExecutorSuite):
    """The executor that runs commands: an attempt's exceptions are exit codes here."""

    @pytest.fixture
    def kind(self, tmp_path: Path) -> Any:
        self.folder = tmp_path
        return CommandExecutor

    def make(self, kind: Kind, **options: Any) -> Executor:
        command = Command((sys.executable, "-c", DEEDS, "{do}", "{x}"), ("result",), (), self.folder)
        return super().make(kind, **{"objective": command, "run": call, **options})

    def test_json_survives_both_ways(self, kind: Kind) -> None:
        pytest.skip("a command's language decides what its JSON holds; tests/unit/executors/test_command_result.py")

    def test_an_exception_fails_the_attempt_with_its_story(self, kind: Kind) -> None:
        self._check_failure(
            kind, "fail", 12, kind_of_failure="exit", message="ValueError: fail: not with 12", exit_code=1
        )

    def test_an_exception_that_is_no_error_fails_the_attempt_alone(self, kind: Kind) -> None:
        self._check_failure(kind, "raise odd", "x", kind_of_failure="exit", message="raise odd", exit_code=1)

    def test_equal_causes_have_equal_digests_whatever_the_numbers_say(self, kind: Kind) -> None:
        pytest.skip("a command tells its cause by exit code alone")

    def test_sys_exit_fails_the_attempt_with_its_code(self, kind: Kind) -> None:
        self._check_failure(kind, "exit", 3, kind_of_failure="exit", message="exit code 3", exit_code=3)

    def test_a_memory_error_has_its_own_kind(self, kind: Kind) -> None:
        pytest.skip("with a memory limit only; tests/unit/executors/test_command_objective.py")

    def test_a_result_that_is_no_json_fails_the_attempt(self, kind: Kind) -> None:
        pytest.skip("a command cannot give anything else")
