"""One call of `optimize`: make the executor, let the loop work, record who came and why it left."""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ayar.base.errors import ArgumentError, shorten
from ayar.base.jsontext import wrap
from ayar.executors import EXECUTORS
from ayar.executors.base import Executor, OnMessage
from ayar.study.attempt import Attempt
from ayar.study.deciding import silence
from ayar.study.ending import record_end
from ayar.study.environment import environment
from ayar.study.loop import Limits, Loop
from ayar.study.progress import Progress
from ayar.study.seat import Seat
from ayar.trial.events import WorkerJoined, WorkerLeft
from ayar.trial.fold import Fold

LOGGER = logging.getLogger("ayar")


@dataclass(frozen=True)
class Crew:
    """How many attempts run at a time, where, and within which limits."""

    workers: int = 1
    executor: str | None = None
    trial_timeout: float | None = None
    trial_memory: int | None = None
    trial_threads: int | None = None

    def __post_init__(self) -> None:
        if not _is_whole(self.workers) or (self.workers < 1 and self.workers != -1):
            raise ArgumentError(f"optimize: expected workers >= 1, or -1 for one a core, got {shorten(self.workers)}")
        if self.trial_timeout is not None and not _is_positive(self.trial_timeout):
            raise ArgumentError(f"trial_timeout: expected seconds > 0 or None, got {shorten(self.trial_timeout)}")
        if self.trial_memory is not None and not (_is_whole(self.trial_memory) and self.trial_memory > 0):
            raise ArgumentError(f"trial_memory: expected bytes > 0 or None, got {shorten(self.trial_memory)}")
        if self.trial_threads is not None and not (_is_whole(self.trial_threads) and self.trial_threads > 0):
            raise ArgumentError(f"trial_threads: expected threads >= 1 or None, got {shorten(self.trial_threads)}")
        if self.executor is not None:
            EXECUTORS[self.executor]

    @property
    def slots(self) -> int:
        """Attempts at a time."""
        return (os.cpu_count() or 1) if self.workers == -1 else self.workers

    @property
    def place(self) -> str:
        """Name of the executor: what was asked for, else processes for several workers or with a limit."""
        limited = self.trial_timeout is not None or self.trial_memory is not None
        return self.executor or ("processes" if self.slots > 1 or limited else "inline")


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def optimize(
    seat: Seat,
    objective: Callable[..., Any] | str,
    limits: Limits,
    crew: Crew,
    watch: Callable[[Progress], None] | None,
) -> str:
    """Run the objective on trial after trial; the reason why the call ended."""
    name = seat.worker.name
    loop = Loop(seat.log, seat.asker, seat.referee, seat.renewal, seat.clock, name, limits, watch, lambda: seat.leaving)
    executor = make_executor(seat.log.fold, objective, crew, loop.message)
    seat.write(WorkerJoined(wrap(environment(crew.place, crew.slots))))
    try:
        with executor:
            ended = loop.run(executor)
    finally:
        seat.leaving = False
    seat.write(WorkerLeft(ended))
    record_end(seat, ended)
    if said := silence(seat.log):
        LOGGER.warning("%s", said)
    return ended


def make_executor(
    fold: Fold, objective: Callable[..., Any] | str, crew: Crew, on_message: OnMessage, seed: int | None = None
) -> Executor:
    """The executor that a crew asks for, to run attempts of a study's trials; `seed` in place of the study's own."""
    setup = fold.setup
    made: Executor = EXECUTORS.get_class(crew.place)(
        objective=objective,
        run=Attempt(fold.declared, setup.goals, setup.constraints, setup.seed if seed is None else seed),
        on_message=on_message,
        slots=crew.slots,
        timeout=crew.trial_timeout,
        memory=crew.trial_memory,
        threads=crew.trial_threads,
    )
    return made
