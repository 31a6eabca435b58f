"""The table of states and moves."""

from ayar.trial.events import BODIES, Body
from ayar.trial.state import CODES, FINAL, MOVES, STATES, State


def test_codes_and_states_are_each_other_s_inverse() -> None:
    assert [STATES[CODES[state]] for state in State] == list(State)
    assert [state.code for state in State] == list(range(len(State)))


def test_no_move_leaves_a_final_state() -> None:
    assert not [move for move in MOVES if move[0] in FINAL]
    assert {state for state in State if state.is_final} == FINAL


def test_every_move_is_made_by_a_known_event() -> None:
    assert {kind for _, kind in MOVES} <= set(BODIES)


def test_every_event_that_needs_a_lease_moves_a_trial() -> None:
    fenced = {kind for kind, body in BODIES.items() if body.fenced}
    assert fenced == {kind for _, kind in MOVES} - {"TrialEnqueued", "TrialAdded"}
    assert not Body.fenced


def test_every_state_but_reserved_can_be_reached() -> None:
    assert {after for moves in MOVES.values() for after in moves} == set(State) - {State.RESERVED}
