"""The history as columns."""

import math

import numpy as np
import pytest

from ayar.base.errors import NoTrial
from ayar.trial import events as ev
from ayar.trial.history import History
from ayar.trial.state import State
from unit.trial.logs import SPACE, LogBook


def test_an_empty_history_has_empty_columns() -> None:
    history = LogBook(goals={"a": "minimize", "b": "maximize"}, constraints=["m <= 1"]).history
    assert len(history) == 0
    assert history.values.shape == (0, 2)
    assert history.violations.shape == (0, 1)
    assert history.state.shape == (0,)
    assert [column.shape for column in history.columns(SPACE.codec)] == [(0, 2), (0, 2)]


def test_row_i_is_trial_i() -> None:
    book = LogBook()
    book.run(0.3, x=0.1)
    book.run(0.2, x=0.9, kind="b")
    history = book.history
    assert history.values.tolist() == [[0.3], [0.2]]
    X, A = history.columns(SPACE.codec)
    assert X.tolist() == [[0.1, 0.0], [0.9, 1.0]]
    assert A.all()


def test_losses_turn_every_goal_so_that_less_is_better() -> None:
    book = LogBook(goals={"loss": "minimize", "accuracy": "maximize"})
    book.tell(book.ask(x=0.5, kind="a"), 0.3, 0.9)
    assert book.history.losses.tolist() == [[0.3, -0.9]]


def test_what_was_not_told_is_nan() -> None:
    book = LogBook(constraints=["m <= 1"])
    book.ask(x=0.5, kind="a")
    history = book.history
    assert np.isnan([history.values[0, 0], history.sd[0, 0], history.violations[0, 0]]).all()
    assert history.told.tolist() == [0]


def test_the_order_is_that_of_the_tells() -> None:
    book = LogBook()
    first, second, third = (book.ask(x=0.1 * i, kind="a") for i in range(1, 4))
    for lease in (third, first, second):
        book.tell(lease, 0.5)
    assert list(book.history.order) == [2, 0, 1]
    assert np.argsort(book.history.told).tolist() == [2, 0, 1]


def test_masks_follow_the_states() -> None:
    book = LogBook()
    book.run(0.3)
    book.fail()
    book.ask(x=0.1, kind="a")
    book.write(ev.TrialEnqueued(0, {"x": 0.2}))
    history = book.history
    assert history.final.tolist() == [True, True, False, False]
    assert history.pending.tolist() == [False, False, True, True]
    assert history.having(State.FAILED).tolist() == [False, True, False, False]
    assert history.counts() == {State.WAITING: 1, State.RUNNING: 1, State.COMPLETE: 1, State.FAILED: 1}


@pytest.mark.parity("OP7")
def test_a_metric_that_was_not_told_is_unknown_and_not_feasible() -> None:
    book = LogBook(constraints=["m <= 1"])
    for metrics in ({"m": 0.5}, {"m": 3.0}, {}):
        book.tell(book.ask(x=0.5, kind="a"), 0.3, constraints=metrics)
    history = book.history
    assert history.feasible.tolist() == [True, False, False]
    assert history.violations[:2, 0].tolist() == [0.0, 2.0]
    assert math.isnan(history.violations[2, 0])


def test_without_constraints_everything_is_feasible() -> None:
    book = LogBook()
    book.run(0.3)
    assert book.history.feasible.tolist() == [True]


def test_points_are_counted_by_key_while_they_are_asked_or_told() -> None:
    book = LogBook()
    book.run(0.3, x=0.5)
    book.ask(x=0.5, kind="a")
    book.write(ev.TrialEnqueued(0, {"x": 0.7, "kind": "b"}))
    taken = book.history.taken(SPACE.codec)
    assert sorted(taken.values()) == [1, 2]


def test_another_codec_encodes_every_row_again() -> None:
    book = LogBook()
    book.run(0.3, x=0.25)
    history = book.history
    first = history.columns(SPACE.codec)[0]
    from ayar.space.space import Space

    wider = Space({"y": (0.0, 1.0), "x": (0.0, 1.0), "kind": ["a", "b"]})
    assert history.columns(wider.codec)[0].shape == (1, 3)
    assert history.columns(SPACE.codec)[0].tolist() == first.tolist()


def test_a_reserved_number_is_a_row_without_parameters() -> None:
    book = LogBook()
    early, late = (book.store.claim(1, worker, 60.0).lease for worker in (_worker("a"), _worker("b")))
    assert early is not None
    assert late is not None
    book.write(ev.TrialAsked(late.number, 1, {"x": 0.5, "kind": "a"}, 1, {}, late), lease=late)
    history = book.history
    assert history.counts() == {State.RESERVED: 1, State.RUNNING: 1}
    assert history.pending.tolist() == [False, True]
    assert np.isnan(history.columns(SPACE.codec)[0][0]).all()
    assert [trial.number for trial in history.trials()] == [1]


def _worker(name: str):  # type: ignore[no-untyped-def]
    from ayar.storage.base import Worker

    return Worker(name)


def test_a_frozen_trial_does_not_change_with_its_row() -> None:
    book = LogBook()
    lease = book.ask(x=0.5, kind="a")
    fold = book.fold
    before = fold.history.trial(0)
    book.tell(lease, 0.25)
    fold.extend(book.events[fold.head :])
    assert (before.state, fold.history.trial(0).state) == (State.RUNNING, State.COMPLETE)
    assert before.values == ()


def test_an_unknown_number_is_refused() -> None:
    with pytest.raises(NoTrial, match=r"no trial has number 3; this study has 0, counted from 0"):
        LogBook().history.trial(3)


def test_readers_cannot_write_the_columns() -> None:
    book = LogBook()
    book.run(0.3)
    with pytest.raises(ValueError, match=r"read-only"):
        book.history.values[0] = 7


def test_a_history_extended_equals_one_built_at_once() -> None:
    book = LogBook()
    fold = book.fold
    for i in range(20):
        book.run(0.3, x=i / 20)
        book.fail(x=i / 20)
        fold.extend(book.events[fold.head :])
        fold.history.columns(SPACE.codec)
    _same(fold.history, book.history)


def _same(one: History, other: History) -> None:
    assert list(one.trials()) == list(other.trials())
    for name in ("state", "values", "losses", "sd", "violations", "told"):
        assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True), name
    for a, b in zip(one.columns(SPACE.codec), other.columns(SPACE.codec), strict=True):
        assert np.array_equal(a, b, equal_nan=True)
    assert one.taken(SPACE.codec) == other.taken(SPACE.codec)
