"""A GPU convolution kernel on six cards: 10,240 combinations of seven choices, of which 4,362 obey the kernel's rules.

The loss is the run time in milliseconds, measured once. A combination that breaks a rule, does not compile or crashes
is a failed trial: 60 % of random configurations fail, and nobody tells the tuner why.
Source: the benchmark hub of Kernel Tuner (MIT licence).
"""

import numpy as np

from benchmarks.problems import Problem
from benchmarks.suites.data import arrays
from benchmarks.suites.grid import choice, filled, table_problem

CARDS = ("A100", "A4000", "A6000", "MI250X", "W6600", "W7800")
EASY = {"W6600"}
"""Too easy to rank tuners."""


def problem(card: str) -> Problem:
    """The kernel on one card."""
    table = arrays("kernels", f"convolution_{card}.npz")
    columns = table["X"].astype(np.int64)
    names = [str(name) for name in table["names"]]
    space = tuple(choice(name, np.unique(column).tolist()) for name, column in zip(names, columns.T, strict=True))
    return table_problem("kernels", f"convolution-{card}", space, filled(space, list(columns.T), table["time_ms"]))


def kernels() -> list[Problem]:
    """The five that can rank tuners."""
    return [problem(card) for card in CARDS if card not in EASY]


def kernels_all() -> list[Problem]:
    """All six."""
    return [problem(card) for card in CARDS]
