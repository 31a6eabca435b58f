"""One probe of a batch size: real batches, forward, backward and optimizer step, then validation; timed."""

import gc
import statistics
from dataclasses import dataclass

from ayar.base.clock import SYSTEM, Clock
from ayar.training.base import Task
from ayar.training.host_memory import forget_peak, peak_resident, resident
from ayar.training.out_of_memory import out_of_memory
from ayar.training.sandbox import sandbox

WARM_UP = 2
"""Steps before the clock counts: the first allocates and compiles, the second sees what the first left."""
TIMED = 5
"""Steps whose median is the time of a step."""


@dataclass(frozen=True)
class Outcome:
    """What a probe of one size found."""

    size: int
    """Rows of a batch."""
    seconds: float | None = None
    """Median of the timed steps; None if memory ran out."""
    failure: str = ""
    """Which memory ran out, in words; empty if the size fitted."""
    peak_memory: int | None = None
    """Most bytes held on the device, as the task says."""
    resident: int = 0
    """Bytes the process held before."""
    peak_resident: int | None = None
    """Most bytes the process held."""
    steps: int = 0
    """Updates that were made."""

    @property
    def fitted(self) -> bool:
        """Whether memory held the batches."""
        return not self.failure


@dataclass(frozen=True)
class BatchProbe:
    """A probe that can be sent to another process: calling it with a task trains on batches of its size.

    Any other error than out of memory is raised.
    """

    size: int
    seed: int = 0
    clock: Clock = SYSTEM

    def __call__(self, task: Task) -> Outcome:
        """Run it here."""
        forget_peak()
        before = resident()
        try:
            seconds, peak, steps = self._train(task.resized(self.size))
        except Exception as error:
            failure = out_of_memory(error)
            if failure is None:
                raise
            error.__traceback__ = None
            gc.collect()  # what this probe holds would count as the next one's
            return Outcome(self.size, failure=failure, resident=before, peak_resident=peak_resident())
        return Outcome(self.size, seconds, "", peak, before, peak_resident(), steps)

    def _train(self, task: Task) -> tuple[float, int | None, int]:
        run = task.start(self.seed)
        taken: list[float] = []
        for _ in range(WARM_UP + TIMED):
            run.synchronize()
            begun = self.clock.elapsed()
            run.step()
            run.synchronize()
            taken.append(self.clock.elapsed() - begun)
        if task.validation_rows:
            run.validate()
        peak = run.peak_memory() if "memory" in task.can else None
        return statistics.median(taken[WARM_UP:]), peak, len(taken)


def probe(task: Task, size: int, seed: int, clock: Clock) -> Outcome:
    """Probe one size: in a fresh process where the task can be sent to one, since a device that ran out stays torn."""
    asked = BatchProbe(size, seed, clock)
    if "isolated" not in task.can:
        with sandbox(task):
            return asked(task)
    try:
        return task.isolated(asked)
    except Exception as error:
        failure = out_of_memory(error)
        if failure is None:
            raise
        return Outcome(size, failure=failure)
