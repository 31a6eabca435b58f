"""Schedules that go from knot to knot: at each knot the values are given, in between a half cosine or a straight line.

u, v  values at two neighbouring knots      q  way from one to the other, 0…1

    cosine   c(u, v, q) = v + (u − v)(1 + cos πq)/2        linear   v + (u − v)(1 − q)

Source: the cosine is that of Loshchilov and Hutter 2017, arXiv:1608.03983, eq. (5).
"""

import math
from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal, NamedTuple

from ayar.base.errors import ArgumentError
from ayar.training.schedule import Schedule, Setting, whole

Shape = Literal["cosine", "linear"]


class Knot(NamedTuple):
    """Given values at a step."""

    step: int
    lr: float
    momentum: float | None


def between(u: float, v: float, q: float, shape: Shape) -> float:
    """The value at q of the way from u to v, exact at both ends and never outside them."""
    if q <= 0:
        return u
    if q >= 1:
        return v
    rest = (1 + math.cos(math.pi * q)) / 2 if shape == "cosine" else 1 - q
    return min(max(v + (u - v) * rest, min(u, v)), max(u, v))


def along(knots: Sequence[Knot], shape: Shape, t: int) -> Setting:
    """The setting at step t; before the first knot and after the last their values."""
    after = bisect_right(knots, t, key=lambda knot: knot.step)
    a, b = knots[max(after - 1, 0)], knots[min(after, len(knots) - 1)]
    q = (t - a.step) / (b.step - a.step) if b.step > a.step else 0.0
    lr = between(a.lr, b.lr, q, shape)
    if a.momentum is None or b.momentum is None:
        return Setting(lr, None)
    return Setting(lr, between(a.momentum, b.momentum, q, shape))


class Course(Schedule):
    """A schedule made of knots."""

    @property
    @abstractmethod
    def knots(self) -> tuple[Knot, ...]:
        """The knots, the last one at T − 1."""

    @property
    @abstractmethod
    def whole_cycle(self) -> "Course":
        """The schedule whose knots a new cycle repeats once this one is over."""

    shape: Shape

    @property
    def peak(self) -> int:
        """The step of the highest knot (the last of equals)."""
        return max(self.knots, key=lambda knot: (knot.lr, knot.step)).step

    def plan(self, t: int) -> Setting:
        """The setting of step t, 0 ≤ t ≤ T − 1."""
        return along(self.knots, self.shape, t)

    def extended(self, steps: int, at: int | None = None) -> "Extended":
        """This course up to step `at`, then the knots that are still ahead, stretched over the steps that remain.

        Once the course is over (the default), a whole new cycle follows; it starts from the last value.

        Arguments:
            steps: T of the new schedule, steps already done included.
            at: the last step that was done; T − 1 if not given.

        Raises:
            ArgumentError: `steps` leaves no step after `at`.
        """
        return Extended(self, self.steps - 1 if at is None else at, steps)

    def explain(self) -> str:
        """The course in words, with its numbers."""
        first, *others = self.knots
        way = f"Learning rate {first.lr:.4g} at step {first.step}"
        way += "".join(f", {knot.lr:.4g} at step {knot.step}" for knot in others)
        if first.momentum is not None:
            way += "; momentum " + ", ".join(f"{knot.momentum:.4g}" for knot in self.knots)
        return " ".join([f"{way} ({self.shape} in between; T = {self.steps}).", *self.notes])


@dataclass(frozen=True)
class Extended(Course):
    """A course that was planned anew after step `at`.

    Arguments:
        first: the course so far.
        at_step: the last step it decided.
        steps: T of the whole.

    Raises:
        ArgumentError: `steps` leaves no step after `at`.
    """

    first: Course
    at_step: int
    steps: int
    kind: ClassVar[str] = "extended"

    def __post_init__(self) -> None:
        self._keep(steps=whole(self.steps, "steps", 1), at_step=whole(self.at_step, "at", 0))
        at = self.at_step
        if self.steps < at + 2:
            raise ArgumentError(
                f"steps={self.steps} leaves nothing to plan after step {at}: give at least {at + 2}, or an earlier `at`"
            )

    @property
    def shape(self) -> Shape:  # type: ignore[override]  # a field in the other courses
        """As before."""
        return self.first.shape

    @property
    def whole_cycle(self) -> Course:
        """That of the first course."""
        return self.first.whole_cycle

    @property
    def peak(self) -> int:
        """The step of the highest learning rate; before `at_step` where that course had it behind it."""
        return max({min(self.first.peak, self.at_step), super().peak}, key=lambda t: (self.plan(t).lr, t))

    @cached_property
    def knots(self) -> tuple[Knot, ...]:
        """The present value at `at`, then those still to come."""
        origin = self.at_step
        ahead = [knot for knot in self.first.knots if knot.step > origin]
        now, end = origin, self.first.steps - 1
        if not ahead:
            ahead = list(self.whole_cycle.knots[1:])
            now, end = 0, self.whole_cycle.steps - 1
        left = self.steps - 1 - origin
        ahead = ahead[-left:]  # with fewer steps than knots the last ones count: it has to arrive at the end
        here = Knot(origin, *self.first.at(origin))
        placed = stretched([knot.step - now for knot in ahead], end - now, left)
        return (here, *(knot._replace(step=origin + step) for knot, step in zip(ahead, placed, strict=True)))

    def plan(self, t: int) -> Setting:
        """The setting of step t, 0 ≤ t ≤ T − 1."""
        return self.first.at(t) if t <= self.at_step else along(self.knots, self.shape, t)

    def for_steps(self, steps: int) -> Schedule:
        """The whole cycle, not its extensions, in other `steps`."""
        return self.whole_cycle.for_steps(steps)


def stretched(distances: Sequence[int], length: int, left: int) -> list[int]:
    """Rising whole `distances` out of `length`, in proportion over `left` steps, still all different and at least 1.

    >>> stretched([20, 90], 90, 45), stretched([1, 100], 100, 2)
    ([10, 45], [1, 2])
    """
    placed: list[int] = []
    for index, distance in enumerate(distances):
        low = placed[-1] + 1 if placed else 1
        high = left - (len(distances) - 1 - index)
        placed.append(min(max(round(distance * left / max(length, 1)), low), high))
    return placed
