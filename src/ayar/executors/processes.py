"""Runs the objective in child processes: crashes, hangs and kills end one attempt, never the study.

The default when several workers, a time limit or a memory limit are asked for. Each slot has a child that stays for
many attempts (starting one takes 0.2 s with NumPy) and is replaced when an attempt crashed it or had to be stopped.
Where the objective takes milliseconds and cannot crash, `inline` does more per second.

Not promised: processes that leave their group on purpose (daemons, `start_new_session=True`) are not ended with it; a
memory limit holds per process, not for an attempt's children together, and Linux only.
"""

import os
from contextlib import suppress
from multiprocessing.connection import wait
from typing import Any

import msgspec

from ayar.base.clock import SYSTEM
from ayar.base.errors import ArgumentError, UsageError
from ayar.base.jsontext import wrap
from ayar.executors.base import GRACE, Ended, Executor, Objective, OnMessage, Run, Task, check_timeout
from ayar.executors.children import Shipment
from ayar.executors.limits import check_crew, check_memory, share_of_cores
from ayar.executors.nursery import Nursery
from ayar.executors.shipping import pack
from ayar.executors.slot import Slot
from ayar.executors.tenant import Tenant

_TICK_SECONDS = 0.25
"""Between looks at time limits and at the size of output, while nothing happens."""
_ENDING_TICK_SECONDS = 0.02
"""Between looks at process groups that are being ended."""


class ProcessExecutor(Executor):
    """Attempts in `slots` child processes at a time.

    Arguments:
        objective: the user's function, or "package.module:function"; sent to each child once, by cloudpickle.
        run: called in the child for each attempt, with the objective, the payload and a channel; returns JSON.
        on_message: called in the polling thread with (number, message) for each message; returns the reply.
        slots: children at a time.
        timeout: seconds per attempt; None for no limit. A task's own limit goes first.
        memory: bytes that a child may map beyond what it has mapped once the objective is loaded; None for no limit.
        threads: BLAS and OpenMP threads per child; None for this process's cores divided by `slots`.

    Raises:
        ArgumentError: a limit or number that makes no sense, or an objective that cannot be sent.

    >>> def run(objective, payload, channel):
    ...     return objective(payload["x"])
    >>> with ProcessExecutor(objective="math:sqrt", run=run, on_message=print, slots=1) as executor:
    ...     executor.submit(Task(number=0, payload={"x": 9.0}))
    ...     [ended] = executor.poll(timeout=60)
    >>> ended.result
    3.0
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
        where = "ProcessExecutor"
        if os.name != "posix":
            raise ArgumentError(
                f"{where}: process groups are needed, which {os.name!r} lacks; use the executor 'inline'"
            )
        check_crew(slots, threads, where)
        check_timeout(timeout, where)
        check_memory(memory, where)
        shipment = Shipment(
            objective=pack(objective), run=pack(run), threads=threads or share_of_cores(slots), memory=memory
        )
        self.slots = slots
        self._timeout = timeout
        self._ended: list[Ended] = []
        self._closed = False
        self._ears, self._bell = os.pipe()
        os.set_blocking(self._bell, False)
        self._slots = [Slot(shipment, on_message, Nursery(shipment, self._wake)) for _ in range(slots)]

    def submit(self, task: Task) -> None:
        """Give an attempt to a free slot."""
        if self._closed:
            raise UsageError(f"submit({task.number}): this executor is closed; make a new one")
        wrap(task.payload, "payload")
        free = next((slot for slot in self._slots if slot.number is None), None)
        if free is None:
            raise UsageError(f"submit({task.number}): all {self.slots} slots are taken; poll until one is free")
        if task.timeout is None:
            task = msgspec.structs.replace(task, timeout=self._timeout)
        free.submit(task, SYSTEM.elapsed())

    def poll(self, timeout: float) -> list[Ended]:
        """Serve all children until something ends, at most `timeout` seconds."""
        now = SYSTEM.elapsed()
        deadline, pause = now + timeout, 0.0
        while not self._closed:
            self._listen(pause)
            now = SYSTEM.elapsed()
            self._advance(now)
            if self._ended or now >= deadline:
                break
            tick = _ENDING_TICK_SECONDS if any(slot.is_ending for slot in self._slots) else _TICK_SECONDS
            pause = min(tick, deadline - now)
        ended, self._ended = self._ended, []
        return ended

    def cancel(self, number: int, grace: float = GRACE) -> None:
        """End one attempt with its process group."""
        now = SYSTEM.elapsed()
        for slot in self._slots:
            if slot.number == number:
                self._note(slot.cancel(now, grace))

    def close(self, grace: float = GRACE) -> None:
        """End all children with their groups; a second Ctrl-C meanwhile kills them at once."""
        if self._closed:
            return
        self._closed = True
        try:
            self._end_all(grace)
        finally:
            for slot in self._slots:
                self._note(slot.drop())
            os.close(self._ears)
            os.close(self._bell)

    def _end_all(self, grace: float) -> None:
        for slot in self._slots:
            self._note(slot.begin_close(SYSTEM.elapsed(), grace))
        while tenants := [slot.tenant for slot in self._slots if slot.tenant]:
            wait([tenant.sentinel for tenant in tenants if tenant.is_alive], _ENDING_TICK_SECONDS)
            self._advance(SYSTEM.elapsed())

    def _listen(self, seconds: float) -> None:
        """Wait for messages, and take one from each child that has some."""
        speakers: dict[Any, tuple[Slot, Tenant]] = {}
        for slot in self._slots:
            if slot.tenant and slot.tenant.connection:
                speakers[slot.tenant.connection] = slot, slot.tenant
        for ready in wait([*speakers, self._ears], seconds):
            if ready == self._ears:
                os.read(self._ears, 4096)
            else:
                slot, tenant = speakers[ready]
                self._note(slot.hear(tenant, SYSTEM.elapsed()))

    def _advance(self, now: float) -> None:
        for slot in self._slots:
            self._note(slot.advance(now))

    def _note(self, ended: Ended | None) -> None:
        if ended:
            self._ended.append(ended)

    def _wake(self) -> None:
        with suppress(BlockingIOError):  # full: whoever listens will wake anyway
            os.write(self._bell, b"!")
