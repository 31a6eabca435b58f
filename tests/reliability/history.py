"""What must hold of any study's log, whatever happened to its workers: for kills, simulation and crash images.

Each check returns sentences, one a violation; an empty list is a clean bill.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from ayar.trial import events as ev
from ayar.trial.fold import Fold


def check_log(events: Sequence[ev.Event]) -> list[str]:
    """Numbers without gaps, a whole chain, legal moves, rising tokens, one accepted outcome per trial."""
    return [*_chain(events), *_tokens(events), *_outcomes(events), *_moves(events)]


def check_acknowledged(events: Sequence[ev.Event], acknowledged: Mapping[int, float]) -> list[str]:
    """Every outcome that a worker was told is safe stands in the log with its value."""
    told = {e.body.number: e.body.values for e in events if isinstance(e.body, ev.TrialTold)}
    return [
        f"trial {number}: acknowledged with {value!r}, the log says {told.get(number)}"
        for number, value in acknowledged.items()
        if told.get(number) != (value,)
    ]


def check_drained(events: Sequence[ev.Event], budget: int) -> list[str]:
    """After the last worker left: exactly the budget, no number missing, no trial open."""
    fold = Fold()
    fold.extend(events)
    trials = list(fold.history.trials())
    handed_out = {e.body.number for e in events if isinstance(e.body, ev.TrialAsked)}
    wrong = [f"trial {trial.number} is {trial.state} after the drain" for trial in trials if not trial.state.is_final]
    if [trial.number for trial in trials] != list(range(budget)):
        wrong.append(f"expected the trials 0 to {budget - 1}, got {[trial.number for trial in trials]}")
    if handed_out != set(range(budget)):
        wrong.append(f"a budget of {budget}, and {len(handed_out)} trials were handed out")
    return wrong


def _chain(events: Iterable[ev.Event]) -> list[str]:
    wrong, chain = [], ""
    for position, event in enumerate(events, start=1):
        if event.id != position:
            wrong.append(f"expected event {position}, got {event.id}")
        chain = ev.next_chain(chain, event.id, event.kind, ev.encode_body(event.body))
        if event.chain != chain:
            wrong.append(f"event {event.id}: the chain is broken")
            chain = event.chain
    return wrong


def _tokens(events: Iterable[ev.Event]) -> list[str]:
    wrong: list[str] = []
    last: dict[int, int] = {}
    used: set[int] = set()
    for event in events:
        if not isinstance(event.body, ev.TrialAsked | ev.TrialResumed):
            continue
        number, token = event.body.number, event.body.lease.token
        if token <= last.get(number, 0) or token in used:
            wrong.append(f"trial {number}: token {token} after {last.get(number)}, tokens must rise")
        last[number] = token
        used.add(token)
    return wrong


def _outcomes(events: Iterable[ev.Event]) -> list[str]:
    wrong: list[str] = []
    held: dict[int, int] = {}
    final: set[int] = set()
    for event in events:
        match event.body:
            case ev.TrialAsked(number=number, lease=lease) | ev.TrialResumed(number=number, lease=lease):
                held[number] = lease.token
            case ev.TrialRequeued(number=number):
                held.pop(number, None)
            case ev.TrialTold(number=number, token=token):
                if number in final:
                    wrong.append(f"trial {number} was completed twice")
                if held.get(number) != token:
                    wrong.append(f"trial {number}: told with token {token}, held by {held.get(number)}")
                final.add(number)
    return wrong


def _moves(events: Sequence[ev.Event]) -> list[str]:
    fold = Fold()
    try:
        fold.extend(events)
    except Exception as error:  # the fold says what is wrong with the log
        return [f"the log does not fold: {error}"]
    spent = [now.id for before, now in pairwise(events) if now.active < before.active]
    return [f"event {number}: the study's clock went back" for number in spent]
