"""How a study ends and goes on: the recorded end of a budget, its reason in words, reopening."""

from ayar.study.log import Log
from ayar.study.seat import Seat
from ayar.trial.events import StudyReopened, StudyStopped


def record_end(seat: Seat, reason: str) -> None:
    """Record that the budget is spent, once."""
    fold = seat.log.refresh()
    if reason == "budget" and fold.stopped is None:
        key = f"budget:{fold.setup.max_trials}:{fold.setup.max_seconds}:{fold.opened}"
        seat.write(StudyStopped("budget", why(seat.log, "budget")), key=key)


def why(log: Log, reason: str) -> str:
    """The reason of an end in words."""
    setup, stop = log.setup, log.fold.stopped
    if stop is not None and stop.detail:
        return stop.detail
    if reason != "budget":
        return reason
    if setup.max_trials is not None and log.history.asked >= setup.max_trials:
        trials = "1 trial" if setup.max_trials == 1 else f"{setup.max_trials} trials"
        return f"its budget of {trials} is spent"
    return f"its budget of {setup.max_seconds:g} seconds is spent"


def failure_text(log: Log) -> str:
    """What to tell the user of a study that failures ended: the cause, the last traceback, how to go on."""
    stop, history = log.fold.stopped, log.history
    failures = (history.row(number).failure for number in reversed(history.order))
    last = next((failure for failure in failures if failure is not None), None)
    detail = stop.detail if stop is not None else ""
    trace = last.traceback if last is not None else ""
    return f"{detail}\n\n{trace}".rstrip() + "\n\nMend the objective and run the same again: the study goes on."


def reopen(seat: Seat) -> None:
    """Hand out trials again after a stop, unless the budget is still spent or the space exhausted."""
    fold = seat.log.refresh()
    if fold.stopped is not None and _can_go_on(seat.log, fold.stopped.reason):
        seat.write(StudyReopened(f"went on after {fold.stopped.reason}", by=seat.worker.name))


def is_spent(log: Log) -> bool:
    """Whether the budget is used up with nothing under way or waiting: then the study has ended, asked or not."""
    return log.fold.stopped is None and not _can_go_on(log, "budget") and not log.history.pending.any()


def _can_go_on(log: Log, reason: str) -> bool:
    if reason != "budget":
        return reason != "exhausted"
    setup = log.setup
    in_time = setup.max_seconds is None or log.fold.active < setup.max_seconds * 1e6
    return in_time and (setup.max_trials is None or log.history.asked < setup.max_trials)
