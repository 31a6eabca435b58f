"""One cycle: the learning rate rises once and then falls far below its start, momentum goes against it.

T  steps     p  step of the peak      max → start = max/25 → end = start/10⁴, by default

    two phases     start → max on 0…p,  max → end on p…T − 1
    three phases   start → max → start on 0…p…2p,  start → end on 2p…T − 1

    p = clip(round(rise·T) − 1, 1, T − 2), in three phases at most (T − 2)/2

Source: Smith 2018, arXiv:1803.09820, section 4; Smith and Topin 2017, arXiv:1708.07120 (three phases, straight lines).
With whole rise·T the values are those of PyTorch's `OneCycleLR`; elsewhere that one's peak falls between two steps.
The robust gain is safety: rates that break a constant training are survived. It is not always faster.
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, get_args

from ayar.base.errors import ArgumentError, did_you_mean, shorten
from ayar.training.course import Course, Knot, Shape
from ayar.training.schedule import Band, band_of, positive, whole, within


@dataclass(frozen=True)
class OneCycle(Course):
    """One cycle of the learning rate over a whole training.

    Arguments:
        steps: T, all updates of the training; 1 and 2 have no room for a peak, see `notes`.
        max_lr: the learning rate at the peak.
        rise: share of the steps up to the peak, 0 to 1.
        momentum: (high, low): high at both ends, low at the peak; None leaves the optimizer's own. For optimizers of
            Adam's kind it is β₁.
        phases: 2, or 3 for the paper's symmetric hill with a tail.
        shape: "cosine", or "linear" as in the paper.
        start_div: start = max_lr / start_div; at least 1.
        end_div: end = start / end_div; at least 1.

    Raises:
        ArgumentError: a value outside its range; three phases with fewer than 4 steps.

    >>> cycle = OneCycle(steps=100, max_lr=0.1)
    >>> cycle.at(0), cycle.at(cycle.peak)
    (Setting(lr=0.004, momentum=0.95), Setting(lr=0.1, momentum=0.85))
    >>> cycle.at(99) == cycle.at(5000)
    True
    """

    steps: int
    max_lr: float
    rise: float = 0.3
    momentum: Band | None = (0.95, 0.85)
    phases: int = 2
    shape: Shape = "cosine"
    start_div: float = 25.0
    end_div: float = 1e4
    kind: ClassVar[str] = "one_cycle"

    def __post_init__(self) -> None:
        self._keep(
            steps=whole(self.steps, "steps", 1),
            momentum=band_of(self.momentum),
            rise=within(self.rise, "rise", 0, 1),
            max_lr=positive(self.max_lr, "max_lr"),
            start_div=within(self.start_div, "start_div", 1, math.inf),
            end_div=within(self.end_div, "end_div", 1, math.inf),
        )
        if self.shape not in get_args(Shape):
            raise ArgumentError(f"no shape is called {self.shape!r}{did_you_mean(str(self.shape), get_args(Shape))}")
        if self.phases not in {2, 3}:
            raise ArgumentError(f"phases must be 2 or 3, got {shorten(self.phases)}")
        if self.phases == 3 and self.steps < 4:
            raise ArgumentError(
                f"three phases need at least 4 steps (start, peak, start, end), got steps={self.steps}; take phases=2"
            )

    @property
    def whole_cycle(self) -> "OneCycle":
        """This schedule."""
        return self

    @cached_property
    def knots(self) -> tuple[Knot, ...]:
        """Start, peak, (start again,) end; without the peak where there is no room for it."""
        high, low = self.momentum or (None, None)
        start = self.max_lr / self.start_div
        first, last = Knot(0, start, high), Knot(self.steps - 1, start / self.end_div, high)
        if self.steps == 1:
            return (first,)
        if self.steps == 2:
            return (first, last)
        p = self._peak()
        hill = (
            (Knot(p, self.max_lr, low),) if self.phases == 2 else (Knot(p, self.max_lr, low), Knot(2 * p, start, high))
        )
        return (first, *hill, last)

    @property
    def peak(self) -> int:
        """p, the step of the peak; 0 where there is no room for one."""
        return self._peak() if self.steps > 2 else 0

    def _peak(self) -> int:
        last = self.steps - 2 if self.phases == 2 else (self.steps - 2) // 2
        return min(max(round(self.rise * self.steps) - 1, 1), last)

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be done as asked, in words."""
        if self.steps < 3:
            only = "start" if self.steps == 1 else "start and end"
            return (f"T = {self.steps} has no room for a peak: {only} only.",)
        asked = round(self.rise * self.steps) - 1
        if asked == (p := self._peak()):
            return ()
        return (f"rise={self.rise:g} with T = {self.steps} asks for the peak on step {asked}; it is on step {p}.",)

    def for_steps(self, steps: int) -> "OneCycle":
        """A complete cycle in other `steps`; below 4 steps three phases become two.

        Raises:
            ArgumentError: fewer than 1 step.
        """
        return replace(self, steps=whole(steps, "steps", 1), phases=self.phases if steps >= 4 else 2)
