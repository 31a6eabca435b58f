"""The states of a trial and the one table of legal moves between them.

Fold, store, property tests and documents all read `MOVES`. *Reserved* is known to stores alone: a number handed out
whose parameters are not yet proposed. *Lost*, for display, is a running trial whose lease is over.
"""

from enum import StrEnum


class State(StrEnum):
    """Where a trial stands; the last four are final."""

    RESERVED = "reserved"
    WAITING = "waiting"
    RUNNING = "running"
    COMPLETE = "complete"
    PRUNED = "pruned"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def code(self) -> int:
        """The number that stands for this state in `History.state`."""
        return CODES[self]

    @property
    def is_final(self) -> bool:
        """Whether no further result is accepted."""
        return self in FINAL


CODES: dict[State, int] = {state: code for code, state in enumerate(State)}
STATES: tuple[State, ...] = tuple(State)
FINAL = frozenset({State.COMPLETE, State.PRUNED, State.FAILED, State.CANCELLED})

MOVES: dict[tuple[State | None, str], frozenset[State]] = {
    (None, "TrialEnqueued"): frozenset({State.WAITING}),
    (None, "TrialAdded"): FINAL,
    (None, "TrialAsked"): frozenset({State.RUNNING}),
    (State.WAITING, "TrialAsked"): frozenset({State.RUNNING}),
    (State.WAITING, "TrialResumed"): frozenset({State.RUNNING}),
    (State.RUNNING, "TrialSuggested"): frozenset({State.RUNNING}),
    (State.RUNNING, "TrialReported"): frozenset({State.RUNNING}),
    (State.RUNNING, "TrialDecided"): frozenset({State.RUNNING}),
    (State.RUNNING, "TrialRequeued"): frozenset({State.WAITING}),
    (State.RUNNING, "TrialTold"): FINAL,
    (State.WAITING, "TrialTold"): frozenset({State.CANCELLED, State.PRUNED}),
}
"""(state before, event) -> states after. Events that are not listed leave a trial's state alone."""
