"""What an objective returned, read into a definite outcome. Pure; runs in the process that ran the objective.

Values: whatever `float()` takes (NumPy scalars, 0-d arrays, tensors). Text, None, NaN, a wrong number of values: the
trial is failed with the kind `bad_value`. Infinite values are stored, and are never best against a finite one.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from ayar.base.errors import shorten
from ayar.base.jsontext import Json, Number, number_to_wire
from ayar.trial.attribute import attribute
from ayar.trial.crossval import fold_scores
from ayar.trial.failure import Failure
from ayar.trial.goal import Constraint, Goal
from ayar.trial.result import Result
from ayar.trial.state import State
from ayar.trial.trial import Report

NOT_A_NUMBER = "NaN"
"""Type of the failure of an objective that returned NaN."""


class Outcome(msgspec.Struct, frozen=True):
    """How one attempt ended, in plain JSON."""

    state: State
    values: tuple[Number, ...] = ()
    sd: tuple[Number, ...] = ()
    constraints: dict[str, Number] = {}
    failure: Failure | None = None
    attrs: dict[str, Json] = {}


def read_outcome(returned: Any, goals: Sequence[Goal], constraints: Sequence[Constraint] = ()) -> Outcome:
    """The outcome of an objective that returned.

    Arguments:
        returned: a number, several in the goals' order, a mapping by name (goals, constraint metrics, and further
            numbers, which are kept as attributes), or a `Result` around one of these.

    >>> read_outcome(0.5, [Goal("loss")]).values
    (0.5,)
    >>> read_outcome("0.5", [Goal("loss")]).failure.message
    "expected a number for 'loss', got str '0.5'; return a float"
    """
    result = returned if isinstance(returned, Result) else Result(returned)
    try:
        named = _by_name(result.value, goals)
        values = tuple(_number(goal.name, named.pop(goal.name)) for goal in goals)
        metrics = {c.name: number_to_wire(_number(c.name, named.pop(c.name))) for c in constraints if c.name in named}
        sd = _read_sd(result.sd, goals)
    except _BadValue as bad:
        return Outcome(State.FAILED, failure=Failure("bad_value", str(bad), type=bad.kind))
    attrs = {**(result.attrs or {}), **named}
    return Outcome(
        State.COMPLETE,
        tuple(map(number_to_wire, values)),
        tuple(map(number_to_wire, sd)),
        metrics,
        attrs={name: attribute(name, value) for name, value in attrs.items()},
    )


class _BadValue(Exception):
    """The objective returned something that is no value."""

    kind = ""


class _IsNaN(_BadValue):
    """The objective returned NaN."""

    kind = NOT_A_NUMBER


def _by_name(value: Any, goals: Sequence[Goal]) -> dict[str, Any]:
    names = [goal.name for goal in goals]
    if isinstance(value, Mapping):
        missing = [name for name in names if name not in value]
        if missing:
            raise _BadValue(f"expected a value for each of {names}, got {shorten(dict(value))}; {missing} is missing")
        return dict(value)
    if len(goals) == 1:
        return {names[0]: value}
    several = _several(value)
    if several is None or len(several) != len(goals):
        raise _BadValue(
            f"expected {len(goals)} values ({', '.join(names)}), got {shorten(value)}; "
            "return them in this order, or by name"
        )
    return dict(zip(names, several, strict=True))


def _several(value: Any) -> list[Any] | None:
    if isinstance(value, str | bytes):
        return None
    try:
        return list(value)
    except TypeError:
        return None


def _number(name: str, value: Any) -> float:
    if isinstance(value, str | bytes) or value is None:
        raise _BadValue(f"expected a number for {name!r}, got {type(value).__name__} {shorten(value)}; return a float")
    try:
        number = float(value)
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise _BadValue(f"expected a number for {name!r}, got {shorten(value)}: {error}; return a float") from None
    if math.isnan(number):
        raise _IsNaN(f"expected a number for {name!r}, got NaN")
    return number


def _read_sd(sd: Any, goals: Sequence[Goal]) -> tuple[float, ...]:
    if sd is None:
        return ()
    if isinstance(sd, Mapping):
        return tuple(float(sd.get(goal.name, math.nan)) for goal in goals)
    return tuple(map(float, sd)) if isinstance(sd, Sequence) else (float(sd),)


def pruned(reports: Sequence[Report], attrs: dict[str, Json]) -> Outcome:
    """The outcome of an attempt that ended itself as pruned.

    Its value is the mean over the folds it went through or, where none were reported, its last report.
    """
    scores = fold_scores(reports)
    last = math.fsum(scores.values()) / len(scores) if scores else reports[-1].value if reports else math.nan
    values = () if math.isnan(last) else (number_to_wire(last),)
    return Outcome(State.PRUNED, values, attrs=attrs)


def failed(failure: Failure) -> Outcome:
    """The outcome of an attempt that has no result."""
    return Outcome(State.FAILED, failure=failure)
