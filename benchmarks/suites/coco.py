"""The functions of COCO: 24 shapes, from a sphere to Lunacek's, shifted and rotated by an instance number.

bbob: continuous, in 2, 5, 10 and 20 dimensions. mixint: in 5, 10 and 20 dimensions, four fifths of the parameters are
whole numbers with 2, 4, 8 and 16 values. noisy-bbob: bbob in 2, 5 and 10 dimensions with normal noise of our own, added
(5 or 20 % of the distance from median to best) or multiplied (5 or 20 % of the loss above the best). One instance of
each function and dimension, drawn once among the first fifteen. A few microseconds each.
Sources: Hansen et al. 2021, doi:10.1080/10556788.2020.1808977; Tušar et al. 2019, doi:10.1145/3321707.3321868.

`python -m benchmarks.suites.coco` writes the scales again (`coco_scale.json`): the best are COCO's own.
"""

import os
import tempfile
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.problems import Outcome, Parameter, Params, Problem, Space
from benchmarks.suites.data import MissingDataError
from benchmarks.suites.scale import SEED, Scale, random_truths, read, write

FUNCTIONS = range(1, 25)
DIMENSIONS = {"bbob": (2, 5, 10, 20), "bbob-mixint": (5, 10, 20)}
NOISY_DIMENSIONS = (2, 5, 10)
INSTANCES = 15
NOISES = (("added", 0.05), ("multiplied", 0.2), ("added", 0.2), ("multiplied", 0.05))
"""Kind and level: functions take them in turn, dimensions shifted by one."""


@cache
def coco_suite(kind: str, number: int) -> Any:
    """COCO's suite of one function; it must outlive the functions taken from it.

    Raises:
        MissingDataError: cocoex is not installed.
    """
    try:
        import cocoex
    except ImportError as error:
        raise MissingDataError("the suites of COCO need coco-experiment: pip install 'ayar[bench]'") from error
    dimensions = ",".join(map(str, DIMENSIONS[kind]))
    return cocoex.Suite(kind, f"instances: 1-{INSTANCES}", f"function_indices: {number} dimensions: {dimensions}")


@dataclass(frozen=True)
class Function:
    """One function of COCO in one dimension; the instance follows from both."""

    kind: str
    number: int
    dimension: int

    @property
    def instance(self) -> int:
        """Drawn once from the first fifteen."""
        return 1 + int(np.random.default_rng([SEED, self.number, self.dimension]).random() * INSTANCES)

    @property
    def name(self) -> str:
        """Such as f07-d10-i03."""
        return f"f{self.number:02}-d{self.dimension:02}-i{self.instance:02}"

    @property
    def key(self) -> str:
        """Its name among the scales."""
        return f"{self.kind}/{self.name}"

    @property
    def space(self) -> Space:
        """Whole numbers first, where there are some."""
        own = coco(self)
        whole = own.number_of_integer_variables
        bounds = zip(own.lower_bounds.tolist(), own.upper_bounds.tolist(), strict=True)
        return tuple(
            Parameter(f"x{i}", "int", int(low), int(high)) if i < whole else Parameter(f"x{i}", "float", low, high)
            for i, (low, high) in enumerate(bounds)
        )

    def truth(self, params: Params) -> float:
        """The loss without noise."""
        return float(coco(self)([params[f"x{i}"] for i in range(self.dimension)]))

    def evaluate(self, params: Params, rng: np.random.Generator) -> Outcome:  # noqa: ARG002
        """The same."""
        return Outcome(self.truth(params))


@cache
def coco(function: Function) -> Any:
    """COCO's own object."""
    suite = coco_suite(function.kind, function.number)
    return suite.get_problem_by_function_dimension_instance(function.number, function.dimension, function.instance)


@dataclass(frozen=True)
class Noisy:
    """Normal noise: of deviation `added`, and as a factor of deviation `multiplied` on what is above the best."""

    function: Function
    best: float
    added: float
    multiplied: float

    def evaluate(self, params: Params, rng: np.random.Generator) -> Outcome:
        """The loss with noise."""
        above = self.function.truth(params) - self.best
        return Outcome(self.best + above + (self.added + self.multiplied * above) * float(rng.standard_normal()))


def functions(kind: str) -> list[Function]:
    """By dimension, then by number."""
    return [Function(kind, number, dimension) for dimension in DIMENSIONS[kind] for number in FUNCTIONS]


def exact(suite: str, function: Function) -> Problem:
    """A function without noise."""
    scale = read("coco", function.key)
    return Problem(
        function.name,
        suite,
        "synthetic",
        False,
        function.space,
        function.evaluate,
        function.truth,
        scale["best"],
        scale["median"],
    )


def with_noise(function: Function) -> Problem:
    """A function with the noise whose turn it is."""
    scale = read("coco", function.key)
    kind, level = NOISES[(function.number + NOISY_DIMENSIONS.index(function.dimension)) % len(NOISES)]
    added = level * (scale["median"] - scale["best"]) if kind == "added" else 0.0
    noisy = Noisy(function, scale["best"], added, level if kind == "multiplied" else 0.0)
    return Problem(
        f"{function.name}-{kind}{round(100 * level):02}",
        "noisy-bbob",
        "synthetic",
        True,
        function.space,
        noisy.evaluate,
        function.truth,
        scale["best"],
        scale["median"],
    )


def bbob() -> list[Problem]:
    """96 continuous ones."""
    return [exact("bbob", function) for function in functions("bbob")]


def mixint() -> list[Problem]:
    """72 with whole numbers."""
    return [exact("mixint", function) for function in functions("bbob-mixint")]


def noisy_bbob() -> list[Problem]:
    """72 with noise."""
    return [with_noise(function) for function in functions("bbob") if function.dimension in NOISY_DIMENSIONS]


def scale(function: Function) -> Scale:
    """A function's scale. COCO tells its best point only by writing a file where the process stands."""
    home = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            coco(function)._best_parameter("print")  # noqa: SLF001
            point = [float(x) for x in Path("._bbob_problem_best_parameter.txt").read_text().split()]
        finally:
            os.chdir(home)
    pairs = zip(function.space, point, strict=True)
    params: Params = {p.name: int(x) if p.kind == "int" else x for p, x in pairs}
    median = float(np.median(random_truths(function.space, function.truth)))
    return {"best": function.truth(params), "median": median, "params": params}


if __name__ == "__main__":
    write("coco", ((one.key, partial(scale, one)) for one in [*functions("bbob"), *functions("bbob-mixint")]))
