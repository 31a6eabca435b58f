"""Standard errors told with values: what they change in the search, and that odd ones are answered."""

from typing import Any

import numpy as np
import pytest

import ayar
from ayar.base.errors import NoTrial

LINE = {"x": (0.0, 1.0)}
SIDES = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.9, 1.0]


def bowl(x: float) -> float:
    return (x - 0.3) ** 2


def with_a_lucky_draw(sd: float) -> ayar.Study:
    """A bowl around 0.3, told nearly exactly, and at 0.8 a value below all others with this standard error."""
    study = ayar.create_study(LINE, sampler="gp", seed=0)
    for x in SIDES:
        study.add({"x": x}, ayar.Result(bowl(x), sd=0.01))
    study.add({"x": 0.8}, ayar.Result(-0.3, sd=sd))
    return study


@pytest.mark.parity("MO4")
def test_a_lucky_draw_told_with_a_large_error_is_not_chased() -> None:
    doubted, trusted = (np.median([study.ask()["x"] for _ in range(5)]) for study in map(with_a_lucky_draw, (1.0, 0.0)))
    assert abs(doubted - 0.3) < 0.15
    assert abs(trusted - 0.8) < 0.15


@pytest.mark.parity("MO4")
def test_a_prediction_follows_a_value_as_far_as_its_error_allows() -> None:
    doubted, trusted = (with_a_lucky_draw(sd).predict([{"x": 0.8}]).mean[0] for sd in (1.0, 0.0))
    assert doubted == pytest.approx(bowl(0.8), abs=0.05)
    assert trusted < doubted - 0.1


@pytest.mark.parity("MO4")
def test_a_prediction_is_less_sure_where_every_value_was_told_with_a_larger_error() -> None:
    deviations = []
    for sd in (0.001, 0.1):
        study = ayar.create_study(LINE, sampler="gp", seed=0)
        for x in SIDES:
            study.add({"x": x}, ayar.Result(bowl(x), sd=sd))
        deviations.append(study.predict([{"x": 0.45}]).sd[0])
    assert deviations[1] > 3.0 * deviations[0]


@pytest.mark.parity("MO4")
def test_a_study_without_a_trial_is_asked_but_not_predicted() -> None:
    study = ayar.create_study(LINE, sampler="gp", seed=0)
    with pytest.raises(NoTrial, match=r"expected at least .* to model 'value', got 0"):
        study.predict([{"x": 0.5}])
    assert 0.0 <= study.ask()["x"] <= 1.0


ODD: dict[str, list[tuple[float, Any]]] = {
    "no error at all": [(x, ayar.Result(bowl(x), sd=0.0)) for x in SIDES],
    "one point, one value": [(0.5, 1.0)] * 9,
    "one point, several values without error": [(0.5, ayar.Result(v, sd=0.0)) for v in (1.0, 2.0, 1.5, 0.5)] * 3,
    "the same value everywhere": [(x, ayar.Result(1.0, sd=0.0)) for x in SIDES],
    "errors of all sizes": [(x, ayar.Result(bowl(x), sd=10.0 ** (3 * i - 15))) for i, x in enumerate(SIDES)],
}


def odd(name: str) -> ayar.Study:
    study = ayar.create_study({**LINE, "fixed": ayar.Float(2.0, 2.0), "one": [7]}, sampler="gp", seed=0)
    for x, result in ODD[name]:
        study.add({"x": x, "fixed": 2.0, "one": 7}, result)
    return study


@pytest.mark.parity("MO4")
@pytest.mark.parametrize("name", ODD)
def test_odd_noise_is_answered_with_new_points(name: str) -> None:
    study = odd(name)
    asked = [study.ask() for _ in range(3)]
    assert len({trial["x"] for trial in asked} - {x for x, _ in ODD[name]}) == 3
    assert all((trial["fixed"], trial["one"]) == (2.0, 7) for trial in asked)


@pytest.mark.parity("MO4")
@pytest.mark.parametrize("name", ["no error at all", "errors of all sizes", "one point, several values without error"])
def test_odd_noise_is_answered_with_finite_predictions(name: str) -> None:
    found = odd(name).predict([{"x": x, "fixed": 2.0, "one": 7} for x in (0.0, 0.33, 0.5)])
    assert np.isfinite(found.mean).all()
    assert (found.sd > 0.0).all()


@pytest.mark.parity("MO4")
@pytest.mark.parametrize("name", ["one point, one value", "the same value everywhere"])
def test_where_no_value_differs_there_is_nothing_to_predict_and_that_is_said(name: str) -> None:
    with pytest.raises(NoTrial, match=r"expected values of 'value' that differ.*nothing to model"):
        odd(name).predict([{"x": 0.5, "fixed": 2.0, "one": 7}])


@pytest.mark.parity("MO4")
def test_a_space_whose_every_low_is_its_high_has_one_point() -> None:
    study = ayar.create_study({"x": ayar.Float(0.5, 0.5), "n": ayar.Int(3, 3)}, sampler="gp", seed=0)
    study.optimize(lambda trial: trial["x"] * trial["n"], n_trials=5)
    assert [dict(trial.params) for trial in study.trials] == [{"x": 0.5, "n": 3}]
    assert study.stopped == "exhausted"
