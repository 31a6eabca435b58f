"""Schedules: endpoints, phases, short trainings, what is refused, what is extended and compressed."""

import json

import pytest

from ayar.base.errors import ArgumentError, UnknownName
from ayar.training import Constant, Cyclical, OneCycle, Schedule, schedule_from_dict

EACH = [
    Constant(30, 0.1),
    Constant(30, 0.1, momentum=0.9),
    Cyclical(41, 0.01, 0.1, half_cycle=5),
    Cyclical(41, 0.01, 0.1, half_cycle=5, scale="exp_range", gamma=0.99, momentum=None),
    OneCycle(100, 0.1),
    OneCycle(100, 0.1, phases=3, shape="linear", momentum=None),
    OneCycle(100, 0.1).extended(200, at=50),
    OneCycle(100, 0.1).extended(200).extended(300, at=150),
]


def test_one_cycle_has_exact_endpoints_and_peak() -> None:
    cycle = OneCycle(steps=100, max_lr=0.1)
    assert cycle.at(0) == (0.1 / 25, 0.95)
    assert cycle.peak == 29
    assert cycle.at(29) == (0.1, 0.85)
    assert cycle.at(99) == (0.1 / 25 / 1e4, 0.95)


def test_the_papers_hill_is_symmetric_with_a_tail_at_high_momentum() -> None:
    cycle = OneCycle(steps=21, max_lr=1.0, rise=0.43, phases=3, shape="linear", start_div=10)
    assert cycle.peak == 8
    assert [round(cycle.at(t).lr, 6) for t in (0, 4, 8, 12, 16)] == [0.1, 0.55, 1.0, 0.55, 0.1]
    assert [round(cycle.at(t).momentum or 0, 6) for t in (0, 4, 8, 12, 16, 18, 20)] == [
        0.95, 0.9, 0.85, 0.9, 0.95, 0.95, 0.95,
    ]  # fmt: skip
    assert cycle.at(20).lr == 0.1 / 1e4


@pytest.mark.parametrize(("steps", "only"), [(1, [1 / 25]), (2, [1 / 25, 1 / 25 / 1e4])])
def test_one_and_two_steps_have_no_peak_and_say_so(steps: int, only: list[float]) -> None:
    cycle = OneCycle(steps=steps, max_lr=1.0)
    assert [lr for lr, _ in cycle] == only
    assert cycle.peak == 0
    assert f"T = {steps} has no room for a peak" in cycle.explain()


@pytest.mark.parametrize(("steps", "rise"), [(10, 0.1), (20, 0.05), (100, 0.01)])
def test_a_rise_of_one_step_is_moved_and_told_of(steps: int, rise: float) -> None:
    """In PyTorch these divide by zero: pytorch/pytorch#180187."""
    cycle = OneCycle(steps=steps, max_lr=1.0, rise=rise)
    assert cycle.peak == 1
    assert cycle.at(1).lr == 1.0
    assert "asks for the peak on step 0; it is on step 1" in cycle.explain()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"steps": 0}, r"steps must be a whole number of at least 1, got 0"),
        ({"steps": 2.5}, r"steps must be a whole number of at least 1, got 2\.5"),
        ({"steps": True}, r"steps must be a whole number"),
        ({"max_lr": -1.0}, r"max_lr must be a finite number above 0, got -1\.0"),
        ({"max_lr": float("nan")}, r"max_lr must be a finite number above 0, got nan"),
        ({"start_div": 0.5}, r"start_div must be a number of at least 1, got 0\.5"),
        ({"rise": 1.5}, r"rise must be a number from 0 to 1, got 1\.5"),
        ({"momentum": 0.9}, r"momentum must be a pair \(high, low\)"),
        ({"momentum": (0.85, 0.95)}, r"high where the learning rate is low"),
        ({"momentum": (1.0, 0.9)}, r"from 0 to below 1, got 1\.0"),
        ({"phases": 4}, r"phases must be 2 or 3, got 4"),
        ({"phases": 3, "steps": 3}, r"three phases need at least 4 steps .* got steps=3; take phases=2"),
        ({"shape": "cosin"}, r"no shape is called 'cosin'; did you mean 'cosine'\?"),
    ],
)
def test_wrong_values_are_refused_in_words(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        OneCycle(**{"steps": 10, "max_lr": 0.1, **wrong})  # type: ignore[arg-type]  # wrong on purpose


def test_steps_out_of_range() -> None:
    cycle = OneCycle(steps=10, max_lr=0.1)
    assert cycle.at(10) == cycle.at(9) == cycle.at(10**9)
    with pytest.raises(ArgumentError, match=r"t must be a whole number of at least 0, got -1"):
        cycle.at(-1)


def test_triangular_is_the_papers_figure() -> None:
    cycles = Cyclical(steps=9, min_lr=1.0, max_lr=3.0, half_cycle=2, momentum=(0.95, 0.85))
    assert [lr for lr, _ in cycles] == [1, 2, 3, 2, 1, 2, 3, 2, 1]
    assert [round(m or 0, 9) for _, m in cycles] == [0.95, 0.9, 0.85, 0.9, 0.95, 0.9, 0.85, 0.9, 0.95]
    halved = Cyclical(steps=9, min_lr=1.0, max_lr=3.0, half_cycle=2, scale="triangular2")
    assert [lr for lr, _ in halved] == [1, 2, 3, 2, 1, 1.5, 2, 1.5, 1]
    fading = Cyclical(steps=9, min_lr=1.0, max_lr=3.0, half_cycle=2, scale="exp_range", gamma=0.5)
    assert fading.at(2).lr == 1 + 2 * 0.5**2
    assert (cycles.peak, halved.peak, fading.peak) == (6, 2, 2)


def test_cycles_that_cannot_be_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"max_lr must be at least min_lr, got max_lr=0\.1, min_lr=0\.2"):
        Cyclical(10, 0.2, 0.1, half_cycle=2)
    with pytest.raises(ArgumentError, match=r"half_cycle must be a number of at least 0\.5, got 0\.1"):
        Cyclical(10, 0.1, 0.2, half_cycle=0.1)
    with pytest.raises(ArgumentError, match=r"no scale is called 'triangle'; did you mean 'triangular'"):
        Cyclical(10, 0.1, 0.2, half_cycle=2, scale="triangle")  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize("schedule", EACH, ids=lambda schedule: schedule.kind)
def test_plain_values_there_and_back(schedule: Schedule) -> None:
    read = schedule_from_dict(json.loads(json.dumps(schedule.to_dict())))
    assert read == schedule
    assert list(read) == list(schedule)


def test_values_that_name_no_schedule() -> None:
    with pytest.raises(UnknownName, match="no schedule is of kind 'onecycle'; did you mean 'one_cycle'"):
        schedule_from_dict({"kind": "onecycle"})
    with pytest.raises(ArgumentError, match=r"kind 'one_cycle' cannot be read from .*top"):
        schedule_from_dict({"kind": "one_cycle", "steps": 3, "top": 0.1})


@pytest.mark.parametrize("schedule", EACH, ids=lambda schedule: schedule.kind)
def test_table_and_picture_show_every_step(schedule: Schedule) -> None:
    assert [row["lr"] for row in schedule.table] == [lr for lr, _ in schedule]
    drawn = schedule.plot().data
    assert len(drawn[0].y) == len(schedule) == schedule.steps
    assert len(drawn) == (1 if schedule.at(0).momentum is None else 2)


def test_on_the_way_up_the_peak_moves_along() -> None:
    longer = OneCycle(steps=100, max_lr=0.1).extended(190, at=9)
    assert longer.at(9) == OneCycle(steps=100, max_lr=0.1).at(9)
    assert longer.peak == 9 + 40  # 20 of 90 steps ahead become 40 of 180
    assert longer.at(49).lr == 0.1
    assert longer.at(189).lr == 0.1 / 25 / 1e4


def test_on_the_way_down_it_goes_on_down() -> None:
    short = OneCycle(steps=100, max_lr=0.1)
    longer = short.extended(200, at=60)
    rates = [lr for lr, _ in longer][60:]
    assert rates == sorted(rates, reverse=True)
    assert longer.peak == short.peak
    assert [longer.at(t) for t in range(61)] == [short.at(t) for t in range(61)]


def test_after_the_end_a_whole_new_cycle_starts_from_the_last_value() -> None:
    longer = OneCycle(steps=100, max_lr=0.1).extended(200)
    assert longer.at(99) == OneCycle(steps=100, max_lr=0.1).at(99)
    assert longer.at(longer.peak) == (0.1, 0.85)
    assert 100 < longer.peak < 199
    assert longer.at(199) == (0.1 / 25 / 1e4, 0.95)


def test_extending_into_the_past_is_refused() -> None:
    for schedule in EACH[:6]:
        with pytest.raises(ArgumentError, match=r"steps=12 leaves nothing to plan after step 11: give at least 13"):
            schedule.extended(12, at=11)
    with pytest.raises(ArgumentError, match=r"at=50 lies after the last step 40 of these cycles"):
        Cyclical(41, 0.01, 0.1, half_cycle=5).extended(100, at=50)


def test_a_smaller_budget_gets_a_complete_shorter_course() -> None:
    assert OneCycle(steps=900, max_lr=0.1).for_steps(30) == OneCycle(steps=30, max_lr=0.1)
    assert OneCycle(steps=900, max_lr=0.1, phases=3).for_steps(3) == OneCycle(steps=3, max_lr=0.1, phases=2)
    three = Cyclical(steps=61, min_lr=0.01, max_lr=0.1, half_cycle=10)
    assert three.for_steps(25) == Cyclical(steps=25, min_lr=0.01, max_lr=0.1, half_cycle=4)
    assert three.for_steps(5) == Cyclical(steps=5, min_lr=0.01, max_lr=0.1, half_cycle=1)
    assert [lr for lr, _ in three.for_steps(2)] == [0.01, 0.01]
    assert Constant(100, 0.1).for_steps(7) == Constant(7, 0.1)
