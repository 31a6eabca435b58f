"""Open Source Vizier's default designer, GP-UCB-PE, in this process; a failed trial is told as infeasible.

It refuses conditions, so it proposes every parameter. Trials are padded to powers of two, as its users do, for it
compiles anew at every other number.
"""

from typing import Any

import jax
from vizier import algorithms as vza
from vizier import pyvizier as vz
from vizier._src.algorithms.designers.gp_ucb_pe import VizierGPUCBPEBandit
from vizier.pyvizier.converters import padding

from benchmarks.peers.wire import Axis, Observed, Start, serve


def add(root: Any, axis: Axis) -> None:
    """The parameter in Vizier's words: choices by their place."""
    scale = vz.ScaleType.LOG if axis.log else vz.ScaleType.LINEAR
    if axis.kind == "categorical":
        root.add_categorical_param(axis.name, [str(place) for place in axis.choices])
    elif axis.kind == "ordinal":
        root.add_int_param(axis.name, 0, len(axis.values) - 1)
    elif axis.kind == "int":
        root.add_int_param(axis.name, int(axis.low), int(axis.high), scale_type=scale)
    else:
        root.add_float_param(axis.name, axis.low, axis.high, scale_type=scale)


class Vizier(Observed):
    """Update and suggest. What cannot vary is left out."""

    def __init__(self, start: Start) -> None:
        self.space = start.space
        problem = vz.ProblemStatement()
        for axis in start.space:
            if len(axis.values) > 1 or (not axis.values and axis.low < axis.high):
                add(problem.search_space.root, axis)
        problem.metric_information.append(vz.MetricInformation("loss", goal=vz.ObjectiveMetricGoal.MINIMIZE))
        rounded = padding.PaddingSchedule(num_trials=padding.PaddingType.POWERS_OF_2)
        key = jax.random.PRNGKey(start.seed)
        self.designer = VizierGPUCBPEBandit(problem, rng=key, padding_schedule=rounded)
        self.out: dict[int, vz.Trial] = {}
        self.told: list[vz.Trial] = []
        self.asked = 0

    def ask(self) -> tuple[int, dict[str, Any]]:
        """Tell what ended and what is out, then ask."""
        self.designer.update(vza.CompletedTrials(self.told), vza.ActiveTrials(list(self.out.values())))
        self.told = []
        self.asked += 1
        trial = self.designer.suggest(1)[0].to_trial(self.asked)
        self.out[self.asked] = trial
        fixed = {axis.name: 0 if axis.values else axis.low for axis in self.space}
        found = {**fixed, **trial.parameters.as_dict()}
        return self.asked, {axis.name: value(axis, found[axis.name]) for axis in self.space}

    def tell(self, handle: int, loss: float | None) -> None:
        """A failed trial is told as infeasible, with the next question."""
        measurement = vz.Measurement() if loss is None else vz.Measurement({"loss": loss})
        why = "failed" if loss is None else None
        self.told.append(self.out.pop(handle).complete(measurement, infeasibility_reason=why))


def value(axis: Axis, found: Any) -> Any:
    """A value of the parameter."""
    if axis.values:
        return axis.values[int(found)]
    number = min(max(float(found), axis.low), axis.high)
    return round(number) if axis.kind == "int" else number


if __name__ == "__main__":
    serve(Vizier)
