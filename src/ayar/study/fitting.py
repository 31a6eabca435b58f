"""Whether a waiting trial still fits after the space changed; one that does not is cancelled, with the reason."""

from typing import Any

from ayar.base.errors import SpaceError
from ayar.space.moves_read import outside
from ayar.study.proposing import complete
from ayar.trial.events import TrialTold
from ayar.trial.failure import Failure
from ayar.trial.history import Row
from ayar.trial.setup import Setup
from ayar.trial.state import State


def misfit(setup: Setup, row: Row, params: dict[str, Any], retired: dict[str, Any]) -> str:
    """Why a waiting trial, its parameters as read in the setup's space, does not fit it; empty if it does.

    A trial that ran before must lie in the space as it is; a point that was enqueued may leave parameters open.
    """
    if row.attempts or retired:
        return outside(setup.space, params, retired)
    try:
        complete(setup, params, row.number)
    except SpaceError as error:
        return str(error)
    return ""


def cancelled(row: Row, fault: str, token: int = 0) -> TrialTold:
    """The end of a waiting trial that no longer fits."""
    failure = Failure("cancelled", f"the space changed: {fault}")
    return TrialTold(row.number, row.attempts, token, State.CANCELLED, failure=failure)
