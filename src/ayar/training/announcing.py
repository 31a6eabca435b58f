"""Tell a trial's scheduler which learning-rate schedule the trial follows."""

from typing import Any, Protocol

from ayar.base.errors import ArgumentError
from ayar.training.schedule import Schedule, whole
from ayar.trial.progress import SCHEDULE, SchedulePlan


class Announced(Protocol):
    """What is needed of a trial."""

    def set_user_attr(self, name: str, value: Any) -> None:
        """Keep a fact with the trial."""


def announce(trial: Announced, schedule: Schedule, steps_per_report: int = 1) -> None:
    """Let `scheduler="schedule_aware"` compare this trial with others at the same fraction of their schedules.

    Call it once, before the first `trial.report(value, step)`; `step` then counts what is done, from 0 to the total.

    Arguments:
        trial: the running trial.
        schedule: what it trains along.
        steps_per_report: updates of the schedule that one step of `trial.report` stands for: steps per epoch, where
            reports count epochs.

    Raises:
        ArgumentError: `steps_per_report` is no whole number from 1 to the schedule's steps.

    >>> import ayar
    >>> from ayar.training import OneCycle, announce
    >>> trial = ayar.create_study({"lr": ayar.Float(1e-3, 1.0, log=True)}, scheduler="schedule_aware").ask()
    >>> announce(trial, OneCycle(steps=300, max_lr=trial["lr"]), steps_per_report=10)
    >>> trial.user_attrs["ayar.schedule"]
    {'total': 30, 'peak': 9}
    """
    each = whole(steps_per_report, "steps_per_report", 1)
    if each > schedule.steps:
        raise ArgumentError(f"steps_per_report must be at most the schedule's {schedule.steps} steps, got {each}")
    total = -(-schedule.steps // each)
    # The peak's own step is done when the first report after it comes.
    peak = min(-(-(schedule.peak + 1) // each), total)
    trial.set_user_attr(SCHEDULE, SchedulePlan(total, peak).to_json())
