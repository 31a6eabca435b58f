"""One attempt, as the executor's process runs it."""

from typing import Any

import optuna
import pytest

from ayar.base.errors import TrialPruned
from ayar.space.space import Space
from ayar.study.attempt import Attempt, is_pruned
from ayar.trial.goal import Goal

PAYLOAD = {"number": 3, "params": {"x": 0.25}}


@pytest.fixture
def attempt() -> Attempt:
    return Attempt(Space({"x": (0.0, 1.0)}), (Goal("loss"),), (), seed=0)


def test_the_outcome_comes_back_as_json(attempt: Attempt) -> None:
    def objective(trial: Any) -> float:
        trial.set_user_attr("rows", (1, 2))
        extra: int = trial.suggest_int("extra", 4, 4)
        return float(trial["x"] + extra)

    returned = attempt(objective, PAYLOAD, lambda message: None)
    assert returned["outcome"]["values"] == (4.25,)
    assert returned["attrs"] == {"rows": [1, 2]}
    assert [[name, value] for name, _, value in returned["asked"]] == [["extra", 4]]


@pytest.mark.parametrize("signal", [TrialPruned, optuna.TrialPruned, optuna.exceptions.TrialPruned])
def test_a_pruned_signal_of_ours_or_optuna_s_is_an_outcome(attempt: Attempt, signal: type[Exception]) -> None:
    def objective(trial: Any) -> float:
        trial.report(0.75, 1)
        raise signal

    outcome = attempt(objective, PAYLOAD, lambda message: None)["outcome"]
    assert (outcome["state"], outcome["values"]) == ("pruned", (0.75,))


def test_other_exceptions_are_raised_on_after_what_is_left_was_sent(attempt: Attempt) -> None:
    heard: list[dict[str, Any]] = []

    def objective(trial: Any) -> float:
        trial.set_user_attr("rows", 3)
        raise KeyError("gone")

    with pytest.raises(KeyError, match="gone"):
        attempt(objective, PAYLOAD, heard.append)
    assert heard == [{"left": {"attrs": {"rows": 3}, "asked": []}}]


def test_only_the_name_tells_a_guest_s_signal() -> None:
    assert is_pruned(TrialPruned())
    assert is_pruned(optuna.TrialPruned())
    assert not is_pruned(ValueError())
