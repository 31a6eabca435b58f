from ayar.analysis.crew import at_a_time, at_a_time_text
from ayar.base.jsontext import wrap
from ayar.space.parse import space_of
from ayar.space.wire import space_to_json
from ayar.trial import events as ev
from ayar.trial.failure import Failure
from ayar.trial.fold import Fold
from ayar.trial.goal import read_goals
from ayar.trial.state import State

SPACE = space_of({"x": (0.0, 1.0)})


def told(number: int) -> ev.TrialTold:
    return ev.TrialTold(number, 1, number + 1, State.COMPLETE, values=(1.0,))


def asked(number: int) -> ev.TrialAsked:
    return ev.TrialAsked(number, 1, {"x": 0.5}, seen=1, note={}, lease=ev.Lease(number, number + 1, 1, 60.0))


def joined(slots: int) -> ev.WorkerJoined:
    return ev.WorkerJoined(wrap({"slots": slots}))


def fold(*said: tuple[str, ev.Body]) -> Fold:
    """A study from (worker, what it wrote), a second each."""
    created = ev.StudyCreated("s", read_goals(), space_to_json(SPACE), seed=0, sampler=ev.Plugin("random"))
    found = Fold(SPACE)
    found.extend(
        ev.Event(i, body, at=i * 1_000_000, active=i, worker=worker)
        for i, (worker, body) in enumerate([("a", created), *said], 1)
    )
    return found


def test_one_worker_counts_with_all_that_it_runs_at_a_time() -> None:
    found = fold(("a", joined(2)), ("a", asked(0)), ("a", asked(1)), ("a", told(0)), ("a", told(1)))
    assert at_a_time_text(found) == "2 trials at a time (1 worker process)"


def test_workers_at_once_add_up() -> None:
    both = (("a", joined(2)), ("b", joined(3)))
    found = fold(*both, ("a", asked(0)), ("b", asked(1)), ("a", told(0)), ("b", told(1)))
    assert at_a_time_text(found) == "5 trials at a time (2 worker processes)"


def test_workers_one_after_another_do_not_add_up() -> None:
    found = fold(("a", joined(2)), ("a", asked(0)), ("a", told(0)), ("b", joined(3)), ("b", asked(1)), ("b", told(1)))
    assert at_a_time(found) == (3, 1)


def test_a_lost_trial_does_not_keep_its_worker_there() -> None:
    lost = ev.TrialTold(0, 1, 1, State.FAILED, failure=Failure("lost", "its worker is gone"))
    found = fold(("a", joined(1)), ("a", asked(0)), ("b", joined(1)), ("b", asked(1)), ("b", lost), ("b", told(1)))
    assert at_a_time(found) == (1, 1)


def test_trials_asked_by_hand_count_one_at_a_time() -> None:
    assert at_a_time(fold(("a", asked(0)), ("a", told(0)))) == (1, 1)
    assert at_a_time(fold()) == (0, 0)
