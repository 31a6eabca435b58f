"""Changing a study: its space, its queue, its settings; what waits, what runs, what comes late."""

from typing import Any

import pytest

import ayar
from ayar import Categorical, Float, Space
from ayar.analysis.table import trial_rows
from ayar.base.errors import ArgumentError, NoTrial, SpaceError, StudyChanged, StudyFinished
from ayar.study.environment import author
from ayar.study.study import Study
from ayar.trial.events import SpaceChanged
from ayar.trial.state import State
from unit.study.studies import kinds, study, timed_study

LR = {"lr": Float(1e-4, 1e-1, log=True), "opt": ["sgd", "adam"]}


def told(made: Study, *points: tuple[dict[str, Any], float]) -> Study:
    for params, value in points:
        made.enqueue(params)
        made.tell(made.ask(), value)
    return made


@pytest.mark.parity("N7", "BO5", "RT10")
def test_a_wider_range_is_searched_and_the_trials_stay() -> None:
    made = told(study(LR), ({"lr": 1e-3, "opt": "adam"}, 0.5))
    change = made.change_space({**LR, "lr": Float(1e-6, 1e-5, log=True), "opt": ["adam"]}, why="smaller steps")
    assert str(change) == (
        "lr widened to Float(1e-06, 1e-05, log=True)\n"
        "lr narrowed to Float(1e-06, 1e-05, log=True)\n"
        "opt may no longer be 'sgd'\n"
        "trial 0 outside the space now: kept, and not learned from"
    )
    assert change.aside == (0,)
    assert {made.ask()["opt"] for _ in range(8)} == {"adam"}
    assert all(1e-6 <= trial["lr"] <= 1e-5 for trial in made.trials[1:])
    event = made.fold.changes[-1]
    assert isinstance(event.body, SpaceChanged)
    assert (event.body.why, event.body.by) == ("smaller steps", author("nobody"))


def test_best_is_the_best_of_what_the_space_holds() -> None:
    made = told(study(LR), ({"lr": 1e-4, "opt": "sgd"}, 0.1), ({"lr": 1e-2, "opt": "adam"}, 0.2))
    made.change_space({**LR, "opt": ["adam"]})
    assert made.best.number == made.recommended.number == 1
    made.change_space({**LR, "opt": ["lion"]})
    with pytest.raises(NoTrial, match=r"in the space as it is now, got none; 2 lie outside it \(2 complete\)"):
        _ = made.best
    made.change_space(LR)
    assert made.best.number == 0


def test_names_and_new_parameters_in_one_event() -> None:
    made = told(study(LR), ({"lr": 1e-3, "opt": "adam"}, 0.5))
    made.change_space(
        {"rate": Float(1e-4, 1e-1, log=True), "opt": ["sgd", "adam"], "drop": (0.0, 0.5)},
        rename={"lr": "rate"},
        fill={"drop": 0.0},
    )
    assert kinds(made).count("SpaceChanged") == 1
    assert made.best.params == {"rate": 1e-3, "opt": "adam", "drop": 0.0}
    assert made.best.as_asked == {"lr": 1e-3, "opt": "adam"}
    assert set(made.ask()) == {"rate", "opt", "drop"}


def test_a_mapping_keeps_the_rules_and_a_space_brings_its_own() -> None:
    made = study(Space({"a": (0, 9), "b": (0, 9)}, constraints=["a <= b"]))
    made.change_space({"first": (0, 9), "b": (0, 19)}, rename={"a": "first"})
    assert list(map(str, made.space.rules)) == ["first <= b"]
    assert str(made.change_space(Space({"first": (0, 9), "b": (0, 19)}))) == "rule dropped: first <= b"


def test_what_waits_is_read_too_and_cancelled_where_it_no_longer_fits() -> None:
    made = study(LR)
    for params in ({"lr": 1e-4}, {"opt": "sgd"}, {"lr": 1e-2, "opt": "adam"}):
        made.enqueue(params)
    change = made.change_space(
        {"rate": Float(1e-3, 1e-1, log=True), "opt": ["adam", "lion"], "drop": (0.1, 0.5)},
        rename={"lr": "rate"},
        fill={"drop": 0.25},
    )
    assert change.cancelled == (0, 1)
    assert "2 trials (0, 1) cancelled" in str(change)
    assert kinds(made)[-3:] == ["SpaceChanged", "TrialTold", "TrialTold"]
    assert [trial.state for trial in made.trials] == [State.CANCELLED, State.CANCELLED, State.WAITING]
    why = made.trials[0].failure
    assert why is not None
    assert why.kind == "cancelled"
    assert "the space changed: " in why.message
    trial = made.ask()
    assert (trial.number, trial["rate"], trial["opt"]) == (2, 1e-2, "adam")
    assert 0.1 <= trial["drop"] <= 0.5, "a wish leaves new parameters open: they are drawn"


def test_a_running_trial_goes_on_and_is_read_when_told() -> None:
    made = study(LR)
    made.enqueue({"lr": 1e-3, "opt": "sgd"})
    trial = made.ask()
    made.change_space({"rate": Float(1e-4, 1e-1, log=True), "opt": ["sgd", "adam"]}, rename={"lr": "rate"})
    assert trial["lr"] == 1e-3, "the caller's own trial does not change under its hands"
    assert made.tell(trial, 0.5).params == {"rate": 1e-3, "opt": "sgd"}
    assert made.best.number == 0


def test_a_trial_given_back_that_fits_no_more_is_cancelled_when_its_turn_comes() -> None:
    made, clock, _ = timed_study(LR, lease_s=1.0)
    made.enqueue({"lr": 1e-4, "opt": "sgd"})
    made.ask()
    made._seat.renewal.drop(0)
    made.change_space({**LR, "opt": ["adam"]})
    clock.sleep(100.0)
    assert made.ask().number == 1
    assert [trial.state for trial in made.trials] == [State.CANCELLED, State.RUNNING]


def test_a_point_enqueued_for_the_space_of_before_is_read_or_cancelled(tmp_path: Any) -> None:
    made = study(LR, storage=tmp_path / "s.db")
    other = ayar.load_study(tmp_path / "s.db")
    made.change_space({"rate": Float(1e-3, 1e-1, log=True), "opt": ["sgd", "adam"]}, rename={"lr": "rate"})
    other.enqueue({"lr": 1e-2, "opt": "sgd"})  # it has not read the change yet
    other.enqueue({"rate": 1e-2, "opt": "adam"})
    assert [made.ask()["rate"], made.ask()["rate"]] == [1e-2, 1e-2]


def test_a_point_enqueued_late_that_does_not_fit_is_passed_over(tmp_path: Any) -> None:
    made = study(LR, storage=tmp_path / "s.db")
    other = ayar.load_study(tmp_path / "s.db")
    made.change_space({**LR, "opt": ["adam"]})
    other.enqueue({"lr": 1e-2, "opt": "sgd"})
    assert made.ask().number == 1
    assert made.trials[0].state is State.CANCELLED


def test_of_two_changes_at_once_the_second_is_refused(tmp_path: Any) -> None:
    first = study(LR, storage=tmp_path / "s.db")
    second = ayar.load_study(tmp_path / "s.db")
    with second._log.lock:
        refresh = second._log.refresh

        def racing() -> Any:
            fold = refresh()
            second._log.refresh = refresh  # type: ignore[method-assign]  # a change lands right after this look
            first.change_space({**LR, "opt": ["adam"]})
            return fold

        second._log.refresh = racing  # type: ignore[method-assign]
        with pytest.raises(ArgumentError, match=r"another worker changed the space at the same moment; look"):
            second.change_space({**LR, "opt": ["sgd"]})
    assert second.space.params["opt"] == Categorical(["adam"])
    second.change_space({**LR, "opt": ["sgd"]})
    assert first.space.params["opt"] == Categorical(["sgd"])


def test_a_space_that_was_tried_out_opens_again_when_it_grows() -> None:
    made = study({"n": (1, 2)}, sampler="grid")
    made.optimize(lambda trial: trial["n"])
    assert made.stopped == "exhausted"
    made.change_space({"n": (1, 3)})
    assert not made.stopped
    assert made.ask()["n"] == 3
    with pytest.raises(StudyFinished, match=r"still run are your own"):
        made.ask()


@pytest.mark.parametrize(
    ("space", "said", "error", "words"),
    [
        (LR, {}, ArgumentError, r"expected another space, got the one that the study has"),
        ({"lr": [0.1], "opt": ["sgd"]}, {}, SpaceError, r"'lr' was Float"),
        ({"lr": LR["lr"]}, {}, SpaceError, r"'opt' is gone: give fill="),
        (LR, {"fill": {"lr": 0.5}}, SpaceError, r"'lr' is neither added nor retired"),
    ],
)
def test_what_cannot_be_changes_nothing(space: Any, said: dict[str, Any], error: type[Exception], words: str) -> None:
    made = study(LR)
    with pytest.raises(error, match=words):
        made.change_space(space, **said)
    assert kinds(made) == ["StudyCreated"]


def test_a_space_defined_by_run_is_changed_where_it_is_defined() -> None:
    with pytest.raises(ArgumentError, match=r"defines the space of this study by run; change it there"):
        study(None).change_space(LR)


def test_a_worker_whose_objective_knows_other_names_ends_and_loses_nothing(tmp_path: Any) -> None:
    made = study(LR, storage=tmp_path / "s.db", max_trials=6)

    def objective(trial: Any) -> float:
        if trial.number == 2:
            other = ayar.load_study(tmp_path / "s.db")
            other.change_space({"rate": LR["lr"], "opt": ["sgd", "adam"]}, rename={"lr": "rate"})
        return float(trial["lr"])

    made.optimize(objective)
    assert made.ended == "space changed"
    assert made.counts() == {State.COMPLETE: 3}
    assert all(set(trial) == {"rate", "opt"} for trial in made.trials)
    made.optimize(lambda trial: trial["rate"])
    assert (made.ended, len(made.trials)) == ("budget", 6)


def test_a_worker_goes_on_where_only_values_changed(tmp_path: Any) -> None:
    made = study({"layers": [(8,), (16, 8)], "x": (0.0, 1.0)}, storage=tmp_path / "s.db", max_trials=12)

    def objective(trial: Any) -> float:
        if trial.number == 2:
            other = ayar.load_study(tmp_path / "s.db")
            other.change_space({"layers": [(4,), (16, 8)], "x": (1.0, 2.0)})
        return float(trial["x"]) + len(trial["layers"])

    made.optimize(objective)
    late = made.trials[3:]
    assert (made.ended, len(late)) == ("budget", 9)
    assert all(1.0 <= trial["x"] <= 2.0 and trial["layers"] in [(4,), (16, 8)] for trial in late)
    assert made.best.number >= 3


def test_resuming_with_the_new_space_works_and_with_the_old_one_is_refused(tmp_path: Any) -> None:
    new = {**LR, "opt": ["sgd", "adam", "lion"]}
    study(LR, storage=tmp_path / "s.db").change_space(new, why="a new optimizer")
    assert ayar.create_study(new, storage=tmp_path / "s.db", load_if_exists=True).space == Space(new)
    with pytest.raises(StudyChanged, match=r"event 2 changed it to \(a new optimizer\).*\n  opt: .*\n.*\n.*change_s"):
        ayar.create_study(LR, storage=tmp_path / "s.db", load_if_exists=True)


def test_a_waiting_trial_is_cancelled_by_hand() -> None:
    made = study(LR)
    number = made.enqueue({"lr": 1e-3})
    made.cancel(number, why="no time")
    trial = made.trials[number]
    assert trial.state is State.CANCELLED
    assert trial.failure is not None
    assert trial.failure.message == "no time"
    running = made.ask()
    with pytest.raises(ArgumentError, match=r"got trial 1, which is running; only its worker ends it"):
        made.cancel(running.number)
    with pytest.raises(ArgumentError, match=r"trial 0, which is cancelled; its outcome stands"):
        made.cancel(0)
    with pytest.raises(NoTrial, match=r"no trial has number 7"):
        made.cancel(7)


def test_a_change_of_nothing_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"expected a setting among sampler, scheduler, max_trials.*got none"):
        study(LR).change(why="because")


def test_objects_as_choices_come_and_go(tmp_path: Any) -> None:
    relu, tanh = (lambda x: x), (lambda x: -x)
    made = study({"act": Categorical({"relu": relu}), "x": (0.0, 1.0)}, storage=tmp_path / "s.db")
    told(made, ({"act": relu, "x": 0.5}, 0.5))
    made.change_space({"act": Categorical({"tanh": tanh, "relu": relu}), "x": (0.0, 1.0)})
    assert made.trials[0]["act"] is relu
    assert {made.ask()["act"] for _ in range(8)} <= {relu, tanh}


def test_the_table_says_what_lies_outside() -> None:
    made = told(study(LR), ({"lr": 1e-4, "opt": "sgd"}, 0.1), ({"lr": 1e-2, "opt": "adam"}, 0.2))
    assert "outside" not in trial_rows(made.fold)[0]
    made.change_space({**LR, "opt": ["adam"]})
    outside = [row["outside"] for row in trial_rows(made.fold)]
    assert outside[0].startswith("parameter 'opt': expected one of ['adam']")
    assert outside[1] is None


def test_a_budget_below_what_was_handed_out_ends_the_study() -> None:
    made = study({"x": (0.0, 1.0)}, max_trials=9)
    made.optimize(lambda trial: trial["x"], n_trials=4)
    made.change(max_trials=3)
    assert made.stopped == "budget"
    made.change(max_trials=5)
    assert made.stopped is None


def test_while_trials_run_a_smaller_budget_ends_nothing_yet() -> None:
    made = study({"x": (0.0, 1.0)}, max_trials=9)
    trial = made.ask()
    made.change(max_trials=1)
    assert made.stopped is None, "it may be lost, and must then run again"
    made.tell(trial, 1.0)


def test_the_only_parameter_cannot_be_retired_nor_a_choice_that_never_was() -> None:
    from ayar.space.moves_edit import without

    with pytest.raises(SpaceError, match=r"'x' is the only one; a space without parameters"):
        without(ayar.Space({"x": (0.0, 1.0)}), "x")
    made = study({"x": (0.0, 1.0), "opt": ["lion", "adam"]})
    with pytest.raises(SpaceError, match=r"'opt' is retired and was never that: .*no earlier trial would count"):
        made.change_space({"x": (0.0, 1.0)}, fill={"opt": "nope"})
