"""What a CMA-ES does after a run has ended: the next one with another population, from a random place.

P₀  the first population     P_l  that of the last large run     U, U′  uniform numbers
"ipop" doubles the population each time. "bipop" alternates two regimes, giving each about half of the trials: large
runs, doubled each time, and small ones of ⌊P₀ (½ P_l / P₀)^{U²}⌋ trials a generation, their first step 10^{−2U′} times
the usual one.
Sources: Auger and Hansen 2005, A restart CMA evolution strategy with increasing population size, CEC 2005, 1769-1776;
Hansen 2009, Benchmarking a BI-population CMA-ES on the BBOB-2009 function testbed, GECCO 2009, 2389-2396, section 2.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass

RESTARTS = ("ipop", "bipop", "none")


@dataclass(frozen=True)
class Run:
    """How one run begins."""

    population: int
    step_share: float = 1.0
    """Its first step size, as a share of the sampler's."""
    large: bool = False
    most_trials: int | None = None
    """After so many told trials it ends, whatever it finds."""


@dataclass(frozen=True)
class Ended:
    """A run and how many trials it was told."""

    run: Run
    trials: int


def next_run(kind: str, past: Sequence[Ended], uniforms: tuple[float, float]) -> Run:
    """The run after those in `past`.

    Arguments:
        kind: "ipop" or "bipop".
        past: the runs so far, the first one first; at least one.
        uniforms: two uniform numbers for a small run.

    >>> first = Ended(Run(10), trials=400)
    >>> next_run("ipop", [first], (0.5, 0.5)).population
    20
    >>> second = Ended(next_run("bipop", [first], (0.5, 0.5)), trials=900)
    >>> next_run("bipop", [first, second], (0.5, 0.5))
    Run(population=10, step_share=0.1, large=False, most_trials=450)
    """
    first, grown = past[0].run.population, max(ended.run.population for ended in past)
    spent_large = sum(ended.trials for ended in past if ended.run.large)
    spent_small = sum(ended.trials for ended in past if not ended.run.large)
    if kind == "ipop" or spent_small >= spent_large:
        return Run(2 * grown, large=True)
    last_large = next(ended.trials for ended in reversed(past) if ended.run.large)
    population = int(first * (0.5 * grown / first) ** (uniforms[0] ** 2))
    return Run(population, step_share=10.0 ** (-2.0 * uniforms[1]), most_trials=last_large // 2)
