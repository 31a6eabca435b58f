"""Nevergrad's NGOpt; ordinals as transition choices, every parameter at once. A failed trial is told as the worst."""

from typing import Any

import nevergrad as ng
import numpy as np

from benchmarks.peers.wire import Axis, Start, Worst, serve


def parameter(axis: Axis) -> Any:
    """The parameter in Nevergrad's words."""
    if axis.kind == "ordinal":
        return ng.p.TransitionChoice(axis.values)
    if axis.kind == "categorical":
        return ng.p.Choice(axis.values)
    if axis.low == axis.high:
        return axis.low
    made = ng.p.Log(lower=axis.low, upper=axis.high) if axis.log else ng.p.Scalar(lower=axis.low, upper=axis.high)
    return made.set_integer_casting() if axis.kind == "int" else made


class Nevergrad:
    """Ask and tell. Its recommendation is what it gives as the answer, under noise."""

    def __init__(self, start: Start) -> None:
        space = ng.p.Dict(**{axis.name: parameter(axis) for axis in start.space})
        space.random_state = np.random.RandomState(start.seed)
        kind = ng.optimizers.registry[start.settings["optimizer"]]
        self.optimizer = kind(space, budget=start.trials, num_workers=start.pending)
        self.worst = Worst()

    def ask(self) -> tuple[Any, dict[str, Any]]:
        """A candidate."""
        candidate = self.optimizer.ask()
        return candidate, dict(candidate.value)

    def tell(self, handle: Any, loss: float | None) -> None:
        """The loss of a candidate."""
        self.optimizer.tell(handle, self.worst.of(loss))

    def recommend(self) -> dict[str, Any] | None:
        """Nevergrad's own word."""
        return dict(self.optimizer.provide_recommendation().value)


if __name__ == "__main__":
    serve(Nevergrad)
