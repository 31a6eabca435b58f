"""`SpaceChanged` in the fold: old trials are read through the moves, late ones too, and logs of before still load."""

from typing import Any

import numpy as np
import pytest

from ayar.base.errors import StudyChanged
from ayar.space.domains import Categorical, Float
from ayar.space.moves import moves_between
from ayar.space.space import Space
from ayar.space.wire import params_to_wire, space_to_json
from ayar.storage.base import Worker
from ayar.trial import events as ev
from ayar.trial.best import best_number
from ayar.trial.fold import Fold
from ayar.trial.state import State
from unit.trial.logs import LogBook

OLD = Space({"lr": Float(1e-4, 1e-1, log=True), "opt": ["sgd", "adam"]})


class Book(LogBook):
    """A log whose space may change."""

    def __init__(self, space: Space = OLD, **settings: Any) -> None:
        super().__init__(space, **settings)

    def change(self, new: Space, **said: Any) -> None:
        body = ev.SpaceChanged(space_to_json(new), moves_between(self.space, new, **said), "me", "because")
        self.write(body)
        self.space = new

    def tell_point(self, value: float, **params: Any) -> int:
        return self.tell(self.ask(**params), value)


@pytest.mark.parity("N7")
def test_from_the_event_on_the_space_is_the_new_one_and_old_rows_are_read_in_it() -> None:
    book = Book()
    book.tell_point(0.3, lr=1e-2, opt="adam")
    new = Space({"rate": Float(1e-6, 1e-1, log=True), "opt": ["sgd", "adam", "lion"], "drop": (0.0, 0.5)})
    book.change(new, rename={"lr": "rate"}, fill={"drop": 0.0})
    fold = book.fold
    assert fold.setup.space == fold.declared == new
    trial = fold.history.trial(0)
    assert trial.params == {"rate": 1e-2, "opt": "adam", "drop": 0.0}
    assert trial.as_asked == {"lr": 1e-2, "opt": "adam"}
    assert (trial.values, trial.outside) == ((0.3,), "")


@pytest.mark.parity("N7", "BO5")
def test_what_the_new_space_does_not_hold_is_kept_and_does_not_count() -> None:
    book = Book()
    book.tell_point(0.1, lr=1e-4, opt="sgd")
    book.tell_point(0.2, lr=1e-2, opt="sgd")
    book.tell_point(0.3, lr=1e-2, opt="adam")
    book.change(Space({"lr": Float(1e-3, 1e-1, log=True), "opt": ["adam"]}))
    history = book.history
    assert history.inside.tolist() == [False, False, True]
    assert [trial.params["lr"] for trial in history.trials()] == [1e-4, 1e-2, 1e-2]
    assert "expected a float in [0.001, 0.1], got 0.0001" in history.trial(0).outside
    assert "expected one of ['adam']" in history.trial(1).outside
    assert best_number(history) == 2
    X, A = history.columns(book.space.codec)
    assert np.isnan(X[:2]).all()
    assert not A[:2].any()
    assert sum(history.taken(book.space.codec).values()) == 1


def test_a_range_that_grows_again_takes_its_trials_back() -> None:
    book = Book()
    book.tell_point(0.1, lr=1e-4, opt="sgd")
    book.change(Space({"lr": Float(1e-3, 1e-1, log=True), "opt": ["sgd", "adam"]}))
    assert not book.history.inside.any()
    book.change(OLD)
    assert best_number(book.history) == 0


@pytest.mark.parity("N7")
def test_a_proposal_of_before_that_lands_after_is_read_through_the_moves() -> None:
    book = Book()
    lease = book.store.claim(book.study, Worker("w"), 60.0).lease
    assert lease is not None
    seen, wire = book.head, params_to_wire(OLD, {"lr": 1e-2, "opt": "sgd"})
    book.change(Space({"rate": Float(1e-4, 1e-1, log=True), "opt": ["adam"]}), rename={"lr": "rate"})
    book.write(ev.TrialAsked(lease.number, 1, wire, seen=seen, note={}, lease=lease), lease=lease)
    book.tell(lease, 0.5)
    trial = book.history.trial(0)
    assert (trial.params, trial.as_asked) == ({"rate": 1e-2, "opt": "sgd"}, {"lr": 1e-2, "opt": "sgd"})
    assert "expected one of ['adam']" in trial.outside


def test_points_from_elsewhere_say_which_space_they_were_written_for() -> None:
    book = Book()
    seen = book.head
    book.change(Space({"rate": Float(1e-4, 1e-1, log=True), "opt": ["sgd", "adam"]}), rename={"lr": "rate"})
    book.write(ev.TrialEnqueued(0, {"lr": 1e-3}, seen=seen))
    book.write(ev.TrialAdded(0, {"lr": 1e-3, "opt": "sgd"}, State.COMPLETE, (0.5,), seen=seen))
    book.write(ev.TrialAdded(0, {"rate": 1e-3, "opt": "sgd"}, State.COMPLETE, (0.5,)))  # as earlier versions wrote it
    assert [trial.params for trial in book.history.trials()] == [
        {"rate": 1e-3}, {"rate": 1e-3, "opt": "sgd"}, {"rate": 1e-3, "opt": "sgd"},
    ]  # fmt: skip


def test_choices_stored_by_place_are_found_though_the_choice_was_retired() -> None:
    book = Book(Space({"layers": [(64,), (64, 32), (128,)]}))
    book.tell_point(0.1, layers=(64, 32))
    book.change(Space({"layers": [(128,), (64,)]}))
    book.tell_point(0.2, layers=(128,))
    assert [trial.params["layers"] for trial in book.history.trials()] == [(64, 32), (128,)]
    assert book.history.inside.tolist() == [False, True]


def test_a_change_in_several_steps_reads_as_in_one() -> None:
    steps, once = Book(), Book()
    for book in (steps, once):
        for i in range(6):
            book.tell_point(float(i), lr=10 ** (-1.0 - i / 2), opt=["sgd", "adam"][i % 2])
    last = Space({"rate": Float(1e-3, 1e-2, log=True), "opt": ["adam"], "drop": (0.0, 0.5)})
    steps.change(Space({"lr": Float(1e-3, 1e-2, log=True), "opt": ["sgd", "adam"]}))
    steps.change(Space({"rate": Float(1e-3, 1e-2, log=True), "opt": ["sgd", "adam"]}), rename={"lr": "rate"})
    steps.change(Space({"rate": Float(1e-3, 1e-2, log=True), "opt": ["adam"]}))
    steps.change(last, fill={"drop": 0.0})
    once.change(last, rename={"lr": "rate"}, fill={"drop": 0.0})
    assert [(t.params, t.outside) for t in steps.history.trials()] == [
        (t.params, t.outside) for t in once.history.trials()
    ]


def test_the_fold_is_the_same_whether_read_at_once_or_event_by_event() -> None:
    book = Book()
    book.tell_point(0.1, lr=1e-4, opt="sgd")
    book.change(Space({"lr": Float(1e-3, 1e-1, log=True), "opt": ["sgd", "adam"]}))
    book.tell_point(0.2, lr=1e-2, opt="sgd")
    slow = Fold()
    for event in book.events:
        slow.extend([event])
        slow.history.columns(slow.setup.space.codec)
    assert list(slow.history.trials()) == list(book.history.trials())
    np.testing.assert_array_equal(slow.history.units(slow.setup.space.codec), book.history.units(book.space.codec))


def test_names_asked_for_by_run_stay_beside_the_declared_ones() -> None:
    book = Book()
    lease = book.ask(lr=1e-2, opt="sgd")
    book.write(ev.TrialSuggested(0, 1, (("depth", {"type": "int", "low": 1, "high": 3}, 2),)), lease=lease)
    book.tell(lease, 0.5)
    book.change(Space({"rate": Float(1e-4, 1e-1, log=True), "opt": ["sgd", "adam"]}), rename={"lr": "rate"})
    fold = book.fold
    assert fold.setup.space.names == ("rate", "opt", "depth")
    assert fold.history.trial(0).params == {"rate": 1e-2, "opt": "sgd", "depth": 2}


def test_the_caller_s_own_space_must_be_the_last_one() -> None:
    new = Space({"lr": Float(1e-4, 1.0, log=True), "opt": ["sgd", "adam"]})
    book = Book()
    book.change(new)
    own, former = Fold(new), Fold(OLD)
    own.extend(book.events)
    former.extend(book.events)
    own.check_own_space("")
    assert own.setup.space is new
    with pytest.raises(StudyChanged, match=r"differs from the one that event 2 changed it to \(because\)"):
        former.check_own_space("")


def test_objects_of_the_caller_stand_in_a_space_that_changed_under_it() -> None:
    first, second = object(), object()
    own = Space({"o": Categorical({"first": first, "second": second})})
    book = Book(own)
    book.tell_point(0.1, o=first)
    book.change(Space({"o": Categorical({"second": second, "first": first, "third": object()})}))
    fold = Fold(own)
    fold.extend(book.events)
    assert fold.history.trial(0).params["o"] is first
    domain = fold.setup.space.params["o"]
    assert isinstance(domain, Categorical)
    assert domain.choices[:2] == (second, first)


def test_changes_are_kept_in_their_order() -> None:
    book = Book()
    book.write(ev.SettingsChanged({"max_trials": 5}), ev.StudyStopped("user"), ev.StudyReopened("user"))
    book.change(Space({"lr": Float(1e-4, 1.0, log=True), "opt": ["sgd", "adam"]}))
    assert [event.kind for event in book.fold.changes] == [
        "SettingsChanged", "StudyStopped", "StudyReopened", "SpaceChanged",
    ]  # fmt: skip
