"""bayesian-optimization as `maximize` runs it: five random points, then its default acquisition.

Log scales are its user's to make, so it gets logarithms; ordinals by their place. A failed trial is told as the worst.
With trials out it lies about them (its ConstantLiar round the default), except where there are choices, on which its
liar fails.
"""

import math
from typing import Any

from bayes_opt import BayesianOptimization
from bayes_opt.acquisition import ConstantLiar, UpperConfidenceBound

from benchmarks.peers.wire import Axis, Observed, Start, Worst, serve

INITIAL = 5


def bounds(axis: Axis) -> Any:
    """The parameter's bounds, with their type."""
    if axis.kind == "categorical":
        return tuple(map(str, axis.choices))
    if axis.kind == "ordinal":
        return (0, len(axis.values) - 1, int)
    if axis.log:
        return (math.log(axis.low), math.log(axis.high))
    return (axis.low, axis.high, int) if axis.kind == "int" else (axis.low, axis.high)


def value(axis: Axis, found: Any) -> Any:
    """A value of the parameter."""
    if axis.values:
        return axis.values[int(found)]
    number = min(max(math.exp(found) if axis.log else found, axis.low), axis.high)
    return round(number) if axis.kind == "int" else float(number)


class BayesOpt(Observed):
    """Suggest and register; it maximises. What cannot vary is left out."""

    def __init__(self, start: Start) -> None:
        self.space = start.space
        varies = [axis for axis in start.space if len(axis.values) > 1 or (not axis.values and axis.low < axis.high)]
        lies = start.pending > 1 and all(axis.kind != "categorical" for axis in varies)
        self.optimizer = BayesianOptimization(
            None,
            {axis.name: bounds(axis) for axis in varies},
            acquisition_function=ConstantLiar(UpperConfidenceBound()) if lies else None,
            random_state=start.seed,
            verbose=0,
            allow_duplicate_points=True,
        )
        self.first = self.optimizer.random_sample(INITIAL)
        self.worst = Worst()

    def ask(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The next point."""
        point = self.first.pop(0) if self.first else self.optimizer.suggest()
        fixed = {axis.name: 0 if axis.values else axis.low for axis in self.space}
        return point, {axis.name: value(axis, {**fixed, **point}[axis.name]) for axis in self.space}

    def tell(self, handle: dict[str, Any], loss: float | None) -> None:
        """The loss of a point."""
        self.optimizer.register(handle, -self.worst.of(loss))


if __name__ == "__main__":
    serve(BayesOpt)
