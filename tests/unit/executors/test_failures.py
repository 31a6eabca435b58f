"""Failures as text."""

import signal
from pickle import UnpicklingError
from typing import Any

import pytest

from ayar.executors.failures import failure_of_error, failure_of_exit, signal_name, tail
from ayar.executors.shipping import unpack
from ayar.testing.executor_suite import call


def _caught(error: BaseException) -> BaseException:
    try:
        raise error  # noqa: TRY301 - the frame is what is wanted
    except BaseException as caught:
        return caught


class OddError(Exception):
    pass


def test_an_exception_tells_type_words_and_place() -> None:
    failure = failure_of_error(_caught(ValueError("low > high")))
    assert (failure.kind, failure.type, failure.message) == ("exception", "ValueError", "low > high")
    assert failure.where.startswith("test_failures.py:")
    assert failure.where.endswith(" in _caught")
    assert failure.traceback.startswith("Traceback (most recent call last):\n")


def test_a_type_of_ones_own_is_named_with_its_module() -> None:
    assert failure_of_error(_caught(OddError())).type == f"{__name__}.OddError"


def test_an_exception_never_raised_has_no_place() -> None:
    assert failure_of_error(ValueError("x")).where == ""


def test_the_cause_is_in_the_traceback() -> None:
    error = ValueError("outer")
    error.__cause__ = _caught(KeyError("inner"))
    assert "KeyError: 'inner'" in failure_of_error(_caught(error)).traceback


def test_frames_of_ayar_on_the_way_to_the_objective_are_left_out() -> None:
    def objective(payload: dict[str, Any], channel: Any) -> None:
        raise ValueError("low > high")

    with pytest.raises(ValueError, match="low > high") as caught:
        call(objective, {}, lambda message: None)
    error = caught.value
    assert error.__traceback__ is not None
    error.__traceback__ = error.__traceback__.tb_next  # without this test's own frame
    failure = failure_of_error(error)
    assert "executor_suite.py" not in failure.traceback
    assert "in objective" in failure.traceback


def test_what_fails_inside_ayar_is_shown() -> None:
    with pytest.raises(UnpicklingError) as caught:
        unpack(b"no pickle")
    error = caught.value
    assert error.__traceback__ is not None
    error.__traceback__ = error.__traceback__.tb_next  # without this test's own frame
    assert "shipping.py" in failure_of_error(error).traceback


def test_long_texts_keep_their_ends() -> None:
    failure = failure_of_error(_caught(ValueError("x" * 100_000 + "end")))
    assert failure.message.endswith("xend")
    assert len(failure.message) == 2048
    assert len(failure.traceback) == 8192


def test_tail_never_cuts_a_character() -> None:
    assert tail("aüü", 3) == "ü"


def test_lone_surrogates_do_no_harm() -> None:
    assert failure_of_error(_caught(ValueError("\ud800"))).message == "?"


@pytest.mark.parametrize(("code", "exit_code"), [(None, 0), (3, 3), ("no data", 1)])
def test_sys_exit_tells_its_code(code: Any, exit_code: int) -> None:
    failure = failure_of_error(_caught(SystemExit(code)))
    assert (failure.kind, failure.exit_code) == ("exit", exit_code)
    assert failure.message == f"the objective called sys.exit({code!r})"


KILL, ABORT = signal.SIGKILL, signal.SIGABRT


@pytest.mark.parametrize(
    ("code", "limited", "oom", "stderr", "kind"),
    [
        (None, False, False, "", "lost"),
        (0, False, False, "", "exit"),
        (1, False, False, "MemoryError", "exit"),
        (1, True, False, "MemoryError", "memory"),
        (-ABORT, True, False, "terminate called after throwing an instance of 'std::bad_alloc'", "memory"),
        (-ABORT, False, False, "std::bad_alloc", "signal"),
        (-ABORT, True, True, "", "signal"),
        (-KILL, False, False, "", "signal"),
        (-KILL, True, False, "", "memory"),
        (-KILL, False, True, "", "memory"),
    ],
)
def test_the_end_of_a_process_has_a_kind(code: int | None, limited: bool, oom: bool, stderr: str, kind: str) -> None:
    failure = failure_of_exit(code, memory_limited=limited, oom_killed=oom, stderr=stderr)
    assert failure.kind == kind
    assert failure.signal == (-code if code is not None and code < 0 else None)
    assert failure.exit_code == (code if code is not None and code >= 0 else None)


def test_signals_have_names() -> None:
    assert signal_name(signal.SIGSEGV) == "SIGSEGV"
    assert signal_name(1000) == "signal 1000"
