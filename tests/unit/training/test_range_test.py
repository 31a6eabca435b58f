"""The range test on curves and trainings whose answer is known; on every curve without one a verdict, never a guess."""

import json
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ayar.base.errors import ArgumentError
from ayar.base.rng import stream
from ayar.training import NumpyTask, RangeTest, lr_range_test
from ayar.training.range_rules import RULES, read
from ayar.training.range_sweep import Shape, Sweep, learning_rates
from curve_task import CurveTask, QuadraticTask

DIGITS_LIKE = stream(0, 0, "rows")
X = DIGITS_LIKE.normal(size=(600, 12))
Y = (X @ DIGITS_LIKE.normal(size=(12, 4))).argmax(axis=1)


def falling(steepest: float, cliff: float, scale: float = 1.0) -> Callable[[float], float]:
    """Log10 places: falls as a logistic, steepest at one, and rises as η^1.5 about the other."""

    def loss(lr: float) -> float:
        x = math.log10(lr)
        return scale * (
            2.3 * (1 - 0.7 / (1 + math.exp(-4 * (x - steepest)))) + 0.3 * min(10 ** (1.5 * (x - cliff)), 1e6)
        )

    return loss


def network(**options: object) -> NumpyTask:
    return NumpyTask(X, Y, hidden=(32,), **options)  # type: ignore[arg-type]  # options of the tests


@pytest.mark.parametrize("noise", [0.02, 0.05, 0.1])
def test_known_steepest_point_and_minimum_are_found_within_a_factor_of_two(noise: float) -> None:
    """Acceptance row 3, on one sweep of 100 steps over 8 decades each; the package reads three of them."""
    good = {"steepest": 0, "minimum": 0}
    lrs = learning_rates(1e-7, 10, 100, "exponential")
    for seed in range(100):
        rng = stream(seed, 0, "curve")
        place = rng.uniform(-4, -2)
        curve = falling(place, place + 1.3)
        truth = {"steepest": 10**place, "minimum": lrs[np.argmin([curve(lr) for lr in lrs])]}
        losses = np.array([curve(lr) for lr in lrs]) * (1 + noise * rng.normal(size=100))
        last = int(np.argmax(lrs > 10 ** (place + 2.3)))
        reading = read(Sweep(0, tuple(lrs[:last]), tuple(losses[:last]), (), "rose"))
        assert reading is not None
        for name, count in good.items():
            said = RULES[name][0](reading)
            assert said is not None
            good[name] = count + (0.5 <= said / truth[name] <= 2)
    assert min(good.values()) >= 95, good


@pytest.mark.parametrize("noise", [0.0, 0.02, 0.3])
def test_a_constant_loss_is_no_signal(noise: float) -> None:
    found = lr_range_test(CurveTask(lambda lr: 2.3, noise))
    assert (found.verdict, found.max_lr, found.min_lr) == ("no signal", None, None)
    assert "4 are needed" in found.explain()
    assert "Check that the labels belong to the rows" in found.next_step


def test_no_signal_is_rarely_called_a_signal() -> None:
    verdicts = [lr_range_test(CurveTask(lambda lr: 2.3, 0.1), seed=seed).verdict for seed in range(0, 90, 3)]
    assert verdicts.count("no signal") >= 29


def test_a_loss_that_never_rises_has_not_diverged() -> None:
    found = lr_range_test(CurveTask(falling(-2, 9), 0.02))
    assert (found.verdict, found.max_lr) == ("not diverged", None)
    assert "Raise `high`" in found.next_step


def test_nan_at_once_and_a_sweep_that_begins_too_high() -> None:
    nothing = lr_range_test(CurveTask(lambda lr: math.nan))
    assert (nothing.verdict, nothing.steps_spent, nothing.divergence) == ("diverged at once", 3, None)
    assert "look for NaN in the data" in nothing.explain()
    high = lr_range_test(QuadraticTask([1.0]), low=3.0, high=1e4)
    assert high.verdict == "diverged at once"
    assert "Lower `low`" in high.next_step


def test_an_infinite_loss_ends_a_sweep() -> None:
    found = lr_range_test(CurveTask(lambda lr: falling(-2, 0)(lr) if lr < 1 else math.inf, 0.02), confirm=False)
    assert found.verdict == "ok"
    assert found.divergence == pytest.approx(1.0, rel=0.2)
    assert all("inf" in sweep.stopped for sweep in found.sweeps)


def test_few_steps_are_too_few_batches() -> None:
    found = lr_range_test(network(), steps=12)
    assert (found.verdict, found.max_lr) == ("too few batches", None)
    assert "Take more steps" in found.next_step


def test_repeats_that_disagree_are_too_noisy() -> None:
    task = CurveTask(falling(-2, -0.5), 0.02)
    start = task.start

    def elsewhere(seed: int) -> object:
        task.curve = falling(-4 + 1.5 * seed, -2.7 + 1.5 * seed)
        return start(seed)

    task.start = elsewhere  # type: ignore[method-assign,assignment]  # each repeat meets another curve
    found = lr_range_test(task, confirm=False)
    assert (found.verdict, found.max_lr) == ("too noisy", None)
    assert "confirm=True" in found.next_step


@pytest.mark.parametrize("curvatures", [[1.0], [10.0, 1.0, 0.1], [100.0, *([1.0] * 10)]])
def test_divergence_agrees_with_theory_on_a_quadratic(curvatures: list[float]) -> None:
    found = lr_range_test(QuadraticTask(curvatures), confirm=False)
    assert found.divergence is not None
    assert 0.5 <= found.divergence / (2 / max(curvatures)) <= 2


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("sweep", ["exponential", "linear"])
def test_a_network_gets_a_rate_that_trains_it(optimizer: str, sweep: Shape) -> None:
    high = {"sgd": 10.0, "adam": 3.0}[optimizer] / (1 if sweep == "exponential" else 3)
    task = network(optimizer=optimizer)
    found = lr_range_test(task, high=high, sweep=sweep, steps=150)
    assert found.ok, found.explain()
    assert found.max_lr is not None
    assert found.bracket is not None
    assert all(a <= b for a, b in zip(found.rules["minimum"].found, found.rules["divergence"].found, strict=True))
    assert found.bracket[0] / 2.001 <= found.max_lr <= found.bracket[1] * 2.001
    assert bool(found.sweeps[0].checkpoints) == (sweep == "linear")
    assert found.cost["sweeps"] == sum(len(one.losses) for one in found.sweeps)
    if found.cycles:
        assert found.cost["cycles"] <= 150 * 3 * len(found.cycles)


def test_it_works_without_validation_rows() -> None:
    found = lr_range_test(network(validation=0.0), confirm=True)
    assert found.chosen_by == "cycles"
    assert 3 <= len(found.cycles) <= 5


def test_the_same_seed_gives_the_same_answer_and_others_other_sweeps() -> None:
    one, two = (lr_range_test(network(), confirm=False) for _ in range(2))
    assert one.sweeps == two.sweeps
    assert len({sweep.losses for sweep in one.sweeps}) == 3


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_live_run_goes_on_bit_for_bit(optimizer: str) -> None:
    task = network(optimizer=optimizer, dropout=0.2)
    alone, probed = task.start(3), task.start(3)
    for run in (alone, probed):
        for _ in range(30):
            run.step()
    found = lr_range_test(probed, confirm=True, steps=100)
    assert found.task == "this run"
    assert len({sweep.losses for sweep in found.sweeps}) == 3
    assert [alone.step() for _ in range(30)] == [probed.step() for _ in range(30)]
    assert alone.parts() == probed.parts()


def test_a_live_run_is_put_back_after_an_interrupt() -> None:
    task = network()
    alone, probed = task.start(3), task.start(3)
    step, count = probed.step, 0

    def interrupted(**settings: float | None) -> float:
        nonlocal count
        count += 1
        if count == 50:
            raise KeyboardInterrupt
        return step(**settings)

    probed.step = interrupted  # type: ignore[method-assign]  # the user's hand on the keyboard
    with pytest.raises(KeyboardInterrupt):
        lr_range_test(probed)
    assert [alone.step() for _ in range(10)] == [step() for _ in range(10)]


@settings(max_examples=25, deadline=None)
@given(
    st.floats(-6, -1),
    st.floats(1.5, 6),
    st.floats(-5, 0),
    st.floats(0, 0.3),
    st.sampled_from(["exponential", "linear"]),
    st.integers(30, 120),
)
def test_the_answer_lies_in_the_range(
    low: float, decades: float, steepest: float, noise: float, sweep: Shape, steps: int
) -> None:
    a, b = 10**low, 10 ** (low + decades)
    found = lr_range_test(
        CurveTask(falling(steepest, steepest + 1), noise),
        a,
        b,
        steps=steps,
        sweep=sweep,
        repeats=2,
    )
    for answer in (found.max_lr, found.min_lr, found.divergence):
        assert answer is None or a <= answer <= b
    assert (found.max_lr is None) == (found.verdict != "ok")
    json.dumps(found.to_dict())


@settings(max_examples=20, deadline=None)
@given(st.floats(-4, -1), st.floats(0, 0.1), st.integers(0, 5))
def test_a_loss_in_other_units_changes_nothing(steepest: float, noise: float, seed: int) -> None:
    one, other = (
        lr_range_test(CurveTask(falling(steepest, steepest + 1.3, scale), noise * scale), seed=seed, confirm=False)
        for scale in (1.0, 1000.0)
    )
    assert (one.verdict, one.max_lr, one.min_lr, one.divergence) == (
        other.verdict,
        other.max_lr,
        other.min_lr,
        other.divergence,
    )


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"low": 0.0}, "low must be a finite number above 0"),
        ({"low": 1.0, "high": 0.1}, "high must be at least twice low"),
        ({"high": math.nan}, "high must be a finite number above 0"),
        ({"steps": 1}, "steps must be a whole number of at least 2"),
        ({"repeats": 0}, "repeats must be a whole number of at least 1"),
        ({"sweep": "expontial"}, "did you mean 'exponential'"),
        ({"validate_every": 0}, "validate_every must be a whole number"),
    ],
)
def test_wrong_arguments_are_refused_in_words(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        lr_range_test(network(), **wrong)  # type: ignore[arg-type]


def test_what_is_no_task_is_refused_in_words() -> None:
    with pytest.raises(ArgumentError, match="expected a Task or a Run"):
        lr_range_test("model")  # type: ignore[arg-type]


def test_the_result_in_words_tables_and_a_picture() -> None:
    found: RangeTest = lr_range_test(network(), confirm=True)
    assert {rule["rule"] for rule in found.rules_table} == set(RULES)
    words = found.explain()
    assert all(f"  {name}:" in words for name in RULES)
    assert "complete cycle, maximum" in words
    assert f"Spent: {found.steps_spent} steps" in words
    assert len(found.table) == found.cost["sweeps"]
    picture = found.plot()
    names = [trace.name for trace in picture.data]
    assert names.count("fitted, no lag") == 3
    assert "loss after a complete cycle" in names
    assert "minimum/10" in names


def test_validation_on_the_way_is_in_the_table_and_the_picture() -> None:
    found = lr_range_test(network(), validate_every=20, confirm=False, repeats=2)
    taken = [row for row in found.table if row["validation"] is not None]
    assert len(taken) == sum(len(sweep.checkpoints) for sweep in found.sweeps) >= 10
    assert {row["step"] % 20 for row in taken} == {19}
    assert "validation loss" in [trace.name for trace in found.plot().data]


def test_a_picture_without_an_answer_says_so() -> None:
    assert "diverged at once" in lr_range_test(CurveTask(lambda lr: math.nan)).plot().layout.annotations[0].text
    flat = lr_range_test(CurveTask(lambda lr: 2.3, 0.1)).plot()
    assert any(note.text == "no signal" for note in flat.layout.annotations)
