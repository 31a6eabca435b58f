"""Which sampler auto takes, and that it says why."""

import pytest

from ayar.samplers.auto import Auto, regime
from ayar.samplers.mixgp import MixGP
from ayar.space.domains import Bool, Float
from ayar.space.space import Space
from ayar.testing.folds import fold_of
from unit.samplers.study import propose, run

LINE = Space({"x": Float(0, 1)})


@pytest.mark.parametrize(
    ("space", "told", "name", "reason"),
    [
        (Space({"a": Bool(), "b": Bool()}), 0, "grid", "at most 8 configurations"),
        (LINE, 0, "gp", "a model pays"),
        (LINE, 999, "gp", "a model pays"),
        (LINE, 1000, "qmc", "1,000 trials told"),
        (Space({f"x{i}": Float(0, 1) for i in range(61)}), 5, "qmc", "more than 60 active parameters"),
    ],
)
def test_regime_decides_the_sampler_and_the_words(space: Space, told: int, name: str, reason: str) -> None:
    found, why = regime(fold_of(space, []).setup, told)
    assert found == name
    assert reason in why


def test_tiny_space_with_repeats_is_not_walked_as_a_grid() -> None:
    assert regime(fold_of(Space({"a": Bool()}), [], repeats="allow").setup, 0)[0] == "gp"


def test_note_keeps_what_the_chosen_sampler_said() -> None:
    trials = run(LINE, Auto(), lambda params: params["x"], 6)
    own, auto = (propose(fold_of(LINE, trials), sampler)[0] for sampler in (MixGP(), Auto()))
    assert auto.params == own.params
    assert auto.note["auto"].startswith("gp: ")
    assert {key: value for key, value in auto.note.items() if key != "auto"} == own.note
