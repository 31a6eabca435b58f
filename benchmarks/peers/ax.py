"""Ax's `Client` at its defaults: Sobol, then BoTorch's model; a failed trial is told as failed.

Under noise its recommendation is `get_best_parameterization`, by its model.
"""

import logging
from typing import Any

import torch
from ax.api.client import Client
from ax.api.configs import ChoiceParameterConfig, RangeParameterConfig

from benchmarks.peers.wire import Axis, Start, serve


def config(axis: Axis) -> ChoiceParameterConfig | RangeParameterConfig:
    """The parameter in Ax's words: choices by their place, ordinals as integers."""
    if axis.kind == "categorical":
        return ChoiceParameterConfig(
            name=axis.name, values=[str(place) for place in axis.choices], parameter_type="str", is_ordered=False
        )
    if axis.kind == "ordinal":
        return RangeParameterConfig(name=axis.name, bounds=(0, len(axis.values) - 1), parameter_type="int")
    low, high = (int(axis.low), int(axis.high)) if axis.kind == "int" else (axis.low, axis.high)
    scaling = "log" if axis.log else "linear"
    return RangeParameterConfig(name=axis.name, bounds=(low, high), parameter_type=axis.kind, scaling=scaling)


class Ax:
    """Ask and tell. What cannot vary is left out."""

    def __init__(self, start: Start) -> None:
        torch.set_num_threads(1)
        self.space = start.space
        varies = [axis for axis in start.space if len(axis.values) > 1 or (not axis.values and axis.low < axis.high)]
        self.client = Client(random_seed=start.seed)
        self.client.configure_experiment(parameters=[config(axis) for axis in varies])
        self.client.configure_optimization(objective="-loss")

    def params(self, found: dict[str, Any]) -> dict[str, Any]:
        """Values of the parameters."""
        fixed = {axis.name: 0 if axis.values else axis.low for axis in self.space}
        return {
            axis.name: axis.values[int(value)] if axis.values else value
            for axis, value in ((axis, {**fixed, **found}[axis.name]) for axis in self.space)
        }

    def ask(self) -> tuple[int, dict[str, Any]]:
        """The next trial."""
        trials = self.client.get_next_trials(max_trials=1)
        if not trials:
            raise StopIteration
        ((number, found),) = trials.items()
        return number, self.params(found)

    def tell(self, handle: int, loss: float | None) -> None:
        """A failed trial is told as failed."""
        if loss is None:
            self.client.mark_trial_failed(handle)
        else:
            self.client.complete_trial(handle, raw_data={"loss": loss})

    def recommend(self) -> dict[str, Any] | None:
        """Ax's own word."""
        return self.params(self.client.get_best_parameterization()[0])


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    serve(Ax)
