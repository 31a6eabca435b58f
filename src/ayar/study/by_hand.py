"""Ask and tell by hand: a live trial for the caller's own loop, and its result."""

import contextlib
import logging
import traceback
from typing import Any

from msgspec.structs import replace

from ayar.base.errors import ArgumentError, StudyFinished, TellRefused, did_you_mean, shorten
from ayar.study.asking import Asked
from ayar.study.attempt import is_pruned
from ayar.study.ending import record_end, why
from ayar.study.live_trial import LiveTrial, beyond
from ayar.study.log import Log
from ayar.study.outcome import NOT_A_NUMBER, Outcome, failed, pruned, read_outcome
from ayar.study.seat import Seat
from ayar.study.telling import check_same, lease_of
from ayar.study.telling import tell as tell_leased
from ayar.trial import events as ev
from ayar.trial.attribute import attribute
from ayar.trial.failure import Failure
from ayar.trial.state import State
from ayar.trial.trial import Trial

LOGGER = logging.getLogger("ayar")
WAIT_SECONDS = 0.25
TRACEBACK_LETTERS = 8192
_OUTCOMES = (State.COMPLETE, State.PRUNED, State.FAILED)
"""States that a person may tell."""


def ask(seat: Seat, worker: str | None = None, lease_s: float | None = None) -> LiveTrial:
    """The next trial, leased to this process or for `lease_s`; waits while only others' trials may come back.

    Raises:
        StudyFinished: the study hands out nothing more.
    """
    asker = seat.asker_for(worker, lease_s)
    asked = asker.ask()
    if asked.wait and asked.wait != (asker.worker.name,):
        # Said, because it may take as long as their leases: a shell that only hangs tells nobody why.
        LOGGER.warning("waiting: %s, but trials of %s may come back", asked.reason, ", ".join(asked.wait))
    while asked.wait and asked.wait != (asker.worker.name,):
        seat.clock.sleep(WAIT_SECONDS)
        asked = asker.ask()
    if asked.lease is None:
        raise StudyFinished(_no_more(seat, asked), asked.reason)
    if lease_s is None:
        seat.renewal.hold(asked.lease)
    return _live(seat, asked.lease, asked.wire)


def _no_more(seat: Seat, asked: Asked) -> str:
    if asked.wait:
        reason = f"{why(seat.log, asked.reason)}, and the trials that still run are your own; tell them first"
    else:
        record_end(seat, asked.reason)
        reason = why(seat.log, asked.reason)
    return f"study {seat.log.setup.name!r} hands out no more trials: {reason}"


def _live(seat: Seat, lease: ev.Lease, wire: dict[str, Any]) -> LiveTrial:
    declared = seat.log.fold.declared
    proposed = beyond(declared, wire)
    params = dict(seat.log.history.params(lease.number))
    for name in proposed:
        params.pop(name, None)
    return LiveTrial(
        lease.number,
        params,
        proposed,
        declared=declared,
        seed=seat.log.setup.seed,
        channel=lambda message: seat.referee.take(lease, message),
        lease=lease,
        leave=lambda live, error: _leave(seat, live, error),
    )


def _leave(seat: Seat, live: LiveTrial, error: BaseException) -> bool:
    """Settle a trial whose `with` block raised; whether the exception ends there. What was told stands."""
    with contextlib.suppress(TellRefused):
        if is_pruned(error):
            tell(seat, live, None, State.PRUNED, None)
        elif isinstance(error, KeyboardInterrupt) and live.lease is not None:
            seat.renewal.drop(live.number)
            seat.write(ev.TrialRequeued(live.number, live.lease.attempt, "shutdown"), fence=live.lease)
        else:
            tell(seat, live, None, State.FAILED, _failure_of(error))
    return is_pruned(error)


def _failure_of(error: BaseException) -> Failure:
    trace = "".join(traceback.format_exception(error))
    return Failure("exception", str(error), type=type(error).__name__, traceback=trace[-TRACEBACK_LETTERS:])


def tell(
    seat: Seat,
    trial: LiveTrial | Trial | int,
    value: Any,
    state: State | str,
    failure: Failure | None,
    token: int | None = None,
) -> Trial:
    """Write the result of an asked trial; see `Study.tell`.

    Raises:
        TellRefused: it is final with another result, or another worker holds it now.
        NoTrial: no trial has this number. ArgumentError: no trial, or a value that is no number; nothing was told.
    """
    log = seat.log
    asked: tuple[Any, ...] = ()
    if isinstance(trial, LiveTrial):
        number, lease = trial.number, trial.lease
        asked = tuple(tuple(item) for item in trial.asked())
        attrs = {name: attribute(name, value) for name, value in trial.user_attrs.items()}
        outcome = _outcome(log, number, value, told_state(state), failure)
        outcome = replace(outcome, attrs={**outcome.attrs, **attrs}) if attrs else outcome
    else:
        number = _number_of(trial)
        lease = lease_of(log, number, token)
        outcome = _outcome(log, number, value, told_state(state), failure)
    if lease is None:
        check_same(log.history.row(number), outcome)
    else:
        tell_leased(log, lease, outcome, worker=seat.worker.name, asked=asked)
        seat.renewal.drop(number)
    return log.history.trial(number)


def _number_of(trial: Any) -> int:
    number = trial.number if isinstance(trial, Trial) else trial
    if not isinstance(number, int) or isinstance(number, bool):
        raise ArgumentError(f"tell: expected a trial or its number, got {type(trial).__name__} {shorten(trial)}")
    return number


def _outcome(log: Log, number: int, value: Any, state: State, failure: Failure | None) -> Outcome:
    if state is State.FAILED:
        return failed(failure or Failure("exception", "told as failed"))
    if state is State.PRUNED and value is None:
        return pruned(log.history.reports(number), {})
    outcome = read_outcome(value, log.setup.goals, log.setup.constraints)
    if outcome.failure is None:
        return outcome if outcome.state is state else replace(outcome, state=state)
    if outcome.failure.type != NOT_A_NUMBER:
        # A slip of the hand; the trial still waits for its result. NaN is a result: the evaluation failed.
        raise ArgumentError(f"tell: {outcome.failure.message}; nothing was told")
    return outcome


def told_state(word: State | str) -> State:
    """The state a person tells, read from its name.

    Raises:
        ArgumentError: another word, or a state that nobody tells.
    """
    try:
        state = State(word)
    except ValueError:
        raise ArgumentError(
            f"state: no state is called {shorten(word)}{did_you_mean(str(word), [state.value for state in _OUTCOMES])}"
        ) from None
    if state not in _OUTCOMES:
        raise ArgumentError(f"state: expected {', '.join(_OUTCOMES)}, got {state.value!r}")
    return state
