"""Which sampler auto takes, and that it says why."""

from typing import Any

import pytest

from ayar.samplers.auto import Auto, Regime, regime_of
from ayar.samplers.mixgp import MixGP
from ayar.space.domains import Bool, Float
from ayar.space.space import Space
from ayar.testing.folds import Told, fold_of
from ayar.trial.fold import Fold
from unit.samplers.study import pending, propose, run

LINE = Space({"x": Float(0, 1)})
WIDE = Space({f"x{i}": Float(0, 1) for i in range(61)})


def study(told: int, seconds: float | None = 60.0, space: Space = LINE, **settings: Any) -> Fold:
    points = [dict.fromkeys(space.params, (i + 0.5) / told) for i in range(told)]
    return fold_of(space, [Told(point, 1.0, seconds=seconds) for point in points], **settings)


def regime(told: int, seconds: float | None = 60.0, space: Space = LINE, **settings: Any) -> Regime:
    fold = study(told, seconds, space, **settings)
    return regime_of(fold.setup, fold.history)


@pytest.mark.parametrize(
    ("told", "space", "names", "reason"),
    [
        (0, Space({"a": Bool(), "b": Bool()}), ("grid",), "at most 8 configurations"),
        (0, LINE, ("gp",), "a model pays"),
        (600, LINE, ("gp",), "a model pays"),
        (601, LINE, ("gp", "tpe"), "take turns"),
        (3_001, LINE, ("tpe", "cmaes"), "3,000 trials told"),
        (5, WIDE, ("tpe", "cmaes"), "more than 60 active parameters"),
    ],
)
def test_regime_decides_the_samplers_and_the_words(
    told: int, space: Space, names: tuple[str, ...], reason: str
) -> None:
    found = regime(told, space=space)
    assert found.samplers == names
    assert reason in found.why


def test_tiny_space_with_repeats_is_not_walked_as_a_grid() -> None:
    assert regime(0, space=Space({"a": Bool()}), repeats="allow").samplers == ("gp",)


def test_cheap_trials_leave_the_model_after_the_first_hundred() -> None:
    assert regime(99, seconds=0.001).samplers == ("gp",)
    assert regime(100, seconds=0.001).samplers == ("tpe", "cmaes")
    assert "1 ms" in regime(100, seconds=0.001).why


def test_where_time_is_the_budget_short_trials_get_no_model() -> None:
    assert regime(20, seconds=0.4, max_seconds=60.0).samplers == ("tpe", "cmaes")
    assert regime(20, seconds=0.6, max_seconds=60.0).samplers == ("gp",)
    assert regime(20, seconds=0.4, max_seconds=60.0, max_trials=50).samplers == ("gp",)


@pytest.mark.parametrize(("seconds", "allowed"), [(0.1, 8), (1.0, 16), (5.0, 64), (60.0, 256), (None, 256)])
def test_a_proposal_may_cost_two_percent_of_a_trial_within_bounds(seconds: float | None, allowed: int) -> None:
    assert regime(20, seconds=seconds).overhead_ms == allowed


def test_a_pace_below_the_full_one_is_told_in_the_note() -> None:
    fold = study(20, seconds=1.0)
    assert "a proposal may cost 16 ms" in propose(fold, Auto())[0].note["auto"]


def test_every_fourth_proposal_comes_from_the_second_sampler() -> None:
    assert [Regime(("gp", "tpe"), "").turn(number) for number in range(8)] == [*["gp"] * 3, "tpe"] * 2


def test_several_goals_get_samplers_for_fronts() -> None:
    fold = fold_of(WIDE, [], goals={"a": "minimize", "b": "minimize"})
    assert regime_of(fold.setup, fold.history).samplers == ("tpe", "nsga2")


def test_note_keeps_what_the_chosen_sampler_said() -> None:
    trials = run(LINE, Auto(), lambda params: params["x"], 6)
    # The trials of these tests take half a second, of which a proposal may cost 10 ms.
    own, auto = (propose(fold_of(LINE, trials), sampler)[0] for sampler in (MixGP(overhead_ms=8), Auto()))
    assert auto.params == own.params
    assert auto.note["auto"].startswith("gp: ")
    assert {key: value for key, value in auto.note.items() if key != "auto"} == own.note


@pytest.mark.parity("G4")
def test_a_batch_in_turns_equals_single_proposals_with_the_earlier_ones_pending() -> None:
    trials = [Told(dict.fromkeys(WIDE.params, i * 7 % 100 / 100), float(i)) for i in range(12)]
    batch = propose(fold_of(WIDE, trials), Auto(), 4)
    assert [proposal.note["sampler"] for proposal in batch] == ["tpe", "tpe", "tpe", "cmaes"]
    for proposal in batch:
        assert propose(fold_of(WIDE, trials), Auto())[0].params == proposal.params
        trials.append(pending(proposal))
