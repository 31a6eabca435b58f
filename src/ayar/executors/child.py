"""What runs in a child: one loop that takes attempts from the line until the line hangs up.

`serve` is the only task pebble ever gives to a child. Before it loads anything numeric, the child leads its own process
group, is tied to its parent's life, writes to its own files and has set the number of BLAS threads.
"""

import faulthandler
import os
import signal
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import current_process, parent_process
from threading import Lock
from types import FrameType
from typing import TYPE_CHECKING, Any, cast

import msgspec

from ayar.base.errors import AyarError
from ayar.executors.base import refusal
from ayar.executors.children import Child, Shipment
from ayar.executors.failures import failure_of_error
from ayar.executors.groups import lead_group, tie_group_to_parent
from ayar.executors.limits import (
    limit_loaded_libraries,
    limit_memory,
    peak_memory,
    reset_peak_memory,
    set_thread_variables,
)
from ayar.executors.shipping import unpack
from ayar.trial.failure import Failure

if TYPE_CHECKING:
    from ayar.executors.capture import Outlets
    from ayar.executors.line import Line


def serve() -> None:
    """Run attempts until the parent hangs up; then, or whatever else happens, end this process."""
    try:
        _settle_and_work(cast(Child, current_process()))
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def _settle_and_work(me: Child) -> None:
    lead_group()
    parent = parent_process()
    if parent is not None:
        tie_group_to_parent(parent.sentinel)
    outlets = cast("Outlets", me.capture)
    outlets.attach()
    faulthandler.enable(file=2)
    quitting = Quitting()
    # It was held back while the child started; pebble has set it to be ignored.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    set_thread_variables(me.shipment.threads)

    from ayar.executors.line import Line, LineBroken

    line = Line(me.line)
    perform = _load(me.shipment, quitting)
    with suppress(LineBroken):
        line.send("ready")
        while not quitting.asked:
            _, payload = line.receive()
            line.send("begun")
            line.send("done", _attempt(perform, payload, line, outlets, quitting))


Perform = Callable[[dict[str, Any], Callable[[dict[str, Any]], Any]], Any]


def _load(shipment: Shipment, quitting: "Quitting") -> Perform | Failure:
    """The function of one attempt, or why there is none: then each attempt fails with that."""
    try:
        with quitting:
            objective = unpack(shipment.objective)
            run = unpack(shipment.run)
            limit_loaded_libraries(shipment.threads)
            if shipment.memory is not None:
                limit_memory(shipment.memory)
    except BaseException as error:  # importing user code may raise anything
        return _explain(error)
    return lambda payload, channel: run(objective, payload, channel)


def _attempt(
    perform: Perform | Failure, payload: dict[str, Any], line: "Line", outlets: "Outlets", quitting: "Quitting"
) -> dict[str, Any]:
    """One attempt's end as JSON: result, failure, peak, and whether the process is spent."""
    from ayar.base.jsontext import wrap

    reset_peak_memory()
    outlets.attach()
    result, failure, spent = None, None, False
    if isinstance(perform, Failure):
        failure = perform
    else:
        try:
            with quitting:
                result = perform(payload, _channel(line, quitting))
                wrap(result, "result")  # refuse here what cannot be sent
        except BaseException as error:  # whatever the objective raises is the attempt's result
            result, failure = None, _explain(error)
            spent = isinstance(error, MemoryError) or not isinstance(error, Exception)
    outlets.flush()
    return {
        "result": result,
        "failure": msgspec.to_builtins(failure) if failure else None,
        "peak": peak_memory(),
        "spent": spent or quitting.asked,
    }


def _channel(line: "Line", quitting: "Quitting") -> Callable[[dict[str, Any]], Any]:
    """The attempt's end of its channel; usable from all threads of the child, and from no other process."""
    lock, home = Lock(), os.getpid()

    def channel(message: dict[str, Any]) -> Any:
        if os.getpid() != home:
            raise AyarError("the trial can be used only in the process that runs the objective, not in its children")
        if quitting.asked:
            # Who ends an attempt no longer answers it; waiting for a reply would last until SIGKILL.
            raise refusal("the attempt is being ended")
        with lock:
            line.send("ask", message)
            word, body = line.receive()
        if word == "refused":
            raise refusal(body)
        return body

    return channel


class Stopped(SystemExit):
    """Raised in the objective by SIGTERM."""


class Quitting:
    """What SIGTERM does: between attempts it ends the process, within one it raises, so that `finally` blocks run."""

    def __init__(self) -> None:
        self.asked = False
        """Whether it came within an attempt; the process then ends after it, even if the objective caught `Stopped`."""
        self._set(busy=False)

    def __enter__(self) -> None:
        self._set(busy=True)

    def __exit__(self, *_: object) -> None:
        self._set(busy=False)

    def _set(self, *, busy: bool) -> None:
        # Each time, since the objective may have put its own handler there.
        self._busy = busy
        signal.signal(signal.SIGTERM, self._on_signal)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if not self._busy:
            os._exit(128 + number)
        self.asked = True
        raise Stopped("stopped by SIGTERM")


def _explain(error: BaseException) -> Failure:
    """The failure that an exception stands for."""
    failure = failure_of_error(error)
    if not isinstance(error, Stopped):
        return failure
    # Somebody else's SIGTERM; where it was ours, the parent knows better and takes only the place.
    message = "the process was stopped by SIGTERM"
    return Failure("signal", message, where=failure.where, traceback=failure.traceback, signal=signal.SIGTERM)
