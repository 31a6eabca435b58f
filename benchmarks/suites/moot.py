"""Software and network configurations of the MOOT collection: stream processors, compilers, forests.

One goal a problem: the first that the table lists (throughput, run time, error); one that is maximised is negated. The
other goals are left out, because a weighted sum would score a preference that nobody has.

Each row was measured once. Most tables hold every combination of their choices; the few that are missing are failed
trials. The Health tables (10,000 of 984,000 combinations) and A2C_CartPole (317 points of a continuous space) are
samples: there a configuration has the loss of the nearest row, each number scaled to [0, 1], among those of its words.
Source: Menzies et al., the MOOT repository (MIT licence).
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from benchmarks.problems import Outcome, Parameter, Params, Problem
from benchmarks.suites.data import Arrays, arrays
from benchmarks.suites.grid import Draws, choice, filled, table_problem
from benchmarks.suites.scale import random_truths

FULL = ("SS-A", "SS-C", "SS-E", "SS-I", "SS-J", "SS-K", "SS-W", "LLVM", "deeparch")
SAMPLED = ("Health-ClosedIssues0000", "Health-Commits0003", "A2C_CartPole")
CONTINUOUS = {"A2C_CartPole"}
LEFT_OUT = {"deeparch", "A2C_CartPole"}
"""deeparch is too easy to rank tuners; a forest explains 29 % of A2C_CartPole's variance, so that its best is luck."""


def columns_of(table: Arrays) -> tuple[Arrays, Draws]:
    """The parameters' columns, and the loss."""
    goal = next(name for name in table if name.endswith(("+", "-")))
    loss = table[goal].astype(np.float64) * (-1 if goal.endswith("+") else 1)
    return {name: column for name, column in table.items() if not name.endswith(("+", "-"))}, loss


def full(name: str) -> Problem:
    """A table of every combination."""
    columns, loss = columns_of(arrays("moot", f"{name}.npz"))
    space = tuple(choice(key, np.unique(column).tolist()) for key, column in columns.items())
    return table_problem("moot", name, space, filled(space, list(columns.values()), loss))


@dataclass(frozen=True)
class Nearest:
    """The loss of the nearest of the n rows measured; the first of several that are equally near."""

    low: dict[str, float]
    width: dict[str, float]
    rows: dict[tuple[str, ...], tuple[Draws, Draws]]
    """The words of a configuration -> its rows' numbers (k, d) in [0, 1], and their losses (k,)."""

    def truth(self, params: Params) -> float:
        """The nearest row's loss."""
        words = tuple(value for value in params.values() if isinstance(value, str))
        place = [(params[name] - low) / self.width[name] for name, low in self.low.items()]
        points, losses = self.rows[words]
        gaps = points - np.asarray(place)
        return float(losses[np.argmin(np.einsum("ij,ij->i", gaps, gaps))])

    def evaluate(self, params: Params, rng: np.random.Generator) -> Outcome:  # noqa: ARG002
        """The same: each row was measured once."""
        return Outcome(self.truth(params))


def sampled(name: str) -> Problem:
    """A table of some points of a larger space."""
    columns, loss = columns_of(arrays("moot", f"{name}.npz"))
    numbers = {key: column.astype(np.float64) for key, column in columns.items() if column.dtype.kind == "f"}
    words = [tuple(map(str, row)) for row in zip(*(c for key, c in columns.items() if key not in numbers), strict=True)]
    low = {key: float(column.min()) for key, column in numbers.items()}
    width = {key: float(np.ptp(column)) for key, column in numbers.items()}
    points = np.column_stack([(column - low[key]) / width[key] for key, column in numbers.items()])
    groups = [words.index(row) for row in words] if words else [0] * len(loss)
    rows = {
        words[first] if words else (): (points[np.equal(groups, first)], loss[np.equal(groups, first)])
        for first in set(groups)
    }
    nearest = Nearest(low, width, rows)
    space = tuple(parameter(key, column, continuous=name in CONTINUOUS) for key, column in columns.items())
    truths = random_truths(space, nearest.truth)
    best, median = float(loss.min()), float(np.median(truths))
    return Problem(name, "moot", "real", False, space, nearest.evaluate, nearest.truth, best, median)


def parameter(name: str, column: np.ndarray[Any, Any], *, continuous: bool) -> Parameter:
    """An interval in a continuous space, of whole numbers if only such were tried; else the choices that were tried."""
    if not continuous:
        return choice(name, np.unique(column).tolist())
    whole = bool(np.all(column == np.round(column)))
    return Parameter(name, "int" if whole else "float", low=float(column.min()), high=float(column.max()))


def select(left_out: set[str]) -> list[Problem]:
    """All but some."""
    made = [partial(full, name) for name in FULL if name not in left_out]
    return [make() for make in made] + [sampled(name) for name in SAMPLED if name not in left_out]


def moot() -> list[Problem]:
    """The ten that can rank tuners."""
    return select(LEFT_OUT)


def moot_all() -> list[Problem]:
    """All twelve."""
    return select(set())
