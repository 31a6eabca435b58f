"""A study's settings check themselves."""

from typing import Any

import pytest

from ayar.base.errors import ArgumentError
from ayar.space.space import Space
from ayar.trial.events import Plugin
from ayar.trial.goal import Goal
from ayar.trial.setup import Setup


def setup(**changes: Any) -> Setup:
    return Setup("s", Space({}), (Goal("value"), Goal("gain", "maximize")), 0, Plugin("random"), **changes)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"repeats": "avoids"}, r"repeats: expected 'avoid' or 'allow', got 'avoids'; did you mean 'avoid'\?"),
        ({"max_trials": -1}, r"max_trials: expected a whole number >= 0 or None, got -1"),
        ({"max_trials": 10.5}, r"max_trials: expected a whole number >= 0 or None, got 10\.5"),
        ({"max_trials": "10"}, r"max_trials: expected a whole number.*got '10'"),
        ({"max_trials": True}, r"max_trials: .*got True"),
        ({"max_seconds": float("nan")}, r"max_seconds: expected seconds >= 0 or None, got nan"),
        ({"max_seconds": float("inf")}, r"max_seconds: .*got inf"),
        ({"max_failures": -0.1}, r"max_failures: expected a count, or a rate below 1, got -0\.1"),
        ({"lease_s": 0}, r"lease_s: expected seconds > 0, got 0"),
        ({"retries": (("exceptoin", 1),)}, r"no failure is of the kind 'exceptoin'; did you mean 'exception'\?"),
        ({"retries": (("lost", -1),)}, r"retries\['lost'\]: expected a whole number >= 0, got -1"),
    ],
)
def test_a_setting_out_of_range_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        setup(**settings)


def test_a_change_is_checked_too() -> None:
    with pytest.raises(ArgumentError, match=r"max_trials: expected a whole number"):
        setup().changed({"max_trials": -4})


def test_a_change_leaves_the_rest() -> None:
    changed = setup(max_trials=5, retries=(("lost", 3),)).changed(
        {"sampler": {"name": "gp", "options": {"a": 1}}, "retries": {"timeout": 1}, "seed": 99}
    )
    assert (changed.sampler, changed.retries, changed.max_trials) == (Plugin("gp", {"a": 1}), (("timeout", 1),), 5)
    assert changed.seed == 0, "the seed never changes"


def test_failures_that_are_not_named_are_not_tried_again() -> None:
    assert [setup(retries=(("lost", 3),)).retries_of(kind) for kind in ("lost", "timeout")] == [3, 0]


def test_signs_follow_the_goals() -> None:
    assert setup().signs == (1.0, -1.0)
