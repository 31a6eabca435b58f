"""Runs a command for each attempt, in any language, in a process group of its own.

One thread an attempt watches over its command; all messages are answered in the thread that polls. The command does not
see this process: it gets words, variables and a file, and writes lines (see `ayar.executors.command_objective`).

Not promised: processes that leave their group on purpose are not ended with it; a memory limit holds per process, and
Linux only.
"""

import os
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import msgspec

from ayar.base.clock import SYSTEM
from ayar.base.errors import ArgumentError, UsageError, shorten
from ayar.base.jsontext import wrap
from ayar.executors.base import GRACE, Ended, Executor, Objective, OnMessage, Run, Task, check_timeout, refusal
from ayar.executors.command_objective import Bounds, Command, CommandRun, StopSign
from ayar.executors.failures import failure_of_error
from ayar.executors.limits import check_crew, check_memory, share_of_cores, thread_variables
from ayar.trial.failure import Failure

_TICK_SECONDS = 0.1


class CommandExecutor(Executor):
    """Attempts as commands, `slots` at a time.

    Arguments:
        objective: a `Command`.
        run: called in a thread for each attempt with the command, the payload and a channel; returns JSON.
        on_message: called in the polling thread with (number, message) for each message; returns the reply.
        slots: commands at a time.
        timeout: seconds per attempt; None for no limit. A task's own limit goes first.
        memory: bytes that each process of a command may map; None for no limit.
        threads: for numeric libraries, told by their environment variables; None for this process's cores divided by
            `slots`, where the variables are not set already.

    Raises:
        ArgumentError: a limit or number that makes no sense, or an objective that is no command.
    """

    def __init__(
        self,
        *,
        objective: Objective,
        run: Run,
        on_message: OnMessage,
        slots: int,
        timeout: float | None = None,
        memory: int | None = None,
        threads: int | None = None,
    ) -> None:
        where = "CommandExecutor"
        if not isinstance(objective, Command):
            raise ArgumentError(
                f"{where}: expected a Command as objective, got {shorten(objective)}; the executor 'processes' runs "
                "Python functions"
            )
        if os.name != "posix":
            raise ArgumentError(f"{where}: process groups are needed, which {os.name!r} lacks")
        check_crew(slots, threads, where)
        check_timeout(timeout, where)
        check_memory(memory, where)
        usual = {} if threads else {name: text for name, text in os.environ.items() if name.endswith("_THREADS")}
        variables = {**thread_variables(threads or share_of_cores(slots)), **usual}
        self.slots = slots
        self._command = objective
        self._run = run
        self._on_message = on_message
        self._bounds = Bounds(timeout, memory, variables)
        self._mail: SimpleQueue[_Question | _Attempt] = SimpleQueue()
        self._running: dict[int, _Attempt] = {}
        self._ended: list[Ended] = []
        self._closed = False

    def submit(self, task: Task) -> None:
        """Start an attempt in a thread of its own."""
        if self._closed:
            raise UsageError(f"submit({task.number}): this executor is closed; make a new one")
        wrap(task.payload, "payload")
        if len(self._running) >= self.slots:
            raise UsageError(f"submit({task.number}): all {self.slots} slots are taken; poll until one is free")
        bounds = self._bounds
        if task.timeout is not None:
            bounds = Bounds(task.timeout, bounds.memory, bounds.variables)
        self._running[task.number] = _Attempt(task, self._command, bounds, self._run, self._mail)

    def poll(self, timeout: float) -> list[Ended]:
        """Answer all attempts until something ends, at most `timeout` seconds."""
        deadline = SYSTEM.elapsed() + timeout
        while not self._closed:
            left = 0.0 if self._ended else max(0.0, deadline - SYSTEM.elapsed())
            try:
                letter = self._mail.get(timeout=left)
            except Empty:
                break
            self._open(letter)
        ended, self._ended = self._ended, []
        return ended

    def cancel(self, number: int, grace: float = GRACE) -> None:
        """End one attempt with its process group."""
        if number in self._running:
            self._running[number].stop.ask(grace)

    def close(self, grace: float = GRACE) -> None:
        """End all commands with their groups; a second Ctrl-C meanwhile kills them at once."""
        if self._closed:
            return
        self._closed = True
        try:
            self._stop_all(grace)
        finally:
            self._stop_all(0.0)

    def _stop_all(self, grace: float) -> None:
        for attempt in self._running.values():
            attempt.stop.ask(grace)
        while self._running:
            try:
                letter = self._mail.get(timeout=_TICK_SECONDS)
            except Empty:  # a letter may have been lost to an interrupt
                for attempt in [attempt for attempt in self._running.values() if attempt.ended]:
                    self._take(attempt)
                continue
            if isinstance(letter, _Attempt):
                self._take(letter)
            else:
                letter.refuse("the attempt is being ended")

    def _take(self, attempt: "_Attempt") -> None:
        """An attempt is over."""
        attempt.thread.join()
        if attempt.ended and self._running.get(attempt.number) is attempt:
            self._ended.append(attempt.ended)
            del self._running[attempt.number]

    def _open(self, letter: "_Question | _Attempt") -> None:
        """Take an end, or answer a question."""
        if isinstance(letter, _Attempt):
            self._take(letter)
            return
        try:
            letter.reply(self._on_message(letter.number, letter.message))
        except BaseException as error:
            letter.refuse(f"{type(error).__name__}: {error}")
            raise


class _Question:
    """A message that waits for its reply."""

    def __init__(self, number: int, message: dict[str, Any], stop: StopSign) -> None:
        self.number = number
        self.message = message
        self._stop = stop
        self._answers: SimpleQueue[tuple[bool, Any]] = SimpleQueue()

    def reply(self, answer: Any) -> None:
        self._answers.put((True, answer))

    def refuse(self, words: str) -> None:
        self._answers.put((False, words))

    def wait(self) -> Any:
        """The reply, in the attempt's thread."""
        while True:
            try:
                taken, answer = self._answers.get(timeout=_TICK_SECONDS)
            except Empty:
                if self._stop.asked:  # whoever was about to answer may have been interrupted
                    raise refusal("the attempt is being ended") from None
                continue
            if not taken:
                raise refusal(answer)
            return answer


class _Attempt:
    """One command under way, with the thread that watches over it."""

    def __init__(
        self, task: Task, command: Command, bounds: Bounds, run: Run, mail: "SimpleQueue[_Question | _Attempt]"
    ) -> None:
        self.number = task.number
        self.stop = StopSign()
        self.ended: Ended | None = None
        self._task = task
        self._performance = CommandRun(command, bounds, self.stop)
        self._run = run
        self._mail = mail
        self.thread = Thread(target=self._work, name=f"ayar-trial-{task.number}", daemon=True)
        self.thread.start()

    def _work(self) -> None:
        begin = SYSTEM.elapsed()
        result, failure = None, None
        try:
            result = self._run(self._performance, self._task.payload, self._channel())
            wrap(result, "result")
        except BaseException as error:  # whatever happens is the attempt's result
            result, failure = None, failure_of_error(error)
        self.ended = self._end(result, failure, SYSTEM.elapsed() - begin)
        self._mail.put(self)

    def _end(self, result: Any, failure: Failure | None, seconds: float) -> Ended:
        folder, output = self._performance.folder, ""
        if folder is not None:
            output = folder.output()
            if failure is not None and not failure.stderr:
                failure = msgspec.structs.replace(failure, stderr=folder.stderr())
        peak = self._performance.peak_bytes
        return Ended(self._task.number, result, failure, seconds=seconds, peak_bytes=peak, output=output)

    def _channel(self) -> Callable[[dict[str, Any]], Any]:
        def channel(message: dict[str, Any]) -> Any:
            wrap(message, "message")
            question = _Question(self._task.number, message, self.stop)
            self._mail.put(question)
            return question.wait()

        return channel
