"""Schedule-aware stopping: the fraction of a schedule, the peak, the chance to win, and trials that diverge."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ayar.base.errors import ArgumentError
from ayar.schedulers.base import Action, Decision
from ayar.schedulers.schedule_aware import ScheduleAware
from ayar.testing.folds import Told, fold_of
from ayar.trial.progress import SCHEDULE, SchedulePlan, progress_of, schedule_plan
from ayar.trial.state import State
from ayar.trial.trial import Report

PEAK = 0.3


def course(quality: float, steps: int = 20, done: int | None = None) -> list[float]:
    """Losses of one cycle: they rise with the rate up to the peak, then fall to `quality`, fastest at the end."""
    t = np.arange(1, steps + 1) / steps
    climb, fall = 1.0 + t, quality + (1.0 + PEAK - quality) * (1.0 - ((t - PEAK) / (1.0 - PEAK)).clip(0.0) ** 2)
    return [float(value) for value in np.where(t <= PEAK, climb, fall)[:done]]


def trial(losses: Sequence[float], steps: int = 20, sign: float = 1.0, **more: Any) -> Told:
    """A trial under way that reported these losses after each step of a schedule of so many."""
    return Told(
        {"x": 0.5},
        state=State.RUNNING,
        reports=[(i, sign * loss) for i, loss in enumerate(losses, 1)],
        attrs={SCHEDULE: SchedulePlan(steps, round(PEAK * steps)).to_json()},
        **more,
    )


def whole(quality: float, steps: int = 20, sign: float = 1.0) -> Told:
    losses = course(quality, steps)
    return replace(trial(losses, steps, sign), state=State.COMPLETE, values=sign * losses[-1])


ENDED = [whole(quality) for quality in (0.30, 0.35, 0.28, 0.40, 0.33, 0.31)]


def decide(*trials: Told, chance: float = 0.05, direction: str = "minimize") -> Decision:
    fold = fold_of({"x": (0.0, 1.0)}, trials, goals={"v": direction})
    return ScheduleAware(chance=chance).decide(fold.setup, fold.history, len(trials) - 1)


def test_a_trial_that_cannot_catch_up_is_stopped_with_its_numbers() -> None:
    decision = decide(*ENDED, trial(course(0.9, done=12)))
    assert decision.action is Action.STOP
    note = decision.note
    assert (note["rule"], note["incumbent"], note["trials"], note["done"]) == ("chance", 2, 6, 0.6)
    assert note["chance"] < 0.05
    assert note["why"].startswith("1.22653 after 60% of its schedule ends better than trial 2, 0.28, with probability ")
    assert note["why"].endswith(": 6 trials show what is gained from there")


def test_one_that_is_going_to_win_goes_on_to_its_end() -> None:
    assert all(decide(*ENDED, trial(course(0.27, done=n))).action is Action.CONTINUE for n in range(1, 21))


def test_before_the_peak_a_loss_that_rises_with_the_rate_is_no_reason() -> None:
    bad = course(0.9)
    assert all(decide(*ENDED, trial(bad[:n])).action is Action.CONTINUE for n in range(1, 7))
    assert decide(*ENDED, trial(bad[:12])).action is Action.STOP


def test_trials_of_other_lengths_are_compared_at_the_same_fraction() -> None:
    short = [whole(quality, steps=10) for quality in (0.30, 0.35, 0.28, 0.40, 0.33)]
    # After 10 of 40 steps it is before its peak, where all the short ones had already ended.
    assert decide(*short, trial(course(0.28, steps=40, done=20), steps=40)).action is Action.CONTINUE
    assert decide(*short, trial(course(0.9, steps=40, done=28), steps=40)).action is Action.STOP


def test_nothing_is_predicted_from_fewer_than_four_trials() -> None:
    assert decide(*ENDED[:3], trial(course(0.9, done=12))).action is Action.CONTINUE
    assert decide(*ENDED[:4], trial(course(0.9, done=12))).action is Action.STOP


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_not_finite_ends_a_trial_anywhere(value: float) -> None:
    decision = decide(trial([1.0, value]))
    assert (decision.action, decision.note["rule"]) == (Action.STOP, "not finite")
    assert decision.note["why"] == f"the value is {value:g}"


def test_one_that_diverges_before_its_peak_is_stopped() -> None:
    decision = decide(*ENDED, trial([2.3, 2.2, 2.4, 5.0, 20.0, 90.0], steps=40))
    assert decision.note["rule"] == "diverging"
    assert decision.note["why"] == (
        "diverging before its peak: its last 3 values are worse than its first, 2.3, "
        "by more than 6 trials gained from their first to their end, 0.73"
    )
    spike = [2.3, 2.2, 2.4, 90.0, 2.3, 2.4]
    assert decide(*ENDED, trial(spike, steps=40)).action is Action.CONTINUE
    assert decide(trial([2.3, 2.2, 2.4, 5.0, 20.0, 90.0], steps=40)).action is Action.CONTINUE, "nobody has ended"


def test_trials_without_a_schedule_go_on_and_give_no_gains() -> None:
    plain = replace(trial(course(0.9, done=12)), attrs={})
    assert decide(*ENDED, plain).action is Action.CONTINUE
    others = [replace(told, attrs={}) for told in ENDED]
    assert decide(*others, trial(course(0.9, done=12))).action is Action.CONTINUE


def test_accuracies_to_maximise_are_judged_as_losses_are() -> None:
    ended = [whole(quality, sign=-1.0) for quality in (0.30, 0.35, 0.28, 0.40, 0.33, 0.31)]
    bad = trial(course(0.9, done=12), sign=-1.0)
    assert decide(*ended, bad, direction="maximize").action is Action.STOP


def test_losses_a_thousand_times_as_large_are_judged_alike() -> None:
    for quality in (0.29, 0.45, 0.6, 0.9):
        plain = decide(*ENDED, trial(course(quality, done=12)))
        scaled = [
            replace(told, reports=[(int(s), 1000 * v) for s, v in told.reports], values=1000 * float(str(told.values)))
            for told in ENDED
        ]
        large = decide(*scaled, trial([1000 * v for v in course(quality, done=12)]))
        assert large.action is plain.action


def test_a_larger_chance_stops_sooner() -> None:
    def steps(chance: float) -> int:
        losses = course(0.42)
        return next(n for n in range(1, 21) if n == 20 or decide(*ENDED, trial(losses[:n]), chance=chance).note)

    assert steps(0.3) < steps(0.0001)


@pytest.mark.parametrize("chance", [0, 0.5, -1, True, "0.1", math.nan])
def test_a_chance_outside_its_range_is_refused(chance: Any) -> None:
    with pytest.raises(ArgumentError, match=r"schedule_aware: chance must be above 0 and below 0\.5, got "):
        ScheduleAware(chance=chance)


@pytest.mark.parametrize(
    "stored",
    [None, 7, {}, {"total": 0}, {"total": 5, "peak": 6}, {"total": 5, "peak": -1}, {"total": True}, {"total": 2.0}],
)
def test_an_odd_attribute_is_no_plan(stored: Any) -> None:
    assert schedule_plan({SCHEDULE: stored}) is None
    assert progress_of({SCHEDULE: stored}, [Report(1, 0.5)]) is None


def test_progress_reads_the_last_value_of_a_step_and_leaves_folds_out() -> None:
    attrs = {SCHEDULE: {"total": 4, "peak": 1}}
    progress = progress_of(
        attrs, [Report(2, 0.5), Report(1, 0.9), Report(2, 0.4), Report(3, 0.1, fold=0), Report(9, 0.2)]
    )
    assert progress is not None
    assert (progress.fractions.tolist(), progress.values.tolist(), progress.peak) == (
        [0.25, 0.5, 1.0],
        [0.9, 0.4, 0.2],
        0.25,
    )
    assert progress.at(0.375) == pytest.approx(0.65)
    assert math.isnan(progress.at(0.1))
