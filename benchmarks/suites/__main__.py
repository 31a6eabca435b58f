"""The suites: their problems, sizes, noise and scales.

    python -m benchmarks.suites                    # every suite
    python -m benchmarks.suites tabular kernels    # these

Columns: parameters (of them conditional), combinations where finite, failing share of random configurations, noise (the
ratio of `benchmarks.suites.scale.noise`; "-" where each evaluation is a training), best and median. A problem stands
once, under the first suite that has it.
"""

import argparse
import math

import numpy as np

from benchmarks.problems import Problem, draw
from benchmarks.suites import SUITES, load
from benchmarks.suites.data import MissingDataError
from benchmarks.suites.scale import SEED, noise
from benchmarks.timing import table

SLOW = {"real", "bayesmark", "mnist1d"}
"""Suites that train."""


def combinations(problem: Problem) -> str:
    """How many configurations a finite space has; conditions are not counted off."""
    sizes = [int(p.high - p.low + 1) if p.kind == "int" and p.high is not None and p.low is not None else len(p.values)
             for p in problem.space]  # fmt: skip
    return f"{math.prod(sizes):,}" if all(sizes) else ""


def failing(problem: Problem, draws: int = 500) -> float:
    """The share of random configurations that fail."""
    rng = np.random.default_rng(SEED)
    return float(np.mean([math.isinf(problem.truth(draw(problem.space, rng))) for _ in range(draws)]))


def row(problem: Problem) -> list[str]:
    """A problem's line."""
    conditional = sum(bool(p.when) for p in problem.space)
    trains = problem.suite in SLOW
    return [
        problem.suite,
        problem.name,
        f"{len(problem.space)}" + (f" ({conditional})" if conditional else ""),
        combinations(problem),
        "-" if trains else f"{failing(problem):.0%}",
        "-" if trains else f"{noise(problem, draws=300):.2f}",
        "yes" if problem.noisy else "",
        f"{problem.best:.5g}",
        f"{problem.median:.5g}",
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("suite", nargs="*", help=f"{', '.join(SUITES)}; default: all")
    rows: dict[tuple[str, str], list[str]] = {}
    for suite in parser.parse_args().suite or SUITES:
        try:
            for problem in load(suite):
                if (problem.suite, problem.name) not in rows:
                    rows[problem.suite, problem.name] = row(problem)
        except MissingDataError as error:
            print(f"{suite}: left out; {error}")
    head = ["suite", "problem", "parameters", "combinations", "fail", "noise", "noisy", "best", "median"]
    print(table(head, list(rows.values())))


if __name__ == "__main__":
    main()
