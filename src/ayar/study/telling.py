"""Telling: an outcome becomes the trial's result, exactly once, or is kept as refused."""

from typing import Any

import msgspec

from ayar.base.errors import NoTrial, SpaceError, TellRefused
from ayar.base.jsontext import Json, number_from_wire, unwrap, wrap
from ayar.executors.base import Ended
from ayar.space.union import join
from ayar.space.wire import domain_from_json
from ayar.study.log import Log
from ayar.study.outcome import Outcome, failed
from ayar.study.rules import is_tried_again
from ayar.trial import events as ev
from ayar.trial.crossval import fold_plan, fold_scores
from ayar.trial.failure import Failure
from ayar.trial.history import Row
from ayar.trial.state import State

Suggested = tuple[tuple[str, Json, Json], ...]


def tell(
    log: Log,
    lease: ev.Lease,
    outcome: Outcome,
    *,
    worker: str = "",
    asked: Suggested = (),
    ended: Ended | None = None,
) -> None:
    """Write the outcome of a leased trial, or put the trial back in the queue where its failure is retried.

    Telling the same again is harmless.

    Raises:
        TellRefused: the lease was superseded, or the trial is final with another result. What was told is kept in the
            log as refused.
    """
    bodies: list[ev.Body] = []
    outcome = _without_missing_folds(log, lease.number, outcome)
    if asked or (outcome.failure is None and _holds_undeclared(log, lease.number)):
        outcome = _fitting(log, outcome, asked)
        bodies.append(ev.TrialSuggested(lease.number, lease.attempt, asked))
    if outcome.failure is not None and is_tried_again(log.setup, outcome.failure, lease.attempt):
        bodies.append(ev.TrialRequeued(lease.number, lease.attempt, "retry", outcome.failure))
    else:
        bodies.append(_told(lease, outcome, ended))
    try:
        answer = log.append(*bodies, worker=worker, fence=lease, key=f"tell:{lease.number}:{lease.token}")
    except TellRefused as refused:
        _keep_refused(log, lease, outcome, worker, refused)
        raise
    if answer.repeated:
        check_same(log.history.row(lease.number), outcome)


def _without_missing_folds(log: Log, number: int, outcome: Outcome) -> Outcome:
    """The outcome, as pruned where folds are missing: a mean over some of the folds never wins."""
    if outcome.state is not State.COMPLETE or number >= len(log.history):
        return outcome
    row = log.history.row(number)
    plan = fold_plan({**row.attrs, **unwrap(outcome.attrs)})
    wanted = plan.total if plan is not None else row.decision.get("of", 0)
    if wanted and len(fold_scores(row.reports or ())) < wanted:
        return msgspec.structs.replace(outcome, state=State.PRUNED)
    return outcome


def _holds_undeclared(log: Log, number: int) -> bool:
    """Whether the proposal held names that the objective may ask for, or not."""
    return not log.history.params(number).keys() <= log.fold.declared.params.keys()


def _fitting(log: Log, outcome: Outcome, asked: Suggested) -> Outcome:
    """The outcome, or a failure where the trial asked for a known name with a domain that is no widening of it."""
    space = log.setup.space
    try:
        for name, domain, _ in asked:
            space = join(space, name, domain_from_json(domain))
    except SpaceError as error:
        return failed(Failure("exception", str(error), type="SpaceError"))
    return outcome


def _told(lease: ev.Lease, outcome: Outcome, ended: Ended | None) -> ev.TrialTold:
    measured: dict[str, Any] = {}
    if ended is not None:
        measured = {"seconds": ended.seconds, "peak_bytes": ended.peak_bytes, "output": ended.output}
    return ev.TrialTold(
        number=lease.number,
        attempt=lease.attempt,
        token=lease.token,
        state=outcome.state,
        values=outcome.values,
        sd=outcome.sd,
        constraints=outcome.constraints,
        failure=outcome.failure,
        attrs=outcome.attrs,
        **measured,
    )


def _keep_refused(log: Log, lease: ev.Lease, outcome: Outcome, worker: str, refused: TellRefused) -> None:
    log.refresh()
    body = ev.TellRefused(
        number=lease.number,
        token=lease.token,
        current=log.history.row(lease.number).token,
        why=str(refused),
        refused=wrap(msgspec.to_builtins(outcome)),
    )
    log.append(body, worker=worker, key=f"refused:{lease.number}:{lease.token}")


def check_same(row: Row, outcome: Outcome) -> None:
    """Accept what a final trial holds already.

    Raises:
        TellRefused: it holds something else.
    """
    if row.state is State.WAITING and row.failure is not None and row.failure == outcome.failure:
        return  # it was told so, and put back in the queue to be tried again
    if not row.state.is_final:
        raise TellRefused(f"trial {row.number} is {row.state}: nobody runs it now; ask for it before telling it")
    values = tuple(map(number_from_wire, outcome.values))
    if row.state is not outcome.state or row.values != values:
        raise TellRefused(
            f"trial {row.number} is {row.state} with {list(row.values)}; telling it {outcome.state} with "
            f"{list(values)} changes nothing, since a trial is told once"
        )


def lease_of(log: Log, number: int, token: int | None = None) -> ev.Lease | None:
    """The current lease of a running trial, as the log says now, or the one of `token`; None when it is not running.

    Raises:
        NoTrial: no trial has this number.
    """
    log.refresh()
    if not 0 <= number < len(log.history):
        raise NoTrial(f"no trial has number {number}; this study has {len(log.history)}, counted from 0")
    row = log.history.row(number)
    held = row.token if token is None else token
    return None if held is None else ev.Lease(number, held, row.attempts, log.setup.lease_s)
