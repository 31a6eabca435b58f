"""scikit-optimize's functions and their results."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ayar.base.errors import ArgumentError, SpaceError
from ayar.integrations.skopt import dummy_minimize, forest_minimize, gbrt_minimize, gp_minimize, use_named_args

DIMENSIONS = [(0.0, 1.0), (1, 9), ["a", "b"], (1e-3, 1e3, "log-uniform")]


def bowl(x: list[Any]) -> float:
    return float((x[0] - 0.3) ** 2 + (x[1] - 4) ** 2 / 25 + (x[2] == "b") + abs(np.log10(x[3])) / 9)


@pytest.mark.parity("SK2")
@pytest.mark.parametrize("minimize", [gp_minimize, forest_minimize, gbrt_minimize, dummy_minimize])
def test_a_result_has_the_fields_that_scripts_read(minimize: Any) -> None:
    found = minimize(bowl, DIMENSIONS, n_calls=12, random_state=0)
    assert len(found.x_iters) == len(found.func_vals) == 12
    assert found.fun == found.func_vals.min() == bowl(found.x)
    assert found.x in found.x_iters
    assert found["x"] == found.x
    assert found.specs["n_calls"] == 12
    assert found.x_iters == minimize(bowl, DIMENSIONS, n_calls=12, random_state=0).x_iters


@pytest.mark.parity("SK2")
def test_known_points_are_not_called_again_and_unknown_ones_come_first() -> None:
    called: list[list[Any]] = []

    def counted(x: list[Any]) -> float:
        called.append(x)
        return bowl(x)

    known = [[0.5, 3, "a", 1.0], [0.1, 2, "b", 10.0]]
    found = gp_minimize(counted, DIMENSIONS, n_calls=4, x0=known, y0=[0.04, 1.5], random_state=0)
    assert len(called) == 4
    assert not any(point in known for point in called)
    assert found.x_iters[:2] == known
    assert found.func_vals[:2].tolist() == [0.04, 1.5]
    called.clear()
    found = gp_minimize(counted, DIMENSIONS, n_calls=4, x0=known[0], random_state=0)
    assert called[0] == known[0]
    assert len(found.func_vals) == len(called) == 4


@pytest.mark.parity("SK2")
def test_arguments_go_by_the_names_of_dimensions() -> None:
    named = [
        SimpleNamespace(low=0.0, high=1.0, prior="uniform", name="rate"),
        SimpleNamespace(categories=("a", "b"), prior=None, name="kind"),
    ]

    @use_named_args(named)
    def loss(rate: float, kind: str) -> float:
        return rate if kind == "a" else 1.0 + rate

    found = dummy_minimize(loss, named, n_calls=8, random_state=0)
    assert found.study.space.names == ("rate", "kind")
    assert loss([0.5, "b"]) == 1.5
    with pytest.raises(ArgumentError, match=r"expected 2 values \(rate, kind\), got 1"):
        loss([0.5])
    with pytest.raises(ArgumentError, match="dimensions with names"):
        use_named_args([(0.0, 1.0)])


def test_a_callback_ends_it() -> None:
    seen: list[int] = []

    def three(result: Any) -> bool:
        seen.append(len(result.func_vals))
        return len(seen) == 3

    found = dummy_minimize(bowl, DIMENSIONS, n_calls=9, callback=[three], random_state=0)
    assert seen == [1, 2, 3]
    assert len(found.func_vals) == 3


def test_knobs_without_a_counterpart_are_named() -> None:
    with pytest.warns(UserWarning, match="n_initial_points, xi: no counterpart here"):
        gp_minimize(bowl, DIMENSIONS, n_calls=2, n_initial_points=5, xi=0.1)


@pytest.mark.parametrize(
    ("words", "error", "text"),
    [
        ({"n_call": 3}, ArgumentError, "no argument of scikit-optimize is called 'n_call'"),
        ({"acq_func": "EU"}, ArgumentError, "acq_func: expected one of EI"),
        ({"y0": [1.0]}, ArgumentError, "y0: expected a value for each of 0 points"),
        ({"x0": [0.5]}, ArgumentError, "x0: expected points of 4 values"),
        ({"x0": [5.0, 3, "a", 1.0]}, SpaceError, "x0"),
        ({"callback": "stop"}, ArgumentError, "callback: expected a function"),
        ({"base_estimator": "GP"}, ArgumentError, "base_estimator: expected None"),
        ({"random_state": "seed"}, ArgumentError, "random_state: expected a whole number"),
    ],
)
def test_slips_are_named(words: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        gp_minimize(bowl, DIMENSIONS, n_calls=2, **words)
