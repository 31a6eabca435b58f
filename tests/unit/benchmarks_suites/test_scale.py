"""Scales of problems without a table."""

import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.problems import Outcome, Parameter, Params, Problem
from benchmarks.suites.data import MissingDataError
from benchmarks.suites.scale import Scale, find, kept, noise, random_truths, read, write

SPACE = (
    Parameter("kind", "categorical", values=("flat", "bowl")),
    Parameter("x", "float", -1.0, 1.0),
    Parameter("y", "float", -1.0, 1.0, when={"kind": ("bowl",)}),
)


def truth(params: Params) -> float:
    if params["x"] > 0.9:
        return math.inf
    return 3.0 if params["kind"] == "flat" else float((params["x"] - 0.3) ** 2 + (params["y"] + 0.2) ** 2)


def truths(rows: Sequence[Params]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([truth(row) for row in rows])


def test_the_search_finds_the_best_of_a_conditional_space() -> None:
    scale = find(SPACE, truths, draws=500, rounds=20)
    assert scale["best"] == pytest.approx(0, abs=1e-5)
    assert scale["best"] == truth(scale["params"])
    assert scale["params"]["kind"] == "bowl"


def test_failures_are_left_out_of_the_median() -> None:
    found = random_truths(SPACE, truth)
    assert np.all(np.isfinite(found))
    assert 0.85 < len(found) / 1000 < 1


def test_the_same_scale_comes_out_twice() -> None:
    assert find(SPACE, truths, draws=50, rounds=2) == find(SPACE, truths, draws=50, rounds=2)


@pytest.mark.parametrize("deviation", [0.0, 0.01, 0.1])
def test_noise_is_measured_against_the_spread_of_the_best_tenth(deviation: float) -> None:
    space = (Parameter("x", "float", 0.0, 1.0),)

    def evaluate(params: Params, rng: np.random.Generator) -> Outcome:
        return Outcome(params["x"] + deviation * float(rng.standard_normal()))

    problem = Problem("p", "s", "synthetic", True, space, evaluate, lambda params: float(params["x"]), 0.0, 0.5)
    # The best tenth spreads over 0.1; a median of 100 deviations of 20 draws each: 2 % off, tolerance 5 of these.
    assert noise(problem) == pytest.approx(deviation / 0.1, rel=0.12)


def test_scales_are_kept_as_they_come_and_not_computed_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.suites.scale.__file__", str(tmp_path / "scale.py"))
    asked: list[str] = []

    def compute(name: str) -> Scale:
        asked.append(name)
        if asked == ["a", "b", "c"]:
            raise KeyboardInterrupt
        return {"best": 0.0, "median": 1.0, "params": {"x": name}}

    tasks = [(name, partial(compute, name)) for name in "abc"]
    with pytest.raises(KeyboardInterrupt):
        write("suite", tasks)
    kept.cache_clear()
    write("suite", tasks)
    kept.cache_clear()
    assert asked == ["a", "b", "c", "c"]
    assert [read("suite", name)["params"]["x"] for name in "abc"] == ["a", "b", "c"]


def test_where_a_scale_is_missing_a_sentence_says_how_to_compute_it() -> None:
    with pytest.raises(
        MissingDataError, match=r"no scale of x in nothing_scale\.json: python -m benchmarks\.suites\.no"
    ):
        read("nothing", "x")
