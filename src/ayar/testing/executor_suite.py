"""What every executor must do: inherit `ExecutorSuite`, give your class by the fixture `kind`, and run pytest.

    class TestMyExecutor(ExecutorSuite):
        @pytest.fixture
        def kind(self):
            return MyExecutor

Ayar runs it over its own table of executors. What ends a process (crashes, time limits, kills) is beyond this suite:
not every executor survives that.
"""

import math
import sys
import threading
from collections.abc import Callable
from typing import Any

from ayar.base.errors import ArgumentError, UsageError
from ayar.executors.base import Channel, Ended, Executor, Task

PATIENCE_SECONDS = 60.0

Kind = Callable[..., Executor]


class OddError(BaseException):
    """What no objective should raise, and some do."""


def call(objective: Callable[..., Any], payload: dict[str, Any], channel: Channel) -> Any:
    """The simplest `Run`: hands everything to the objective."""
    return objective(payload, channel)


def misbehave(payload: dict[str, Any], channel: Channel) -> Any:
    """An objective that does what its payload says: `{"do": a deed, "x": anything}`."""
    return _DEEDS[payload["do"]](payload["x"], channel)


def _raise(error: BaseException) -> Any:
    raise error


_DEEDS: dict[str, Callable[[Any, Channel], Any]] = {
    "return": lambda x, _: x,
    "ask": lambda x, channel: channel({"about": x}),
    "fail": lambda x, _: _raise(ValueError(f"not with {x}")),
    "raise odd": lambda x, _: _raise(OddError(x)),
    "exit": lambda x, _: sys.exit(x),
    "exhaust": lambda x, _: _raise(MemoryError(x)),
    "return an object": lambda _, __: object(),
}


class ExecutorSuite:
    """The contract of `ayar.executors.base.Executor`; the fixture `kind` gives the executor's class."""

    def make(self, kind: Kind, **options: Any) -> Executor:
        """An executor with one slot whose attempts `misbehave`; override to add arguments of your own."""
        usual = {"objective": misbehave, "run": call, "on_message": lambda number, message: message, "slots": 1}
        return kind(**(usual | options))

    def test_a_result_comes_back_under_its_number(self, kind: Kind) -> None:
        with self.make(kind) as executor:
            ended = _do(executor, "return", 0.5, number=41)
        assert (ended.number, ended.result, ended.failure) == (41, 0.5, None)
        assert ended.seconds >= 0

    def test_json_survives_both_ways(self, kind: Kind) -> None:
        thing = {"float": 0.1, "big": 2**80, "inf": -math.inf, "text": "ü\ud800", "list": [None, True, {"$": 1}]}
        with self.make(kind) as executor:
            assert _do(executor, "return", thing).result == thing
            assert math.isnan(_do(executor, "return", math.nan).result)

    def test_a_message_is_answered_in_the_thread_that_polls(self, kind: Kind) -> None:
        heard = []

        def answer(number: int, message: dict[str, Any]) -> Any:
            heard.append((number, message, threading.get_ident()))
            return {"prune": False}

        with self.make(kind, on_message=answer) as executor:
            assert _do(executor, "ask", [1, math.inf], number=3).result == {"prune": False}
        assert heard == [(3, {"about": [1, math.inf]}, threading.get_ident())]

    def test_an_exception_fails_the_attempt_with_its_story(self, kind: Kind) -> None:
        with self.make(kind) as executor:
            failure = _do(executor, "fail", 12).failure
        assert failure is not None
        assert (failure.kind, failure.type, failure.message) == ("exception", "ValueError", "not with 12")
        assert "in _raise" in failure.where
        assert failure.traceback.endswith("ValueError: not with 12\n")

    def test_equal_causes_have_equal_digests_whatever_the_numbers_say(self, kind: Kind) -> None:
        with self.make(kind) as executor:
            first, second, other = (_do(executor, *deed).failure for deed in (("fail", 1), ("fail", 2), ("exit", 1)))
        assert first is not None
        assert second is not None
        assert other is not None
        assert first.digest == second.digest != other.digest

    def test_an_exception_that_is_no_error_fails_the_attempt_alone(self, kind: Kind) -> None:
        self._check_failure(kind, "raise odd", "x", kind_of_failure="exception", message="x")

    def test_sys_exit_fails_the_attempt_with_its_code(self, kind: Kind) -> None:
        self._check_failure(kind, "exit", 3, kind_of_failure="exit", message="sys.exit(3)", exit_code=3)

    def test_a_memory_error_has_its_own_kind(self, kind: Kind) -> None:
        self._check_failure(kind, "exhaust", "no room", kind_of_failure="memory", message="no room")

    def test_a_result_that_is_no_json_fails_the_attempt(self, kind: Kind) -> None:
        self._check_failure(kind, "return an object", None, kind_of_failure="exception", message="JSON can hold")

    def test_an_error_of_the_listener_reaches_the_poller_and_the_attempt(self, kind: Kind) -> None:
        import pytest

        def refuse(number: int, message: dict[str, Any]) -> Any:
            raise LookupError("no such trial")

        with self.make(kind, on_message=refuse) as executor:
            executor.submit(Task(0, {"do": "ask", "x": 1}))
            with pytest.raises(LookupError, match="no such trial"):
                executor.poll(PATIENCE_SECONDS)
            failure = _finish(executor).failure
        assert failure is not None
        assert "no such trial" in failure.message

    def test_nothing_to_do_means_nothing_ended(self, kind: Kind) -> None:
        with self.make(kind) as executor:
            assert executor.poll(0) == []

    def test_a_cancelled_attempt_ends_as_cancelled(self, kind: Kind) -> None:
        with self.make(kind) as executor:
            executor.submit(Task(5, {"do": "return", "x": 1}))
            executor.cancel(5)
            ended = _finish(executor)
            assert ended.number == 5
            assert ended.failure is not None
            assert ended.failure.kind == "cancelled"
            assert _do(executor, "return", 2).result == 2

    def test_cancelling_what_does_not_run_changes_nothing(self, kind: Kind) -> None:
        with self.make(kind) as executor:
            executor.cancel(99)
            assert _do(executor, "return", 1).result == 1

    def test_what_close_cuts_short_is_in_the_next_poll(self, kind: Kind) -> None:
        executor = self.make(kind)
        executor.submit(Task(2, {"do": "return", "x": 1}))
        executor.close()
        executor.close()
        assert [(ended.number, ended.failure and ended.failure.kind) for ended in executor.poll(0)] == [
            (2, "cancelled")
        ]
        assert executor.poll(0) == []

    def test_a_closed_executor_takes_no_attempt(self, kind: Kind) -> None:
        import pytest

        executor = self.make(kind)
        executor.close()
        with pytest.raises(UsageError, match=r"submit\(1\): this executor is closed"):
            executor.submit(Task(1, {}))

    def test_no_more_attempts_than_slots(self, kind: Kind) -> None:
        import pytest

        with self.make(kind) as executor:
            executor.submit(Task(1, {"do": "return", "x": 1}))
            with pytest.raises(UsageError, match=r"submit\(2\): .*slot.* taken; poll"):
                executor.submit(Task(2, {"do": "return", "x": 1}))

    def test_a_payload_must_be_json(self, kind: Kind) -> None:
        import pytest

        with self.make(kind) as executor, pytest.raises(ArgumentError, match=r"payload\.x: expected something JSON"):
            executor.submit(Task(1, {"x": object()}))

    def _check_failure(
        self, kind: Kind, deed: str, x: Any, *, kind_of_failure: str, message: str, exit_code: int | None = None
    ) -> None:
        """The deed fails as expected, and the next attempt works."""
        with self.make(kind) as executor:
            ended = _do(executor, deed, x, number=7)
            assert (ended.number, ended.result) == (7, None)
            assert ended.failure is not None
            assert (ended.failure.kind, ended.failure.exit_code) == (kind_of_failure, exit_code)
            assert message in ended.failure.message
            assert _do(executor, "return", 1.5, number=8).result == 1.5


def _do(executor: Executor, deed: str, x: Any, number: int = 0) -> Ended:
    """Run one attempt to its end."""
    executor.submit(Task(number, {"do": deed, "x": x}))
    return _finish(executor)


def _finish(executor: Executor) -> Ended:
    """Poll until the one attempt that runs has ended."""
    ended = executor.poll(PATIENCE_SECONDS)
    assert len(ended) == 1, f"expected one attempt to end within {PATIENCE_SECONDS:g} s, got {ended}"
    return ended[0]
