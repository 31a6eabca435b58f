"""Events: bodies as JSON, and the chain over them."""

import pytest

from ayar.base.errors import StoreUnreadable
from ayar.space.moves import Move
from ayar.trial import events as ev
from ayar.trial.failure import Failure
from ayar.trial.goal import Constraint, Goal
from ayar.trial.state import State

LEASE = ev.Lease(3, 9, 1, 60.0)
SAMPLES: list[ev.Body] = [
    ev.StudyCreated("s", (Goal("a"), Goal("b", "maximize")), {"x": 1}, 7, ev.Plugin("gp", {"k": [1]}),
                    constraints=(Constraint("m", high=2.0),), retries={"lost": 3}),
    ev.SettingsChanged({"max_trials": 5}, by="me", why="more"),
    ev.StudyStopped("budget", "spent"),
    ev.StudyReopened("more"),
    ev.WorkerJoined({"pid": 1}),
    ev.WorkerLeft("budget"),
    ev.SpaceChanged({"schema": 1}, (Move("rename", "x", "y"), Move("add", "z", {}, None)), "me", "because"),
    ev.TrialEnqueued(3, {"x": 0.5}, 2, "cli", {"a": None}),
    ev.TrialAdded(3, {"x": 0.5}, State.PRUNED, ("inf",), (0.1,), {"m": "nan"}),
    ev.TrialAsked(3, 1, {"x": 0.1}, 12, {"sampler": "gp"}, LEASE, 0.02),
    ev.TrialResumed(3, 2, "retry", LEASE),
    ev.TrialSuggested(3, 1, (("x", {"type": "float"}, 0.5),)),
    ev.TrialReported(3, 1, (ev.Point(0, 0.5), ev.Point(1, "-inf", 2))),
    ev.TrialDecided(3, 1, 9, "stop"),
    ev.TrialTold(3, 1, 9, State.FAILED, failure=Failure("signal", "crash", signal=11)),
    ev.TrialRequeued(3, 1, "lost", Failure("lost", "gone")),
    ev.TellRefused(3, 9, None, "superseded", {"values": [0.5]}),
    ev.AttrSet("owner", "me", number=3),
    ev.Recorded("topic", {"k": [1, 2]}),
]  # fmt: skip


def test_there_is_a_sample_of_every_kind() -> None:
    assert {ev.kind_of(body) for body in SAMPLES} == set(ev.BODIES)


@pytest.mark.parametrize("body", SAMPLES, ids=ev.kind_of)
def test_a_body_comes_back_from_its_text(body: ev.Body) -> None:
    assert ev.decode_body(ev.kind_of(body), ev.encode_body(body)) == body


def test_a_kind_of_a_newer_version_is_kept_letter_by_letter() -> None:
    body = ev.decode_body("TrialPaused", '{"number": 3,  "step":4}')
    assert body == ev.Unknown("TrialPaused", '{"number": 3,  "step":4}')
    assert (ev.kind_of(body), ev.encode_body(body)) == ("TrialPaused", '{"number": 3,  "step":4}')


def test_a_field_of_a_newer_version_is_skipped() -> None:
    assert ev.decode_body("StudyReopened", '{"reason":"r","mood":"good"}') == ev.StudyReopened("r")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"reason": 3}', "{}"])
def test_a_body_that_does_not_fit_is_damage(text: str) -> None:
    with pytest.raises(
        StoreUnreadable, match=r"expected the body of a StudyReopened event, got .*damaged or was edited"
    ):
        ev.decode_body("StudyReopened", text)


def test_an_event_knows_its_kind_and_trial() -> None:
    event = ev.Event(5, ev.TrialResumed(3, 2, "retry", LEASE), at=0, active=0)
    assert (event.kind, event.number) == ("TrialResumed", 3)
    assert ev.Event(5, ev.StudyReopened("r"), at=0, active=0).number is None


def test_the_chain_notices_every_change() -> None:
    usual = ev.next_chain("00", 5, "Recorded", "{}")
    others = [
        ("01", 5, "Recorded", "{}"),
        ("00", 6, "Recorded", "{}"),
        ("00", 5, "AttrSet", "{}"),
        ("00", 5, "Recorded", "{ }"),
    ]
    assert len(usual) == 16
    assert usual not in [ev.next_chain(*other) for other in others]
