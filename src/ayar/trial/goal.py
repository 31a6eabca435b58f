"""What a study is after: goals (what to minimise or maximise) and constraints on results.

A goal has a name and a direction; a study has one or several. A constraint bounds a metric that the objective returns
beside its goals. Constraints on parameters belong to the space.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from ayar.base.errors import ArgumentError, did_you_mean, shorten
from ayar.base.jsontext import Number, number_from_wire, number_to_wire

Direction = Literal["minimize", "maximize"]
DIRECTIONS: tuple[Direction, ...] = ("minimize", "maximize")
DEFAULT_GOAL = "value"


class Goal(msgspec.Struct, frozen=True):
    """One objective: its name and whether less or more of it is better.

    Arguments:
        name: what the objective returns it under.
        direction: "minimize" or "maximize".
        threshold: with several goals, the worst value of this one that you would accept, in its own units.

    Raises:
        ArgumentError: another direction, or a threshold that is no finite number.

    >>> Goal("accuracy", "maximize").sign
    -1.0
    """

    name: str
    direction: Direction = "minimize"
    threshold: float | None = None

    def __post_init__(self) -> None:
        if self.direction not in DIRECTIONS:
            raise ArgumentError(
                f"goal {self.name!r}: expected direction 'minimize' or 'maximize', got {shorten(self.direction)}"
                f"{did_you_mean(str(self.direction), DIRECTIONS)}"
            )
        if self.threshold is not None and not _is_finite(self.threshold):
            raise ArgumentError(
                f"goal {self.name!r}: expected a finite number as threshold, got {shorten(self.threshold)}; "
                "leave it out where any value is welcome"
            )

    @property
    def sign(self) -> float:
        """+1 to minimise, -1 to maximise: sign · value is lower-is-better."""
        return 1.0 if self.direction == "minimize" else -1.0


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


class Constraint(msgspec.Struct, frozen=True):
    """A metric that a feasible trial keeps within [low, high], both ends included.

    Arguments:
        name: what the objective returns the metric under.
        low, high: the bounds; open where left out.
        confidence: with which probability, above 0 and below 1, a recommended configuration must keep it when its
            metric is noisy; None: it must be more likely kept than not.

    Raises:
        ArgumentError: bounds that exclude each other, or a confidence that is no probability.

    >>> Constraint("latency", high=10.0).violation(12.5)
    2.5
    """

    name: str
    low: Number = "-inf"
    high: Number = "inf"
    confidence: float | None = None

    def __post_init__(self) -> None:
        low, high = self.bounds
        if math.isnan(low) or math.isnan(high) or low > high:
            raise ArgumentError(f"constraint {self.name!r}: expected low <= high, got low={low!r}, high={high!r}")
        if self.confidence is not None and not (_is_finite(self.confidence) and 0.0 < self.confidence < 1.0):
            raise ArgumentError(
                f"constraint {self.name!r}: expected a confidence above 0 and below 1, got {shorten(self.confidence)}; "
                "0.95 asks for 95 %"
            )

    @property
    def bounds(self) -> tuple[float, float]:
        """(low, high) as floats; open ends are infinite."""
        return number_from_wire(self.low), number_from_wire(self.high)

    def violation(self, value: float) -> float:
        """How far `value` lies outside, 0 inside; NaN (unknown) for NaN."""
        low, high = self.bounds
        return math.nan if math.isnan(value) else max(0.0, low - value, value - high)


def read_goals(direction: object = None, goals: object = None) -> tuple[Goal, ...]:
    """Goals from `direction="maximize"` or `goals={"loss": "minimize", "size": "minimize"}`.

    Raises:
        ArgumentError: both given, none named, a name twice, an unknown direction, or a threshold for a single goal.

    >>> read_goals("maximize")
    (Goal(name='value', direction='maximize', threshold=None),)
    """
    if direction is not None and goals is not None:
        raise ArgumentError("expected direction= or goals=, got both; name the direction inside goals={...}")
    if goals is None:
        return (Goal(DEFAULT_GOAL, "minimize" if direction is None else direction),)  # type: ignore[arg-type]  # checked by Goal
    items = goals.items() if isinstance(goals, Mapping) else _listed(goals, "goals", "a mapping of name to direction")
    found = tuple(map(_one_goal, items))
    names = [goal.name for goal in found]
    if not found or len(set(names)) != len(names):
        raise ArgumentError(f"goals: expected one or more different names, got {shorten(names)}")
    if len(found) == 1 and found[0].threshold is not None:
        raise ArgumentError(
            f"goal {names[0]!r}: a threshold narrows the front of several goals, and this is the only one; leave out "
            f"threshold={found[0].threshold!r}"
        )
    return found


def _listed(items: object, where: str, expected: str) -> Sequence[Any]:
    if isinstance(items, Sequence) and not isinstance(items, str):
        return items
    raise ArgumentError(f"{where}: expected {expected}, got {shorten(items)}")


def _one_goal(item: object) -> Goal:
    if isinstance(item, Goal):
        return item
    if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str):
        return Goal(item[0], item[1])
    raise ArgumentError(f"goals: expected name and direction, got {shorten(item)}; write {{'loss': 'minimize'}}")


_BOUND = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_EXPRESSION = re.compile(
    rf"\s*(?:(?P<low>{_BOUND})\s*<=\s*)?(?P<name>[A-Za-z_][\w.]*)\s*(?:(?P<op><=|>=)\s*(?P<high>{_BOUND}))?\s*"
)
_LIKELY = re.compile(rf"\s*P\s*\((?P<inner>.*)\)\s*>=\s*(?P<confidence>{_BOUND})\s*", re.DOTALL)


def read_constraints(constraints: object = None) -> tuple[Constraint, ...]:
    """Constraints from texts ("latency <= 10", "0.2 <= recall <= 0.9") or a mapping of name to (low, high).

    "P(latency <= 10) >= 0.95" demands a confidence of 95 %.

    Raises:
        ArgumentError: a text that is not such a comparison, or a name twice.

    >>> read_constraints(["latency <= 10"])
    (Constraint(name='latency', low='-inf', high=10.0, confidence=None),)
    """
    if constraints is None:
        return ()
    items = (
        constraints.items()
        if isinstance(constraints, Mapping)
        else _listed(constraints, "constraints", "a list, such as ['latency <= 10']")
    )
    found = tuple(_one_constraint(item) for item in items)
    names = [constraint.name for constraint in found]
    if len(set(names)) != len(names):
        raise ArgumentError(f"constraints: expected different names, got {shorten(names)}; write both bounds in one")
    return found


def _one_constraint(item: object) -> Constraint:
    if isinstance(item, Constraint):
        return item
    if isinstance(item, str):
        return _from_text(item)
    if isinstance(item, tuple) and len(item) == 2 and isinstance(item[1], tuple | list) and len(item[1]) == 2:
        low, high = item[1]
        return Constraint(
            str(item[0]),
            number_to_wire(-math.inf if low is None else float(low)),
            number_to_wire(math.inf if high is None else float(high)),
        )
    raise ArgumentError(f"constraints: expected 'metric <= number' or name: (low, high), got {shorten(item)}")


def _from_text(text: str) -> Constraint:
    likely = _LIKELY.fullmatch(text)
    if likely is not None:
        return msgspec.structs.replace(_from_text(likely["inner"]), confidence=float(likely["confidence"]))
    match = _EXPRESSION.fullmatch(text)
    if match is None or (match["low"] is None and match["op"] is None) or (match["low"] and match["op"] == ">="):
        raise ArgumentError(
            "constraints: expected 'metric <= number', 'metric >= number', 'low <= metric <= high', or one of these as "
            f"'P(metric <= number) >= 0.95', got {text!r}"
        )
    low, high = match["low"], match["high"]
    if match["op"] == ">=":
        low, high = high, None
    return Constraint(
        match["name"], float(low) if low is not None else "-inf", float(high) if high is not None else "inf"
    )
