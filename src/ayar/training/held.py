"""A Task that trains with a momentum or a weight decay of ours wherever a probe leaves it open."""

from collections.abc import Mapping
from typing import Any

from ayar.training.base import Part, Run, Scores, Task


class HeldTask(Task):
    """`inner`, with settings held: a range test of it is a range test under these settings."""

    def __init__(self, inner: Task, *, momentum: float | None = None, weight_decay: float | None = None) -> None:
        """None leaves a setting to the task itself."""
        self._inner = inner
        self._held = (momentum, weight_decay)
        self.name = inner.name
        self.can = inner.can - {"isolated", "resize", "one_batch", "shuffle"}
        self.batch_size = inner.batch_size
        self.rows = inner.rows
        self.validation_rows = inner.validation_rows
        self.settings = inner.settings
        self.chance = inner.chance
        self.batch_norm = inner.batch_norm

    @property
    def steps_per_epoch(self) -> int:
        """As the inner task says."""
        return self._inner.steps_per_epoch

    def start(self, seed: int) -> Run:
        """A new training with the held settings."""
        return _HeldRun(self._inner.start(seed), *self._held)


class _HeldRun(Run):
    """A Run whose steps take the held settings."""

    def __init__(self, inner: Run, momentum: float | None, weight_decay: float | None) -> None:
        self._inner, self._momentum, self._weight_decay = inner, momentum, weight_decay

    def step(
        self, *, lr: float | None = None, momentum: float | None = None, weight_decay: float | None = None
    ) -> float:
        return self._inner.step(
            lr=lr,
            momentum=self._momentum if momentum is None else momentum,
            weight_decay=self._weight_decay if weight_decay is None else weight_decay,
        )

    def validate(self, part: Part = "validation") -> Scores:
        return self._inner.validate(part)

    def state(self) -> Any:
        return self._inner.state()

    def load(self, state: Any) -> None:
        self._inner.load(state)

    def parts(self) -> Mapping[str, bytes]:
        return self._inner.parts()
