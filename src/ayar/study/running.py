"""One call of `optimize`: make the executor, let the loop work, record who came and why it left."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ayar.base.errors import ArgumentError
from ayar.base.jsontext import wrap
from ayar.executors import EXECUTORS
from ayar.executors.base import Executor
from ayar.study.attempt import Attempt
from ayar.study.ending import record_end
from ayar.study.environment import environment
from ayar.study.loop import Limits, Loop
from ayar.study.progress import Progress
from ayar.study.seat import Seat
from ayar.trial.events import WorkerJoined, WorkerLeft


@dataclass(frozen=True)
class Crew:
    """How many attempts run at a time, where, and within which limits."""

    workers: int = 1
    executor: str | None = None
    trial_timeout: float | None = None
    trial_memory: int | None = None
    trial_threads: int | None = None

    def __post_init__(self) -> None:
        if self.workers < 1 and self.workers != -1:
            raise ArgumentError(f"optimize: expected workers >= 1, or -1 for one a core, got {self.workers}")

    @property
    def slots(self) -> int:
        """Attempts at a time."""
        return (os.cpu_count() or 1) if self.workers == -1 else self.workers

    @property
    def place(self) -> str:
        """Name of the executor: what was asked for, else processes for several workers or with a limit."""
        limited = self.trial_timeout is not None or self.trial_memory is not None
        return self.executor or ("processes" if self.slots > 1 or limited else "inline")


def optimize(
    seat: Seat,
    objective: Callable[..., Any] | str,
    limits: Limits,
    crew: Crew,
    watch: Callable[[Progress], None] | None,
) -> str:
    """Run the objective on trial after trial; the reason why the call ended."""
    loop = Loop(seat.log, seat.asker, seat.renewal, seat.clock, seat.worker.name, limits, watch)
    executor = _executor(seat, objective, crew, loop)
    seat.write(WorkerJoined(wrap(environment(crew.place, crew.slots))))
    with executor:
        ended = loop.run(executor)
    seat.write(WorkerLeft(ended))
    record_end(seat, ended)
    return ended


def _executor(seat: Seat, objective: Callable[..., Any] | str, crew: Crew, loop: Loop) -> Executor:
    setup = seat.log.setup
    made: Executor = EXECUTORS.get_class(crew.place)(
        objective=objective,
        run=Attempt(seat.log.fold.declared, setup.goals, setup.constraints, setup.seed),
        on_message=loop.message,
        slots=crew.slots,
        timeout=crew.trial_timeout,
        memory=crew.trial_memory,
        threads=crew.trial_threads,
    )
    return made
