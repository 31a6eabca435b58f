"""A study's fold from a list of parameters and values, for tests of whatever reads one: samplers, analysis, pictures.

The events are real ones, in the order a single worker would have written them; the clock ticks one second an event.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ayar.base.jsontext import number_to_wire, wrap
from ayar.space.parse import space_of
from ayar.space.space import Space
from ayar.space.wire import params_to_wire, space_to_json
from ayar.trial import events as ev
from ayar.trial.failure import Failure
from ayar.trial.fold import Fold
from ayar.trial.goal import read_constraints, read_goals
from ayar.trial.state import State

START = 1_700_000_000_000_000
"""The first event's wall clock, microseconds since 1970."""
TICK = 1_000_000


@dataclass(frozen=True)
class Told:
    """One trial and how it went; `values` is one number, or one a goal."""

    params: Mapping[str, Any]
    values: float | Sequence[float] = ()
    state: State = State.COMPLETE
    sd: float | None = None
    reports: Sequence[Sequence[float]] = ()
    """[step, value] or [step, value, fold] each."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    failure: Failure | None = None
    note: Mapping[str, Any] = field(default_factory=dict)
    attrs: Mapping[str, Any] = field(default_factory=dict)
    seconds: float | None = 0.5
    overhead: float = 0.01


def fold_of(
    space: object,
    trials: Iterable[Told | tuple[Mapping[str, Any], float | Sequence[float]]],
    *,
    goals: object = None,
    constraints: object = None,
    records: Iterable[tuple[str, Any]] = (),
    name: str = "study",
    seed: int = 0,
    **settings: Any,
) -> Fold:
    """The fold of a study in which `trials` were asked and told one after another.

    Arguments:
        space: a Space, or what `space_of` reads.
        trials: `Told` records, or (params, values) of complete trials.
        goals: a mapping of name to direction; one goal to minimise if left out.
        constraints: on results, as `create_study` takes them.
        records: (topic, data) of facts recorded after the last trial.
        name: the study's.
        seed: the study's.
        settings: further fields of `StudyCreated`, such as max_trials.

    >>> fold = fold_of({"x": (0.0, 1.0)}, [({"x": 0.2}, 4.0), Told({"x": 0.9}, state=State.FAILED)])
    >>> [str(trial.state) for trial in fold.history.trials()]
    ['complete', 'failed']
    """
    own = space_of(space)
    created = ev.StudyCreated(
        name=name,
        goals=read_goals(goals=goals),
        space=space_to_json(own),
        seed=seed,
        sampler=ev.Plugin("random"),
        constraints=read_constraints(constraints),
        **settings,
    )
    bodies: list[ev.Body] = [created]
    for number, item in enumerate(trials):
        told = item if isinstance(item, Told) else Told(*item)
        bodies.extend(_events_of(own, number, told, seen=len(bodies)))
    bodies.extend(ev.Recorded(topic, wrap(data)) for topic, data in records)
    fold = Fold(own)
    write(fold, bodies)
    return fold


def write(fold: Fold, bodies: Iterable[ev.Body]) -> None:
    """Fold further events in, one second after another."""
    fold.extend(
        ev.Event(i, body, at=START + i * TICK, active=i * TICK, worker="tests")
        for i, body in enumerate(bodies, fold.head + 1)
    )


def extend(fold: Fold, space: Space, trials: Iterable[Told]) -> None:
    """Further trials of a study, with parameters of `space`."""
    for told in trials:
        write(fold, _events_of(space, len(fold.history), told, seen=fold.head))


def _events_of(space: Any, number: int, told: Told, seen: int) -> list[ev.Body]:
    lease = ev.Lease(number, token=number + 1, attempt=1, ttl=60.0)
    wire = params_to_wire(space, dict(told.params))
    out: list[ev.Body] = [
        ev.TrialAsked(number, 1, wire, seen=seen, note=wrap(told.note), lease=lease, seconds=told.overhead)
    ]
    if not told.state.is_final:
        out.extend(ev.AttrSet(name, wrap(value), number=number) for name, value in told.attrs.items())
    if told.reports:
        points = tuple(
            ev.Point(int(step), number_to_wire(value), *map(int, fold)) for step, value, *fold in told.reports
        )
        out.append(ev.TrialReported(number, 1, points))
    if told.state.is_final:
        out.append(_outcome(number, told, lease))
    return out


def _outcome(number: int, told: Told, lease: ev.Lease) -> ev.TrialTold:
    values = told.values if isinstance(told.values, Sequence) else (told.values,)
    return ev.TrialTold(
        number,
        1,
        lease.token,
        told.state,
        values=tuple(number_to_wire(float(value)) for value in values),
        sd=() if told.sd is None else (told.sd,),
        constraints={name: number_to_wire(value) for name, value in told.metrics.items()},
        failure=told.failure,
        attrs=wrap(told.attrs),
        seconds=told.seconds,
    )
