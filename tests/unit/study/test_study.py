"""The study's own verbs beside ask, tell and optimize."""

from typing import Any

import pytest

import ayar
from ayar.base.errors import ArgumentError, NoTrial, SpaceError, StudyFinished, TellRefused, UnknownName
from ayar.samplers.random_search import RandomSearch
from ayar.study.study import Study
from ayar.trial.state import State
from unit.study.studies import kinds, study, timed_study

CONDITIONAL = {
    "kernel": ["rbf", "poly"],
    "C": ayar.Float(1e-3, 1e3, log=True),
    "degree": ayar.Int(2, 5, when={"kernel": "poly"}),
}


def run(made: Study, *values: Any) -> None:
    for value in values:
        made.tell(made.ask(), value)


# -- enqueue -------------------------------------------------------------------------------------------------------


@pytest.mark.parity("G10")
def test_an_enqueued_point_runs_once_and_next() -> None:
    made = study()
    made.tell(made.ask(), 0.5)
    number = made.enqueue({"x": 0.125, "kind": "b"})
    trial = made.ask()
    assert (trial.number, trial.params) == (number, {"x": 0.125, "kind": "b"})
    assert made.ask().params != trial.params
    assert [t.params for t in made.trials].count(trial.params) == 1


def test_what_an_enqueued_point_leaves_open_is_drawn() -> None:
    made = study(CONDITIONAL)
    for i in range(10):
        made.enqueue({"kernel": "poly", "C": float(i + 1)})
        trial = made.ask()
        assert trial["C"] == i + 1
        assert trial["degree"] in range(2, 6)
        assert made.trials[i].note["sampler"] == "enqueued"
        assert made.space.contains(trial.params)


def test_points_of_higher_priority_come_first() -> None:
    made = study()
    later, sooner = made.enqueue({"x": 0.1}), made.enqueue({"x": 0.2}, priority=1)
    assert [made.ask().number, made.ask().number] == [sooner, later]


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"y": 1}, r"y"),
        ({"x": 2.0}, r"x.*2\.0"),
        ({"kind": "c"}, r"kind.*'c'"),
    ],
)
def test_a_point_outside_the_space_is_not_enqueued(params: dict[str, Any], message: str) -> None:
    made = study()
    with pytest.raises(SpaceError, match=message):
        made.enqueue(params)
    assert kinds(made) == ["StudyCreated"]


def test_a_point_whose_conditions_do_not_hold_is_not_enqueued() -> None:
    made = study(CONDITIONAL)
    with pytest.raises(SpaceError, match=r"no configuration holds all of \{'kernel': 'rbf', 'degree': 3\}; leave out"):
        made.enqueue({"kernel": "rbf", "degree": 3})


def test_an_enqueued_parameter_brings_the_branch_that_needs_it() -> None:
    made = study(CONDITIONAL)
    for _ in range(5):
        made.enqueue({"degree": 3})
        trial = made.ask()
        assert (trial["kernel"], trial["degree"]) == ("poly", 3)


def test_a_point_is_enqueued_before_the_objective_defined_its_space() -> None:
    made = study(None)
    made.enqueue({"x": 0.125})
    made.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)
    assert made.trials[0].params == {"x": 0.125}


# -- add -----------------------------------------------------------------------------------------------------------


@pytest.mark.parity("G10")
def test_an_added_trial_is_told_and_counts_in_no_budget() -> None:
    made = study(max_trials=1)
    number = made.add({"x": 0.5, "kind": "a"}, 0.25, attrs={"run": 7}, source={"system": "csv"})
    trial = made.trials[number]
    assert (trial.state, trial.value, trial.attrs, trial.source) == (
        State.COMPLETE, 0.25, {"run": 7}, {"added": True, "system": "csv"},
    )  # fmt: skip
    assert made.best == trial
    assert made.ask().number == 1


@pytest.mark.parity("G10")
@pytest.mark.parametrize("sampler", ["random", "gp", "qmc", "auto"])
def test_a_foreign_point_out_of_bounds_is_taken_with_one_warning(sampler: str) -> None:
    made = study(sampler=sampler)
    with pytest.warns(UserWarning, match=r"add: taken although outside the space: parameter 'x'.*7\.5") as caught:
        made.add({"x": 7.5, "kind": "a"}, 0.25)
    assert len(caught) == 1
    assert made.best.params == {"x": 7.5, "kind": "a"}
    run(made, *(0.1 * i for i in range(8)))
    assert all(0.0 <= trial["x"] <= 1.0 for trial in made.trials[1:])


@pytest.mark.parity("G10")
@pytest.mark.parametrize("sampler", ["gp", "qmc"])
def test_foreign_points_do_not_make_the_start_repeat(sampler: str) -> None:
    plain, fed = study(sampler=sampler), study(sampler=sampler)
    first = plain.ask().params
    fed.add(first, 0.5)
    fed.enqueue({"x": 0.75, "kind": "b"})
    asked = [fed.ask().params for _ in range(6)]
    assert first not in asked
    assert len({str(params) for params in asked}) == 6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"value": None}, r"add: expected a value, got None"),
        ({"value": "high"}, r"add: expected a number for 'value', got str 'high'"),
        ({"value": float("nan")}, r"add: expected a number for 'value', got NaN"),
        ({"value": 0.5, "state": "running"}, r"state: expected complete, pruned, failed, got 'running'"),
        ({"value": 0.5, "state": "don"}, r"state: no state is called 'don'"),
        ({"value": 0.5, "attrs": {"m": object()}}, r"attribute 'm': expected something JSON can hold"),
    ],
)
def test_what_cannot_be_added_is_refused_and_nothing_written(arguments: dict[str, Any], message: str) -> None:
    made = study()
    with pytest.raises(ArgumentError, match=message):
        made.add({"x": 0.5, "kind": "a"}, **arguments)
    assert kinds(made) == ["StudyCreated"]


@pytest.mark.parametrize("sampler", ["random", "gp", "qmc"])
@pytest.mark.parametrize("params", [{"x": 0.5, "kind": "c"}, {"x": 0.5}, {}])
def test_a_choice_of_elsewhere_or_a_missing_one_is_taken_with_a_warning(sampler: str, params: dict[str, Any]) -> None:
    made = study(sampler=sampler)
    with pytest.warns(UserWarning, match=r"outside the space: parameter '(kind|x)'"):
        made.add(params, 0.5)
    assert made.trials[0].params == params
    run(made, 0.5, 0.25, 0.75, 0.5, 0.5)


def test_an_unknown_name_is_not_added() -> None:
    made = study()
    with pytest.raises(SpaceError, match=r"expected parameters among \['x', 'kind'\], got \['y'\]"):
        made.add({"y": 1}, 0.5)
    assert kinds(made) == ["StudyCreated"]


def test_a_failed_trial_may_be_added() -> None:
    made = study()
    made.add({"x": 0.5, "kind": "a"}, state="failed")
    assert made.trials[0].state is State.FAILED


# -- best ----------------------------------------------------------------------------------------------------------


def test_best_is_one_trial_with_one_goal() -> None:
    made = study(direction="maximize")
    run(made, 0.1, 0.9, 0.5)
    assert made.best == made.trials[1]


@pytest.mark.parity("OP7")
def test_best_is_the_front_with_several_goals() -> None:
    made = study(goals={"loss": "minimize", "gain": "maximize"})
    run(made, (1.0, 1.0), (2.0, 5.0), (2.0, 4.0), {"gain": 0.0, "loss": 0.5})
    assert [trial.number for trial in _tuple(made.best)] == [0, 1, 3]


def _tuple(best: Any) -> tuple[ayar.Trial, ...]:
    assert isinstance(best, tuple)
    return best


@pytest.mark.parity("OP7")
def test_best_keeps_the_constraints_and_takes_no_unknown_for_feasible() -> None:
    made = study(constraints=["latency <= 10"])
    run(made, {"value": 0.1, "latency": 50}, 0.2, {"value": 0.5, "latency": 10})
    assert _one(made.best).number == 2


def _one(best: Any) -> ayar.Trial:
    assert isinstance(best, ayar.Trial)
    return best


@pytest.mark.parity("G3")
@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_an_infinite_value_is_stored_and_never_best_against_a_finite_one(direction: str) -> None:
    made = study(direction=direction)
    run(made, float("-inf"), 3.0, float("inf"))
    assert _one(made.best).value == 3.0
    assert [trial.value for trial in made.trials] == [float("-inf"), 3.0, float("inf")]


def test_without_a_best_the_error_says_why() -> None:
    made = study()
    run(made, float("nan"))
    with pytest.raises(NoTrial, match=r"expected a complete trial, got none \(1 failed\)\n  1 failed: NaN: expected"):
        _ = made.best


# -- change and stop -----------------------------------------------------------------------------------------------


def test_a_larger_budget_opens_a_spent_study_again() -> None:
    made = study(max_trials=1)
    run(made, 0.5)
    with pytest.raises(StudyFinished):
        made.ask()
    made.change(max_trials=2, why="more")
    assert made.stopped is None
    assert made.ask().number == 1


def test_changing_something_else_opens_no_study() -> None:
    made = study(max_trials=1)
    run(made, 0.5)
    with pytest.raises(StudyFinished):
        made.ask()
    made.change(retries={"lost": 1})
    assert made.stopped == "budget"


def test_a_sampler_is_changed_by_name_or_object() -> None:
    made = study()
    made.change(sampler="qmc")
    run(made, 0.5)
    made.change(sampler=RandomSearch())
    run(made, 0.5)
    assert [trial.note["sampler"] for trial in made.trials] == ["qmc", "random"]


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"seed": 3}, ArgumentError, r"change: expected settings among sampler, scheduler, max_trials.*got seed"),
        ({"max_trials": -1}, ArgumentError, r"max_trials: expected a whole number"),
        ({"sampler": "randm"}, UnknownName, r"no sampler is called 'randm'; did you mean 'random'\?"),
        ({"sampler": 3}, ArgumentError, r"sampler: expected a name .* or one of their objects, got 3"),
        ({"retries": {"lots": 1}}, ArgumentError, r"no failure is of the kind 'lots'; did you mean 'lost'\?"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(changes: dict[str, Any], error: type[Exception], message: str) -> None:
    made = study()
    with pytest.raises(error, match=message):
        made.change(**changes)
    assert kinds(made) == ["StudyCreated"]


def test_a_stopped_study_hands_out_nothing_until_reopened() -> None:
    made = study()
    trial = made.ask()
    made.stop()
    with pytest.raises(StudyFinished, match=r"user") as end:
        made.ask()
    assert end.value.reason == "user"
    made.tell(trial, 0.5)
    made.reopen()
    assert made.ask().number == 1


def test_an_exhausted_study_is_not_reopened() -> None:
    made = study({"n": (1, 2)})
    run(made, 0.5, 0.5)
    with pytest.raises(StudyFinished):
        made.ask()
    made.reopen()
    assert made.stopped == "exhausted"


# -- facts ---------------------------------------------------------------------------------------------------------


def test_records_are_kept_by_topic_in_order() -> None:
    made = study()
    made.record("seal", {"n": 1, "score": float("inf")})
    made.record("other", {})
    made.record("seal", {"n": 2})
    assert made.records("seal") == [{"n": 1, "score": float("inf")}, {"n": 2}]


def test_attributes_of_the_study_are_kept() -> None:
    made = study()
    made.set_attr("owner", ("me", 1))
    made.set_attr("owner", "you")
    assert made.attrs == {"owner": "you"}


def test_a_study_shows_itself_in_one_line() -> None:
    made = study()
    assert repr(made) == "<Study 'study': no trials>"
    run(made, 0.5, float("nan"))
    assert repr(made) == "<Study 'study': 1 complete, 1 failed>"


def test_trials_become_a_frame() -> None:
    made = study()
    run(made, 0.5, 0.25)
    frame = made.to_frame()
    assert list(frame["number"]) == [0, 1]
    assert len(frame) == 2


# -- leases --------------------------------------------------------------------------------------------------------


def test_a_study_nobody_holds_lets_its_trials_go() -> None:
    made, clock, store = timed_study(lease_s=1.0)
    renewal, number = made._own_seat.renewal, made.ask().number
    assert renewal.held()
    del made
    assert renewal.held() == []
    clock.advance(11.0)
    assert ayar.load_study(store).ask().number == number


def test_a_closed_study_renews_nothing() -> None:
    made = study()
    made.ask()
    made.close()
    assert made._own_seat.renewal.held() == []


def test_a_told_trial_is_renewed_no_longer() -> None:
    made = study()
    trial = made.ask()
    assert [lease.number for lease in made._own_seat.renewal.held()] == [0]
    made.tell(trial, 0.5)
    assert made._own_seat.renewal.held() == []


def test_a_result_of_a_cancelled_trial_is_refused() -> None:
    made = study()
    trial = made.ask()
    made.tell(trial, state="failed")
    with pytest.raises(TellRefused):
        made.tell(trial, 0.5)
