"""The fold: events in, a study's state out."""

import math
from typing import Any

import pytest

from ayar.base.errors import StoreUnreadable, StudyChanged
from ayar.space.domains import Categorical, Float, Int
from ayar.space.space import Space
from ayar.space.wire import domain_to_json
from ayar.trial import events as ev
from ayar.trial.failure import Failure
from ayar.trial.fold import Fold
from ayar.trial.state import State
from unit.trial.logs import SPACE, LogBook


def envelope(number: int, body: ev.Body) -> ev.Event:
    return ev.Event(number, body, at=number, active=0)


def test_a_told_trial_holds_its_whole_story() -> None:
    book = LogBook(constraints=["m <= 1"])
    lease = book.ask(x=0.25, kind="b")
    book.write(ev.TrialReported(0, 1, (ev.Point(0, 0.9), ev.Point(1, "inf", 2))), lease=lease)
    book.tell(lease, 0.5, sd=(0.1,), constraints={"m": 0.5}, attrs={"rows": 3}, seconds=1.5, peak_bytes=10, output="o")
    trial = book.history.trial(0)
    assert (trial.params, trial.values, trial.sd, trial.metrics) == (
        {"x": 0.25, "kind": "b"},
        (0.5,),
        (0.1,),
        {"m": 0.5},
    )
    assert [tuple(report) for report in trial.reports] == [(0, 0.9, None), (1, math.inf, 2)]
    assert (trial.attrs, trial.seconds, trial.peak_bytes, trial.output) == ({"rows": 3}, 1.5, 10, "o")
    assert (trial.note, trial.seen, trial.attempts, trial.worker) == ({"sampler": "me"}, 1, 1, "w")


def test_a_gap_in_the_log_is_damage() -> None:
    book = LogBook()
    book.run(0.3)
    events = book.events
    with pytest.raises(StoreUnreadable, match=r"expected event 2, got 3; the log has a gap"):
        Fold().extend([events[0], events[2]])


def test_a_log_begins_with_the_creation() -> None:
    fold = Fold()
    fold.extend([envelope(1, ev.Recorded("a", 1))])
    with pytest.raises(StoreUnreadable, match=r"expected StudyCreated as the first event"):
        _ = fold.setup


def test_an_illegal_move_is_damage() -> None:
    book = LogBook()
    book.run(0.3)
    told = book.events[-1]
    with pytest.raises(StoreUnreadable, match=r"event 4: TrialTold cannot move trial 0 from complete to complete"):
        book.fold.extend([envelope(4, told.body)])


def test_events_of_unknown_kinds_are_skipped() -> None:
    book = LogBook()
    book.write(ev.Unknown("FromTomorrow", "{}"))
    book.run(0.3)
    assert book.fold.head == 4
    assert len(book.history) == 1


def test_another_attempt_starts_with_fresh_reports_and_the_same_parameters() -> None:
    book = LogBook()
    lease = book.ask(x=0.25, kind="b")
    book.write(ev.TrialReported(0, 1, (ev.Point(0, 0.9),)), lease=lease)
    book.write(ev.TrialRequeued(0, 1, "retry", Failure("exception", "no")), lease=lease)
    waiting = book.history.trial(0)
    assert (waiting.state, waiting.failure, len(waiting.reports)) == (State.WAITING, Failure("exception", "no"), 1)
    book.ask()
    again = book.history.trial(0)
    assert (again.state, again.attempts, again.reports, again.params) == (
        State.RUNNING,
        2,
        (),
        {"x": 0.25, "kind": "b"},
    )


def test_an_enqueued_trial_may_be_partial() -> None:
    book = LogBook()
    book.write(ev.TrialEnqueued(0, {"x": 0.5}, attrs={"why": "guess"}, source="cli"))
    trial = book.history.trial(0)
    assert (trial.state, trial.params, trial.attrs, trial.source) == (
        State.WAITING, {"x": 0.5}, {"why": "guess"}, {"enqueued": "cli"},
    )  # fmt: skip


def test_an_added_trial_is_told_at_once() -> None:
    book = LogBook()
    book.write(ev.TrialAdded(0, {"x": 0.5, "kind": "a"}, State.COMPLETE, (0.1,), source={"system": "csv"}))
    trial = book.history.trial(0)
    assert (trial.state, trial.value, trial.source) == (State.COMPLETE, 0.1, {"added": True, "system": "csv"})
    assert list(book.history.order) == [0]


def test_settings_change_from_their_event_on() -> None:
    book = LogBook(max_trials=5)
    book.write(ev.SettingsChanged({"max_trials": 9, "sampler": {"name": "gp", "options": {}}, "of_tomorrow": 1}))
    setup = book.fold.setup
    assert (setup.max_trials, setup.sampler) == (9, ev.Plugin("gp"))


def test_a_stop_lasts_until_the_study_is_reopened() -> None:
    book = LogBook()
    book.write(ev.StudyStopped("user", "enough"))
    fold = book.fold
    assert fold.stopped == ev.StudyStopped("user", "enough")
    book.write(ev.StudyReopened("more"))
    reopened = book.fold
    assert (reopened.stopped, reopened.opened) == (None, 3)


def test_facts_attributes_workers_and_refusals_are_kept() -> None:
    book = LogBook()
    book.run(0.3)
    book.write(
        ev.Recorded("seal", {"n": 1}),
        ev.AttrSet("owner", "me"),
        ev.AttrSet("comment", "odd", number=0),
        ev.WorkerJoined({"pid": 7}),
        ev.TellRefused(0, 1, None, "late", {}),
    )
    fold = book.fold
    assert [event.body.topic for event in fold.records] == ["seal"]
    assert (fold.attrs, fold.workers, len(fold.refused)) == ({"owner": "me"}, {"w": {"pid": 7}}, 1)
    assert fold.history.trial(0).attrs == {"comment": "odd"}


def test_another_space_is_refused_with_its_difference() -> None:
    fold = Fold(Space({"x": (0.0, 2.0), "kind": ["a", "b"]}))
    fold.extend(LogBook().events)
    with pytest.raises(
        StudyChanged,
        match=r"study 's'.*\n  x: Float\(0\.0, 1\.0\) -> Float\(0\.0, 2\.0\)\n.*\n"
        r"  ayar\.load_study\('s\.db', 's'\)\.change_space\(space\)\n.*another name=",
    ):
        fold.check_own_space("s.db")


def test_the_caller_s_own_space_is_used_where_it_is_the_same() -> None:
    own = Space({"x": (0.0, 1.0), "kind": ["a", "b"]})
    fold = Fold(own)
    fold.extend(LogBook().events)
    assert fold.setup.space is own
    assert fold.declared is own


def test_reading_up_to_an_event_gives_the_state_of_then() -> None:
    book = LogBook()
    for _ in range(3):
        book.run(0.3)
    fold = Fold()
    fold.upto(5, book.events)
    assert (fold.head, len(fold.history)) == (5, 2)


# -- define by run -------------------------------------------------------------------------------------------------


def suggest(book: LogBook, *asked: tuple[str, Any, Any]) -> None:
    lease = book.ask()
    wire = tuple((name, domain_to_json(domain), value) for name, domain, value in asked)
    book.write(ev.TrialSuggested(lease.number, 1, wire), lease=lease)
    book.tell(lease, 0.5)


@pytest.fixture
def by_run() -> LogBook:
    return LogBook(Space({}), dynamic=True)


def test_the_space_is_the_union_of_what_was_asked_for(by_run: LogBook) -> None:
    suggest(by_run, ("x", Float(0.0, 1.0), 0.5))
    suggest(by_run, ("x", Float(-1.0, 0.5), 0.2), ("n", Int(1, 3), 2))
    fold = by_run.fold
    assert fold.setup.space == Space({"x": Float(-1.0, 1.0), "n": Int(1, 3)})
    assert [trial.params for trial in fold.history.trials()] == [{"x": 0.5}, {"x": 0.2, "n": 2}]
    assert fold.declared == Space({})


def test_rows_of_a_grown_space_are_encoded_again(by_run: LogBook) -> None:
    suggest(by_run, ("x", Float(0.0, 1.0), 0.5))
    fold = by_run.fold
    assert fold.history.columns(fold.setup.space.codec)[0].tolist() == [[0.5]]
    suggest(by_run, ("n", Int(1, 3), 2))
    fold.extend(by_run.events[fold.head :])
    X, A = fold.history.columns(fold.setup.space.codec)
    assert A.tolist() == [[True, False], [False, True]]
    assert (X[0, 0], X[1, 1]) == (0.5, 2.0)


def test_a_domain_that_cannot_be_joined_never_makes_a_log_unreadable(by_run: LogBook) -> None:
    suggest(by_run, ("x", Float(0.0, 1.0), 0.5))
    suggest(by_run, ("x", Categorical(["a"]), "a"), ("n", Int(1, 3), 2))
    fold = by_run.fold
    assert fold.setup.space == Space({"x": Float(0.0, 1.0), "n": Int(1, 3)})
    assert fold.history.trial(1).params == {"n": 2}


def test_names_beside_a_declared_space_join_it() -> None:
    book = LogBook()
    lease = book.ask(x=0.5, kind="a")
    book.write(ev.TrialSuggested(0, 1, (("extra", domain_to_json(Int(0, 4)), 3),)), lease=lease)
    fold = book.fold
    assert fold.history.trial(0).params == {"x": 0.5, "kind": "a", "extra": 3}
    assert list(fold.setup.space.params) == ["x", "kind", "extra"]
    assert fold.declared == SPACE
