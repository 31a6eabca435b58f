"""A Task around another one: everything as the inner one says, for subclasses that change a part of it."""

from collections.abc import Mapping
from typing import Any

from ayar.training.base import Part, Run, Scores, Task


class WrappedTask(Task):
    """`inner`, whose facts it shares; the subclass says how it starts and which other tasks come from it."""

    def __init__(self, inner: Task) -> None:
        """All facts are those of `inner`; a subclass that cannot do as much takes abilities away."""
        self.inner = inner
        self.name = inner.name
        self.can = inner.can
        self.batch_size = inner.batch_size
        self.rows = inner.rows
        self.validation_rows = inner.validation_rows
        self.settings = inner.settings
        self.chance = inner.chance
        self.batch_norm = inner.batch_norm

    @property
    def steps_per_epoch(self) -> int:
        """As the inner task says."""
        return self.inner.steps_per_epoch


class WrappedRun(Run):
    """`inner`, step for step."""

    def __init__(self, inner: Run) -> None:
        self.inner = inner

    def step(
        self, *, lr: float | None = None, momentum: float | None = None, weight_decay: float | None = None
    ) -> float:
        """As `Run.step`."""
        return self.inner.step(lr=lr, momentum=momentum, weight_decay=weight_decay)

    def validate(self, part: Part = "validation") -> Scores:
        """As `Run.validate`."""
        return self.inner.validate(part)

    def state(self) -> Any:
        """As `Run.state`."""
        return self.inner.state()

    def load(self, state: Any) -> None:
        """As `Run.load`."""
        self.inner.load(state)

    def parts(self) -> Mapping[str, bytes]:
        """As `Run.parts`."""
        return self.inner.parts()

    def gradient_norms(self, small: int, large: int) -> tuple[float, float]:
        """As `Run.gradient_norms`."""
        return self.inner.gradient_norms(small, large)

    def synchronize(self) -> None:
        """As `Run.synchronize`."""
        self.inner.synchronize()

    def peak_memory(self) -> int:
        """As `Run.peak_memory`."""
        return self.inner.peak_memory()
