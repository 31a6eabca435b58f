"""Random spaces under random changes: trials lie in the new space or say why not, and come late or early alike."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ayar.base.jsontext import dumps, loads
from ayar.base.rng import stream
from ayar.space.domains import Bool, Categorical, Domain, Float, Int
from ayar.space.draw import draw as drawn
from ayar.space.moves import moves_between
from ayar.space.moves_read import Passage, outside
from ayar.space.space import Space
from ayar.space.wire import params_to_wire, space_from_json, space_to_json
from ayar.testing.folds import START, TICK
from ayar.trial import events as ev
from ayar.trial.fold import Fold
from ayar.trial.goal import Goal
from ayar.trial.state import State

NAMES = ("a", "b", "c", "d")
WORDS: list[Any] = ["x", "y", None, 1, (1, 2), (3,)]


@st.composite
def domains(draw: st.DrawFn) -> Domain:
    kind = draw(st.sampled_from(["float", "int", "choice", "bool"]))
    low = draw(st.integers(1, 5))
    high = low + draw(st.integers(1, 6))
    if kind == "float":
        return Float(float(low), float(high), log=draw(st.booleans()))
    if kind == "int":
        return Int(low, high)
    if kind == "bool":
        return Bool()
    return Categorical(list(draw(st.permutations(WORDS)))[: draw(st.integers(1, 4))])


@st.composite
def spaces(draw: st.DrawFn) -> Space:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    params: dict[str, Domain] = {}
    for name in names:
        domain = draw(domains())
        parents = [n for n, d in params.items() if isinstance(d, Categorical)]
        nested: bool = draw(st.booleans())
        if parents and nested:
            parent = draw(st.sampled_from(parents))
            domain = domain.under({parent: [params[parent].value(0.0)]})
        params[name] = domain
    return Space(params)


@st.composite
def changes(draw: st.DrawFn, old: Space) -> tuple[Space, dict[str, str], dict[str, Any]]:
    """Another space, with what the user says: ranges and lists swapped are given another name."""
    new = draw(spaces())
    rename = {}
    if draw(st.sampled_from([False, True])):
        gone = [name for name in old.names if name not in new.names]
        come = [name for name in new.names if name not in old.names]
        rename = dict(zip(gone, come, strict=False))
    called = {rename.get(name, name): old.params[name] for name in old.names}
    clash = {name for name in new.names if name in called and _family(called[name]) != _family(new.params[name])}
    if clash:
        kept = {n: called[n] if n in clash else d for n, d in new.params.items()}
        new = Space({name: domain if domain.when is None else domain.under(None) for name, domain in kept.items()})
    fill: dict[str, Any] = {name: _some(new.params[name], draw) for name in new.names if name not in called}
    for name, domain in called.items():
        if name not in new.params:
            fill[name] = draw(st.sampled_from([..., _some(domain, draw)]))
    return new, rename, fill


def _family(domain: Domain) -> bool:
    return isinstance(domain, Float | Int)


def _some(domain: Domain, draw: st.DrawFn) -> Any:
    if not domain.levels:
        return domain.value(domain.low)  # type: ignore[attr-defined]  # a Float
    return domain.value(domain.tick(draw(st.integers(0, domain.levels - 1))))


def points(space: Space, count: int) -> list[dict[str, Any]]:
    uniforms = stream(0, count, "test").random
    X, A = drawn(space, lambda m: uniforms((m, len(space.codec.names))), count)
    return space.codec.decode(X, A)


@st.composite
def journeys(draw: st.DrawFn) -> tuple[list[Space], list[ev.SpaceChanged]]:
    route, bodies = [draw(spaces())], []
    for _ in range(draw(st.integers(1, 4))):
        new, rename, fill = draw(changes(route[-1]))
        moves = moves_between(route[-1], new, rename, fill)
        if moves:
            route.append(new)
            bodies.append(ev.SpaceChanged(space_to_json(new), moves))
    return route, bodies


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_trial_lies_in_the_new_space_or_says_why_not_and_keeps_its_values(data: st.DataObject) -> None:
    old = data.draw(spaces())
    new, rename, fill = data.draw(changes(old))
    moves = moves_between(old, new, rename, fill)
    passage = Passage(old, new, moves)
    for point in points(old, 5):
        params, retired = passage.read(point, {})
        why = outside(new, params, retired)
        assert (why == "") == (new.contains(params) and not retired)
        for name, value in point.items():
            called = rename.get(name, name)
            if called in params and called not in fill:
                assert params[called] == value, "values are never clipped"


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_moves_and_spaces_come_back_from_their_json(data: st.DataObject) -> None:
    old = data.draw(spaces())
    new, rename, fill = data.draw(changes(old))
    body = ev.SpaceChanged(space_to_json(new), moves_between(old, new, rename, fill), "me", "why")
    again = ev.decode_body("SpaceChanged", ev.encode_body(body))
    assert isinstance(again, ev.SpaceChanged)
    assert again == body
    assert space_from_json(again.space) == new
    assert loads(dumps(body.space)) == body.space


@settings(deadline=None, max_examples=100)
@given(journeys())
def test_a_proposal_that_lands_after_changes_is_read_as_one_that_came_before(
    journey: tuple[list[Space], list[ev.SpaceChanged]],
) -> None:
    route, bodies = journey
    asked = points(route[0], 4)
    early, late = log(route[0]), log(route[0])
    for number, point in enumerate(asked):
        put(early, *trial(route[0], number, point, seen=1))
    put(early, *bodies)
    put(late, *bodies)
    for number, point in enumerate(asked):
        put(late, *trial(route[0], number, point, seen=1))
    assert early.setup.space == late.setup.space == route[-1]
    for one, other in zip(early.history.trials(), late.history.trials(), strict=True):
        assert (one.params, one.outside, one.as_asked) == (other.params, other.outside, other.as_asked)
        assert dict(one.params if one.as_asked is None else one.as_asked) == asked[one.number]
    assert early.history.inside.tolist() == late.history.inside.tolist()


def log(space: Space) -> Fold:
    fold = Fold(space)
    put(fold, ev.StudyCreated("s", (Goal("value"),), space_to_json(space), 0, ev.Plugin("random")))
    return fold


def put(fold: Fold, *bodies: ev.Body) -> None:
    fold.extend(ev.Event(i, body, START + i * TICK, i * TICK) for i, body in enumerate(bodies, fold.head + 1))


def trial(space: Space, number: int, params: dict[str, Any], seen: int) -> list[ev.Body]:
    lease = ev.Lease(number, number + 1, 1, 60.0)
    asked = ev.TrialAsked(number, 1, params_to_wire(space, params), seen=seen, note={}, lease=lease)
    return [asked, ev.TrialTold(number, 1, lease.token, State.COMPLETE, (0.5,))]
