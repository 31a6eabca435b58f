"""Ask and tell by hand."""

import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import optuna
import pytest

import ayar
from ayar.base.errors import ArgumentError, NoTrial, StudyFinished, TellRefused
from ayar.study.study import Study
from ayar.trial import events as ev
from ayar.trial.failure import Failure
from ayar.trial.state import State
from unit.study.studies import kinds, study, timed_study


@pytest.mark.parity("G1")
def test_an_asked_trial_holds_native_values_inside_the_space() -> None:
    made = study({"x": (0.0, 1.0), "n": (1, 9), "flag": [True, False, None], "pair": [(1, 2), [3, 4]]})
    for _ in range(20):
        trial = made.ask()
        assert made.space.contains(trial.params)
        assert (type(trial["x"]), type(trial["n"])) == (float, int)
        assert trial["pair"] in ((1, 2), [3, 4])


@pytest.mark.parity("G4")
def test_k_asks_without_a_tell_give_k_distinct_trials() -> None:
    made = study({"n": (1, 12)}, max_trials=12)
    trials = [made.ask() for _ in range(12)]
    assert sorted(trial["n"] for trial in trials) == list(range(1, 13))


@pytest.mark.parity("G4")
def test_tells_come_in_any_order_and_count_once() -> None:
    made = study()
    trials = [made.ask() for _ in range(5)]
    for trial in reversed(trials):
        for _ in range(10):
            made.tell(trial, trial.number / 10)
    assert kinds(made).count("TrialTold") == 5
    assert [trial.value for trial in made.trials] == [0.0, 0.1, 0.2, 0.3, 0.4]
    assert list(made.history.order) == [4, 3, 2, 1, 0]


def test_a_trial_is_told_by_its_number_too() -> None:
    made = study()
    number = made.ask().number
    assert made.tell(number, 0.5).value == 0.5
    assert made.tell(number, 0.5).value == 0.5


def test_another_value_for_a_final_trial_is_refused() -> None:
    made = study()
    trial = made.ask()
    made.tell(trial, 0.5)
    for handle in (trial, trial.number):
        with pytest.raises(
            TellRefused, match=r"trial 0 is complete with \[0\.5\]; telling it complete with \[0\.7\] changes"
        ):
            made.tell(handle, 0.7)
    with pytest.raises(TellRefused, match=r"telling it failed"):
        made.tell(trial, state="failed")
    assert made.trials[0].value == 0.5


def test_an_unknown_trial_is_refused() -> None:
    with pytest.raises(NoTrial, match=r"no trial has number 7; this study has 0"):
        study().tell(7, 0.5)


def test_a_waiting_trial_is_not_told() -> None:
    made = study()
    number = made.enqueue({"x": 0.5})
    with pytest.raises(TellRefused, match=r"trial 0 is waiting: nobody runs it now; ask for it before telling it"):
        made.tell(number, 0.5)


@pytest.mark.parametrize("state", ["running", "waiting", "cancelled", "compleet"])
def test_a_state_that_cannot_be_told_is_refused(state: str) -> None:
    made = study()
    trial = made.ask()
    with pytest.raises(ArgumentError, match=r"state: "):
        made.tell(trial, 0.5, state=state)
    made.tell(trial, 0.5)


@pytest.mark.parametrize("value", [None, "0.5", (0.5, 0.6), {"vlaue": 1.0}])
def test_a_slip_of_the_hand_is_refused_and_the_trial_still_waits_for_its_value(value: Any) -> None:
    made = study()
    trial = made.ask()
    with pytest.raises(ArgumentError, match=r"tell: expected .*; nothing was told"):
        made.tell(trial, value)
    assert made.tell(trial, 0.5).state is State.COMPLETE


@pytest.mark.parametrize("trial", ["0", None, 1.0, True])
def test_what_is_no_trial_is_refused(trial: Any) -> None:
    made = study()
    made.ask()
    with pytest.raises(ArgumentError, match=r"tell: expected a trial or its number, got "):
        made.tell(trial, 0.5)


def test_a_recorded_trial_stands_for_its_number() -> None:
    made = study()
    made.ask()
    assert made.tell(made.trials[0], 0.5).value == 0.5


@pytest.mark.parity("G3")
def test_nan_fails_the_trial_and_the_study_goes_on() -> None:
    made = study()
    told = made.tell(made.ask(), math.nan)
    assert told.state is State.FAILED
    assert told.failure is not None
    assert told.failure.kind == "bad_value"
    made.ask()


def test_a_failure_told_by_hand_keeps_its_cause() -> None:
    made = study()
    told = made.tell(made.ask(), state="failed", failure=Failure("timeout", "too slow"))
    assert (told.state, told.failure) == (State.FAILED, Failure("timeout", "too slow"))


def test_a_pruned_trial_stands_with_its_last_report() -> None:
    made = study()
    trial = made.ask()
    trial.report(0.9, 0)
    trial.report(0.4, 1)
    told = made.tell(trial, state="pruned")
    assert (told.state, told.values, [tuple(report) for report in told.reports]) == (
        State.PRUNED, (0.4,), [(0, 0.9, None), (1, 0.4, None)],
    )  # fmt: skip


def test_attributes_of_a_trial_are_told_with_it() -> None:
    made = study()
    trial = made.ask()
    trial.set_user_attr("rows", 3)
    assert made.tell(trial, ayar.Result(0.5, sd=0.1, attrs={"fold": 1})).attrs == {"fold": 1, "rows": 3}
    assert made.trials[0].sd == (0.1,)


# -- as a context --------------------------------------------------------------------------------------------------


def test_leaving_the_block_by_an_exception_tells_failed() -> None:
    made = study()
    with pytest.raises(ZeroDivisionError), made.ask() as trial:
        made.tell(trial, 1 / 0)
    failure = made.trials[0].failure
    assert failure is not None
    assert (failure.kind, failure.type, failure.message) == ("exception", "ZeroDivisionError", "division by zero")
    assert "test_ask_tell.py" in failure.traceback


@pytest.mark.parametrize("signal", [ayar.TrialPruned, optuna.TrialPruned])
def test_leaving_the_block_as_pruned_tells_pruned_and_goes_on(signal: type[Exception]) -> None:
    made = study()
    with made.ask() as trial:
        trial.report(0.5, 0)
        raise signal
    assert (made.trials[0].state, made.trials[0].values) == (State.PRUNED, (0.5,))


@pytest.mark.parity("G13")
def test_leaving_the_block_by_an_interrupt_puts_the_trial_back() -> None:
    made = study()
    with pytest.raises(KeyboardInterrupt), made.ask():
        raise KeyboardInterrupt
    assert made.trials[0].state is State.WAITING
    again = made.ask()
    assert (again.number, again.params) == (0, made.trials[0].params)


def test_an_exception_after_the_tell_changes_nothing() -> None:
    made = study()
    with pytest.raises(ZeroDivisionError), made.ask() as trial:
        raise ZeroDivisionError(made.tell(trial, 0.5))
    assert made.trials[0].value == 0.5


def test_a_failure_that_is_tried_again_goes_back_to_the_queue() -> None:
    made = study(retries={"exception": 1})
    trial = made.ask()
    for _ in range(2):  # telling it again is harmless
        assert made.tell(trial, state="failed").state is State.WAITING
    again = made.ask()
    assert (again.number, again.params) == (trial.number, trial.params)
    assert made.tell(again, state="failed").state is State.FAILED


# -- the end -------------------------------------------------------------------------------------------------------


@pytest.mark.parity("GO7")
@pytest.mark.parity("G8")
def test_the_budget_ends_with_its_reason() -> None:
    made = study(max_trials=2)
    for _ in range(2):
        made.tell(made.ask(), 0.5)
    with pytest.raises(StudyFinished, match=r"hands out no more trials: its budget of 2 trials is spent") as end:
        made.ask()
    assert (end.value.reason, made.stopped) == ("budget", "budget")


@pytest.mark.parity("G2")
def test_a_space_of_k_points_ends_after_k_with_its_reason() -> None:
    made = study({"n": (1, 3)})
    assert sorted(made.tell(made.ask(), 0.5)["n"] for _ in range(3)) == [1, 2, 3]
    with pytest.raises(StudyFinished, match=r"all 3 configurations of the space were tried") as end:
        made.ask()
    assert (end.value.reason, made.stopped) == ("exhausted", "exhausted")


@pytest.mark.parametrize("settings", [{"max_trials": 2}, {"space": {"n": (1, 2)}}])
def test_nobody_waits_for_trials_of_their_own(settings: dict[str, Any]) -> None:
    made = study(**settings)
    trials = [made.ask(), made.ask()]
    with pytest.raises(StudyFinished, match=r"the trials that still run are your own; tell them first"):
        made.ask()
    assert made.stopped is None
    made.tell(trials[0], 0.5)


def test_a_trial_of_another_worker_is_waited_for() -> None:
    made, clock, store = timed_study(max_trials=1, lease_s=60.0)
    entry = store.find("study")
    assert entry is not None
    other = Study(store, entry, clock=clock)
    lost = other.ask()
    before = clock.elapsed()
    found = made.ask()  # waits, and the clock's sleeper lets time pass, until the lease with its grace is over
    assert (found.number, found.params) == (lost.number, lost.params)
    assert 60.0 <= clock.elapsed() - before <= 601.0


@pytest.mark.parity("N3")
def test_a_late_tell_is_refused_and_kept_aside() -> None:
    made, clock, store = timed_study(lease_s=1.0)
    entry = store.find("study")
    assert entry is not None
    late = made.ask()
    clock.advance(11.0)
    other = Study(store, entry, clock=clock)
    current = other.ask()
    assert current.number == late.number
    with pytest.raises(TellRefused, match=r"superseded; the trial is with worker"):
        made.tell(late, 0.1)
    other.tell(current, 0.7)
    assert made.trials[0].value == 0.7
    [refused] = made.fold.refused
    assert refused.body.refused["values"] == [0.1]
    made.tell(made.ask(), 0.5)


def test_the_time_budget_ends_the_asking() -> None:
    made, clock, _ = timed_study(max_seconds=10.0)
    trial = made.ask()
    clock.advance(11.0)
    with pytest.raises(StudyFinished, match=r"its budget of 10 seconds is spent") as end:
        made.ask()
    assert end.value.reason == "budget"
    assert made.tell(trial, 0.5).state is State.COMPLETE, "running trials finish"


# -- one study, several threads and processes -----------------------------------------------------------------------


def test_threads_share_one_study() -> None:
    made = study(max_trials=60)

    def work(_: int) -> int:
        trial = made.ask()
        trial.report(trial["x"], 0)
        return made.tell(trial, trial["x"]).number

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(work, range(60))) == list(range(60))
    assert len({trial["x"] for trial in made.trials}) == 60


def test_a_tell_decodes_nothing_and_reads_one_event_however_long_the_study(monkeypatch: pytest.MonkeyPatch) -> None:
    made = study()
    entry = made.store.find("study")
    assert entry is not None
    other = Study(made.store, entry)
    for _ in range(50):
        made.tell(made.ask(), 0.5)
    _ = other.trials
    trial = made.ask()
    _ = other.trials
    decoded = count_decodes(monkeypatch)
    made.tell(trial, 0.5)
    assert decoded == []
    assert other.trials[-1].value == 0.5
    assert decoded == ["TrialTold"]


def count_decodes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    decoded: list[str] = []

    def counted(kind: str, text: str) -> Any:
        decoded.append(kind)
        return ev.decode_body(kind, text)

    monkeypatch.setattr("ayar.storage.base.decode_body", counted)
    return decoded


def test_what_a_worker_folds_of_its_own_is_what_others_read() -> None:
    made = study(constraints=["m <= 1"], retries={"exception": 1})
    made.enqueue({"x": 0.5})
    made.add({"x": 0.25, "kind": "a"}, {"value": 1, "m": 2}, attrs={"t": (1, 2)})
    for i in range(6):
        trial = made.ask()
        trial.report(i, i)
        trial.set_user_attr("i", (i, float("inf")))
        made.tell(trial, {"value": i, "m": i}) if i % 3 else made.tell(trial, state="failed")
    entry = made.store.find("study")
    assert entry is not None
    assert Study(made.store, entry).trials == made.trials
