"""Small problems with known optima: what samplers are tested and compared on. All are minimised.

Continuous, integer, categorical and mixed spaces, log scales, conditions one and two levels deep, constraints, noise,
a region that fails. Each costs microseconds, so a study of hundreds of trials is a test, not an experiment.
Sources: the named functions as in Surjanovic and Bingham, Virtual Library of Simulation Experiments; the others were
made here, shaped like the losses of learners (broad valleys on log scales, interactions, branches of unequal promise).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import cos, exp, log10, pi, sin, sqrt
from typing import Any, TypeAlias

from scipy.special import ndtri

from ayar.base.rng import stream_key
from ayar.space.domains import Bool, Categorical, Float, Int, Ordinal
from ayar.space.space import Space

Params: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Problem:
    """One problem: `problem.objective(params)` is what a study minimises.

    >>> branin = ZOO["branin"]
    >>> round(branin.objective({"x": 3.141592653589793, "y": 2.275}) - branin.optimum, 6)
    0.0
    """

    name: str
    space: Space
    exact: Callable[[Params], float]
    """The loss without noise."""
    optimum: float
    """Least value of `exact` in the space."""
    tags: frozenset[str] = field(default_factory=frozenset)
    noise: float = 0.0
    """Standard deviation of what `objective` adds; a fixed amount for each configuration."""

    def objective(self, params: Params) -> float:
        """The loss that a trial tells.

        Raises:
            ValueError: a configuration of the region that fails, in problems tagged "fails".
        """
        loss = self.exact(params)
        if not self.noise:
            return loss
        uniform = (stream_key(0, 0, repr(sorted(params.items()))) % 2**52 + 0.5) / 2**52
        return loss + self.noise * float(ndtri(uniform))

    def regret(self, params: Params) -> float:
        """How far a configuration's loss without noise lies above the optimum."""
        return self.exact(params) - self.optimum


def _branin(p: Params) -> float:
    x, y = p["x"], p["y"]
    return float((y - 5.1 / (4 * pi**2) * x**2 + 5 / pi * x - 6) ** 2 + 10 * (1 - 1 / (8 * pi)) * cos(x) + 10)


_HARTMANN = (
    (1.0, (10, 3, 17, 3.5, 1.7, 8), (0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886)),
    (1.2, (0.05, 10, 17, 0.1, 8, 14), (0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991)),
    (3.0, (3, 3.5, 1.7, 10, 17, 8), (0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650)),
    (3.2, (17, 8, 0.05, 10, 0.1, 14), (0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381)),
)


def _hartmann6(p: Params) -> float:
    x = [p[f"x{i}"] for i in range(6)]
    return -sum(
        weight * exp(-sum(a * (xi - c) ** 2 for a, xi, c in zip(widths, x, center, strict=True)))
        for weight, widths, center in _HARTMANN
    )


def _ackley4(p: Params) -> float:
    x = [p[f"x{i}"] for i in range(4)]
    return 20 + exp(1) - 20 * exp(-0.2 * sqrt(sum(v * v for v in x) / 4)) - exp(sum(cos(2 * pi * v) for v in x) / 4)


def _rosenbrock3(p: Params) -> float:
    x = [p["x0"], p["x1"], p["x2"]]
    return float(sum(100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(2)))


def _svm(p: Params) -> float:
    """A ridge in (log C, log γ), as an RBF support vector machine's error has, with its floor at one place."""
    c, g = log10(p["C"]), log10(p["gamma"])
    return 0.02 + 0.3 * (1 - exp(-0.15 * (c + g - 0.4) ** 2)) + 0.1 * (1 - exp(-0.3 * (g + 1.7) ** 2))


_CRITERIA = {"gini": 0.004, "entropy": 0.0, "log_loss": 0.006}


def _boosting(p: Params) -> float:
    """Rate and rounds trade off; the rest are shallow valleys; two parameters hardly matter."""
    strength = log10(p["rate"]) + log10(p["rounds"]) - 1.2
    return float(
        0.05
        + 0.06 * strength**2
        + 0.01 * (log10(p["rate"]) + 1.5) ** 2
        + 0.004 * (p["depth"] - 5) ** 2
        + 0.05 * (p["subsample"] - 0.8) ** 2
        + 0.03 * log10(p["leaf"] / 20) ** 2
        + _CRITERIA[p["criterion"]]
        + (0.003 if p["bins"] != 256 else 0.0)
    )


def _kernels(p: Params) -> float:
    """A support vector machine whose kernel's own parameters matter; the best kernel is not the easiest."""
    c = log10(p["C"])
    if p["kernel"] == "linear":
        return 0.12 + 0.01 * (c + 1) ** 2
    if p["kernel"] == "poly":
        return float(0.07 + 0.01 * (c - 0.5) ** 2 + 0.03 * abs(p["degree"] - 3) + 0.05 * (p["coef0"] - 0.6) ** 2)
    return 0.03 + 0.015 * (c - 1.3) ** 2 + 0.05 * (log10(p["gamma"]) + 2.2 + 0.3 * (c - 1.3)) ** 2


def _pipeline(p: Params) -> float:
    """Two levels of branches under a shared regulariser."""
    shared = 0.01 * (log10(p["decay"]) + 3.4) ** 2 + (0.01 if p["scale"] else 0.0)
    if p["model"] == "linear":
        return 0.2 + shared
    if p["model"] == "forest":
        return float(0.1 + shared + 0.002 * (p["trees"] / 100 - 4) ** 2 + 0.1 * (p["features"] - 0.35) ** 2)
    width = 0.02 * (log10(p["width"]) - 2.2) ** 2
    if p["optimizer"] == "adam":
        return 0.07 + shared + width + 0.05 * (log10(p["rate"]) + 2.9) ** 2
    return float(0.04 + shared + width + 0.05 * (log10(p["rate"]) + 1.3) ** 2 + 0.3 * (p["momentum"] - 0.87) ** 2)


_OPERATIONS = ("conv3", "conv5", "pool", "skip", "none")
_WORTH = {"conv3": 0.0, "conv5": 0.2, "skip": 0.3, "pool": 0.5, "none": 1.0}


def _cells(p: Params) -> float:
    """Four edges of a network cell and its depth: 1,875 configurations, neighbours that help each other."""
    edges = [p[f"edge{i}"] for i in range(4)]
    loss = sum((i + 1) * _WORTH[edge] for i, edge in enumerate(edges)) / 10
    loss += sum(0.2 for one, other in pairwise(edges) if one == other)
    return loss + {"small": 0.1, "medium": 0.0, "large": 0.05}[p["depth"]]


def _network(p: Params) -> float:
    """Memory binds: the best network that fits lies on the edge batch · width = 4096."""
    return (
        1.0
        + 0.5 * (log10(4096) - log10(p["batch"]) - log10(p["width"]))
        + 0.4 * (log10(p["batch"]) - log10(64)) ** 2
        + 0.3 * (log10(p["rate"]) + 3) ** 2
    )


def _blend(p: Params) -> float:
    """Shares of a mixture: three named, the rest is what remains."""
    a, b, c = p["a"], p["b"], p["c"]
    return float((a - 0.5) ** 2 + 2 * (b - 0.4) ** 2 + (c - 0.4) ** 2 + 0.2 * sin(3 * pi * a) ** 2 * c)


def _fails(p: Params) -> float:
    """Training diverges above a rate that depends on momentum; the best rate is near the edge."""
    rate = log10(p["rate"])
    if rate > -0.5 - 2.0 * p["momentum"]:
        raise ValueError(f"diverged at rate {p['rate']:.3g}, momentum {p['momentum']:.3g}")
    return float(0.1 + 0.1 * (rate + 0.7 + 2.0 * p["momentum"]) ** 2 + 0.2 * (p["momentum"] - 0.6) ** 2)


def _noisy(p: Params) -> float:
    return float(0.3 + (p["x"] - 0.3) ** 2 + 0.5 * (p["y"] - 0.8) ** 2 + 0.2 * (p["z"] - 2) ** 2)


def _cube(n: int, low: float, high: float) -> Space:
    return Space({f"x{i}": Float(low, high) for i in range(n)})


_MLP = {"model": "mlp"}

ZOO: Mapping[str, Problem] = {
    problem.name: problem
    for problem in (
        Problem(
            "branin", Space({"x": Float(-5, 10), "y": Float(0, 15)}), _branin, 0.39788735772973816, frozenset({"float"})
        ),
        Problem("hartmann6", _cube(6, 0, 1), _hartmann6, -3.322368011415513, frozenset({"float"})),
        Problem("ackley4", _cube(4, -3, 7), _ackley4, 0.0, frozenset({"float", "rugged"})),
        Problem("rosenbrock3", _cube(3, -2, 2), _rosenbrock3, 0.0, frozenset({"float"})),
        Problem(
            "svm",
            Space({"C": Float(1e-3, 1e4, log=True), "gamma": Float(1e-6, 10, log=True)}),
            _svm,
            0.02,
            frozenset({"float", "log"}),
        ),
        Problem(
            "boosting",
            Space(
                {
                    "rate": Float(1e-3, 1, log=True),
                    "rounds": Int(10, 2000, log=True),
                    "depth": Int(1, 12),
                    "subsample": Float(0.3, 1.0, step=0.1),
                    "leaf": Int(1, 200, log=True),
                    "criterion": Categorical(list(_CRITERIA)),
                    "bins": Ordinal([32, 64, 128, 256]),
                }
            ),
            _boosting,
            0.05,
            frozenset({"mixed", "log"}),
        ),
        Problem(
            "kernels",
            Space(
                {
                    "kernel": Categorical(["linear", "poly", "rbf"]),
                    "C": Float(1e-3, 1e3, log=True),
                    "gamma": Float(1e-5, 10, log=True, when={"kernel": "rbf"}),
                    "degree": Int(2, 5, when={"kernel": "poly"}),
                    "coef0": Float(0, 1, when={"kernel": "poly"}),
                }
            ),
            _kernels,
            0.03,
            frozenset({"mixed", "conditional", "log"}),
        ),
        Problem(
            "pipeline",
            Space(
                {
                    "model": Categorical(["linear", "forest", "mlp"]),
                    "decay": Float(1e-6, 1e-1, log=True),
                    "scale": Bool(),
                    "trees": Int(50, 1000, when={"model": "forest"}),
                    "features": Float(0.1, 1.0, when={"model": "forest"}),
                    "width": Int(8, 1024, log=True, when=_MLP),
                    "optimizer": Categorical(["adam", "sgd"], when=_MLP),
                    "rate": Float(1e-5, 1, log=True, when=_MLP),
                    "momentum": Float(0, 0.99, when={"optimizer": "sgd"}),
                }
            ),
            _pipeline,
            0.04,
            frozenset({"mixed", "conditional", "log"}),
        ),
        Problem(
            "cells",
            Space(
                {f"edge{i}": Categorical(list(_OPERATIONS)) for i in range(4)}
                | {"depth": Ordinal(["small", "medium", "large"])}
            ),
            _cells,
            0.08,
            frozenset({"categorical", "finite"}),
        ),
        Problem(
            "network",
            Space(
                {
                    "batch": Int(8, 512, log=True),
                    "width": Int(8, 2048, log=True),
                    "rate": Float(1e-5, 1e-1, log=True),
                },
                constraints=["batch * width <= 4096"],
            ),
            _network,
            1.0,
            frozenset({"mixed", "constraint", "log"}),
        ),
        Problem(
            "blend",
            Space({name: Float(0, 1) for name in "abc"}, constraints=["a + b + c <= 1"]),
            _blend,
            0.03877021838,
            frozenset({"float", "constraint"}),
        ),
        Problem(
            "fails",
            Space({"rate": Float(1e-5, 10, log=True), "momentum": Float(0, 0.99)}),
            _fails,
            0.1,
            frozenset({"float", "fails", "log"}),
        ),
        Problem(
            "noisy",
            Space({"x": Float(0, 1), "y": Float(0, 1), "z": Int(0, 5)}),
            _noisy,
            0.3,
            frozenset({"mixed", "noise"}),
            noise=0.02,
        ),
    )
}
"""Name to problem."""
