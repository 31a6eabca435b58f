"""What a benchmark problem is: a space, a loss that is observed, and the loss without noise that is scored.

Suites make these records (`benchmarks/suites`), the driver runs tuners on them (`benchmarks/run.py`). Losses are
minimised. A parameter stands after the parents that its `when` names, so that one pass over a space decides what is
active.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

Params = dict[str, Any]


@dataclass(frozen=True)
class Parameter:
    """One parameter.

    `float` and `int` have `low` and `high` (both included) and perhaps a log scale; `ordinal` is an ordered list of
    numbers, `categorical` an unordered list of JSON values. `when` names parents and the values of each that make this
    parameter active; all must hold.
    """

    name: str
    kind: Literal["float", "int", "ordinal", "categorical"]
    low: float | None = None
    high: float | None = None
    log: bool = False
    values: tuple[Any, ...] = ()
    when: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind in ("float", "int"):
            if self.low is None or self.high is None or self.low > self.high or self.values:
                raise ValueError(f"parameter {self.name!r}: {self.kind} needs low <= high and no values; got {self}")
            if self.log and self.low <= 0:
                raise ValueError(f"parameter {self.name!r}: a log scale needs low > 0; got {self.low}")
        elif not self.values or self.low is not None or self.high is not None or self.log:
            raise ValueError(f"parameter {self.name!r}: {self.kind} needs values and nothing else; got {self}")

    def at(self, u: float) -> Any:
        """The value at `u` in [0, 1): uniform in the parameter's own scale."""
        if self.kind in ("ordinal", "categorical"):
            return self.values[int(u * len(self.values))]
        low, high = float(self.low or 0.0), float(self.high or 0.0)
        if self.kind == "int":
            low, high = low - 0.5, high + 0.5
        x = math.exp(math.log(low) + u * math.log(high / low)) if self.log else low + u * (high - low)
        if self.kind == "int":
            return min(max(round(x), int(self.low or 0)), int(self.high or 0))
        return min(max(x, low), high)

    def settle(self, value: Any) -> Any:
        """`value` as a problem gets it: whole for an int, and a rounding error beyond the bounds is forgiven.

        Raises:
            ValueError: it is no value of this parameter.
        """
        if self.kind in ("ordinal", "categorical"):
            if value in self.values:
                return self.values[self.values.index(value)]
        else:
            low, high = float(self.low or 0.0), float(self.high or 0.0)
            inside = min(max(float(value), low), high)
            if abs(inside - value) <= 1e-9 * (high - low + abs(inside)) and (
                self.kind == "float" or value == round(value)
            ):
                return round(inside) if self.kind == "int" else inside
        raise ValueError(f"parameter {self.name!r}: {value!r} is no value of {self}")


Space = tuple[Parameter, ...]


@dataclass(frozen=True)
class Outcome:
    """What a trial observed; None: the trial failed (a crash, a combination that is not allowed)."""

    loss: float | None


@dataclass(frozen=True)
class Problem:
    """A problem, and the scale on which its regret is told.

    `evaluate` observes, with whatever noise the problem has, drawn from the generator handed in. `truth` is the loss
    that is scored, without noise; infinite where the configuration fails. `best` is the least truth, `median` the
    median truth of random configurations that do not fail. Both functions get active parameters only.
    """

    name: str
    suite: str
    family: Literal["real", "synthetic"]
    noisy: bool
    space: Space
    evaluate: Callable[[Params, np.random.Generator], Outcome]
    truth: Callable[[Params], float]
    best: float
    median: float

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for parameter in self.space:
            if parameter.name in seen or not seen.issuperset(parameter.when):
                raise ValueError(f"{self.suite}/{self.name}: {parameter.name!r} is there twice, or before its parents")
            seen.add(parameter.name)
        if not self.best < self.median:
            raise ValueError(f"{self.suite}/{self.name}: needs best < median; got {self.best} and {self.median}")

    def regret(self, truth: float) -> float:
        """0 at the best, 1 at the median of random configurations."""
        return (truth - self.best) / (self.median - self.best)


def active(space: Space, params: Mapping[str, Any]) -> Params:
    """`params` without those that are not active, in the order of the space, each settled.

    Raises:
        ValueError: an active one is missing, or out of its range.
    """
    kept: Params = {}
    for parameter in space:
        if all(parent in kept and kept[parent] in values for parent, values in parameter.when.items()):
            if parameter.name not in params:
                raise ValueError(f"parameter {parameter.name!r} is active and missing from {dict(params)}")
            kept[parameter.name] = parameter.settle(params[parameter.name])
    return kept


def draw(space: Space, rng: np.random.Generator) -> Params:
    """One random configuration: each parameter uniform in its own scale."""
    return active(space, {parameter.name: parameter.at(float(rng.random())) for parameter in space})
