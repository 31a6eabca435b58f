"""Every suite: its problems can be evaluated anywhere, on a right scale. Without data or packages: skipped."""

import math
from functools import cache

import numpy as np
import pytest
from benchmarks.problems import Problem, draw
from benchmarks.suites import SUITES, load
from benchmarks.suites.data import VARIABLE, MissingDataError, path

TRAINS = {"real", "bayesmark", "mnist1d"}
"""Suites whose evaluations take a second; their own tests try a few."""
FAST = [suite for suite in SUITES if suite not in {*TRAINS, "yahpo"} and f"{suite}-all" not in SUITES]
"""The others; of a suite and its larger form, the larger."""


@cache
def suite(name: str) -> list[Problem]:
    try:
        return load(name)
    except MissingDataError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("name", [name for name in SUITES if name != "mnist1d"])
def test_problems_have_names_of_their_own(name: str) -> None:
    names = [(problem.suite, problem.name) for problem in suite(name)]
    assert len(set(names)) == len(names) > 0


@pytest.mark.parametrize("name", FAST)
def test_any_random_configuration_is_evaluated_and_none_is_better_than_the_best(name: str) -> None:
    for problem in suite(name):
        rng = np.random.default_rng(1)
        for _ in range(20):
            params = draw(problem.space, rng)
            truth = problem.truth(params)
            assert truth >= problem.best - 1e-9
            assert (problem.evaluate(params, rng).loss is None) == math.isinf(truth)


@pytest.mark.parametrize("name", FAST)
def test_half_of_the_random_configurations_are_better_than_the_median(name: str) -> None:
    for problem in suite(name):
        rng = np.random.default_rng(2)
        truths = np.array([problem.truth(draw(problem.space, rng)) for _ in range(80)])
        truths = truths[np.isfinite(truths)]
        # 5 standard errors of a share of one half, of the draws here and of the thousand behind the median.
        below = (np.mean(truths < problem.median) + np.mean(truths <= problem.median)) / 2
        assert abs(below - 0.5) < 5 * 0.5 * math.sqrt(1 / len(truths) + 1 / 1000), problem.name


@pytest.mark.parametrize("name", FAST)
def test_observations_repeat_with_their_generator_and_vary_only_where_there_is_noise(name: str) -> None:
    for problem in suite(name):
        params = draw(problem.space, np.random.default_rng(3))
        first = [problem.evaluate(params, np.random.default_rng(seed)).loss for seed in range(8)]
        assert first == [problem.evaluate(params, np.random.default_rng(seed)).loss for seed in range(8)]
        if problem.noisy:
            assert len(set(first)) > 1


def test_an_unknown_suite_is_refused_with_the_list() -> None:
    with pytest.raises(KeyError, match="no suite 'tabluar'; there are tabular, "):
        load("tabluar")


def test_without_the_data_folder_a_sentence_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(MissingDataError, match=r"set AYAR_BENCH_DATA to the folder that holds tabular/"):
        path("tabular", "hpobench_space.json")


def test_a_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "/nowhere")
    with pytest.raises(MissingDataError, match=r"AYAR_BENCH_DATA=/nowhere has no moot/LLVM\.npz"):
        path("moot", "LLVM.npz")
