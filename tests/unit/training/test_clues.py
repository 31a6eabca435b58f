"""Clues: 200 synthetic curves with known labels, healthy noisy ones, scale, words, and what is refused."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

from ayar.base.errors import ArgumentError
from ayar.numerics.arrays import Floats
from ayar.training import Constant, OneCycle, Schedule
from ayar.training.clues import Clues, clues_of_reports
from ayar.training.numpy_task import NumpyTask

N = 30
CHANCE = math.log(10)
Curves = tuple[Floats, Floats]
"""(n,) training losses, (n,) validation losses."""


def noisy(y: Floats, share: float, rng: np.random.Generator) -> Floats:
    """Noise in proportion to the loss, as batches give it."""
    return np.asarray(y * (1.0 + share * rng.normal(size=len(y))))


def falling(rng: np.random.Generator) -> Floats:
    """A power law from chance that has not come to its end."""
    t = np.arange(N)
    return np.asarray(CHANCE * (1.0 + t / rng.uniform(1.0, 4.0)) ** -rng.uniform(0.6, 1.0))


def healthy(rng: np.random.Generator) -> Curves:
    y, share = falling(rng), rng.uniform(0.01, 0.04)
    return noisy(y, share, rng), noisy(y * rng.uniform(1.03, 1.3), share, rng)


def diverging(rng: np.random.Generator) -> Curves:
    at = int(rng.integers(6, 20))
    leap = np.where(np.arange(N) >= at, np.exp(0.8 * (np.arange(N) - at + 1)), 0.0).clip(0.0, 1e6)
    y = falling(rng) + leap * rng.uniform(0.5, 2.0)
    if rng.random() < 0.3:
        y[at + 4 :] = math.nan
    return noisy(y, 0.02, rng), noisy(1.1 * y, 0.02, rng)


def unstable(rng: np.random.Generator) -> Curves:
    train, validation = healthy(rng)
    for at in rng.choice(np.arange(3, N - 1, 3), size=5, replace=False):
        train[at] += rng.uniform(0.6, 1.5) * CHANCE
    return train, validation


def rate_too_low(rng: np.random.Generator) -> Curves:
    y = CHANCE * (1.0 - rng.uniform(0.03, 0.2) * np.arange(N) / N)
    return noisy(y, 0.002, rng), noisy(1.01 * y, 0.002, rng)


def underfitting(rng: np.random.Generator) -> Curves:
    level = rng.uniform(0.65, 0.9) * CHANCE
    y = level + (CHANCE - level) * np.exp(-np.arange(N) / 2.0)
    return noisy(y, 0.015, rng), noisy(1.003 * y, 0.015, rng)


def overfitting(rng: np.random.Generator) -> Curves:
    t, turn = np.arange(N), int(rng.integers(6, 16))
    y = falling(rng)
    risen = np.where(t > turn, rng.uniform(0.04, 0.1) * (t - turn), 0.0)
    return noisy(y, 0.02, rng), noisy(np.where(t > turn, 1.2 * y[turn], 1.2 * y) + risen, 0.02, rng)


def plateau(rng: np.random.Generator) -> Curves:
    y = rng.uniform(0.1, 0.3) * CHANCE + 0.7 * CHANCE * np.exp(-np.arange(N) / rng.uniform(1.5, 2.5))
    return noisy(y, 0.03, rng), noisy(1.15 * y, 0.03, rng)


def suspicious(rng: np.random.Generator) -> Curves:
    train, _ = healthy(rng)
    return train, noisy(np.full(N, 1e-3), 0.1, rng)


KINDS: dict[str, Callable[[np.random.Generator], Curves]] = {
    "diverging": diverging,
    "unstable": unstable,
    "rate too low": rate_too_low,
    "underfitting": underfitting,
    "overfitting": overfitting,
    "plateau": plateau,
    "suspiciously good": suspicious,
}


def read(curves: Curves, scale: float = 1.0) -> Clues:
    clues = Clues(chance=CHANCE * scale)
    for step, (train, validation) in enumerate(zip(*curves, strict=True)):
        clues.add(step, train=scale * train, validation=scale * validation)
    return clues


def names(curves: Curves, scale: float = 1.0) -> list[str]:
    return [clue.name for clue in read(curves, scale).findings]


def test_two_hundred_labelled_curves_are_read_rightly() -> None:
    right: dict[str, int] = {}
    for k, (label, make) in enumerate(KINDS.items()):
        found = [names(make(np.random.default_rng([k, seed]))) for seed in range(25)]
        right[label] = sum(clues == [label] or (label in clues and len(clues) <= 2) for clues in found)
    right["healthy"] = sum(not names(healthy(np.random.default_rng([9, seed]))) for seed in range(25))
    assert sum(right.values()) >= 180, right
    assert min(right.values()) >= 20, right


def test_healthy_noisy_curves_give_at_most_one_alarm_in_twenty() -> None:
    found = [names(healthy(np.random.default_rng([99, seed]))) for seed in range(200)]
    assert sum(map(bool, found)) <= 10, [clues for clues in found if clues]


def test_losses_a_thousand_times_as_large_give_the_same_clues() -> None:
    for k, make in enumerate(KINDS.values()):
        for seed in range(5):
            curves = make(np.random.default_rng([k, seed]))
            assert names(curves) == names(curves, scale=1000.0)


def network(schedule: Schedule, **settings: Any) -> Clues:
    """The clues of a real network on digits along a schedule, evaluated after each epoch."""
    X, y = load_digits(return_X_y=True)
    task = NumpyTask(X / 16.0, y, hidden=(64,), batch_size=64, **settings)
    run, clues, losses = task.start(seed=0), Clues(schedule, chance=CHANCE), list[float]()
    for t, (lr, momentum) in enumerate(schedule):
        losses.append(run.step(lr=lr, momentum=momentum))
        if (t + 1) % task.steps_per_epoch == 0:
            clues.add(t + 1, train=float(np.mean(losses)), validation=run.validate().loss)
            losses.clear()
    return clues


def test_a_healthy_network_along_one_cycle_gives_no_clue_at_any_time() -> None:
    clues = network(OneCycle(steps=20 * 20, max_lr=0.1))
    assert clues.findings == []
    assert clues.explain() == "Nothing stands out in 20 evaluations up to step 400."


def test_a_network_with_far_too_high_a_rate_diverges_or_is_unstable() -> None:
    with np.errstate(all="ignore"):
        found = network(OneCycle(steps=20 * 20, max_lr=30.0)).findings
    assert {clue.name for clue in found} & {"diverging", "unstable", "underfitting"}


def test_a_network_with_far_too_low_a_rate_is_told_so() -> None:
    found = network(Constant(steps=20 * 20, lr=1e-3), momentum=0.0).findings
    assert "rate too low" in {clue.name for clue in found}


def test_a_rise_of_validation_before_the_peak_is_no_overfitting() -> None:
    schedule = OneCycle(steps=100, max_lr=0.1, rise=0.5)
    rng = np.random.default_rng(0)
    early = Clues(schedule)
    for step in range(1, 40):
        early.add(step, train=2.0 / step, validation=1.0 + 0.05 * max(step - 8, 0) + 0.01 * rng.normal())
    assert [clue.name for clue in early.findings] == []
    for step in range(50, 60):
        early.add(step, train=2.0 / step, validation=1.0 + 0.05 * (step - 8) + 0.01 * rng.normal())
    assert [clue.name for clue in early.findings] == ["overfitting"]


def test_a_flat_end_after_annealing_is_no_plateau() -> None:
    rng = np.random.default_rng(0)
    schedule = OneCycle(steps=30, max_lr=0.1)
    annealed, constant = Clues(schedule), Clues()
    for step in range(30):
        loss = 0.3 + 2.0 * math.exp(-step / 2) + 0.01 * rng.normal()
        annealed.add(step, train=loss)
        constant.add(step, train=loss)
    assert [clue.name for clue in annealed.findings] == []
    assert [clue.name for clue in constant.findings] == ["plateau"]


def test_validation_below_training_is_suspicious_only_in_evaluation_mode() -> None:
    rng = np.random.default_rng(0)
    for evaluated in (True, False):
        clues = Clues(evaluated=evaluated)
        for step in range(12):
            loss = 2.0 / (1 + step)
            clues.add(step, train=loss + 0.5 + 0.005 * rng.normal(), validation=loss + 0.005 * rng.normal())
        assert [clue.name for clue in clues.findings] == (["suspiciously good"] if evaluated else [])


def test_a_clue_has_numbers_reason_and_next_step() -> None:
    clues = read(overfitting(np.random.default_rng(0)))
    (clue,) = clues.findings
    assert clue.numbers["rise"] > 2.0 * clue.numbers["sigma"]
    assert str(clue).startswith(f"overfitting at step {clue.step}: validation has risen by ")
    assert str(clue).endswith(
        "Next: more weight decay or dropout, a larger learning rate, a smaller batch; or end there."
    )
    assert clues.to_dict()["findings"] == [clue.to_dict()]
    assert [row["step"] for row in clues.table] == list(range(N))


def test_a_clue_holds_live_and_needs_three_evaluations() -> None:
    train, validation = overfitting(np.random.default_rng(0))
    clues, seen = Clues(), []
    for step in range(N):
        clues.add(step, train=train[step], validation=validation[step])
        seen.append([clue.name for clue in clues.findings])
    first = seen.index(["overfitting"])
    assert first >= int(np.argmin(validation)) + 3
    assert all(names == ["overfitting"] for names in seen[first + 3 :])


def test_reports_of_a_trial_are_read_as_validation_with_the_sign_of_the_goal() -> None:
    assert [clue.name for clue in clues_of_reports([(1, 0.5), (2, math.nan)])] == ["diverging"]
    y = plateau(np.random.default_rng(5))[1]
    reports = list(enumerate(y))
    assert [clue.name for clue in clues_of_reports(reports)] == ["plateau"]
    assert [clue.name for clue in clues_of_reports([(step, -v) for step, v in reports], sign=-1.0)] == ["plateau"]


def test_steps_that_do_not_rise_and_empty_evaluations_are_refused() -> None:
    clues = Clues()
    assert clues.explain() == "Nothing was evaluated yet."
    clues.add(3, train=1.0)
    with pytest.raises(ArgumentError, match="step must rise: got 3 after 3"):
        clues.add(3, train=1.0)
    with pytest.raises(ArgumentError, match="step 4: give the training loss, the validation loss, or both"):
        clues.add(4)


@pytest.mark.parametrize("n", range(12))
def test_few_evaluations_of_anything_never_raise(n: int) -> None:
    rng = np.random.default_rng(n)
    for values in (np.zeros(n), np.ones(n), rng.normal(size=n), 1e300 * rng.normal(size=n), np.full(n, math.inf)):
        clues = Clues(chance=1.0, reachable=0.0, evaluated=True)
        for step, value in enumerate(values):
            clues.add(step, train=value if step % 2 else None, validation=-value)
        assert all(clue.why for clue in clues.findings)
