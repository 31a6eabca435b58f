"""A frozen trial is a mapping of its parameters."""

import pytest

from ayar.base.errors import ArgumentError
from ayar.trial.state import State
from ayar.trial.trial import Trial


@pytest.fixture
def trial() -> Trial:
    return Trial(3, State.COMPLETE, {"lr": 0.1, "depth": 2}, values=(0.5,))


def test_a_trial_unpacks_into_keywords(trial: Trial) -> None:
    assert dict(**trial) == {"lr": 0.1, "depth": 2}


def test_a_trial_reads_like_a_mapping(trial: Trial) -> None:
    assert (trial["lr"], "depth" in trial, len(trial), list(trial)) == (0.1, True, 2, ["lr", "depth"])
    assert (trial.get("lr"), trial.get("momentum", 0.9)) == (0.1, 0.9)
    assert list(trial.items()) == [("lr", 0.1), ("depth", 2)]
    assert list(trial.keys()) == ["lr", "depth"]


def test_an_inactive_parameter_is_named(trial: Trial) -> None:
    with pytest.raises(KeyError, match=r"no active parameter 'lrr'; did you mean 'lr'\?"):
        trial["lrr"]


def test_changing_the_returned_parameters_changes_no_trial(trial: Trial) -> None:
    trial.params["lr"] = 7.0
    assert trial["lr"] == 0.1


def test_the_value_is_that_of_the_only_goal(trial: Trial) -> None:
    assert trial.value == 0.5
    assert Trial(0, State.RUNNING, {}).value is None


def test_several_values_are_read_as_such() -> None:
    with pytest.raises(ArgumentError, match=r"trial 1 has 2 values; read trial\.values"):
        _ = Trial(1, State.COMPLETE, {}, values=(1.0, 2.0)).value


def test_trials_are_equal_when_every_field_is(trial: Trial) -> None:
    twin = Trial(3, State.COMPLETE, {"lr": 0.1, "depth": 2}, values=(0.5,))
    assert twin == trial
    assert hash(twin) == hash(trial)
    assert Trial(3, State.COMPLETE, {"lr": 0.2, "depth": 2}, values=(0.5,)) != trial
    assert trial != "trial"


def test_a_trial_shows_itself_in_one_line(trial: Trial) -> None:
    assert repr(trial) == "<Trial 3 complete 0.5 {'lr': 0.1, 'depth': 2}>"
    assert repr(Trial(0, State.WAITING, {})) == "<Trial 0 waiting {}>"
    assert "(1.0, 2.0)" in repr(Trial(0, State.COMPLETE, {}, values=(1.0, 2.0)))
