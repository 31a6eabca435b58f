"""Spaces of every kind survive the codec, JSON and the grid; draws keep every rule."""

import itertools
import json
import math
from typing import Any

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ayar.base.jsontext import dumps, loads
from ayar.base.rng import stream
from ayar.space.domains import Bool, Categorical, Constant, Domain, Float, Int, Ordinal
from ayar.space.draw import draw
from ayar.space.space import Space
from ayar.space.values import identity
from ayar.space.wire import params_from_wire, params_to_wire, space_from_json, space_to_json

SCALARS = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)
CHOICES = st.lists(VALUES, min_size=1, max_size=4, unique_by=identity)
FINITE = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def floats(draw: st.DrawFn) -> Float:
    low, high = sorted([draw(FINITE), draw(FINITE)])
    assume(math.isfinite(high - low))
    return Float(low, high, log=low > 0 and draw(st.booleans()))


@st.composite
def stepped_floats(draw: st.DrawFn) -> Float:
    digits, steps = draw(st.integers(0, 6)), draw(st.integers(0, 30))
    low, step = draw(st.integers(-(10**6), 10**6)), draw(st.integers(1, 10**4))
    high = round((low + steps * step) / 10**digits, digits)
    return Float(round(low / 10**digits, digits), high, step=round(step / 10**digits, digits))


@st.composite
def ints(draw: st.DrawFn, widest: int = 2**53) -> Int:
    low = draw(st.integers(-widest, widest))
    high = draw(st.integers(low, min(low + 2**50, widest)))
    step = draw(st.integers(1, 5))
    if low > 0 and draw(st.booleans()):
        return Int(low, high, log=True)
    return Int(low, high - (high - low) % step, step=step)


SMALL_INTS = st.tuples(st.integers(-5, 5), st.integers(0, 4), st.integers(1, 3)).map(
    lambda t: Int(t[0], t[0] + t[1] * t[2], step=t[2])
)
FINITE_DOMAINS: st.SearchStrategy[Domain] = (
    CHOICES.map(Categorical) | CHOICES.map(Ordinal) | st.just(Bool()) | VALUES.map(Constant) | SMALL_INTS
)
DOMAINS: st.SearchStrategy[Domain] = FINITE_DOMAINS | floats() | stepped_floats() | ints()


@st.composite
def spaces(draw: st.DrawFn, domains: st.SearchStrategy[Domain] = DOMAINS, largest: int = 6) -> Space:
    """A space whose parameters hang on earlier ones at random."""
    params: dict[str, Domain] = {}
    for i in range(draw(st.integers(0, largest))):
        when: dict[str, Any] = {}
        for parent in draw(st.lists(st.sampled_from(list(params) or [""]), max_size=2, unique=True)):
            levels = params[parent].levels if parent else 0
            if 0 < levels <= 50:
                codes = draw(st.lists(st.integers(0, levels - 1), min_size=1, max_size=3, unique=True))
                when[parent] = [params[parent].value(params[parent].tick(code)) for code in codes]
        params[f"p{i}"] = draw(domains).under(when or None)
    return Space(params)


def points_of(space: Space, seed: int, count: int = 20) -> list[dict[str, Any]]:
    generator = stream(seed, 0, "property")
    X, A = draw(space, lambda m: generator.random((m, len(space.codec.names))), count)
    return space.codec.decode(X, A)


def same(left: Any, right: Any) -> bool:
    return identity(left) == identity(right)


@given(spaces(), st.integers(0, 100))
@settings(max_examples=200, deadline=None)
def test_every_contained_point_survives_the_codec_and_the_wire_with_its_types(space: Space, seed: int) -> None:
    points = points_of(space, seed)
    X, A = space.codec.encode(points)
    wired = [params_from_wire(space, loads(dumps(params_to_wire(space, point)))) for point in points]
    for point, decoded, back in zip(points, space.codec.decode(X, A), wired, strict=True):
        assert space.explain(point) is None
        assert same(decoded, point)
        assert same(back, point)
    assert np.array_equal(A, space.codec.activity(X))


@given(spaces(), st.integers(0, 100))
@settings(max_examples=200, deadline=None)
def test_the_unit_cube_keeps_discrete_codes_exactly_and_others_to_rounding(space: Space, seed: int) -> None:
    codec = space.codec
    U = stream(seed, 1, "property").random((20, len(codec.names)))
    X = codec.from_unit(U)
    again = codec.from_unit(codec.to_unit(X))
    assert ((codec.to_unit(X) >= 0) & (codec.to_unit(X) <= 1)).all()
    for column, before, after in zip(codec.columns, X.T, again.T, strict=True):
        assert ((before >= column.low) & (before <= column.high)).all()
        if column.levels and not (column.log and column.high > 2**44):
            assert np.array_equal(before, after)
        elif column.log:
            assert np.allclose(before, after, rtol=1e-11, atol=0.5 if column.levels else 0.0)
        else:
            assert np.allclose(before, after, rtol=1e-12, atol=1e-15 * (column.high - column.low))


@given(spaces())
@settings(max_examples=200, deadline=None)
def test_a_space_survives_json(space: Space) -> None:
    data = space_to_json(space)
    assert space_from_json(loads(dumps(data))) == space
    assert space_from_json(json.loads(json.dumps(data, sort_keys=True, allow_nan=False))) == space


@given(spaces(FINITE_DOMAINS, largest=5))
@settings(max_examples=150, deadline=None)
def test_the_grid_holds_exactly_size_distinct_contained_points(space: Space) -> None:
    assume(space.size <= 2_000)
    points = list(space.grid())
    X, _ = space.codec.encode(points)
    assert len(set(space.codec.keys(X))) == len(points) == space.size
    assert all(space.contains(point) for point in itertools.islice(points, 30))


@given(spaces(FINITE_DOMAINS, largest=4), st.integers(0, 100))
@settings(max_examples=60, deadline=None)
def test_draws_reach_every_point_and_then_end(space: Space, seed: int) -> None:
    assume(space.size <= 100)
    generator = stream(seed, 2, "property")
    taken: set[bytes] = set()

    def free(X: Any) -> Any:
        return np.array([key not in taken for key in space.codec.keys(X)], dtype=bool)

    for _ in range(int(space.size)):
        X, _A = draw(space, lambda m: generator.random((m, len(space.codec.names))), 1, free)
        taken.update(space.codec.keys(X))
    assert len(taken) == space.size
    assert len(draw(space, lambda m: generator.random((m, len(space.codec.names))), 1, free)[0]) == 0


@given(st.integers(0, 10_000), st.sampled_from(["a + b <= 3", "a * b == c", "a < b < c", "c % 2 == a % 2 or b > 4"]))
@settings(max_examples=60, deadline=None)
def test_draws_keep_every_rule(seed: int, rule: str) -> None:
    space = Space(
        {"a": (0, 9), "b": (0.0, 9.0), "c": (0, 9), "k": ["x", "y"], "d": Int(0, 9, when={"k": "y"})},
        constraints=[rule, "d >= 5", lambda p: p["d"] != p["a"]],
        forbidden=[{"k": "x", "a": range(1, 5)}],
    )
    if rule == "a * b == c":
        space = Space({**space.params, "b": Int(0, 9)}, constraints=space.constraints, forbidden=space.forbidden)
    for point in points_of(space, seed, 10):
        assert space.explain(point) is None
