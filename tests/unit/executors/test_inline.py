"""The inline executor's own ways; what all executors do is in the contract suite."""

import sys
from typing import Any

import pytest

from ayar.base.errors import ArgumentError
from ayar.executors.base import Channel, Task
from ayar.executors.inline import InlineExecutor


def call(objective: Any, payload: dict[str, Any], channel: Channel) -> Any:
    return objective(payload)


def make(objective: Any, **options: Any) -> InlineExecutor:
    return InlineExecutor(objective=objective, run=call, on_message=lambda number, message: None, **options)


def test_the_objective_runs_in_this_process_with_its_output_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[dict[str, Any]] = []

    def look(payload: dict[str, Any]) -> None:
        seen.append(payload)
        print("seen")

    with make(look) as executor:
        executor.submit(Task(1, {"x": 1}))
        [ended] = executor.poll(0)
    assert seen == [{"x": 1}]
    assert ended.output == ""
    assert capsys.readouterr().out == "seen\n"


def test_ctrl_c_goes_to_the_caller_and_the_attempt_is_cancelled() -> None:
    def interrupt(payload: dict[str, Any]) -> None:
        raise KeyboardInterrupt

    with make(interrupt) as executor:
        executor.submit(Task(4, {}))
        with pytest.raises(KeyboardInterrupt):
            executor.poll(0)
    assert [(ended.number, ended.failure and ended.failure.kind) for ended in executor.poll(0)] == [(4, "cancelled")]


def test_an_objective_may_be_an_import_path() -> None:
    with make("builtins:len") as executor:
        executor.submit(Task(0, {"a": 1, "b": 2}))
        assert executor.poll(0)[0].result == 2


def test_blas_threads_are_limited_while_an_attempt_runs() -> None:
    import numpy as np
    from threadpoolctl import threadpool_info

    assert np.eye(2).sum() == 2
    with make(lambda payload: [library["num_threads"] for library in threadpool_info()], threads=1) as executor:
        executor.submit(Task(0, {}))
        assert set(executor.poll(0)[0].result) == {1}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"slots": 2}, "slots must be 1, got 2; use the executor 'processes'"),
        ({"timeout": 5.0}, r"timeout=5\.0 cannot be held; use the executor 'processes'"),
        ({"memory": 10}, "memory=10 cannot be held; use the executor 'processes'"),
    ],
)
def test_what_cannot_be_held_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        make(len, **options)


def test_a_time_limit_of_a_task_is_refused() -> None:
    with make(len) as executor, pytest.raises(ArgumentError, match=r"submit\(1\): timeout=2\.0 cannot be held"):
        executor.submit(Task(1, {}, timeout=2.0))


def test_sys_exit_is_survived() -> None:
    with make(lambda payload: sys.exit(2)) as executor:
        executor.submit(Task(1, {}))
        failure = executor.poll(0)[0].failure
    assert failure is not None
    assert (failure.kind, failure.exit_code) == ("exit", 2)
