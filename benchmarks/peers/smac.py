"""SMAC: the facade named in the settings, `hpo` (forests, its advice for tuning) or `blackbox` (Gaussian process)."""

import tempfile
from pathlib import Path
from typing import Any

from ConfigSpace import Categorical, ConfigurationSpace, Constant, Float, InCondition, Integer, OrdinalHyperparameter
from ConfigSpace.conditions import AndConjunction
from smac import BlackBoxFacade, HyperparameterOptimizationFacade, Scenario
from smac.runhistory.dataclasses import TrialInfo, TrialValue
from smac.runhistory.enumerations import StatusType

from benchmarks.peers.wire import Axis, Observed, Start, Worst, serve

FACADES = {"hpo": HyperparameterOptimizationFacade, "blackbox": BlackBoxFacade}


def hyperparameter(axis: Axis) -> Any:
    """The parameter in ConfigSpace's words; choices by their place."""
    if axis.values:
        if len(axis.values) == 1:
            return Constant(axis.name, 0)
        return (OrdinalHyperparameter if axis.kind == "ordinal" else Categorical)(axis.name, axis.choices)
    if axis.low == axis.high:
        return Constant(axis.name, axis.low)
    if axis.kind == "int":
        return Integer(axis.name, (int(axis.low), int(axis.high)), log=axis.log)
    return Float(axis.name, (axis.low, axis.high), log=axis.log)


def configspace(start: Start) -> ConfigurationSpace:
    """The space with its conditions."""
    space = ConfigurationSpace(seed=start.seed)
    axes = {axis.name: axis for axis in start.space}
    space.add([hyperparameter(axis) for axis in start.space])
    for axis in filter(lambda axis: axis.when, start.space):
        tests = [
            InCondition(space[axis.name], space[parent], [axes[parent].values.index(value) for value in values])
            for parent, values in axis.when.items()
        ]
        space.add(AndConjunction(*tests) if len(tests) > 1 else tests[0])
    return space


def never_called(config: Any, seed: int = 0) -> float:
    """The objective that a facade wants even where it is only asked and told."""
    raise NotImplementedError(config, seed)


class Smac(Observed):
    """Ask and tell."""

    def __init__(self, start: Start) -> None:
        self.space = start.space
        self.worst = Worst()
        facade = FACADES[start.settings["facade"]]
        scenario = Scenario(
            configspace(start),
            deterministic=True,
            n_trials=start.trials,
            seed=start.seed,
            output_directory=Path(tempfile.mkdtemp(dir=Path.cwd())),
        )
        self.smac = facade(scenario, never_called, overwrite=True, logging_level=False)

    def ask(self) -> tuple[TrialInfo, dict[str, Any]]:
        """The next configuration; StopIteration where SMAC finds no other."""
        info = self.smac.ask()
        found = dict(info.config)
        return info, {
            axis.name: axis.values[int(found[axis.name])] if axis.values else found[axis.name]
            for axis in self.space
            if axis.name in found
        }

    def tell(self, handle: TrialInfo, loss: float | None) -> None:
        """A failed trial is told as crashed, at the cost of the worst: its own infinity would blind its models."""
        status = StatusType.CRASHED if loss is None else StatusType.SUCCESS
        self.smac.tell(handle, TrialValue(self.worst.of(loss), status=status), save=False)


if __name__ == "__main__":
    serve(Smac)
