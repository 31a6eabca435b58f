"""When a study ends by itself, and when a failed trial is tried again: pure decisions on setup and history."""

from ayar.trial.events import StudyStopped
from ayar.trial.failure import Failure
from ayar.trial.history import History, Row
from ayar.trial.setup import Setup
from ayar.trial.state import State

ALIKE = 3
"""So many first trials that all fail in one way end the study."""
RATE_FROM = 10
"""A failure rate means something from so many trials on."""


def failure_stop(setup: Setup, history: History, opened: int) -> StudyStopped | None:
    """The end of a study whose trials fail too often; None while they do not, or when the last trial did not fail.

    Arguments:
        setup: holds `max_failures`.
        history: all trials.
        opened: event since which trials count: the study's creation, or its last reopening.
    """
    if not history.order:
        return None
    last = history.row(history.order[-1])
    if last.state is not State.FAILED:
        return None
    counted = history.told > opened
    total = int(counted.sum())
    failures = int((counted & history.having(State.FAILED)).sum())
    # Not only at the third: with several workers a fourth failure may be in the log before anyone looks.
    if total == failures >= ALIKE and _alike(history, total):
        return StudyStopped("failures", f"the first {total} trials failed alike: {_headline(last)}")
    limit = setup.max_failures
    if failures > limit if limit >= 1 else total >= RATE_FROM and failures > limit * total:
        return StudyStopped("failures", f"{failures} of {total} trials failed; the last: {_headline(last)}")
    return None


def _alike(history: History, total: int) -> bool:
    failures = [history.row(number).failure for number in history.order[-total:]]
    return len({None if failure is None else failure.digest for failure in failures}) == 1


def _headline(row: Row) -> str:
    return row.failure.headline if row.failure is not None else "no cause known"


def is_tried_again(setup: Setup, failure: Failure, attempt: int) -> bool:
    """Whether a trial whose attempt number `attempt` (from 1) failed goes back to the queue."""
    return attempt <= setup.retries_of(failure.kind)
