"""The loop: asks, hands trials to an executor, tells what came back, until a limit, a stop or an interrupt.

Decisions are elsewhere (`rules`, `asking`, `telling`); here they meet a store, an executor and a clock.
"""

import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from ayar.base.clock import Clock
from ayar.base.errors import ArgumentError, StoreError, TellRefused, shorten
from ayar.base.jsontext import Json
from ayar.executors.base import Ended, Executor, Task
from ayar.space.objects import unknown_labels
from ayar.space.space import Space
from ayar.space.wire import space_to_json
from ayar.study.asking import Asked, Asker
from ayar.study.attempt import Payload
from ayar.study.deciding import Referee
from ayar.study.log import Log
from ayar.study.outcome import Outcome, failed
from ayar.study.progress import Progress
from ayar.study.renewal import Renewal
from ayar.study.rules import failure_stop
from ayar.study.scoreboard import Scoreboard
from ayar.study.telling import Suggested, tell
from ayar.trial import events as ev

LOGGER = logging.getLogger("ayar")
POLL_SECONDS = 0.25
"""How often a waiting loop looks at the log."""
INTERRUPT_GRACE = 3.0
CHANGED = "space changed"
"""Why a worker ends whose objective knows other parameters than the study by now."""


@dataclass(frozen=True)
class Limits:
    """This call's own limits, over all its workers."""

    trials: int | None = None
    seconds: float | None = None
    idle: float | None = None
    """Seconds without a trial of its own, while others' may come back."""

    def __post_init__(self) -> None:
        numbers = int | float
        for name, value, kinds in (
            ("n_trials", self.trials, int), ("timeout", self.seconds, numbers), ("max_idle", self.idle, numbers)
        ):  # fmt: skip
            if value is not None and (not isinstance(value, kinds) or isinstance(value, bool) or not value >= 0):
                raise ArgumentError(f"optimize: expected {name} >= 0 or None, got {shorten(value)}")


@dataclass
class Loop:
    """One call of `optimize`."""

    log: Log
    asker: Asker
    referee: Referee
    renewal: Renewal
    clock: Clock
    worker: str
    limits: Limits
    watch: Callable[[Progress], None] | None = None
    leaving: Callable[[], bool] = lambda: False
    """Whether no further trial is to be started; running ones finish."""

    def __post_init__(self) -> None:
        self._idle_since: float | None = None
        self._running: dict[int, ev.Lease] = {}
        self._left: dict[int, dict[str, Json]] = {}
        self._started = 0
        self._ending = ""
        self._declared = self.log.fold.declared
        """The space that the attempts were made with."""
        self._board = Scoreboard(self.log, self.clock.elapsed(), self.limits.trials)

    def run(self, executor: Executor) -> str:
        """Work until nothing is left to do; the reason why it ended."""
        try:
            while True:
                waiting = self._fill(executor)
                if not self._running and not waiting:
                    break
                self._collect(executor, waiting)
        except KeyboardInterrupt:
            self._ending = "interrupted"
            self._say_stopping()
            self._put_back(executor)
        except BaseException:
            self._put_back(executor)
            raise
        return self._ending

    def message(self, number: int, message: dict[str, Json]) -> Json:
        """Serve one message of an attempt: a report, or what it leaves behind when it fails."""
        if "left" in message:
            self._left[number] = message["left"]
            return None
        with contextlib.suppress(TellRefused):
            return dict(self.referee.take(self._running[number], message))
        return {"prune": False}

    # -- starting --------------------------------------------------------------------------------------------------

    def _fill(self, executor: Executor) -> bool:
        """Start trials while slots are free; whether this call waits for another worker's trial."""
        self._notice_leaving()
        while len(self._running) < executor.slots and not self._ending:
            if (reason := self._limit()) is not None:
                self._ending = reason
                return False
            asked = self._ask()
            if asked.lease is None:
                if asked.wait and not self._is_idle_too_long():
                    return True
                self._ending = self._ending or asked.reason
                return False
            if not self._can_run(asked.declared):
                # The change came with this very trial: it is for a worker that knows the new space.
                self._requeue(asked.lease)
                self._ending = CHANGED
                return False
            self._start(executor, asked.lease, asked)
        return False

    def _notice_leaving(self) -> None:
        """End once the running trials are finished, if that was asked for; said at once, however long they take."""
        if not self._ending and self.leaving():
            self._ending = "left"
            self._board.messages.append("running trials finish, no further one starts (again to put them back)")

    def _is_idle_too_long(self) -> bool:
        """Whether this call has waited for others' trials as long as it may; it then ends."""
        now = self.clock.elapsed()
        if self._running or self._idle_since is None:
            self._idle_since = now
        if self.limits.idle is None or now - self._idle_since < self.limits.idle:
            return False
        self._ending = "idle"
        return True

    def _limit(self) -> str | None:
        limits = self.limits
        if not self._can_run(self.log.fold.declared):
            return CHANGED
        if limits.trials is not None and self._started >= limits.trials:
            return "n_trials"
        if limits.seconds is not None and self.clock.elapsed() - self._board.begin >= limits.seconds:
            return "timeout"
        return None

    def _can_run(self, declared: Space) -> bool:
        """Whether this objective can run trials of a space: it was written for these names, and holds the objects."""
        first = self._declared
        if declared is first:
            return True
        return set(declared.names) == set(first.names) and unknown_labels(declared) <= unknown_labels(first)

    def _ask(self) -> Asked:
        begin = self.clock.elapsed()
        asked = self.asker.ask()
        self._board.proposing += self.clock.elapsed() - begin
        if asked.reclaimed:
            self._board.messages.append(f"took back {len(asked.reclaimed)} trials whose worker is gone")
        return asked

    def _start(self, executor: Executor, lease: ev.Lease, asked: Asked) -> None:
        self._idle_since = None
        self._running[lease.number] = lease
        self._started += lease.attempt == 1
        self.renewal.hold(lease)
        space = None if asked.declared is self._declared else space_to_json(asked.declared)
        payload = Payload(lease.number, asked.wire, lease.attempt, space)
        executor.submit(Task(lease.number, msgspec.to_builtins(payload)))

    # -- finishing -------------------------------------------------------------------------------------------------

    def _collect(self, executor: Executor, waiting: bool) -> None:
        begin = self.clock.elapsed()
        endings = executor.poll(POLL_SECONDS)
        if not self._running and waiting:
            self.clock.sleep(POLL_SECONDS)
        if waiting:
            self._board.waiting += self.clock.elapsed() - begin
        for ended in endings:
            self._finish(ended)
        self._show()

    def _show(self) -> None:
        if self.watch is not None:
            self.watch(self._board.progress(self.clock.elapsed(), len(self._running)))

    def _say_stopping(self) -> None:
        """Said only now that the first interrupt is dealt with: one that follows these words counts as the second."""
        self._board.messages.append("stopping; all finished trials are kept (Ctrl-C again leaves at once)")
        with contextlib.suppress(RuntimeError):  # the interrupt came in the middle of another print
            self._show()

    def _finish(self, ended: Ended) -> None:
        outcome, asked = self._outcome(ended)
        refused = self._tell(self._running[ended.number], outcome, asked, ended)
        # Only now: an interrupt before this puts the trial back.
        del self._running[ended.number]
        self.renewal.drop(ended.number)
        if refused:
            return
        self._board.finish(ended.number, ended.seconds)
        if not self._ending:
            self._stop_on_failures()

    def _tell(self, lease: ev.Lease, outcome: Outcome, asked: Suggested, ended: Ended) -> bool:
        """Tell an outcome; whether it was refused, which ends no loop."""
        try:
            tell(self.log, lease, outcome, worker=self.worker, asked=asked, ended=ended)
        except TellRefused as refused:
            LOGGER.warning("%s", refused)
            return True
        return False

    def _outcome(self, ended: Ended) -> tuple[Outcome, Suggested]:
        kept = ended.result or self._left.pop(ended.number, {})
        asked = tuple(tuple(item) for item in kept.get("asked", ()))
        outcome = failed(ended.failure) if ended.failure is not None else msgspec.convert(kept["outcome"], Outcome)
        attrs = {**outcome.attrs, **kept.get("attrs", {})}
        return msgspec.structs.replace(outcome, attrs=attrs), asked

    def _stop_on_failures(self) -> None:
        fold = self.log.fold
        if fold.stopped is None and (stop := failure_stop(fold.setup, fold.history, fold.opened)) is not None:
            self.log.append(stop, worker=self.worker, key=f"failures:{fold.opened}")

    def _put_back(self, executor: Executor) -> None:
        """Put what runs back in the queue; a second interrupt in here leaves at once, and loses nothing told."""
        executor.close(INTERRUPT_GRACE)
        for lease in self._running.values():
            self.renewal.drop(lease.number)
            self._requeue(lease)
        self._running.clear()

    def _requeue(self, lease: ev.Lease) -> None:
        # Told by now, or the store is gone: then the lease ends by itself.
        with contextlib.suppress(TellRefused, StoreError):
            self.log.append(ev.TrialRequeued(lease.number, lease.attempt, "shutdown"), worker=self.worker, fence=lease)
