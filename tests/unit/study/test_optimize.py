"""The loop: limits, failures, interrupts, what it reports while it runs."""

import math
from typing import Any

import pytest

import ayar
from ayar.base.errors import ArgumentError, ObjectiveFailed, UnknownName
from ayar.samplers import SAMPLERS
from ayar.study.progress import Progress
from ayar.trial.state import State
from unit.study.studies import SPACE, kinds, study, timed_study


def square(trial: Any) -> float:
    return float((trial["x"] - 0.3) ** 2)


# -- limits --------------------------------------------------------------------------------------------------------


@pytest.mark.parity("OP2")
def test_n_trials_counts_this_call_alone() -> None:
    made = study()
    made.optimize(square, n_trials=3)
    made.optimize(square, n_trials=2)
    assert (len(made.trials), made.ended, made.stopped) == (5, "n_trials", None)


@pytest.mark.parity("GO7")
def test_the_study_s_budget_ends_a_call_of_more_trials() -> None:
    made = study(max_trials=3)
    made.optimize(square, n_trials=10)
    assert (len(made.trials), made.ended, made.stopped) == (3, "budget", "budget")


@pytest.mark.parity("OP2")
def test_the_timeout_starts_no_further_trial() -> None:
    made, clock, _ = timed_study()

    def slow(trial: Any) -> float:
        clock.advance(4.0)
        return square(trial)

    made.optimize(slow, timeout=10.0)
    assert (len(made.trials), made.ended, made.stopped) == (3, "timeout", None)


def test_max_seconds_counts_work_over_all_calls() -> None:
    made, clock, _ = timed_study(max_seconds=10.0)

    def slow(trial: Any) -> float:
        clock.advance(4.0)
        return square(trial)

    made.optimize(slow, n_trials=1)
    clock.advance(3600.0)  # nobody works
    made.optimize(slow)
    assert (len(made.trials), made.ended, made.stopped) == (3, "budget", "budget")
    made.change(max_seconds=20.0)
    made.optimize(slow)
    assert len(made.trials) == 5


@pytest.mark.parity("G2")
def test_a_finite_space_is_exhausted() -> None:
    made = study({"n": (1, 4), "flag": [True, False]})
    made.optimize(lambda trial: trial["n"])
    assert (len(made.trials), made.ended, made.stopped) == (8, "exhausted", "exhausted")
    assert len({(trial["n"], trial["flag"]) for trial in made.trials}) == 8


def test_the_objective_may_stop_the_study() -> None:
    made = study()

    def objective(trial: Any) -> float:
        if trial.number == 2:
            made.stop()
        return square(trial)

    made.optimize(objective)
    assert (len(made.trials), made.ended) == (3, "user")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"workers": 0}, ArgumentError, r"optimize: expected workers >= 1, or -1 for one a core, got 0"),
        ({"executor": "inlin"}, UnknownName, r"'inlin'; did you mean 'inline'\?"),
        ({"executor": "inline", "trial_timeout": 3.0}, ArgumentError, r"cannot be held; use the executor 'processes'"),
    ],
)
def test_arguments_that_make_no_sense_start_nothing(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    made = study()
    with pytest.raises(error, match=message):
        made.optimize(square, **arguments)
    assert kinds(made) == ["StudyCreated"]


# -- what the objective does ---------------------------------------------------------------------------------------


@pytest.mark.parity("G3")
def test_each_ending_of_an_objective_is_a_definite_state() -> None:
    def exit_it() -> None:
        raise SystemExit(3)

    endings = [
        lambda: 0.5,
        lambda: math.nan,
        lambda: None,
        lambda: "text",
        lambda: (1, 2),
        lambda: 1 / 0,
        exit_it,
        lambda: math.inf,
        lambda: 0.25,
        lambda: 0.75,
    ]
    made = study(max_failures=0.9)
    made.optimize(lambda trial: endings[trial.number](), n_trials=10)
    kinds_of = [None if trial.failure is None else trial.failure.kind for trial in made.trials]
    assert kinds_of == [None, *["bad_value"] * 4, "exception", "exit", None, None, None]
    assert made.best == made.trials[8]


@pytest.mark.parity("G3")
def test_first_trials_that_all_fail_alike_end_the_run_with_the_traceback_once() -> None:
    made = study()

    def broken(trial: Any) -> float:
        raise ValueError(f"no data for trial {trial.number}")

    with pytest.raises(ObjectiveFailed) as stopped:
        made.optimize(broken, n_trials=10)
    text = str(stopped.value)
    assert text.startswith("the first 3 trials failed alike: ValueError: no data for trial 2")
    assert text.count("Traceback") == 1
    assert 'raise ValueError(f"no data for trial {trial.number}")' in text
    assert text.endswith("Mend the objective and run the same again: the study goes on.")
    assert (len(made.trials), made.ended, made.stopped) == (3, "failures", "failures")


@pytest.mark.parity("G3")
def test_after_the_objective_is_mended_the_same_call_goes_on() -> None:
    made = study(max_trials=6)
    with pytest.raises(ObjectiveFailed):
        made.optimize(lambda trial: 1 / 0)
    made.optimize(square)
    assert made.counts() == {State.FAILED: 3, State.COMPLETE: 3}
    assert made.stopped == "budget"


def test_a_count_of_failures_ends_the_run() -> None:
    made = study(max_failures=2)
    with pytest.raises(ObjectiveFailed, match=r"3 of 5 trials failed"):
        made.optimize(lambda trial: 1 / (trial.number % 2), n_trials=20)
    assert len(made.trials) == 5


def test_a_retried_failure_runs_again_with_the_same_parameters() -> None:
    seen: list[tuple[int, float]] = []

    def flaky(trial: Any) -> float:
        seen.append((trial.number, trial["x"]))
        if len(seen) == 1:
            raise TimeoutError
        return square(trial)

    made = study(max_trials=2, retries={"exception": 1})
    made.optimize(flaky)
    assert seen[0] == seen[1]
    assert [trial.attempts for trial in made.trials] == [2, 1]
    assert made.counts() == {State.COMPLETE: 2}


def test_a_pruned_trial_is_no_failure() -> None:
    def pruned(trial: Any) -> float:
        trial.report(0.75, 3)
        raise ayar.TrialPruned

    made = study()
    made.optimize(pruned, n_trials=4)
    assert made.counts() == {State.PRUNED: 4}
    assert made.trials[0].values == (0.75,)


def test_reports_and_attributes_reach_the_log_even_when_the_trial_fails() -> None:
    def objective(trial: Any) -> float:
        trial.report(0.5, 0)
        trial.set_user_attr("rows", 3)
        raise ValueError

    made = study()
    made.optimize(objective, n_trials=1)
    assert ([tuple(report) for report in made.trials[0].reports], made.trials[0].attrs) == (
        [(0, 0.5, None)],
        {"rows": 3},
    )


@pytest.mark.parity("G1")
def test_an_objective_may_take_its_parameters_as_keywords() -> None:
    made = study({"x": (0.0, 1.0), "n": (1, 3)})
    made.optimize(lambda trial: dict(**trial)["x"], n_trials=3)
    assert all(set(trial.params) == {"x", "n"} for trial in made.trials)


def test_names_beside_a_declared_space_may_be_suggested() -> None:
    made = study({"x": (0.0, 1.0)}, sampler="gp")

    def objective(trial: Any) -> float:
        extra = trial.suggest_int("extra", 0, 3) if trial["x"] > 0.5 else 0
        assert set(trial) <= {"x", "extra"}
        return float(trial["x"] + extra)

    made.optimize(objective, n_trials=15)
    assert made.counts() == {State.COMPLETE: 15}
    assert all(("extra" in trial) == (trial["x"] > 0.5) for trial in made.trials)


# -- interrupts and errors -----------------------------------------------------------------------------------------


@pytest.mark.parity("G13")
def test_an_interrupt_puts_the_trial_back_and_returns_the_study() -> None:
    made = study()

    def interrupted(trial: Any) -> float:
        if trial.number == 2 and not made.trials[2].reports:
            trial.report(0.5, 0)
            raise KeyboardInterrupt
        return square(trial)

    assert made.optimize(interrupted, n_trials=5) is made
    assert (made.ended, made.stopped, made.counts()) == ("interrupted", None, {State.WAITING: 1, State.COMPLETE: 2})
    lost = made.trials[2]
    made.optimize(square, n_trials=1)
    again = made.trials[2]
    assert (again.state, again.params, again.attempts) == (State.COMPLETE, lost.params, 2)


@pytest.mark.parity("G13")
def test_an_interrupt_while_proposing_leaves_no_trial_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    made = study(max_trials=4)
    made.optimize(square, n_trials=2)

    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("ayar.study.asking.proposal_for", interrupted)
        made.optimize(square)
    assert (made.ended, made.counts()) == ("interrupted", {State.COMPLETE: 2})
    made.optimize(square)
    assert made.counts() == {State.COMPLETE: 4}


def test_a_sampler_that_raises_leaves_no_trial_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    made = study(max_trials=2)

    def broken(*_: Any) -> Any:
        raise RuntimeError("a bug in a plug-in")

    with monkeypatch.context() as patch:
        patch.setattr("ayar.study.asking.proposal_for", broken)
        with pytest.raises(RuntimeError, match="a bug in a plug-in"):
            made.optimize(square)
    made.optimize(square)
    assert made.counts() == {State.COMPLETE: 2}


def test_a_watcher_that_raises_puts_the_running_trial_back() -> None:
    made = study(max_trials=3)

    def watch(progress: Progress) -> None:
        raise RuntimeError("a bug in a display")

    with pytest.raises(RuntimeError, match="a bug in a display"):
        made.optimize(square, watch=watch)
    made.optimize(square)
    assert made.counts() == {State.COMPLETE: 3}


# -- while it runs -------------------------------------------------------------------------------------------------


def test_progress_is_shown_after_each_trial() -> None:
    made, clock, _ = timed_study(max_trials=4)

    def slow(trial: Any) -> float:
        clock.advance(2.0)
        return float([0.5, 0.25, math.inf, 0.75][trial.number])

    seen: list[Progress] = []
    made.optimize(slow, watch=seen.append)
    assert [p.finished for p in seen] == [1, 2, 3, 4]
    assert [p.best for p in seen] == [0.5, 0.25, 0.25, 0.25]
    assert [p.improved for p in seen] == [True, True, False, False]
    assert [p.target for p in seen] == [4, 4, 4, 4]
    assert [p.eta for p in seen] == [6.0, 4.0, 2.0, 0.0]
    assert seen[-1].counts == {State.COMPLETE: 4}
    assert (seen[-1].best_number, seen[-1].last, seen[-1].elapsed, seen[-1].rate) == (1, 3, 8.0, 0.5)


def test_a_minus_infinity_is_not_shown_as_best() -> None:
    made = study()
    seen: list[Progress] = []
    made.optimize(lambda trial: [0.5, -math.inf, 0.25][trial.number], n_trials=3, watch=seen.append)
    assert [p.best for p in seen] == [0.5, 0.5, 0.25]
    assert isinstance(made.best, ayar.Trial)
    assert made.best.value == 0.25


def test_trials_of_dead_workers_are_announced_once() -> None:
    made, clock, store = timed_study(lease_s=1.0)
    ayar.load_study(store).ask()
    clock.advance(11.0)
    seen: list[Progress] = []
    made.optimize(square, n_trials=2, watch=seen.append)
    said = [message for progress in seen for message in progress.messages]
    assert len(said) == 1
    assert "took back 1 trial" in said[0]


def test_a_worker_joins_and_leaves_with_its_reason() -> None:
    made = study()
    made.optimize(square, n_trials=1)
    events = [event for event in made.store.read(1, 0, 100) if event.kind in ("WorkerJoined", "WorkerLeft")]
    joined, left = events
    assert joined.body.env["executor"] == "inline"
    assert {"host", "pid", "cores", "platform", "versions"} <= set(joined.body.env)
    assert left.body.reason == "n_trials"
    assert joined.worker == left.worker == made.trials[0].worker


def test_an_objective_may_begin_with_the_study() -> None:
    class Prepared:
        def begin(self, made: Any) -> None:
            made.set_attr("prepared", True)

        def __call__(self, trial: Any) -> float:
            return square(trial)

    made = study()
    made.optimize(Prepared(), n_trials=1)
    assert made.attrs == {"prepared": True}


@pytest.mark.parity("N12")
@pytest.mark.parametrize("sampler", ["random", "qmc", "gp", "auto"])
def test_every_proposal_has_its_reason_and_cost(sampler: str) -> None:
    made = study(SPACE, sampler=sampler)
    made.enqueue({"x": 0.5})
    made.optimize(square, n_trials=12)
    for trial in made.trials:
        assert trial.note["sampler"] in (*SAMPLERS, "enqueued")
        assert trial.note["why"]
        assert trial.seen is not None
        assert trial.overhead >= 0.0
