"""A Task whose updates are counted, and refused beyond a limit: the recipe's budget is kept, not estimated.

A probe gets the metered task in the place of the user's and knows nothing of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic

from ayar.base.errors import UsageError
from ayar.training.base import Answer, Run, Task
from ayar.training.wrapped import WrappedRun, WrappedTask


class BudgetSpent(UsageError):
    """A probe wanted one more update than its stage may take."""


@dataclass
class Meter:
    """What was spent so far, and how much may be: in rows that went through an update."""

    limit: float
    """Rows that may be spent altogether; raised by the owner from stage to stage."""
    rows: int = 0
    steps: int = 0

    def count(self, rows: int) -> None:
        """One more update on a batch of so many rows.

        Raises:
            BudgetSpent: the limit would be passed; the update must not be made.
        """
        if self.rows + rows > self.limit:
            raise BudgetSpent(
                f"expected at most {self.limit:.0f} rows of training, and {self.rows + rows} were asked for; "
                "give a larger budget"
            )
        self.rows += rows
        self.steps += 1


class MeteredTask(WrappedTask):
    """`inner`, every update counted on `meter`; its batches too, where it is resized or its labels are shuffled."""

    def __init__(self, inner: Task, meter: Meter) -> None:
        """All that comes from this task is counted on the same meter."""
        super().__init__(inner)
        self._meter = meter

    def start(self, seed: int) -> Run:
        """A new training whose updates are counted."""
        return _MeteredRun(self.inner.start(seed), self._meter, min(self.batch_size, self.rows))

    def resized(self, batch_size: int) -> Task:
        """The task with another batch size, counted on the same meter."""
        return MeteredTask(self.inner.resized(batch_size), self._meter)

    def one_batch(self) -> Task:
        """The task of one batch, counted on the same meter."""
        return MeteredTask(self.inner.one_batch(), self._meter)

    def shuffled(self, seed: int) -> Task:
        """The task with permuted labels, counted on the same meter."""
        return MeteredTask(self.inner.shuffled(seed), self._meter)

    def baselines(self) -> Mapping[str, Task]:
        """The baselines, counted on the same meter."""
        return {name: MeteredTask(task, self._meter) for name, task in self.inner.baselines().items()}

    def isolated(self, probe: Callable[[Task], Answer]) -> Answer:
        """What `probe` returns in a fresh process; its updates there are counted here."""
        counted = _Counted(probe, self._meter.limit - self._meter.rows)
        answer, rows, steps = self.inner.isolated(counted)
        self._meter.rows += rows
        self._meter.steps += steps
        return answer


@dataclass(frozen=True)
class _Counted(Generic[Answer]):
    """A probe that brings home what it spent in another process."""

    probe: Callable[[Task], Answer]
    limit: float

    def __call__(self, task: Task) -> tuple[Answer, int, int]:
        meter = Meter(self.limit)
        answer = self.probe(MeteredTask(task, meter))
        return answer, meter.rows, meter.steps


class _MeteredRun(WrappedRun):
    """A Run that counts its updates."""

    def __init__(self, inner: Run, meter: Meter, rows: int) -> None:
        super().__init__(inner)
        self._meter = meter
        self._rows = rows

    def step(
        self, *, lr: float | None = None, momentum: float | None = None, weight_decay: float | None = None
    ) -> float:
        self._meter.count(self._rows)
        return self.inner.step(lr=lr, momentum=momentum, weight_decay=weight_decay)
