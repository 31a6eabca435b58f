"""OpenBox's `Advisor`, everything chosen by itself, conditions included; a failed trial is told as failed."""

from typing import Any

from ConfigSpace import InCondition
from ConfigSpace.conditions import AndConjunction
from openbox import Advisor, Observation, space
from openbox.utils.constants import FAILED, SUCCESS

from benchmarks.peers.wire import Axis, Observed, Start, Worst, serve


def variable(axis: Axis) -> Any:
    """The parameter in OpenBox's words: choices by their place."""
    if axis.values and len(axis.values) > 1:
        return (space.Ordinal if axis.kind == "ordinal" else space.Categorical)(axis.name, axis.choices)
    if axis.values or axis.low == axis.high:
        return space.Constant(axis.name, 0 if axis.values else axis.low)
    if axis.kind == "int":
        return space.Int(axis.name, int(axis.low), int(axis.high), log=axis.log)
    return space.Real(axis.name, axis.low, axis.high, log=axis.log)


def whole(start: Start) -> Any:
    """The space with its conditions."""
    axes = {axis.name: axis for axis in start.space}
    variables = {name: variable(axis) for name, axis in axes.items()}
    made = space.Space(seed=start.seed)
    made.add_variables(list(variables.values()))
    for axis in filter(lambda axis: axis.when, start.space):
        tests = [
            InCondition(variables[axis.name], variables[parent], [axes[parent].values.index(value) for value in values])
            for parent, values in axis.when.items()
        ]
        made.add_condition(AndConjunction(*tests) if len(tests) > 1 else tests[0])
    return made


class OpenBox(Observed):
    """Ask and tell."""

    def __init__(self, start: Start) -> None:
        self.space = start.space
        quiet = {"stream": False, "logdir": None}
        self.advisor = Advisor(whole(start), random_state=start.seed, logger_kwargs=quiet)
        self.worst = Worst()

    def ask(self) -> tuple[Any, dict[str, Any]]:
        """The next configuration."""
        config = self.advisor.get_suggestion()
        found = config.get_dictionary()
        return config, {
            axis.name: axis.values[int(found[axis.name])] if axis.values else found[axis.name]
            for axis in self.space
            if found.get(axis.name) is not None
        }

    def tell(self, handle: Any, loss: float | None) -> None:
        """A failed trial is told as failed."""
        state = FAILED if loss is None else SUCCESS
        self.advisor.update_observation(Observation(handle, [self.worst.of(loss)], trial_state=state))


if __name__ == "__main__":
    serve(OpenBox)
