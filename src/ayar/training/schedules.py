"""All schedules by name: a rate that stays, cycles, one cycle and what extends it; and how they are read back.

Constant   one rate and one momentum              Cyclical   up and down between two rates
OneCycle   up once, then far down                 Extended   a OneCycle that was given more steps on the way
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from ayar.base.errors import ArgumentError, UnknownName, did_you_mean, shorten
from ayar.training.course import Extended
from ayar.training.cyclical import Cyclical
from ayar.training.one_cycle import OneCycle
from ayar.training.schedule import Schedule, Setting, momentum_of, positive, whole

__all__ = ["Constant", "Cyclical", "Extended", "OneCycle", "Schedule", "Setting", "schedule_from_dict"]


@dataclass(frozen=True)
class Constant(Schedule):
    """One learning rate all the way: the baseline to name beside every other schedule.

    Arguments:
        steps: T.
        lr: the learning rate.
        momentum: the momentum; None leaves the optimizer's own.

    Raises:
        ArgumentError: a value outside its range.
    """

    steps: int
    lr: float
    momentum: float | None = None
    kind: ClassVar[str] = "constant"

    def __post_init__(self) -> None:
        self._keep(steps=whole(self.steps, "steps", 1), lr=positive(self.lr, "lr"), momentum=momentum_of(self.momentum))

    @property
    def peak(self) -> int:
        """0: the rate never rises."""
        return 0

    def plan(self, t: int) -> Setting:  # noqa: ARG002 - the same at every step
        """The setting of step t."""
        return Setting(self.lr, self.momentum)

    def for_steps(self, steps: int) -> "Constant":
        """The same rate for other `steps`."""
        return replace(self, steps=steps)

    def extended(self, steps: int, at: int | None = None) -> "Constant":
        """The same rate for more `steps`.

        Raises:
            ArgumentError: `steps` leaves no step after `at`.
        """
        at = self.steps - 1 if at is None else whole(at, "at", 0)
        if whole(steps, "steps", 1) < at + 2:
            raise ArgumentError(f"steps={steps} leaves nothing to plan after step {at}: give at least {at + 2}")
        return replace(self, steps=steps)

    def explain(self) -> str:
        """The rate in words."""
        held = "" if self.momentum is None else f", momentum {self.momentum:.4g}"
        return f"Learning rate {self.lr:.4g}{held} for {self.steps} steps."


_KINDS: Mapping[str, type[Schedule]] = {kind.kind: kind for kind in (Constant, Cyclical, Extended, OneCycle)}


def schedule_from_dict(data: Mapping[str, Any]) -> Schedule:
    """The schedule that `Schedule.to_dict` wrote.

    Raises:
        UnknownName: no schedule is of this kind.
        ArgumentError: names or values that this kind does not take.

    >>> schedule_from_dict(OneCycle(steps=9, max_lr=1.0).to_dict()) == OneCycle(steps=9, max_lr=1.0)
    True
    """
    kind = str(data.get("kind"))
    if kind not in _KINDS:
        raise UnknownName(f"no schedule is of kind {kind!r}{did_you_mean(kind, _KINDS)}")
    values = {name: schedule_from_dict(value) if isinstance(value, Mapping) else value for name, value in data.items()}
    del values["kind"]
    try:
        return _KINDS[kind](**values)
    except TypeError as error:
        raise ArgumentError(f"a schedule of kind {kind!r} cannot be read from {shorten(dict(data))}: {error}") from None
