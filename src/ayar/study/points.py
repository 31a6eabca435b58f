"""Points from elsewhere: to be tried next, or told without having been asked."""

import warnings
from collections.abc import Mapping
from typing import Any

from ayar.base.errors import ArgumentError, SpaceError, shorten
from ayar.base.jsontext import wrap
from ayar.space.wire import params_to_wire
from ayar.storage.base import Appended
from ayar.study.outcome import Outcome, read_outcome
from ayar.study.proposing import complete
from ayar.study.seat import Seat
from ayar.trial.attribute import attribute
from ayar.trial.events import TrialAdded, TrialEnqueued
from ayar.trial.setup import Setup
from ayar.trial.state import State


def enqueue(seat: Seat, params: Mapping[str, Any], priority: int) -> int:
    """Put a point into the queue; its trial's number.

    Raises:
        SpaceError: an unknown name, or a value outside the space.
    """
    setup = seat.log.setup
    _check_params("enqueue", params)
    if not isinstance(priority, int):
        raise ArgumentError(f"enqueue: expected a whole number as priority, got {shorten(priority)}")
    if not setup.dynamic:
        complete(setup, dict(params), 0)  # raises if they do not fit
    return _number_of(seat.write(TrialEnqueued(0, _wire(setup, params), priority, seen=seat.log.fold.head)))


def add(
    seat: Seat,
    params: Mapping[str, Any],
    value: Any,
    state: State,
    attrs: Mapping[str, Any],
    source: Mapping[str, Any],
) -> int:
    """Write a trial that was never asked here; its number. Warns once when it lies outside the space.

    Raises:
        SpaceError: an unknown name. ArgumentError: no value, or one that is no number.
    """
    setup = seat.log.setup
    _check_params("add", params)
    outcome = _outcome(setup, value, state)
    wire = _wire(setup, params)
    if not setup.dynamic and (outside := setup.space.explain(dict(params))) is not None:
        warnings.warn(f"add: taken although outside the space: {outside}", stacklevel=3)
    body = TrialAdded(
        number=0,
        params=wire,
        state=state,
        values=outcome.values,
        sd=outcome.sd,
        constraints=outcome.constraints,
        attrs={**outcome.attrs, **{name: attribute(name, item) for name, item in attrs.items()}},
        source=wrap(dict(source), "source"),
        seen=seat.log.fold.head,
    )
    return _number_of(seat.write(body))


def _check_params(verb: str, params: Any) -> None:
    if not isinstance(params, Mapping):
        raise ArgumentError(f"{verb}: expected a mapping of parameters to values, got {shorten(params)}")


def _outcome(setup: Setup, value: Any, state: State) -> Outcome:
    if value is None:
        if state is State.COMPLETE:
            raise ArgumentError("add: expected a value, got None; give one, or a state other than 'complete'")
        return Outcome(state)
    outcome = read_outcome(value, setup.goals, setup.constraints)
    if outcome.failure is not None:
        raise ArgumentError(f"add: {outcome.failure.message}")
    return outcome


def _wire(setup: Setup, params: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: value for name, value in params.items() if name in setup.space.params}
    unknown = {name: value for name, value in params.items() if name not in known}
    if unknown and not setup.dynamic:
        raise SpaceError(f"expected parameters among {list(setup.space.params)}, got {list(unknown)}")
    return {**params_to_wire(setup.space, known), **wrap(unknown, "params")}


def _number_of(appended: Appended) -> int:
    number: int = appended.first.body.number
    return number
