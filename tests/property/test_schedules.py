"""Schedules of any numbers: bounds, rising and falling phases, momentum against the rate, no jumps, whole courses."""

import math
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ayar.training import Cyclical, OneCycle, schedule_from_dict

rates = st.floats(1e-8, 1e3)
bands = st.tuples(st.floats(0, 0.99), st.floats(0, 0.99)).map(lambda pair: (max(pair), min(pair)))


@st.composite
def cycles(draw: st.DrawFn, most: int = 400, least: int = 1) -> OneCycle:
    steps = draw(st.integers(least, most))
    return OneCycle(
        steps,
        draw(rates),
        rise=draw(st.floats(0, 1)),
        momentum=draw(bands),
        phases=draw(st.sampled_from([2, 3])) if steps >= 4 else 2,
        shape=draw(st.sampled_from(["cosine", "linear"])),
        start_div=draw(st.floats(1, 1e3)),
        end_div=draw(st.floats(1, 1e6)),
    )


@settings(max_examples=150, deadline=None)
@given(cycles())
def test_one_cycle_is_bounded_exact_at_its_knots_and_monotone_between(cycle: OneCycle) -> None:
    values = list(cycle)
    high, low = cycle.momentum or (0.0, 0.0)
    start = cycle.max_lr / cycle.start_div
    assert values[0].lr == start
    assert values[-1].lr == (start / cycle.end_div if cycle.steps > 1 else start)
    assert max(lr for lr, _ in values) == (cycle.max_lr if cycle.steps > 2 else start)
    assert all(0 < lr <= cycle.max_lr and low <= (m or 0.0) <= high for lr, m in values)
    p = cycle.peak
    assert all(a.lr <= b.lr and (a.momentum or 0) >= (b.momentum or 0) for a, b in pairwise(values[: p + 1]))
    assert all(a.lr >= b.lr and (a.momentum or 0) <= (b.momentum or 0) for a, b in pairwise(values[p:]))
    assert cycle.at(cycle.steps + 3) == values[-1]


@settings(max_examples=150, deadline=None)
@given(cycles(), st.data())
def test_extended_keeps_the_past_and_has_no_jump(cycle: OneCycle, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, cycle.steps + 20))
    steps = data.draw(st.integers(at + 2, at + 600))
    longer = cycle.extended(steps, at=at)
    assert [longer.at(t) for t in range(at + 1)] == [cycle.at(t) for t in range(at + 1)]
    assert longer.at(steps - 1) == cycle.at(cycle.steps - 1)
    # A half cosine over n steps moves by at most π/2n of its height a step.
    for a, b in pairwise(longer.knots):
        n = b.step - a.step
        moves = [abs(longer.at(t + 1).lr - longer.at(t).lr) for t in range(a.step, b.step)]
        assert max(moves) <= math.pi / 2 / n * abs(b.lr - a.lr) * (1 + 1e-9) + 1e-15
    assert schedule_from_dict(longer.to_dict()) == longer
    assert longer.plan(longer.peak).lr == max(lr for lr, _ in longer)


@settings(max_examples=100, deadline=None)
@given(cycles(least=3), st.integers(3, 300))
def test_compressed_is_complete(cycle: OneCycle, steps: int) -> None:
    shorter = cycle.for_steps(steps)
    assert shorter.steps == steps
    assert shorter.at(0) == cycle.at(0)
    assert shorter.at(shorter.peak) == cycle.at(cycle.peak)
    assert shorter.at(steps - 1) == cycle.at(cycle.steps - 1)


@settings(max_examples=100, deadline=None)
@given(
    st.integers(1, 400),
    rates,
    st.floats(1, 1e3),
    st.floats(0.5, 200),
    st.sampled_from(["triangular", "triangular2", "exp_range"]),
)
def test_cycles_stay_in_their_bounds_and_momentum_goes_against(
    steps: int, low: float, ratio: float, half: float, scale: str
) -> None:
    schedule = Cyclical(steps, low, low * ratio, half_cycle=half, scale=scale)  # type: ignore[arg-type]  # a literal
    for lr, momentum in schedule:
        assert low <= lr <= low * ratio
        assert 0.85 <= (momentum or 0) <= 0.95
        if ratio > 1.001:
            h = (lr - low) / (low * ratio - low)
            assert math.isclose(0.95 - 0.1 * h, momentum or 0, abs_tol=1e-9)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 6), st.integers(1, 50), st.integers(1, 400))
def test_compressed_cycles_end_where_they_started(count: int, half: int, steps: int) -> None:
    whole = Cyclical(2 * half * count + 1, 0.01, 0.1, half_cycle=half)
    shorter = whole.for_steps(steps)
    assert shorter.steps == steps
    assert math.isclose(shorter.at(0).lr, 0.01)
    assert math.isclose(shorter.at(steps - 1).lr, 0.01, rel_tol=1e-6)
    hills = (steps - 1) / (2 * shorter.half_cycle)
    assert math.isclose(hills, round(hills), abs_tol=1e-9)
    assert hills == 0 or shorter.half_cycle >= (1 if steps > 2 else 0.5)
