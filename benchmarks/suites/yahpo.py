"""Surrogates of YAHPO Gym: models fitted to large logs of real tuning, an instance per data set.

lcbench: networks on 17 data sets, 7 parameters, all 52 epochs. rbv2_xgboost: boosting on 60 data sets, 14 mixed
parameters of which 8 are conditional on the booster, the whole training set, 10 repetitions. The loss is 1 - accuracy
(in lcbench on the validation set): what people tune for, and what YAHPO's own single-objective suites take. No
noise; half a millisecond each.
Source: Pfisterer et al. 2022, arXiv:2109.03670.

`python -m benchmarks.suites.yahpo` computes the scales again (`yahpo_scale.json`): 20,000 random configurations, then a
search of 80,000 more; half an hour of one core.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from keyword import iskeyword
from typing import Any

import numpy as np

from benchmarks.problems import Outcome, Parameter, Params, Problem, Space
from benchmarks.suites.data import MissingDataError, path, read_json
from benchmarks.suites.scale import Losses, Scale, find, read, write

SCENARIOS: dict[str, tuple[str, float, dict[str, float]]] = {
    "lcbench": ("val_accuracy", 100, {"epoch": 52}),
    "rbv2_xgboost": ("acc", 1, {"trainsize": 1.0, "repl": 10}),
}
"""Scenario -> accuracy's column, its scale, and the columns that are kept at their full value."""
EASY = {
    f"rbv2_xgboost-{task}"
    for task in (6, 300, 375, 458, 554, 1476, 1497, 4541, 23512, 40923, 40996, 41163, 41164, 41169, 41216)
}
"""Where one random configuration in 100, or more, has a normalised regret below 0.01 (of 2,000 draws); on most of them
the surrogate saturates at an accuracy of 1."""


@dataclass(frozen=True)
class Scenario:
    """How configurations become a model's two inputs, and which output is the accuracy."""

    instance: str
    """Name of the column that holds the data set."""
    codes: dict[str, dict[str, int]]
    """Categorical columns in order: value -> code; 0 where inactive."""
    numbers: tuple[str, ...]
    """Numeric columns in order; 0 where inactive."""
    accuracy: int
    space: Space
    instances: tuple[str, ...]


def plain(name: str) -> str:
    """A parameter's name as any tuner takes it: no dots, no keyword of Python."""
    return f"{name}_" if iskeyword(name) else name.replace(".", "_")


@cache
def scenario(name: str) -> Scenario:
    """A scenario's columns and space."""
    meta = read_json("yahpo", "meta.json")[f"v1/{name}"]
    described = read_json("yahpo", "v1", name, "config_space.json")
    codes = read_json("yahpo", "v1", name, "encoding.json")
    listed = {one["name"]: one for one in described["hyperparameters"]}
    accuracy, _, fixed = SCENARIOS[name]
    when = {
        one["child"]: {plain(one["parent"]): tuple(one.get("values") or [one["value"]])}
        for one in described["conditions"]
    }
    return Scenario(
        meta["instance"],
        {plain(column): codes[column] for column in meta["cat"]},
        tuple(plain(column) for column in meta["cont"]),
        meta["y"].index(accuracy),
        tuple(parameter(one, when) for key, one in listed.items() if key != meta["instance"] and key not in fixed),
        tuple(listed[meta["instance"]]["choices"]),
    )


def parameter(described: dict[str, Any], when: dict[str, dict[str, tuple[str, ...]]]) -> Parameter:
    """A parameter from its description."""
    name, active = plain(described["name"]), when.get(described["name"], {})
    if described["type"] == "categorical":
        return Parameter(name, "categorical", values=tuple(described["choices"]), when=active)
    kind: Any = described["type"].removeprefix("uniform_")
    return Parameter(name, kind, described["lower"], described["upper"], log=described["log"], when=active)


@cache
def session(name: str) -> Any:
    """A scenario's model, opened once, on one thread.

    Raises:
        MissingDataError: onnxruntime is not installed.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingDataError("the suites of YAHPO need onnxruntime: pip install 'ayar[bench]'") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    file = path("yahpo", "v1", name, "model.onnx")
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


@dataclass(frozen=True)
class Surrogate:
    """The loss on one data set."""

    scenario: str
    instance: str

    def truths(self, rows: Sequence[Params]) -> Losses:
        """The losses of many configurations."""
        columns = scenario(self.scenario)
        _, unit, fixed = SCENARIOS[self.scenario]
        full = [{columns.instance: self.instance, **fixed, **row} for row in rows]
        words = [[codes.get(str(row.get(key)), 0) for key, codes in columns.codes.items()] for row in full]
        numbers = [[row.get(key, 0.0) for key in columns.numbers] for row in full]
        inputs = {"x_cat": np.array(words, np.int32), "x_cont": np.array(numbers, np.float32)}
        found = session(self.scenario).run(None, inputs)[0][:, columns.accuracy]
        losses: Losses = 1 - found.astype(np.float64) / unit
        return losses

    def truth(self, params: Params) -> float:
        """The loss of one."""
        return float(self.truths([params])[0])

    def evaluate(self, params: Params, rng: np.random.Generator) -> Outcome:  # noqa: ARG002
        """The same: a surrogate has no noise."""
        return Outcome(self.truth(params))


def problems(name: str) -> list[Problem]:
    """A scenario's problems, those that are too easy left in."""
    columns = scenario(name)
    session(name)  # says at once what is missing
    made = []
    for instance in columns.instances:
        surrogate, key = Surrogate(name, instance), f"{name}-{instance}"
        best, median = read("yahpo", key)["best"], read("yahpo", key)["median"]
        made.append(Problem(key, name, "real", False, columns.space, surrogate.evaluate, surrogate.truth, best, median))
    return made


def lcbench() -> list[Problem]:
    """The 17 of lcbench."""
    return problems("lcbench")


def rbv2_xgboost() -> list[Problem]:
    """Those of rbv2_xgboost that can rank tuners."""
    return [problem for problem in rbv2_xgboost_all() if problem.name not in EASY]


def rbv2_xgboost_all() -> list[Problem]:
    """All 60 of rbv2_xgboost."""
    return problems("rbv2_xgboost")


def yahpo() -> list[Problem]:
    """Both."""
    return lcbench() + rbv2_xgboost()


def scale(name: str, instance: str) -> Scale:
    """An instance's scale."""
    return find(scenario(name).space, Surrogate(name, instance).truths, draws=20_000, rounds=80)


if __name__ == "__main__":
    write(
        "yahpo",
        ((f"{name}-{one}", partial(scale, name, one)) for name in SCENARIOS for one in scenario(name).instances),
    )
