"""The model's own optimum beside the best seen, the verbs that ask the model, and what a study keeps of it: nothing."""

import gc
from collections import Counter
from typing import Any

import pytest

import ayar
from ayar.analysis.posterior import Posterior
from ayar.base.errors import NoTrial
from ayar.numerics.gp import Posterior as Process
from ayar.numerics.surrogate import Surrogate
from ayar.study.expecting import expected_minimum
from ayar.testing.folds import fold_of
from unit.analysis.noisy import BOX, MIXED, Planted, bowl


@pytest.mark.parity("SK8")
def test_the_models_minimum_lies_where_no_trial_was() -> None:
    study = Planted(BOX, 30)
    place = expected_minimum(study.fold())
    assert bowl(place.params) < min(map(bowl, study.points))
    assert (place.params["x"], place.params["y"]) == pytest.approx((0.3, 0.6), abs=0.02)
    assert place.mean == pytest.approx(bowl(place.params), abs=0.01)
    assert 0.0 < place.sd < 0.05


@pytest.mark.parity("SK8")
def test_of_a_goal_to_maximise_the_greatest_is_found() -> None:
    told = [(params, -bowl(params)) for params in Planted(MIXED, 60).points]
    place = expected_minimum(fold_of(MIXED, told, goals={"v": "maximize"}))
    assert place.params["kind"] == "a"
    assert place.params["n"] <= 2
    assert place.mean == pytest.approx(-bowl(place.params), abs=0.03)


def test_a_small_finite_space_is_gone_through_whole() -> None:
    space = ayar.Space({"a": ayar.Ordinal(list(range(20))), "b": ayar.Ordinal(list(range(20)))})
    told = [({"a": a, "b": b}, (a - 7) ** 2 + (b - 12) ** 2) for a in range(0, 20, 3) for b in range(0, 20, 3)]
    assert expected_minimum(fold_of(space, told)).params == {"a": 7, "b": 12}


def test_rules_and_result_constraints_are_kept() -> None:
    space = ayar.Space(BOX.params, constraints=["x + y <= 0.7"])
    fold = Planted(space, 60, settings={"constraints": ["m >= 0.2"]}).fold(lambda params, _: {"m": params["x"]})
    place = expected_minimum(fold)
    assert place.params["x"] + place.params["y"] <= 0.7
    assert place.params["x"] >= 0.19
    assert bowl(place.params) < 1.1 * bowl({"x": 0.2, "y": 0.5})


def test_no_place_that_keeps_the_constraints_is_said() -> None:
    fold = Planted(BOX, 40, settings={"constraints": ["P(m >= 5) >= 0.99"]}).fold(lambda params, _: {"m": params["x"]})
    with pytest.raises(NoTrial, match=r"expected a place that keeps the result constraints, found none"):
        expected_minimum(fold)


# -- the verbs ---------------------------------------------------------------------------------------------------------


def noisy_study(trials: int = 40) -> ayar.Study:
    study = ayar.create_study(BOX, sampler="random", seed=0)
    for trial in Planted(BOX, trials, noise=0.2).fold().history.trials():
        study.add(trial.params, trial.value)
    return study


@pytest.mark.parity("CM1")
def test_a_study_recommends_another_trial_than_the_luckiest() -> None:
    study = noisy_study()
    assert isinstance(study.recommended, ayar.Trial)
    assert bowl(study.recommended.params) < bowl(study.best.params)


@pytest.mark.parity("BO7", "SK8", "AX3")
def test_the_other_verbs_answer_for_a_study() -> None:
    study = noisy_study()
    place = study.expected_minimum()
    assert study.predict([place.params]).mean[0] == pytest.approx(place.mean)
    assert study.predict([study.best, study.recommended]).mean[0] >= study.predict([study.recommended]).mean[0]
    assert study.model_check().trials == 40


def test_several_goals_recommend_a_front() -> None:
    study = ayar.create_study(BOX, goals={"a": "minimize", "b": "minimize"}, sampler="random", seed=0)
    for params in Planted(BOX, 20).points:
        study.add(params, (params["x"], 1.0 - params["x"]))
    assert isinstance(study.recommended, tuple)
    assert {trial.number for trial in study.recommended} == {trial.number for trial in study.best}


def kept() -> Counter[str]:
    gc.collect()
    # The type and not isinstance: that one asks foreign objects for __class__, at which some of torch's warn.
    models = (Posterior, Process, Surrogate)
    return Counter(type(thing).__name__ for thing in gc.get_objects() if type(thing) in models)


@pytest.mark.parity("SK9")
def test_a_thousand_tells_keep_no_list_of_models() -> None:
    study: Any = ayar.create_study({"x": (0.0, 1.0), "y": (0.0, 1.0)}, sampler="gp", seed=0)
    before = kept()
    for number in range(1_000):
        if number % 100 == 20:  # the sampler models, and so does whoever asks
            trial = study.ask()
            study.tell(trial, bowl(trial))
            assert study.recommended is not None
        study.add({"x": number / 1_000, "y": 0.5}, bowl({"x": number / 1_000, "y": 0.5}))
    assert len(study.trials) == 1_010
    assert kept() == before
