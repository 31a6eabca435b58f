"""The History: the trials of a study as columns, extended event by event, never rebuilt.

n  trials, by number (row i is trial i)   g  goals   c  result constraints   D  coded columns of the space

A row whose trial is reserved but not proposed yet (another worker is at it) holds state `reserved` and no parameters.
Readers do not write: arrays are read-only views. Only `trial.fold` extends a History.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ayar.base.errors import NoTrial
from ayar.space.codec import Codec
from ayar.trial.column import Column
from ayar.trial.crossval import fold_plan, fold_scores
from ayar.trial.failure import Failure
from ayar.trial.fold_table import FoldTable
from ayar.trial.goal import Constraint, Goal
from ayar.trial.points import Points
from ayar.trial.state import CODES, FINAL, STATES, State
from ayar.trial.trial import Report, Trial

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

_FINAL = np.array([state in FINAL for state in STATES])
_RESERVED = CODES[State.RESERVED]


class Row(msgspec.Struct, gc=False):
    """What the fold knows of one trial so far; `History.trial` freezes it."""

    number: int
    state: State = State.RESERVED
    params: dict[str, Any] | None = None
    values: tuple[float, ...] = ()
    sd: tuple[float, ...] = ()
    metrics: dict[str, float] = {}
    reports: list[Report] | None = None
    """None before the first: an empty list a row would be the only thing of many rows that the collector visits."""
    attrs: dict[str, Any] = {}
    failure: Failure | None = None
    note: Mapping[str, Any] = {}
    seen: int | None = None
    attempts: int = 0
    token: int | None = None
    worker: str | None = None
    seconds: float | None = None
    overhead: float = 0.0
    peak_bytes: int | None = None
    output: str = ""
    asked_at: int | None = None
    told_at: int | None = None
    source: dict[str, Any] = {}
    as_asked: dict[str, Any] | None = None
    """Parameters before changes of the space made others of them; None where they are the same."""
    retired: dict[str, Any] = {}
    """Values of parameters that were retired and are something else since."""
    outside: str = ""
    """Why it lies outside the space since that changed."""
    decision: Mapping[str, Any] = {}
    """What a scheduler decided in this attempt, and why; empty while it goes on."""
    asked: dict[str, Any] = {}
    """Names a define-by-run objective asked for in this attempt, with their values."""


class History:
    """All trials of a study up to event `head`."""

    def __init__(self, goals: Sequence[Goal], constraints: Sequence[Constraint] = ()) -> None:
        self.goals = tuple(goals)
        self.constraints = tuple(constraints)
        self.head = 0
        """The last event folded in."""
        self.space_since = 0
        """The event that last changed the space; 0 if none did."""
        self.folds = FoldTable()
        """Fold scores of the told trials of a study with one goal."""
        self._rows: list[Row] = []
        self._state = Column(_RESERVED, np.int8)
        self._counts = [0] * len(STATES)
        self._values = Column(math.nan, np.float64, len(self.goals))
        self._sd = Column(math.nan, np.float64, len(self.goals))
        self._violations = Column(math.nan, np.float64, len(self.constraints))
        self._told = Column(0, np.int64)
        self._outside = Column(False, np.bool_)
        self._order: list[int] = []
        self._points: Points | None = None
        self._changed: dict[int, None] = {}
        self._signs = np.array([goal.sign for goal in self.goals])

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def state(self) -> NDArray[np.int8]:
        """(n,) codes of the states, see `State.code`."""
        return self._state.view(len(self._rows))

    @property
    def values(self) -> Floats:
        """(n, g) values as told; NaN where there are none."""
        return self._values.view(len(self._rows))

    @property
    def losses(self) -> Floats:
        """(n, g) values turned so that lower is better."""
        losses: Floats = self._values.view(len(self._rows)) * self._signs
        return losses

    @property
    def sd(self) -> Floats:
        """(n, g) standard errors the objective knew; NaN where it did not."""
        return self._sd.view(len(self._rows))

    @property
    def violations(self) -> Floats:
        """(n, c) how far each constraint metric lies outside its bounds; 0 inside, NaN unknown."""
        return self._violations.view(len(self._rows))

    @property
    def told(self) -> Ints:
        """(n,) event number of each trial's outcome; 0 while it has none."""
        return self._told.view(len(self._rows))

    @property
    def order(self) -> Sequence[int]:
        """Numbers of the trials with an outcome, in the order they were told."""
        return self._order

    def having(self, *states: State) -> Bools:
        """(n,) mask of the trials in one of `states`."""
        # A look into a table: `isin` costs ten times as much.
        return np.array([state in states for state in STATES])[self.state]

    @property
    def final(self) -> Bools:
        """(n,) mask of the trials with an outcome."""
        return _FINAL[self.state]

    @property
    def inside(self) -> Bools:
        """(n,) mask of the trials that no change of the space put outside it: those that count and teach."""
        inside: Bools = ~self._outside.view(len(self._rows))
        return inside

    @property
    def pending(self) -> Bools:
        """(n,) mask of the trials inside the space that hold parameters and have no outcome yet."""
        return self.having(State.WAITING, State.RUNNING) & self.inside

    @property
    def feasible(self) -> Bools:
        """(n,) mask of the trials that met every result constraint; one that did not tell a metric is not feasible."""
        feasible: Bools = np.all(self.violations == 0.0, axis=1)
        return feasible

    def columns(self, codec: Codec) -> tuple[Floats, Bools]:
        """(X, A): parameters of every trial in `codec`'s columns, (n, D) each.

        A row without parameters is all NaN, and so is one that lies outside the space.
        """
        return self._points_for(codec).arrays

    def units(self, codec: Codec) -> Floats:
        """(n, D) unit coordinates of `columns`."""
        return self._points_for(codec).units

    def taken(self, codec: Codec) -> Mapping[bytes, int]:
        """`codec` keys of every point that was asked, enqueued or added -> number of trials inside that hold it."""
        return self._points_for(codec).keys

    def _points_for(self, codec: Codec) -> Points:
        # One codec at a time: another one comes only when a space grows, and then every row must be encoded again.
        if self._points is None or self._points.codec is not codec:
            self._points = Points(codec)
            self._changed = dict.fromkeys(range(len(self._rows)))
        rows = (self._rows[number] for number in self._changed)
        self._points.update(len(self._rows), [(row.number, None if row.outside else row.params) for row in rows])
        self._changed = {}
        return self._points

    def params(self, number: int) -> Mapping[str, Any]:
        """Active parameters of one trial; empty while it is reserved."""
        return self._rows[number].params or {}

    def note(self, number: int) -> Mapping[str, Any]:
        """The sampler's note of one trial."""
        return self._rows[number].note

    def reports(self, number: int) -> Sequence[Report]:
        """Intermediate values of one trial's last attempt."""
        return self._rows[number].reports or ()

    def row(self, number: int) -> Row:
        """What the fold knows of one trial; not to be written to outside `trial.fold`."""
        return self._rows[number]

    def trial(self, number: int) -> Trial:
        """One trial, frozen.

        Raises:
            NoTrial: no trial has this number.
        """
        if not 0 <= number < len(self._rows):
            raise NoTrial(f"no trial has number {number}; this study has {len(self._rows)}, counted from 0")
        return _freeze(self._rows[number])

    def trials(self, *states: State) -> Iterator[Trial]:
        """Trials by number, all that hold parameters or only those in `states`."""
        for row in self._rows:
            if row.params is not None and (not states or row.state in states):
                yield self.trial(row.number)

    @property
    def asked(self) -> int:
        """Trials handed out so far, each counted once: what `max_trials` limits."""
        return sum(row.attempts > 0 for row in self._rows)

    def counts(self) -> dict[State, int]:
        """How many trials are in each state."""
        return {state: count for state, count in zip(STATES, self._counts, strict=True) if count}

    # -- extending; called by trial.fold alone ---------------------------------------------------------------------

    def open_row(self, number: int) -> Row:
        """The row of `number`, made (with those before it) when it is new."""
        if number >= len(self._rows):
            self._counts[_RESERVED] += number + 1 - len(self._rows)
            self._rows.extend(Row(i) for i in range(len(self._rows), number + 1))
            if number >= len(self._state):
                for column in (
                    self._state, self._values, self._sd, self._violations, self._told, self._outside,
                ):  # fmt: skip
                    column.make_room(number + 1)
        return self._rows[number]

    def enter_space(self, event: int) -> None:
        """Another space from `event` on; every row is given its parameters anew."""
        self.space_since = event
        self._points = None

    def set_params(self, row: Row, params: dict[str, Any]) -> None:
        """Give a row its parameters, or other ones; `row.outside` says whether they lie in the space."""
        row.params = params
        self._outside[row.number] = bool(row.outside)
        self._changed[row.number] = None

    def set_state(self, row: Row, state: State) -> None:
        """Move a row to `state`."""
        self._counts[CODES[row.state]] -= 1
        self._counts[CODES[state]] += 1
        row.state = state
        self._state[row.number] = CODES[state]

    def set_outcome(self, row: Row, event: int) -> None:
        """Copy the outcome that the row holds into the columns; `event` told it."""
        number = row.number
        if row.values:
            self._values[number] = row.values
        if row.sd:
            self._sd[number] = row.sd
        if self.constraints:
            self._violations[number] = [
                constraint.violation(row.metrics.get(constraint.name, math.nan)) for constraint in self.constraints
            ]
        self._told[number] = event
        self._order.append(number)
        if row.reports and len(self.goals) == 1 and (scores := fold_scores(row.reports)):
            self.folds.put(number, scores, fold_plan(row.attrs))


def _freeze(row: Row) -> Trial:
    return Trial(
        number=row.number,
        state=row.state,
        parameters=dict(row.params or {}),
        values=row.values,
        sd=row.sd,
        metrics=dict(row.metrics),
        reports=tuple(row.reports or ()),
        attrs=dict(row.attrs),
        failure=row.failure,
        note=row.note,
        decision=row.decision,
        seen=row.seen,
        attempts=row.attempts,
        worker=row.worker,
        seconds=row.seconds,
        overhead=row.overhead,
        peak_bytes=row.peak_bytes,
        output=row.output,
        asked_at=row.asked_at,
        told_at=row.told_at,
        source=dict(row.source),
        as_asked=row.as_asked,
        outside=row.outside,
    )
