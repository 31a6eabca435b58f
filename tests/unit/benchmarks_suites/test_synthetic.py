"""Formulas with known optima."""

from typing import Any

import pytest
from benchmarks.problems import Parameter, Problem
from benchmarks.suites.synthetic import parameter, synthetic

from ayar.space.domain import Domain
from ayar.space.domains import Categorical, Float, Int, Ordinal

PROBLEMS = {problem.name: problem for problem in synthetic()}

BEST: list[tuple[str, dict[str, Any]]] = [
    ("branin", {"x": 3.141592653589793, "y": 2.275}),
    ("ackley10", {f"x{i}": 0.0 for i in range(10)}),
    ("rosenbrock10", {f"x{i}": 1.0 for i in range(10)}),
    ("mixed10", {
        "rate": 0.1, "decay": 1e-4, "dropout": 0.2, "momentum": 0.9, "clip": 1.0, "layers": 4, "width": 200,
        "batch": 64, "optimizer": "sgd", "activation": "gelu",
    }),
    ("mixed10-rough", {f"x{i}": 0.3 for i in range(5)} | {"n0": 7, "n1": 3, "n2": 5, "where": "b", "extra": "v"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "params"), BEST)
def test_the_known_optimum_has_the_best_loss(name: str, params: dict[str, Any]) -> None:
    assert PROBLEMS[name].truth(params) == pytest.approx(PROBLEMS[name].best, abs=1e-9)


@pytest.mark.parametrize(
    ("domain", "neutral"),
    [
        (Float(0.1, 10, log=True), Parameter("p", "float", 0.1, 10.0, log=True)),
        (Int(1, 9), Parameter("p", "int", 1, 9)),
        (Float(0.0, 1.0, step=0.25), Parameter("p", "ordinal", values=(0.0, 0.25, 0.5, 0.75, 1.0))),
        (Int(1, 9, step=4), Parameter("p", "ordinal", values=(1, 5, 9))),
        (Ordinal([1, 10, 100]), Parameter("p", "ordinal", values=(1, 10, 100))),
        (Ordinal(["low", "high"]), Parameter("p", "categorical", values=("low", "high"))),
        (
            Categorical(["a", "b"], when={"q": "x"}),
            Parameter("p", "categorical", values=("a", "b"), when={"q": ("x",)}),
        ),
    ],
)
def test_a_domain_of_the_library_has_a_neutral_form(domain: Domain, neutral: Parameter) -> None:
    assert parameter("p", domain) == neutral


def test_a_configuration_that_breaks_a_rule_fails() -> None:
    network: Problem = PROBLEMS["network"]
    assert network.truth({"batch": 512, "width": 2048, "rate": 1e-3}) == float("inf")
