"""A loss that is looked up: every combination of some choices, each measured several times.

m  draws (repeated measurements, such as seeds)      c  combinations = the product of the numbers of choices, C order

A trial observes one draw, as one training would; what is scored is the median over a combination's draws. NaN marks a
draw that was not made; a combination without any draw fails.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from benchmarks.problems import Outcome, Parameter, Params, Problem, Space

Draws = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Grid:
    """The table: `offsets` holds, per parameter, what each of its values adds to the combination's index."""

    offsets: dict[str, dict[Any, int]]
    draws: Draws
    """(m, c), the draws that were made first."""
    made: np.ndarray[Any, np.dtype[np.int64]]
    """(c,) number of draws made."""
    truths: Draws
    """(c,) medians; infinite where nothing was measured."""

    def index(self, params: Params) -> int:
        """Which column a configuration is."""
        return sum(values[params[name]] for name, values in self.offsets.items())

    def evaluate(self, params: Params, rng: np.random.Generator) -> Outcome:
        """One of the combination's draws."""
        column = self.index(params)
        made = int(self.made[column])
        if not made:
            return Outcome(None)
        return Outcome(float(self.draws[int(rng.random() * made) if made > 1 else 0, column]))

    def truth(self, params: Params) -> float:
        """The median of the combination's draws."""
        return float(self.truths[self.index(params)])


def grid(space: Space, draws: Draws) -> Grid:
    """A table over the values of a space's parameters, in their order.

    Raises:
        ValueError: the number of columns is not the number of combinations.
    """
    sizes = [len(parameter.values) for parameter in space]
    if draws.shape[1:] != (int(np.prod(sizes)),):
        raise ValueError(f"a table over {sizes} choices needs {int(np.prod(sizes))} columns; got {draws.shape}")
    steps = [int(np.prod(sizes[i + 1 :])) for i in range(len(sizes))]
    offsets = {
        parameter.name: {value: i * step for i, value in enumerate(parameter.values)}
        for parameter, step in zip(space, steps, strict=True)
    }
    made = (~np.isnan(draws)).sum(axis=0)
    draws = np.sort(draws, axis=0)  # NaN goes last
    truths = np.full(draws.shape[1], np.inf)
    truths[made > 0] = np.nanmedian(draws[:, made > 0], axis=0)
    return Grid(offsets, draws, made, truths)


def filled(space: Space, columns: Sequence[np.ndarray[Any, Any]], losses: Draws) -> Draws:
    """(1, c) draws from a list of configurations, each measured once; all others NaN.

    `columns` holds a list of values for each parameter, whose own values rise.
    """
    sizes = [len(parameter.values) for parameter in space]
    places = [np.searchsorted(parameter.values, column) for parameter, column in zip(space, columns, strict=True)]
    draws = np.full((1, int(np.prod(sizes))), np.nan)
    draws[0, np.ravel_multi_index(places, sizes)] = losses
    return draws


def table_problem(suite: str, name: str, space: Space, draws: Draws, *, noisy: bool = False) -> Problem:
    """A problem whose best and median are exact: they are read off the table."""
    table = grid(space, draws)
    measured = table.truths[np.isfinite(table.truths)]
    return Problem(
        name,
        suite,
        "real",
        noisy,
        space,
        table.evaluate,
        table.truth,
        float(measured.min()),
        float(np.median(measured)),
    )


def choice(name: str, values: Sequence[Any], *, ordered: bool | None = None) -> Parameter:
    """An ordinal for three numbers or more, a categorical for words and for switches."""
    if ordered is None:
        ordered = len(values) > 2 and not any(isinstance(value, str) for value in values)
    kind: Literal["ordinal", "categorical"] = "ordinal" if ordered else "categorical"
    return Parameter(name, kind, values=tuple(values))
