"""Hyperopt's TPE at its defaults; conditions by nested choices, ordinals by their place."""

import math
from typing import Any

import hyperopt
import numpy as np
from hyperopt import hp, tpe
from hyperopt.base import JOB_STATE_DONE, STATUS_FAIL, STATUS_OK, Domain

from benchmarks.peers.wire import Axis, Observed, Start, serve


def node(axis: Axis, below: list[Axis], made: dict[str, Any]) -> Any:
    """The parameter as an expression; a choice holds what each of its values makes active.

    A parameter of several parents hangs under the first; the driver drops it where another says no.
    """
    if axis.kind == "float":
        low, high = axis.low, axis.high
        return hp.loguniform(axis.name, math.log(low), math.log(high)) if axis.log else hp.uniform(axis.name, low, high)
    if axis.kind == "int" and axis.log:
        return hp.qloguniform(axis.name, math.log(axis.low), math.log(axis.high), 1)
    children = [child for child in below if next(iter(child.when)) == axis.name]
    if not children and axis.kind != "categorical":
        low, high = (axis.low, axis.high) if axis.kind == "int" else (0, len(axis.values) - 1)
        return hp.uniformint(axis.name, low, high) if low < high else low
    for child in children:
        made.setdefault(child.name, node(child, below, made))
    return hp.choice(
        axis.name,
        [
            {child.name: made[child.name] for child in children if value in child.when[axis.name]}
            for value in axis.values
        ],
    )


class Hyperopt(Observed):
    """Trials in memory."""

    def __init__(self, start: Start) -> None:
        self.axes = {axis.name: axis for axis in start.space}
        below = [axis for axis in start.space if axis.when]
        space = {axis.name: node(axis, below, {}) for axis in start.space if not axis.when}
        self.domain = Domain(lambda _: None, space)
        self.trials = hyperopt.Trials()
        self.rng = np.random.default_rng(start.seed)

    def ask(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """One suggestion, kept as a trial that runs."""
        ids = self.trials.new_trial_ids(1)
        self.trials.refresh()
        seed = int(self.rng.integers(2**31 - 1))
        self.trials.insert_trial_docs(tpe.suggest(ids, self.domain, self.trials, seed, verbose=False))
        self.trials.refresh()
        document = self.trials.trials[-1]
        drawn = {name: document["misc"]["vals"].get(name, [0]) for name in self.axes}
        return document, {name: self.value(self.axes[name], found[0]) for name, found in drawn.items() if found}

    @staticmethod
    def value(axis: Axis, found: float) -> Any:
        """A value from the place or number that was drawn; what cannot vary is not drawn, and any number does."""
        if axis.values:
            return axis.values[int(found)]
        number = min(max(float(found), axis.low), axis.high)
        return round(number) if axis.kind == "int" else number

    def tell(self, handle: dict[str, Any], loss: float | None) -> None:
        """A failed trial is told as failed."""
        handle["state"] = JOB_STATE_DONE
        handle["result"] = {"status": STATUS_FAIL} if loss is None else {"status": STATUS_OK, "loss": loss}
        self.trials.refresh()


if __name__ == "__main__":
    serve(Hyperopt)
