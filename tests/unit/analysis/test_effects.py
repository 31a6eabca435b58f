"""Slices and effects of one parameter."""

import numpy as np
import pytest

from ayar.analysis.effects import effect_of, slice_of
from ayar.analysis.model import fit_model
from ayar.analysis.sample import sample
from ayar.base.errors import ArgumentError
from ayar.space.domains import Categorical, Float, Int
from ayar.space.space import Space
from ayar.testing.folds import fold_of
from ayar.trial.fold import Fold
from unit.analysis.simulated import drawn

SPACE = Space(
    {
        "x": Float(0.0, 1.0),
        "kind": Categorical(["good", "bad"]),
        "n": Int(1, 3, when={"kind": "bad"}),
    }
)


def study(sign: float = 1.0) -> Fold:
    def value(params: dict[str, float | str]) -> float:
        return sign * ((float(params["x"]) - 0.3) ** 2 * 10 + (params["kind"] == "bad"))

    return fold_of(
        SPACE, [(p, value(p)) for p in drawn(SPACE, 40)], goals={"v": "minimize" if sign > 0 else "maximize"}
    )


def test_a_slice_holds_the_trials_in_which_the_parameter_was_active() -> None:
    fold = study()
    bad = [trial.number for trial in fold.history.trials() if trial["kind"] == "bad"]
    assert slice_of(fold, "n").number.tolist() == bad
    assert len(slice_of(fold, "x").x) == 40


def test_a_parameter_that_is_not_searched_is_refused_in_words() -> None:
    with pytest.raises(ArgumentError, match=r"no searched parameter is called 'y'"):
        slice_of(study(), "y")


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_effect_bottoms_where_the_optimum_is_in_the_goals_own_units(sign: float) -> None:
    fold = study(sign)
    model = fit_model(sample(fold), 0)
    assert model is not None
    effect = effect_of(model, "x", 0)
    assert effect is not None
    assert effect.x[np.argmin(sign * effect.mean)] == pytest.approx(0.3, abs=0.1)
    assert np.all(effect.low <= effect.mean)
    assert np.all(effect.mean <= effect.high)
    assert 0.0 < abs(effect.mean).max() < 8.0


def test_the_effect_of_a_whole_number_on_a_log_scale_reaches_every_value() -> None:
    space = Space({"n": Int(1, 4, log=True), "x": Float(0.0, 1.0)})
    model = fit_model(sample(fold_of(space, [(p, float(p["n"])) for p in drawn(space, 16)])), 0)
    assert model is not None
    effect = effect_of(model, "n", 0)
    assert effect is not None
    assert effect.x.tolist() == [1.0, 2.0, 3.0, 4.0]


def test_the_effect_of_a_choice_has_one_place_a_choice() -> None:
    fold = study()
    model = fit_model(sample(fold), 0)
    assert model is not None
    effect = effect_of(model, "kind", 0)
    assert effect is not None
    assert effect.x.tolist() == [0.0, 1.0]
    assert effect.mean[0] < effect.mean[1]
