"""Health checks: each fires on its planted fault and on under 5 % of clean studies.

Measured on 200 clean studies of 25 to 55 trials (`simulated.clean`): no alarm but "too-few". The planted faults were
found in all of 72 studies (at-bound and no-effect, seeds 50 to 85, gathered or not; duplicates), noise in 68 of 72.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ayar.analysis.checks.base import Finding, View
from ayar.analysis.health import CHECKS, findings
from ayar.base.rng import stream
from ayar.space.domains import Categorical, Float, Int
from ayar.space.space import Space
from ayar.testing.folds import Told, fold_of
from ayar.trial.failure import Failure
from ayar.trial.fold import Fold
from ayar.trial.state import State
from unit.analysis import simulated
from unit.analysis.simulated import drawn

NAMED = ("at-bound", "no-effect", "duplicates", "noise")
"""The four that issue 2 names."""
SQUARE = {"x": (0.0, 1.0), "y": (0.0, 1.0)}


def check(code: str, fold: Fold) -> list[Finding]:
    return list(CHECKS[code](View(fold)))


def square_trials(count: int = 30, value: Callable[[float, float], float] | None = None) -> list[Any]:
    rng = stream(0, 0, "tests.square")
    law = value or (lambda x, y: (x - 0.4) ** 2 + (y - 0.6) ** 2)
    return [({"x": float(x), "y": float(y)}, law(float(x), float(y))) for x, y in rng.random((count, 2))]


# -- false alarms ------------------------------------------------------------------------------------------------------


def alarms(seeds: range) -> Counter[str]:
    return Counter(
        code
        for seed in seeds
        for code in {found.code for found in findings(simulated.clean(seed, 25 + 15 * (seed % 3)))}
    )


def test_clean_studies_raise_no_alarm() -> None:
    assert not {code for code in alarms(range(12)) if code != "too-few"}


@pytest.mark.slow
def test_every_check_fires_on_under_five_percent_of_clean_studies() -> None:
    # 100 studies. Truly 1 %: 5 or more alarms come in 1 of 300 runs; seeds are fixed, so the outcome is too.
    counted = alarms(range(100))
    del counted["too-few"]  # a plain count: 25 trials are too few for three parameters
    assert all(count < 5 for count in counted.values()), counted


# -- planted faults: the four of issue 2 -------------------------------------------------------------------------------


@pytest.mark.parametrize("gather", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_an_optimum_beyond_a_bound_is_found(seed: int, gather: bool) -> None:
    law = simulated.simulation(seed + 50)
    name = next(column.name for column in law.space.codec.columns if column.kind != "categorical")
    beyond = replace(law, targets={**law.targets, name: 1.25 if seed % 2 else -0.25})
    found = check("at-bound", simulated.study(beyond, 45, gather=gather))
    assert any(finding.sentence.startswith(f"{name}:") for finding in found)


def test_at_a_bound_the_advice_widens_that_side() -> None:
    space = {"lr": {"low": 1e-4, "high": 1e-1, "log": True}, "n": range(1, 11)}
    points = drawn(Space({"lr": Float(1e-4, 1e-1, log=True), "n": Int(1, 10)}), 30)
    found = check("at-bound", fold_of(space, [(p, -p["n"] + 1e-3 * p["lr"]) for p in points]))
    assert [finding.advice for finding in found] == ["Widen this side, for example high=14."]


def test_trials_that_gather_on_a_bound_are_found_without_a_model() -> None:
    trials = [({"x": 0.001 * i, "y": 0.4 + 0.01 * i}, 1e-9 * i) for i in range(6)]
    trials += [({"x": 0.5 + 0.02 * i, "y": 0.5}, 1.0) for i in range(8)]
    found = check("at-bound", fold_of(SQUARE, trials))
    assert "80% or more of the best trials are within 2% of low=0" in found[0].sentence


@pytest.mark.parametrize("gather", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_a_parameter_without_effect_is_found(seed: int, gather: bool) -> None:
    law = simulated.simulation(seed + 50)
    dummy = law.space.names[0]
    found = check("no-effect", simulated.study(replace(law, weights={**law.weights, dummy: 0.0}), 45, gather=gather))
    assert [finding.sentence.split()[0] for finding in found] == [dummy]


def test_a_parameter_that_decides_another_goal_has_an_effect() -> None:
    uniforms = stream(0, 0, "test").random((40, 2))
    trials = [({"x": x, "y": y}, ((x - 0.3) ** 2, y)) for x, y in uniforms.tolist()]
    assert check("no-effect", fold_of(SQUARE, trials, goals={"loss": "minimize", "size": "minimize"})) == []
    alone = check("no-effect", fold_of(SQUARE, [(params, losses[0]) for params, losses in trials]))
    assert [finding.sentence.split()[0] for finding in alone] == ["y"]


def test_duplicates_are_counted() -> None:
    found = check("duplicates", fold_of(SQUARE, square_trials(18) + square_trials(3)))
    assert found[0].sentence == "3 of 21 trials (14%) repeat a configuration tried before."


def test_a_small_space_may_repeat() -> None:
    trials = [({"k": "ab"[i % 2]}, float(i)) for i in range(20)]
    assert check("duplicates", fold_of({"k": ["a", "b"]}, trials)) == []


def test_noise_larger_than_the_gain_is_found() -> None:
    found = [check("noise", simulated.study(simulated.simulation(seed + 50), 45, noise=3.0)) for seed in range(20)]
    # Measured on 72 such studies: 94 % are found. Missed are those where luck late in the search looks like a gain.
    assert sum(map(bool, found)) >= 17
    assert any("standard error told with it" in finding.sentence for each in found for finding in each)


def test_noise_is_read_from_folds_before_what_was_told() -> None:
    rng = stream(1, 0, "tests.noise")
    trials = []
    for i in range(30):
        scores = rng.normal(0.8, 0.1, 5)
        reports = [(k, float(score), k) for k, score in enumerate(scores)]
        trials.append(Told({"x": i / 30, "y": 0.5}, float(scores.mean()), reports=reports, sd=1e-9))
    found = check("noise", fold_of(SQUARE, trials, goals={"v": "maximize"}))
    assert "spread between folds" in found[0].sentence


def test_noise_is_read_from_repeats_first() -> None:
    rng = stream(2, 0, "tests.noise")
    trials = [Told({"x": (i % 10) / 10, "y": 0.5}, float(rng.normal()), sd=1e-9) for i in range(40)]
    found = check("noise", fold_of(SQUARE, trials))
    assert "spread of repeated configurations" in found[0].sentence


# -- the others --------------------------------------------------------------------------------------------------------


def test_a_missing_log_scale_is_found() -> None:
    space = {"lr": (1e-5, 1.0), "y": (0.0, 1.0)}
    points = [{"lr": 0.001 + 0.05 * i, "y": 0.5} for i in range(20)]
    found = check("missing-log", fold_of(space, [(p, (p["lr"] - 0.02) ** 2) for p in points]))
    assert found == []  # the best ten percent, five trials, reach beyond it
    points += [{"lr": 0.01 + 0.001 * i, "y": 0.5} for i in range(12)]
    found = check("missing-log", fold_of(space, [(p, (p["lr"] - 0.02) ** 2) for p in points]))
    assert found[0].advice == "Search it on a log scale: Float(1e-05, 1, log=True)."


def test_failures_that_gather_are_found_with_their_place_and_cause() -> None:
    space = Space({"x": Float(0.0, 1.0), "opt": Categorical(["sgd", "adam"])})
    failure = Failure("exception", "CUDA out of memory", type="RuntimeError")
    trials = [
        Told(p, state=State.FAILED, failure=failure) if p["x"] > 0.7 else Told(p, p["x"]) for p in drawn(space, 40)
    ]
    found = check("failure-spot", fold_of(space, trials))
    assert "Where x > 0." in found[0].sentence
    assert found[0].sentence.endswith("Most frequent cause: RuntimeError: CUDA out of memory.")


def test_failures_of_one_choice_are_found() -> None:
    space = Space({"x": Float(0.0, 1.0), "opt": Categorical(["sgd", "adam"])})
    trials = [Told(p, state=State.FAILED) if p["opt"] == "adam" else Told(p, p["x"]) for p in drawn(space, 30)]
    assert "Where opt is adam" in check("failure-spot", fold_of(space, trials))[0].sentence


def test_failures_everywhere_are_no_spot() -> None:
    trials = [Told(p, state=State.FAILED) if i % 3 == 0 else Told(p, v) for i, (p, v) in enumerate(square_trials(60))]
    assert check("failure-spot", fold_of(SQUARE, trials)) == []


def test_fall_backs_are_counted_with_their_reason() -> None:
    note = {"sampler": "gp", "fallback": "factorisation failed"}
    trials = [Told(p, v, note=note if i < 4 else {"sampler": "gp"}) for i, (p, v) in enumerate(square_trials(20))]
    found = check("fall-backs", fold_of(SQUARE, trials))
    assert found[0].sentence == "The sampler fell back in 4 of 20 proposals; in 4 because: factorisation failed."


def test_a_branch_that_was_hardly_tried_is_named() -> None:
    space = Space({"m": Categorical(["a", "b"]), "z": Float(0.0, 1.0, when={"m": "b"})})
    trials = [({"m": "a"}, float(i)) for i in range(22)] + [({"m": "b", "z": 0.5}, 1.0)]
    assert check("dead-branch", fold_of(space, trials))[0].sentence == "Hardly ever active in 23 trials: z (1)."


def test_too_few_trials_say_how_many_would_do() -> None:
    found = check("too-few", fold_of(SQUARE, square_trials(12)))
    assert found[0].advice == "Raise the budget to about 20 trials, or search fewer parameters."
    assert check("too-few", fold_of(SQUARE, square_trials(20))) == []


def test_a_second_opening_of_the_test_set_is_an_error() -> None:
    records = [("evaluate.seal_opening", {"number": 0}), ("evaluate.seal_opening", {"number": 0, "reason": "a bug"})]
    records += [("evaluate.seal_opened", {"number": 0, "score": 0.9, "reason": "a bug"})]
    found = findings(fold_of(SQUARE, square_trials(30), records=records))
    assert (found[0].code, found[0].level) == ("opened-again", "error")
    assert "opened 2 times (last reason: a bug)" in found[0].sentence


@pytest.mark.parametrize("code", CHECKS)
@pytest.mark.parametrize(
    "trials",
    [
        [],
        [Told({"x": 0.5, "y": 0.5}, state=State.FAILED)] * 12,
        [({"x": 0.5, "y": 0.5}, 1.0)] * 12,
        [({"x": i / 12, "y": 0.5}, 1e300 * (-1) ** i) for i in range(12)],
        [Told({"x": i / 12, "y": 0.5}, float("inf")) for i in range(12)],
        [Told({"x": i / 12, "y": 0.5}, state=State.RUNNING) for i in range(12)],
    ],
    ids=["empty", "all failed", "constant", "huge", "infinite", "running"],
)
def test_no_check_raises_on_odd_histories(code: str, trials: list[Any]) -> None:
    check(code, fold_of(SQUARE, trials))


# -- constraints that nobody told --------------------------------------------------------------------------------------


def test_a_constraint_that_no_complete_trial_told_is_an_error_that_names_the_metric() -> None:
    trials = [Told({"x": 0.1, "y": 0.2}, 1.0, metrics={"size": 3.0}), Told({"x": 0.3, "y": 0.2}, 2.0)]
    [found] = check("untold-constraint", fold_of(SQUARE, trials, constraints=["latency <= 10", "size <= 5"]))
    assert found.level == "error"
    assert found.sentence.startswith("latency is bounded, but none of 2 complete trials told it")
    assert found.advice.endswith('return {"value": ..., "latency": ..., "size": ...}.')


def test_a_constraint_that_some_trial_told_or_that_had_no_chance_is_fine() -> None:
    told = [Told({"x": 0.1, "y": 0.2}, 1.0, metrics={"latency": 30.0}), Told({"x": 0.3, "y": 0.2}, 2.0)]
    assert check("untold-constraint", fold_of(SQUARE, told, constraints=["latency <= 10"])) == []
    failed = [Told({"x": 0.1, "y": 0.2}, state=State.FAILED)]
    assert check("untold-constraint", fold_of(SQUARE, failed, constraints=["latency <= 10"])) == []
