"""`ayar ask` and `ayar tell`, called as functions: each call opens the store anew, as a shell's calls do."""

import json
from pathlib import Path
from typing import Any

import pytest

import ayar
from ayar.base.errors import ArgumentError, StudyFinished, TellRefused
from ayar.cli.by_hand import Told, ask, tell
from ayar.cli.exits import Exit, exit_of
from ayar.cli.talk import Talk
from ayar.trial.state import State


@pytest.fixture
def storage(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path}/s.db"
    space = {"x": (0.0, 1.0), "kind": ["a", "b"]}
    ayar.create_study(space, storage=address, sampler="random", seed=0, max_trials=3).close()
    return address


def asked(storage: str, capsys: pytest.CaptureFixture[str], worker: str | None = None) -> dict[str, Any]:
    assert ask(storage, None, Talk(), worker=worker, lease_s=60.0) is Exit.DONE
    return dict(json.loads(capsys.readouterr().out))


def state_of(storage: str, number: int) -> tuple[State, tuple[float, ...]]:
    trial = ayar.load_study(storage).trials[number]
    return trial.state, trial.values


@pytest.mark.parity("OP5")
def test_a_shell_asks_and_tells(storage: str, capsys: pytest.CaptureFixture[str]) -> None:
    trial = asked(storage, capsys)
    assert trial["params"] == ayar.load_study(storage).trials[0].params
    assert (trial["study"], trial["trial"], trial["attempt"], trial["lease_s"]) == ("study", 0, 1, 60.0)
    assert tell(storage, None, Told(0, trial["token"], "0.25"), Talk()) is Exit.DONE
    assert state_of(storage, 0) == (State.COMPLETE, (0.25,))
    assert "trial 0 complete 0.25; 1 trial done" in capsys.readouterr().err
    tell(storage, None, Told(0, trial["token"], "0.25"), Talk())  # a retry after a lost reply
    with pytest.raises(TellRefused, match=r"a trial is told once"):
        tell(storage, None, Told(0, None, "0.5"), Talk())


@pytest.mark.parity("VZ1")
def test_the_same_worker_gets_its_unfinished_trial_and_the_old_token_is_dead(
    storage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first, other = asked(storage, capsys, "node-1"), asked(storage, capsys, "node-2")
    again = asked(storage, capsys, "node-1")
    assert (again["trial"], again["params"], again["attempt"]) == (first["trial"], first["params"], 2)
    assert other["trial"] != first["trial"]
    with pytest.raises(TellRefused, match=r"superseded"):
        tell(storage, None, Told(first["trial"], first["token"], "1"), Talk())
    tell(storage, None, Told(again["trial"], again["token"], "2"), Talk())
    assert state_of(storage, first["trial"]) == (State.COMPLETE, (2.0,))
    assert asked(storage, capsys, "node-1")["trial"] not in {first["trial"], other["trial"]}


def test_each_call_without_a_name_is_another_worker(storage: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert [asked(storage, capsys)["trial"] for _ in range(3)] == [0, 1, 2]


def test_the_end_has_an_exit_code_of_its_own(storage: str, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        trial = asked(storage, capsys)
        tell(storage, None, Told(trial["trial"], None, "1"), Talk())
    with pytest.raises(StudyFinished) as error:
        ask(storage, None, Talk(), worker=None, lease_s=60.0)
    assert exit_of(error.value) is Exit.NO_MORE


def test_failures_and_pruned_trials_are_told(storage: str, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        asked(storage, capsys)
    tell(storage, None, Told(0, state="failed", reason="no cable"), Talk())
    tell(storage, None, Told(1, value="0.5", state="pruned"), Talk())
    trials = ayar.load_study(storage).trials
    assert [trial.state for trial in trials] == [State.FAILED, State.PRUNED]
    assert trials[0].failure is not None
    assert trials[0].failure.headline == "told as failed: no cable"
    with pytest.raises(ArgumentError, match=r"expected no --value for a failed trial, got '3'"):
        tell(storage, None, Told(2, value="3", state="failed"), Talk())


def test_a_trial_that_nobody_asked_for_is_added(storage: str) -> None:
    tell(storage, None, Told(None, value='{"value": 2}', params='{"x": 0.5, "kind": "a"}'), Talk())
    [trial] = ayar.load_study(storage).trials
    assert (trial.params, trial.values, trial.attempts) == ({"x": 0.5, "kind": "a"}, (2.0,), 0)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (Told(None, value="1"), r"expected either a trial's number, or --params"),
        (Told(0, value="1", params="{}"), r"either a trial's number, or --params"),
        (Told(0, value="abc"), r"expected --value to be a number or JSON, got 'abc'"),
        (Told(None, value="1", params="[1]"), r"expected --params as JSON such as"),
        (Told(0, value="1", state="compleet"), r"did you mean 'complete'"),
        (Told(0, value='{"valu": 1}'), r"value"),
    ],
)
def test_slips_change_nothing(storage: str, told: Told, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked(storage, capsys)
    with pytest.raises(ArgumentError, match=said):
        tell(storage, None, told, Talk())
    assert state_of(storage, 0) == (State.RUNNING, ())
