"""A Task that trains with a momentum or a weight decay of ours wherever a probe leaves it open."""

from ayar.training.base import Run, Task
from ayar.training.wrapped import WrappedRun, WrappedTask


class HeldTask(WrappedTask):
    """`inner`, with settings held: a range test of it is a range test under these settings."""

    def __init__(self, inner: Task, *, momentum: float | None = None, weight_decay: float | None = None) -> None:
        """None leaves a setting to the task itself."""
        super().__init__(inner)
        self.can = inner.can - {"isolated", "resize", "one_batch", "shuffle"}
        self._held = (momentum, weight_decay)

    def start(self, seed: int) -> Run:
        """A new training with the held settings."""
        return _HeldRun(self.inner.start(seed), *self._held)


class _HeldRun(WrappedRun):
    """A Run whose steps take the held settings."""

    def __init__(self, inner: Run, momentum: float | None, weight_decay: float | None) -> None:
        super().__init__(inner)
        self._momentum, self._weight_decay = momentum, weight_decay

    def step(
        self, *, lr: float | None = None, momentum: float | None = None, weight_decay: float | None = None
    ) -> float:
        return self.inner.step(
            lr=lr,
            momentum=self._momentum if momentum is None else momentum,
            weight_decay=self._weight_decay if weight_decay is None else weight_decay,
        )
