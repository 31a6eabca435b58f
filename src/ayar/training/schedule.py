"""The contract of schedules: which learning rate and momentum each step of a training takes.

t  step, counted from 0: the t-th update uses `at(t)`      T  steps that the schedule is planned for
η  learning rate      μ  momentum (β₁ for optimizers of Adam's kind)

A schedule is a frozen value and a pure function of t. Nothing in it counts steps, so a training that was interrupted
goes on with `at(t)` as if nothing had happened, and two trainings can share one schedule.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import fields
from typing import Any, ClassVar, NamedTuple

from ayar.base.errors import ArgumentError, shorten
from ayar.base.registry import door

Band = tuple[float, float]
"""Momentum where the learning rate is lowest and where it is highest: (high, low), such as (0.95, 0.85)."""


class Setting(NamedTuple):
    """What one step trains with; momentum is None where the schedule leaves the optimizer's own."""

    lr: float
    momentum: float | None


class Schedule(ABC):
    """Learning rate and momentum by step; subclasses are frozen dataclasses of plain values."""

    kind: ClassVar[str]
    """The name in `to_dict`."""
    steps: int
    """T, the steps it is planned for; at least 1."""

    @property
    @abstractmethod
    def peak(self) -> int:
        """The step of the highest learning rate (the last such step); afterwards the rate does not rise to it again."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be done as asked, in words; empty as a rule."""
        return ()

    @abstractmethod
    def plan(self, t: int) -> Setting:
        """The setting of step t, 0 ≤ t ≤ T − 1."""

    def at(self, t: int) -> Setting:
        """The setting of step t; from T − 1 on it stays as it is there, so that an extra step does no harm.

        Raises:
            ArgumentError: t is negative or not a whole number.
        """
        return self.plan(min(whole(t, "t", 0), self.steps - 1))

    def __iter__(self) -> Iterator[Setting]:
        """The T settings in order."""
        return (self.plan(t) for t in range(self.steps))

    def __len__(self) -> int:
        """T."""
        return self.steps

    @abstractmethod
    def for_steps(self, steps: int) -> "Schedule":
        """The same schedule as a whole in other `steps`: a smaller budget gets a shorter complete course, not a part.

        Raises:
            ArgumentError: fewer than 1 step.
        """

    @abstractmethod
    def extended(self, steps: int, at: int | None = None) -> "Schedule":
        """This schedule up to step `at`, and from its value there a new plan for the rest of `steps`, without a jump.

        Arguments:
            steps: T of the new schedule, steps already done included.
            at: the last step that was done; T − 1 if not given.

        Raises:
            ArgumentError: `steps` leaves no step after `at`.
        """

    def _keep(self, **checked: Any) -> None:
        """Hold checked arguments as the plain values they are; for `__post_init__` of the frozen subclasses."""
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row for each step: step, lr, momentum."""
        return [{"step": t, "lr": lr, "momentum": momentum} for t, (lr, momentum) in enumerate(self)]

    def to_dict(self) -> dict[str, Any]:
        """Plain values that `ayar.training.schedule_from_dict` reads back."""
        held = {item.name: getattr(self, item.name) for item in fields(self)}  # type: ignore[arg-type]  # a dataclass
        return {"kind": self.kind, **{name: _plain(value) for name, value in held.items()}}

    @abstractmethod
    def explain(self) -> str:
        """The course in words, with its numbers."""

    def plot(self) -> Any:
        """Learning rate and momentum over the steps, as a Plotly figure; needs the extra `plots`."""
        return door("schedule")(self.table)


def _plain(value: Any) -> Any:
    if isinstance(value, Schedule):
        return value.to_dict()
    return list(value) if isinstance(value, tuple) else value


def whole(value: Any, name: str, low: int) -> int:
    """`value` as a whole number of at least `low`.

    Raises:
        ArgumentError: it is something else.
    """
    if isinstance(value, bool) or not hasattr(value, "__index__") or value.__index__() < low:
        raise ArgumentError(f"{name} must be a whole number of at least {low}, got {shorten(value)}")
    return int(value.__index__())


def positive(value: Any, name: str) -> float:
    """`value` as a finite number above 0.

    Raises:
        ArgumentError: it is something else.
    """
    if not _is_number(value) or not 0 < value < math.inf:
        raise ArgumentError(f"{name} must be a finite number above 0, got {shorten(value)}")
    return float(value)


def within(value: Any, name: str, low: float, high: float) -> float:
    """`value` as a number from `low` to `high`, both included.

    Raises:
        ArgumentError: it is something else.
    """
    if not _is_number(value) or not low <= value <= high:
        wanted = f"from {low:g} to {high:g}" if math.isfinite(high) else f"of at least {low:g}"
        raise ArgumentError(f"{name} must be a number {wanted}, got {shorten(value)}")
    return float(value)


def momentum_of(value: Any, name: str = "momentum") -> float | None:
    """A momentum: None, or a number from 0 to below 1.

    Raises:
        ArgumentError: it is something else.
    """
    if value is None:
        return None
    if not _is_number(value) or not 0 <= value < 1:
        raise ArgumentError(f"{name} must be a number from 0 to below 1, got {shorten(value)}")
    return float(value)


def band_of(value: Any) -> Band | None:
    """A band of momentum: None, or (high, low).

    Raises:
        ArgumentError: it is something else.
    """
    if value is None:
        return None
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise ArgumentError(f"momentum must be a pair (high, low) such as (0.95, 0.85), or None; got {shorten(value)}")
    high, low = momentum_of(value[0]), momentum_of(value[1])
    if high is None or low is None or high < low:
        raise ArgumentError(
            f"momentum must be a pair (high, low), high where the learning rate is low; got {shorten(value)}"
        )
    return high, low


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool) and hasattr(value, "__float__")
