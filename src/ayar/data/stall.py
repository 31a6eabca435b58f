"""How much of a trial is waiting for data: the same work with files read anew, with a pack, and with data in memory.

    waiting share = 1 - t_synthetic / t_real

Real reads every file (from memory, where the system has kept them: a cold disk waits longer), cached opens the pack,
synthetic finds the columns in memory already. Medians of three.
"""

import statistics
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from ayar.base.clock import SYSTEM, Clock

REPEATS = 3
WORTH = 0.05
"""Packing is recommended if it saves at least this share of all trials' time, its own included."""


class StallReport(msgspec.Struct, frozen=True):
    """Seconds of one trial, three ways, and what follows."""

    real: float
    """Files read anew."""
    cached: float
    """From the pack."""
    synthetic: float
    """From memory: no waiting."""
    build: float
    """Seconds to build the pack, once."""
    trials: int
    """Over how many trials that is spread."""

    @property
    def waiting(self) -> float:
        """Share of a trial that waits for files, 0 to 1."""
        return _share(self.real, self.synthetic)

    @property
    def waiting_cached(self) -> float:
        """Share of a trial that still waits with the pack."""
        return _share(self.cached, self.synthetic)

    @property
    def saved(self) -> float:
        """Seconds that packing saves over all trials, building included; below 0 it costs."""
        return (self.real - self.cached) * self.trials - self.build

    @property
    def pays(self) -> bool:
        """Whether packing is worth it: it saves 5 % of the time of all trials, or more."""
        return self.saved >= WORTH * self.real * self.trials

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row for each way."""
        ways = {"real": self.real, "cached": self.cached, "synthetic": self.synthetic}
        return [
            {"data": way, "seconds": taken, "waiting": _share(taken, self.synthetic)} for way, taken in ways.items()
        ]

    def to_dict(self) -> dict[str, Any]:
        """All numbers by name."""
        return {
            **msgspec.structs.asdict(self),
            "waiting": self.waiting,
            "waiting_cached": self.waiting_cached,
            "saved": self.saved,
            "pays": self.pays,
        }

    def explain(self) -> str:
        """The numbers, the reason and what to do, in words."""
        start = (
            f"A trial takes {self.real:.3g} s with files read anew, {self.cached:.3g} s with the pack and "
            f"{self.synthetic:.3g} s with data in memory: {self.waiting:.0%} of it waits for files, "
            f"{self.waiting_cached:.0%} with the pack. Building takes {self.build:.3g} s, once."
        )
        if self.pays:
            return f"{start} Over {self.trials} trials packing saves {self.saved:.3g} s: use the pack."
        if self.saved > 0:
            end = f"saves {self.saved:.3g} s, less than {WORTH:.0%} of the whole"
        else:
            end = f"costs {-self.saved:.3g} s more than it saves"
        return f"{start} Over {self.trials} trials packing {end}: reading the files as they are is as good."


def _share(taken: float, synthetic: float) -> float:
    return max(0.0, 1.0 - synthetic / taken) if taken > 0 else 0.0


def measure(
    read: Callable[[], Mapping[str, Any]],
    load: Callable[[], Mapping[str, Any]],
    train: Callable[[Mapping[str, Any]], object],
    *,
    build: float,
    trials: int,
    clock: Clock = SYSTEM,
) -> StallReport:
    """Time one trial three ways.

    Arguments:
        read: gives the columns from the files.
        load: gives them from the pack.
        train: the work of a trial.
        build: seconds that building the pack took.
        trials: over how many that is spread.
        clock: measures.
    """
    held = read()
    # The first call of `train` may import and compile; it counts for none of the three.
    train(held)
    real: list[float] = []
    cached: list[float] = []
    synthetic: list[float] = []
    for _ in range(REPEATS):
        real.append(_seconds(lambda: train(read()), clock))
        cached.append(_seconds(lambda: train(load()), clock))
        synthetic.append(_seconds(lambda: train(held), clock))
    middle = statistics.median
    return StallReport(middle(real), middle(cached), middle(synthetic), build, trials)


def _seconds(work: Callable[[], object], clock: Clock) -> float:
    begun = clock.elapsed()
    work()
    return clock.elapsed() - begun
