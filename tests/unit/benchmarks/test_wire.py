"""The wire: what a peer's script answers."""

from typing import Any

import pytest
from benchmarks.peers.wire import Axis, Session, Worst

from unit.benchmarks.fakes import Fixed

START = {"op": "start", "space": [{"name": "x"}], "seed": 1, "trials": 3, "pending": 1, "settings": {}}


def test_a_trial_is_asked_told_and_recommended_under_its_number() -> None:
    tuner = Fixed([0.5, 0.25], recommends=0.25)
    session = Session(lambda start: tuner)
    assert session.answer(START) == {}
    first, second = session.answer({"op": "ask"}), session.answer({"op": "ask"})
    assert first is not None
    assert second is not None
    assert (first["id"], second["id"]) == (1, 2)
    assert first["params"]["x"] == 0.5
    told = session.answer({"op": "tell", "id": 2, "loss": None})
    assert told is not None
    assert told["seconds"] >= 0
    assert tuner.told == [(0.25, None)]
    assert session.answer({"op": "recommend"}) == {"params": {"x": 0.25}}


def test_a_tuner_without_more_answers_no_number() -> None:
    session = Session(lambda start: Fixed([]))
    session.answer(START)
    assert session.answer({"op": "ask"}) == {"id": None}


def test_a_failed_trial_stands_at_the_worst_loss_so_far() -> None:
    worst = Worst()
    assert [worst.of(loss) for loss in (None, 3.0, None, 7.0, 5.0, None)] == [1.0, 3.0, 3.0, 7.0, 5.0, 7.0]


@pytest.mark.parametrize(("params", "answer"), [({"a": 1}, True), ({"a": 2}, False), ({}, False)])
def test_an_axis_is_active_where_all_its_parents_say_so(params: dict[str, Any], answer: bool) -> None:
    assert Axis(name="x", when={"a": [1]}).active(params) is answer
