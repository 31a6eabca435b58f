"""HEBO at its defaults; a failed trial is told as the worst. It knows no trials that are out.

Its seeds are the global ones of NumPy and torch, so its process is not shared.
"""

from typing import Any

import numpy as np
import pandas as pd
import torch
from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.hebo import HEBO

from benchmarks.peers.wire import Axis, Observed, Start, Worst, serve


def entry(axis: Axis) -> dict[str, Any]:
    """The parameter in HEBO's words: choices by their place, log scales `pow`. What cannot vary is a choice of one."""
    if axis.kind == "categorical" or len(axis.values) == 1 or (not axis.values and axis.low == axis.high):
        return {"name": axis.name, "type": "cat", "categories": axis.choices or [axis.low]}
    if axis.kind == "ordinal":
        return {"name": axis.name, "type": "int", "lb": 0, "ub": len(axis.values) - 1}
    bounds = {"name": axis.name, "lb": axis.low, "ub": axis.high}
    if axis.kind == "int":
        return {**bounds, "type": "pow_int" if axis.log else "int"}
    return {**bounds, "type": "pow" if axis.log else "num"}


class Hebo(Observed):
    """Suggest and observe."""

    def __init__(self, start: Start) -> None:
        np.random.seed(start.seed)  # noqa: NPY002 - the generator that HEBO uses
        torch.manual_seed(start.seed)
        torch.set_num_threads(1)
        self.space = start.space
        self.optimizer = HEBO(DesignSpace().parse([entry(axis) for axis in start.space]), scramble_seed=start.seed)
        self.worst = Worst()

    def ask(self) -> tuple[pd.DataFrame, dict[str, Any]]:
        """One row."""
        frame = self.optimizer.suggest(n_suggestions=1)
        found = frame.iloc[0].to_dict()
        return frame, {axis.name: value(axis, found[axis.name]) for axis in self.space}

    def tell(self, handle: pd.DataFrame, loss: float | None) -> None:
        """The loss of a row."""
        self.optimizer.observe(handle, np.array([[self.worst.of(loss)]]))


def value(axis: Axis, found: Any) -> Any:
    """A value of the parameter."""
    if axis.values:
        return axis.values[int(found)]
    number = min(max(float(found), axis.low), axis.high)
    return round(number) if axis.kind == "int" else number


if __name__ == "__main__":
    serve(Hebo)
