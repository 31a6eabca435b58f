"""The process executor's arguments and slots; crashes and kills are in tests/story/test_isolation.py."""

import os
import threading
from typing import Any

import pytest

from ayar.base.errors import ArgumentError
from ayar.executors.base import Channel, Ended, Task
from ayar.executors.processes import ProcessExecutor

PATIENCE = 60.0


def call(objective: Any, payload: dict[str, Any], channel: Channel) -> Any:
    return objective(payload, channel)


def tell_pid(payload: dict[str, Any], channel: Channel) -> int:
    channel({"begun": True})
    return os.getpid()


def make(objective: Any = tell_pid, **options: Any) -> ProcessExecutor:
    return ProcessExecutor(
        **{"objective": objective, "run": call, "on_message": lambda n, m: None, "slots": 1} | options
    )


def drain(executor: ProcessExecutor, count: int) -> list[Ended]:
    ended: list[Ended] = []
    while len(ended) < count:
        more = executor.poll(PATIENCE)
        assert more
        ended += more
    return sorted(ended, key=lambda one: one.number)


def test_slots_run_side_by_side() -> None:
    meeting: list[int] = []

    def answer(number: int, message: dict[str, Any]) -> bool:
        meeting.append(number) if number not in meeting else None
        return len(meeting) == 2

    def wait_for_the_other(payload: dict[str, Any], channel: Channel) -> int:
        while not channel({}):
            pass
        return os.getpid()

    with make(wait_for_the_other, slots=2, on_message=answer) as executor:
        executor.submit(Task(0, {}))
        executor.submit(Task(1, {}))
        first, second = drain(executor, 2)
    assert first.result != second.result
    assert os.getpid() not in (first.result, second.result)


def test_a_child_stays_for_many_attempts() -> None:
    pids = set()
    with make() as executor:
        for number in range(5):
            executor.submit(Task(number, {}))
            pids.add(drain(executor, 1)[0].result)
    assert len(pids) == 1


def test_poll_comes_back_when_its_time_is_over() -> None:
    with make() as executor:
        assert executor.poll(0.01) == []


def test_the_time_limit_of_the_task_goes_before_the_executors() -> None:
    def hang(payload: dict[str, Any], channel: Channel) -> None:
        threading.Event().wait()

    with make(hang, timeout=1000) as executor:
        executor.submit(Task(0, {}, timeout=0.1))
        failure = drain(executor, 1)[0].failure
    assert failure is not None
    assert failure.message.endswith("timeout=0.1 seconds")


def test_the_objectives_threads_may_all_use_the_channel() -> None:
    def ask_from_threads(payload: dict[str, Any], channel: Channel) -> list[int]:
        answers: list[int] = []
        threads = [threading.Thread(target=lambda i=i: answers.append(channel({"i": i}))) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(answers)

    with make(ask_from_threads, on_message=lambda number, message: message["i"]) as executor:
        executor.submit(Task(0, {}))
        assert drain(executor, 1)[0].result == list(range(8))


def test_the_channel_refuses_a_child_of_the_child() -> None:
    def ask_from_a_fork(payload: dict[str, Any], channel: Channel) -> str:
        reader, writer = os.pipe()
        if os.fork() == 0:
            try:
                channel({})
            except Exception as error:
                os.write(writer, str(error).encode())
            os._exit(0)
        os.wait()
        return os.read(reader, 1000).decode()

    with make(ask_from_a_fork) as executor:
        executor.submit(Task(0, {}))
        assert "can be used only in the process that runs the objective" in drain(executor, 1)[0].result


def test_an_objective_that_cannot_be_loaded_fails_each_attempt_with_that() -> None:
    with make("no_such_module:loss") as executor:
        for number in range(2):
            executor.submit(Task(number, {}))
            failure = drain(executor, 1)[0].failure
            assert failure is not None
            assert "No module named 'no_such_module'" in failure.message


def test_what_is_printed_comes_back_with_the_attempt_that_printed_it() -> None:
    def talk(payload: dict[str, Any], channel: Channel) -> None:
        print("said", payload["x"])
        os.write(2, b"cried\n")

    with make(talk) as executor:
        for number in range(2):
            executor.submit(Task(number, {"x": number}))
            assert drain(executor, 1)[0].output == f"said {number}\ncried\n"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"slots": 0}, "ProcessExecutor: slots must be at least 1, got 0"),
        ({"threads": 0}, "ProcessExecutor: threads must be at least 1, got 0"),
        ({"timeout": -1}, "ProcessExecutor: timeout must be seconds > 0 or None, got -1"),
        ({"memory": 0}, "ProcessExecutor: memory must be bytes > 0 or None, got 0"),
        ({"objective": threading.Lock().acquire}, "cannot be sent to a child process"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        make(**options)
