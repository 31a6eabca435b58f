"""The zoo: optima that hold, spaces of every kind, noise that repeats."""

from typing import Any

import numpy as np
import pytest

from ayar.base.rng import stream
from ayar.space.draw import draw
from ayar.testing.zoo import ZOO

BEST: dict[str, dict[str, Any]] = {
    "branin": {"x": np.pi, "y": 2.275},
    "hartmann6": {"x0": 0.20169, "x1": 0.150011, "x2": 0.476874, "x3": 0.275332, "x4": 0.311652, "x5": 0.6573},
    "ackley4": {f"x{i}": 0.0 for i in range(4)},
    "rosenbrock3": {f"x{i}": 1.0 for i in range(3)},
    "svm": {"C": 10**2.1, "gamma": 10**-1.7},
    "boosting": {
        "rate": 10**-1.5, "rounds": 501, "depth": 5, "subsample": 0.8, "leaf": 20, "criterion": "entropy", "bins": 256,
    },
    "kernels": {"kernel": "rbf", "C": 10**1.3, "gamma": 10**-2.2},
    "pipeline": {
        "model": "mlp", "decay": 10**-3.4, "scale": False, "width": 158, "optimizer": "sgd", "rate": 10**-1.3,
        "momentum": 0.87,
    },
    "cells": {"edge0": "conv5", "edge1": "conv3", "edge2": "conv5", "edge3": "conv3", "depth": "medium"},
    "network": {"batch": 64, "width": 64, "rate": 1e-3},
    "blend": {"a": 0.3445266579764905, "b": 0.352194040597406, "c": 0.303279301426},
    "fails": {"rate": 10**-1.9, "momentum": 0.6},
    "noisy": {"x": 0.3, "y": 0.8, "z": 2},
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(ZOO))
def test_optimum_is_reached(name: str) -> None:
    assert ZOO[name].space.explain(BEST[name]) is None
    assert ZOO[name].regret(BEST[name]) == pytest.approx(0.0, abs=2e-6)


@pytest.mark.parametrize("name", sorted(ZOO))
def test_no_draw_undercuts_the_optimum(name: str) -> None:
    problem = ZOO[name]
    generator, D = stream(0, 0, name), len(problem.space.codec.names)
    X, A = draw(problem.space, lambda m: generator.random((m, D)), 1000)
    for params in problem.space.codec.decode(X, A):
        try:
            assert problem.regret(params) >= -1e-9
        except ValueError:
            assert "fails" in problem.tags


def test_zoo_holds_mixed_conditional_and_constrained_problems() -> None:
    assert len(ZOO) >= 10
    tags = set().union(*(problem.tags for problem in ZOO.values()))
    assert {"mixed", "conditional", "constraint", "noise", "fails", "finite", "log"} <= tags


def test_noise_is_the_same_for_the_same_configuration() -> None:
    noisy = ZOO["noisy"]
    params = {"x": 0.25, "y": 0.5, "z": 1}
    assert noisy.objective(params) == noisy.objective(dict(reversed(params.items())))
    assert noisy.objective(params) != noisy.exact(params)


def test_noise_has_the_stated_deviation() -> None:
    noisy = ZOO["noisy"]
    points = [{"x": i / 2000, "y": 0.5, "z": 1} for i in range(2000)]
    errors = [noisy.objective(point) - noisy.exact(point) for point in points]
    # The standard error of a deviation from 2,000 numbers is 1.6 %; 6 % is nearly four of them.
    assert np.std(errors) == pytest.approx(noisy.noise, rel=0.06)


def test_failing_region_raises_in_words() -> None:
    with pytest.raises(ValueError, match=r"diverged at rate 10, momentum 0\.9"):
        ZOO["fails"].objective({"rate": 10.0, "momentum": 0.9})
