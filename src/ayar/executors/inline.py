"""Runs the objective in this process, one attempt at a time.

For quick objectives, notebooks and debuggers. Survives every exception, `sys.exit` too; not what ends the process, and
it can neither interrupt an attempt nor limit its memory: for that there is `processes`.
"""

from typing import Any

from ayar.base.clock import SYSTEM
from ayar.base.errors import ArgumentError, UsageError
from ayar.base.jsontext import wrap
from ayar.executors.base import GRACE, Channel, Ended, Executor, Objective, OnMessage, Run, Task, refusal
from ayar.executors.failures import failure_of_error
from ayar.executors.shipping import import_objective
from ayar.trial.failure import Failure


class InlineExecutor(Executor):
    """Attempts in this process; `submit` stores one and `poll` runs it, however long it takes.

    Arguments:
        objective: the user's function, or "package.module:function".
        run: called for each attempt with the objective, the payload and a channel; returns JSON.
        on_message: called with (number, message) for each message of the channel; returns the reply.
        slots, timeout, memory: as for all executors; only 1, None and None can be held here.
        threads: BLAS threads while an attempt runs; None leaves them alone.

    Raises:
        ArgumentError: more than one slot, or a limit.

    >>> def run(objective, payload, channel):
    ...     return objective(payload["x"])
    >>> with InlineExecutor(objective=abs, run=run, on_message=print) as executor:
    ...     executor.submit(Task(number=0, payload={"x": -3}))
    ...     executor.poll(timeout=0)[0].result
    3
    """

    def __init__(
        self,
        *,
        objective: Objective,
        run: Run,
        on_message: OnMessage,
        slots: int = 1,
        timeout: float | None = None,
        memory: int | None = None,
        threads: int | None = None,
    ) -> None:
        if slots != 1:
            raise ArgumentError(f"InlineExecutor: slots must be 1, got {slots}; use the executor 'processes'")
        for name, limit in (("timeout", timeout), ("memory", memory)):
            if limit is not None:
                raise ArgumentError(f"InlineExecutor: {name}={limit} cannot be held; use the executor 'processes'")
        self.slots = 1
        self._objective = import_objective(objective) if isinstance(objective, str) else objective
        self._run = run
        self._on_message = on_message
        self._threads = threads
        self._waiting: Task | None = None
        self._ended: list[Ended] = []
        self._closed = False

    def submit(self, task: Task) -> None:
        """Store an attempt for the next `poll`."""
        if self._closed:
            raise UsageError(f"submit({task.number}): this executor is closed; make a new one")
        if self._waiting is not None:
            raise UsageError(f"submit({task.number}): the only slot is taken; poll first")
        if task.timeout is not None:
            raise ArgumentError(f"submit({task.number}): timeout={task.timeout} cannot be held; use 'processes'")
        wrap(task.payload, "payload")
        self._waiting = task

    def poll(self, timeout: float) -> list[Ended]:  # noqa: ARG002 - the attempt takes its own time
        """Run the stored attempt to its end; KeyboardInterrupt goes on to the caller."""
        task, self._waiting = self._waiting, None
        if task is not None:
            self._attempt(task)
        ended, self._ended = self._ended, []
        return ended

    def cancel(self, number: int, grace: float = GRACE) -> None:  # noqa: ARG002 - nothing runs between polls
        """Drop the stored attempt if it has this number."""
        if self._waiting is not None and self._waiting.number == number:
            self._waiting = None
            self._note_cancelled(number)

    def close(self, grace: float = GRACE) -> None:
        """Drop what is stored and take no more."""
        self._closed = True
        if self._waiting is not None:
            self.cancel(self._waiting.number, grace)

    def _attempt(self, task: Task) -> None:
        """Run one attempt; what ends it goes to `_ended`, what `on_message` raised to the caller."""
        raised: list[Exception] = []

        def channel(message: dict[str, Any]) -> Any:
            try:
                return self._on_message(task.number, message)
            except Exception as error:
                raised.append(error)
                raise refusal(error) from error

        start = SYSTEM.elapsed()
        result, failure = None, None
        try:
            result = self._perform(task, channel)
            wrap(result, "result")
        except KeyboardInterrupt:
            self._note_cancelled(task.number)
            raise
        except BaseException as error:  # whatever the objective raises is the attempt's result
            result, failure = None, failure_of_error(error)
        self._ended.append(Ended(task.number, result, failure, seconds=SYSTEM.elapsed() - start))
        if raised:
            raise raised[0]

    def _note_cancelled(self, number: int) -> None:
        self._ended.append(Ended(number, failure=Failure(kind="cancelled", message="the attempt was cancelled")))

    def _perform(self, task: Task, channel: Channel) -> Any:
        if self._threads is None:
            return self._run(self._objective, task.payload, channel)
        from threadpoolctl import threadpool_limits

        with threadpool_limits(self._threads):
            return self._run(self._objective, task.payload, channel)
