"""Formulas with known optima: the zoo of `ayar.testing`, and four of ten dimensions. Microseconds each.

The zoo has continuous, integer, categorical, ordinal and conditional spaces, rules that a tuner is not told here (a
configuration that breaks one is a failed trial), a region that fails, and one noisy problem.
Sources: Surjanovic and Bingham, Virtual Library of Simulation Experiments, for Ackley's and Rosenbrock's functions; the
mixed ones were made here: `mixed10` is shaped like a network's loss (the best rate depends on optimizer and batch size,
width on depth), `mixed10-rough` is Ackley's function whose centre depends on a category.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, exp, inf, log10, pi, sqrt
from typing import Any

import numpy as np

from ayar.space.domains import Bool, Categorical, Domain, Float, Int, Ordinal
from ayar.testing.zoo import ZOO
from ayar.testing.zoo import Problem as ZooProblem
from benchmarks.problems import Outcome, Parameter, Params, Problem, Space
from benchmarks.suites.scale import random_truths


@dataclass(frozen=True)
class Formula:
    """A loss with normal noise of deviation `noise`; infinite where it fails."""

    exact: Callable[[Params], float]
    noise: float = 0.0

    def evaluate(self, params: Params, rng: np.random.Generator) -> Outcome:
        """The loss with noise."""
        loss = self.exact(params)
        if loss == inf:
            return Outcome(None)
        return Outcome(loss + self.noise * float(rng.standard_normal()) if self.noise else loss)


def problem(name: str, space: Space, formula: Formula, best: float) -> Problem:
    """A problem of this suite."""
    median = float(np.median(random_truths(space, formula.exact)))
    noisy = formula.noise > 0
    return Problem(name, "synthetic", "synthetic", noisy, space, formula.evaluate, formula.exact, best, median)


def parameter(name: str, domain: Domain) -> Parameter:
    """A domain of the library as a neutral parameter: steps become a list of choices, words in order lose it."""
    when = {parent: tuple(values) for parent, values in (domain.when or {}).items()}
    match domain:
        case Float(step=None) | Int(step=1):
            kind: Any = domain.kind
            return Parameter(name, kind, low=domain.low, high=domain.high, log=domain.log, when=when)
        case Float() | Int():
            return Parameter(
                name, "ordinal", values=tuple(domain.value(domain.tick(i)) for i in range(domain.levels)), when=when
            )
        case Ordinal(choices=values) if not any(isinstance(value, str) for value in values):
            return Parameter(name, "ordinal", values=tuple(values), when=when)
        case Bool(choices=values) | Categorical(choices=values) | Ordinal(choices=values):
            return Parameter(name, "categorical", values=tuple(values), when=when)
    raise TypeError(f"parameter {name!r}: no neutral form of {domain!r}")


@dataclass(frozen=True)
class FromZoo:
    """A zoo problem's loss; infinite where it fails or breaks a rule."""

    zoo: ZooProblem

    def __call__(self, params: Params) -> float:
        """The loss without noise."""
        if self.zoo.space.rules and not self.zoo.space.contains(params):
            return inf
        try:
            return float(self.zoo.exact(params))
        except ValueError:
            return inf


def from_zoo(zoo: ZooProblem) -> Problem:
    """A problem of the zoo."""
    space = tuple(parameter(name, domain) for name, domain in zoo.space.params.items())
    return problem(zoo.name, space, Formula(FromZoo(zoo), zoo.noise), zoo.optimum)


def ackley(v: list[float]) -> float:
    """Ackley's function: 0 at 0."""
    n = len(v)
    return 20 + exp(1) - 20 * exp(-0.2 * sqrt(sum(x * x for x in v) / n)) - exp(sum(cos(2 * pi * x) for x in v) / n)


def ackley10(p: Params) -> float:
    """Off the centre of its box."""
    return ackley([p[f"x{i}"] for i in range(10)])


def rosenbrock10(p: Params) -> float:
    """A bent valley: 0 where every coordinate is 1."""
    x = [p[f"x{i}"] for i in range(10)]
    return float(sum(100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(9)))


RATES = {"sgd": (-1.0, 0.0), "adam": (-3.0, 0.01), "rmsprop": (-3.3, 0.03), "lion": (-4.0, 0.02)}
"""An optimizer's best rate at batch 64 (log10), and what it adds to the loss."""
ACTIVATIONS = {"relu": 0.01, "gelu": 0.0, "tanh": 0.03}


def mixed10(p: Params) -> float:
    """Like a network's loss: 0.05 at best."""
    ideal, worth = RATES[p["optimizer"]]
    rate = log10(p["rate"]) - ideal - 0.5 * log10(p["batch"] / 64)
    width = log10(p["width"] / 200) + 0.15 * (p["layers"] - 4)
    return float(
        0.05
        + 0.4 * (1 - exp(-0.15 * rate**2))
        + 0.05 * width**2
        + 0.01 * (p["layers"] - 4) ** 2
        + 0.02 * log10(p["batch"] / 64) ** 2
        + 0.02 * (1 + p["dropout"]) * (log10(p["decay"]) + 4) ** 2
        + 0.1 * (p["dropout"] - 0.2) ** 2
        + 0.05 * (p["momentum"] - 0.9) ** 2
        + 0.005 * log10(p["clip"]) ** 2
        + worth
        + ACTIVATIONS[p["activation"]]
    )


MIXED10 = (
    Parameter("rate", "float", 1e-5, 1.0, log=True),
    Parameter("decay", "float", 1e-6, 1e-1, log=True),
    Parameter("dropout", "float", 0.0, 0.8),
    Parameter("momentum", "float", 0.0, 0.99),
    Parameter("clip", "float", 0.1, 100.0, log=True),
    Parameter("layers", "int", 1, 8),
    Parameter("width", "int", 8, 1024, log=True),
    Parameter("batch", "int", 8, 512, log=True),
    Parameter("optimizer", "categorical", values=tuple(RATES)),
    Parameter("activation", "categorical", values=tuple(ACTIVATIONS)),
)

CENTRES = {"a": (-0.8, 1.0), "b": (0.3, 0.0), "c": (1.1, 0.4), "d": (-0.2, 2.0)}
"""Where the floats' centre is, and what is added."""
GOALS = (7, 3, 5)
EXTRAS = {"u": 1.5, "v": 0.0, "w": 0.7}


def mixed10_rough(p: Params) -> float:
    """Ackley's function in five floats and three ints around a category's centre; another adds. 0 at best."""
    centre, worth = CENTRES[p["where"]]
    floats = [p[f"x{i}"] - centre for i in range(5)]
    return ackley(floats + [(p[f"n{i}"] - goal) / 4 for i, goal in enumerate(GOALS)]) + worth + EXTRAS[p["extra"]]


MIXED10_ROUGH = (
    *(Parameter(f"x{i}", "float", -2.0, 2.0) for i in range(5)),
    *(Parameter(f"n{i}", "int", 0, 12) for i in range(3)),
    Parameter("where", "categorical", values=tuple(CENTRES)),
    Parameter("extra", "categorical", values=tuple(EXTRAS)),
)


def cube(low: float, high: float) -> Space:
    """Ten floats."""
    return tuple(Parameter(f"x{i}", "float", low, high) for i in range(10))


def synthetic() -> list[Problem]:
    """All of them."""
    return [
        *(from_zoo(zoo) for zoo in ZOO.values()),
        problem("ackley10", cube(-3.0, 7.0), Formula(ackley10), 0.0),
        problem("rosenbrock10", cube(-2.0, 2.0), Formula(rosenbrock10), 0.0),
        problem("mixed10", MIXED10, Formula(mixed10), 0.05),
        problem("mixed10-rough", MIXED10_ROUGH, Formula(mixed10_rough), 0.0),
    ]
