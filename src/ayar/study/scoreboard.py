"""Keeps count of one call of `optimize`: what finished, where the time went, what is best so far."""

import math
from dataclasses import dataclass, field

import numpy as np

from ayar.base.errors import NoTrial
from ayar.study.log import Log
from ayar.study.progress import Progress
from ayar.trial.best import best_number
from ayar.trial.state import State


@dataclass
class Scoreboard:
    """Extended trial by trial; never a scan of the whole history."""

    log: Log
    begin: float
    """The clock's reading when the call began."""
    limit: int | None
    """Trials this call may start."""
    proposing: float = 0.0
    evaluating: float = 0.0
    waiting: float = 0.0
    finished: int = 0
    last: int | None = None
    improved: bool = False
    messages: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._best = self._best_now()
        self._seen = len(self.log.history.order)
        self._space = self.log.history.space_since

    def _best_now(self) -> int | None:
        if len(self.log.setup.goals) > 1:
            return None
        try:
            return best_number(self.log.history)
        except NoTrial:
            return None

    def finish(self, number: int, seconds: float) -> None:
        """Count a trial of this call that was told."""
        self.finished += 1
        self.last = number
        self.evaluating += seconds
        self._compare_new()

    def _compare_new(self) -> None:
        """Compare what was told since the last time, by any worker, with the best."""
        history = self.log.history
        new, self._seen = history.order[self._seen :], len(history.order)
        if history.space_since != self._space:
            # Another space holds other trials.
            self._space, self._best = history.space_since, self._best_now()
        if len(history.goals) > 1:
            return
        for number in new:
            if self._may_be_best(number) and (self._best is None or self._merit(number) < self._merit(self._best)):
                self._best, self.improved = number, True

    def _may_be_best(self, number: int) -> bool:
        """Whether the trial is complete, inside the space, and keeps the constraints."""
        history = self.log.history
        if history.row(number).state is not State.COMPLETE or not history.inside[number]:
            return False
        return not history.constraints or bool(np.all(history.violations[number] == 0.0))

    def _merit(self, number: int) -> tuple[bool, float]:
        """Less is better: finite values first, as in `best_number`."""
        loss = self.log.history.row(number).values[0] * self.log.history.goals[0].sign
        return not math.isfinite(loss), loss if math.isfinite(loss) else 0.0

    def progress(self, now: float, running: int) -> Progress:
        """The numbers at the clock's reading `now`; messages and the improvement mark are handed over once."""
        log, elapsed = self.log, now - self.begin
        left = self._left_to_do()
        shown = Progress(
            name=log.setup.name,
            counts=log.history.counts(),
            running=running,
            finished=self.finished,
            target=None if left is None else self.finished + left,
            elapsed=elapsed,
            proposing=self.proposing,
            evaluating=self.evaluating,
            waiting=self.waiting,
            eta=None if left is None or not self.finished else left * elapsed / self.finished,
            best=None if self._best is None else log.history.row(self._best).values[0],
            best_number=self._best,
            improved=self.improved,
            last=self.last,
            messages=tuple(self.messages),
        )
        self.messages.clear()
        self.improved = False
        return shown

    def _left_to_do(self) -> int | None:
        """Trials until this call's or the study's budget is spent, running ones included."""
        budget = self.log.setup.max_trials
        limits = [] if self.limit is None else [self.limit - self.finished]
        if budget is not None:
            limits.append(budget - len(self.log.history.order))
        return max(0, min(limits)) if limits else None
