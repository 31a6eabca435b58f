"""Reports of running trials: written to the log, shown to the study's scheduler, and its decision written too.

A decision holds `seen`, the event it was based on, so anyone can make it again from the same log and compare. Only
decisions other than to continue are written.
"""

from typing import Any

from ayar.base.errors import ArgumentError
from ayar.base.jsontext import Json, wrap
from ayar.schedulers.base import Action, Scheduler
from ayar.study.log import Log
from ayar.study.plugin import scheduler_of
from ayar.trial import events as ev
from ayar.trial.setup import Setup


class Referee:
    """Takes the reports of one worker's trials; keeps the scheduler between them, which remembers nothing."""

    def __init__(self, log: Log, worker: str) -> None:
        self._log = log
        self._worker = worker
        self._scheduler: tuple[ev.Plugin, Scheduler] | None = None

    def take(self, lease: ev.Lease, message: dict[str, Any]) -> dict[str, Json]:
        """Write a report, with the facts that come with it, and answer whether the trial is to end.

        Raises:
            TellRefused: the lease was superseded, or the trial is final.
        """
        step, value, fold = message["report"]
        bodies: list[ev.Body] = [
            ev.AttrSet(name, fact, number=lease.number) for name, fact in message.get("attrs", {}).items()
        ]
        bodies.append(ev.TrialReported(lease.number, lease.attempt, (ev.Point(step, value, fold),)))
        with self._log.lock:
            # A report may be lost in a power cut: the attempt would be lost with it.
            self._log.append(*bodies, worker=self._worker, fence=lease, durable=False)
            return {"prune": self._stops(lease)}

    def _stops(self, lease: ev.Lease) -> bool:
        log = self._log
        plugin = log.setup.scheduler
        if log.history.row(lease.number).decision:
            return True  # it was told so, and went on
        if plugin is None:
            return False
        if self._scheduler is None or self._scheduler[0] != plugin:
            self._scheduler = plugin, scheduler_of(plugin)
        seen = log.fold.head
        decision = self._scheduler[1].decide(log.setup, log.history, lease.number)
        if decision.action is Action.CONTINUE:
            return False
        body = ev.TrialDecided(lease.number, lease.attempt, seen, str(decision.action), wrap(decision.note, "note"))
        log.append(body, worker=self._worker, fence=lease, durable=False)
        return True


def check_folds_fit(setup: Setup, objective: Any) -> None:
    """Refuse a scheduler that compares trials fold by fold where each trial is judged on folds of its own.

    Raises:
        ArgumentError: it is so; nothing was run.
    """
    plugin = setup.scheduler
    if plugin is not None and getattr(objective, "reshuffle", False) and scheduler_of(plugin).needs_same_folds:
        raise ArgumentError(
            f"scheduler {plugin.name!r} with {plugin.options} compares trials on the same folds, and reshuffle=True "
            "draws new ones for each trial; leave reshuffle out, or take the rule 'forgiving'"
        )


def silence(log: Log) -> str:
    """What to say when the study has a scheduler and no trial ever told it anything; "" where there is nothing to say.

    Trials that were added say nothing; one whole trial is enough to know.
    """
    setup, history = log.setup, log.history
    ran = [number for number in history.order if history.row(number).attempts]
    if setup.scheduler is None or not ran:
        return ""
    folds = scheduler_of(setup.scheduler).capabilities.folds
    what = "a value with its fold" if folds else "a value"
    call = "trial.report(score, step=i, fold=i)" if folds else "trial.report(value, step)"
    for number in ran:
        if any(report.fold is not None or not folds for report in history.reports(number)):
            return ""
    return (
        f"scheduler {setup.scheduler.name!r} is set, but none of {len(ran)} trials reported {what}, so none could be "
        f"stopped early; call {call} and trial.should_prune() in the objective, or leave scheduler out"
    )
