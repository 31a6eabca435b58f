"""A history as it will be once a proposal is taken up: what lets one sampler hand over to another within a batch."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from ayar.trial.history import History
from ayar.trial.state import State


def with_running(history: History, number: int, params: Mapping[str, Any], note: Mapping[str, Any]) -> History:
    """A copy of `history` in which trial `number` runs with `params`; the original stays as it is."""
    ahead = deepcopy(history)
    row = ahead.open_row(number)
    row.note = dict(note)
    ahead.set_params(row, dict(params))
    ahead.set_state(row, State.RUNNING)
    return ahead
