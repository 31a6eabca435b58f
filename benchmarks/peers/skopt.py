"""Scikit-optimize with its Gaussian process, as in `gp_minimize`; a failed trial is told as the worst.

It knows no trials that are out: with some, a copy is told the least loss for them (its `cl_min`) and asked.
"""

from typing import Any

from skopt import Optimizer
from skopt.space import Categorical, Dimension, Integer, Real

from benchmarks.peers.wire import Axis, Observed, Start, Worst, serve


def dimension(axis: Axis) -> Dimension:
    """The parameter in scikit-optimize's words; an ordinal by its place. What cannot vary is a choice of one."""
    prior = "log-uniform" if axis.log else "uniform"
    if axis.kind == "categorical" or len(axis.values) == 1:
        return Categorical(axis.choices, name=axis.name)
    if axis.kind == "ordinal":
        return Integer(0, len(axis.values) - 1, name=axis.name)
    if axis.low == axis.high:
        return Categorical([axis.low], name=axis.name)
    if axis.kind == "int":
        return Integer(int(axis.low), int(axis.high), prior=prior, name=axis.name)
    return Real(axis.low, axis.high, prior=prior, name=axis.name)


class Skopt(Observed):
    """Ask and tell."""

    def __init__(self, start: Start) -> None:
        self.space = start.space
        self.optimizer = Optimizer([dimension(axis) for axis in start.space], "GP", random_state=start.seed)
        self.worst = Worst()
        self.out: list[list[Any]] = []

    def ask(self) -> tuple[list[Any], dict[str, Any]]:
        """The next point; a copy that was told lies is asked while others are out."""
        optimizer = self.optimizer
        if self.out:
            optimizer = optimizer.copy(random_state=optimizer.rng.randint(2**31 - 1))
            lie = min(self.optimizer.yi, default=0.0)
            optimizer.tell(self.out, [lie] * len(self.out))
        point = optimizer.ask()
        self.out.append(point)
        values = zip(self.space, point, strict=True)
        return point, {axis.name: axis.values[int(value)] if axis.values else value for axis, value in values}

    def tell(self, handle: list[Any], loss: float | None) -> None:
        """The loss of a point."""
        self.out.remove(handle)
        self.optimizer.tell(handle, self.worst.of(loss))


if __name__ == "__main__":
    serve(Skopt)
