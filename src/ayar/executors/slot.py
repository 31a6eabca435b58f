"""One slot: a child at a time, and at most one attempt in it.

A slot has a pebble pool of one process. pebble starts the child and its replacements and tells when one is gone; what
is said meanwhile goes over the child's own line. The life of a child:

    none ──start──► starting ──ready──► idle ◄──────done─────┐
                       │                 └──attempt──► busy ──┘
                       │ gone              │ gone        │ gone, time is up, cancelled, or done but spent
                       ▼                   ▼             ▼
                     none ◄──────────────none ◄────── ending (SIGTERM to the group, then SIGKILL)

So an attempt that took its process down, or that had to be stopped, is over only when nothing of its group runs any
more, and the next attempt gets a fresh child. Time is handed in with each call.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Self

import msgspec

from ayar.executors.base import GRACE, Ended, OnMessage, Task
from ayar.executors.capture import join_output
from ayar.executors.children import Shipment
from ayar.executors.failures import STDERR_BYTES, failure_of_exit, tail
from ayar.executors.limits import oom_kills
from ayar.executors.line import LineBroken
from ayar.executors.nursery import Nursery
from ayar.executors.tenant import Tenant
from ayar.trial.failure import Failure

_LOADING_SECONDS = 120.0
"""At least this long may a child take to load the objective of an attempt that has a time limit."""
_TRIES = 3
"""Children that may die while idle before the attempt that was meant for them is given up."""
_SILENCE_SECONDS = 1.0
"""A line that hangs up means that the child is gone, which pebble notices within a tenth of a second; or, after this,
that the objective closed file descriptors that are not its own."""


@dataclass(frozen=True)
class Attempt:
    """What the slot is busy with."""

    task: Task
    submitted: float
    started: float | None = None
    oom_kills: int = 0
    tries: int = 0

    def is_late(self, now: float) -> bool:
        """Whether the time limit has passed, counted from the hand-over; loading the objective has one of its own."""
        limit = self.task.timeout
        if limit is None:
            return False
        if self.started is None:
            return now > self.submitted + max(limit, _LOADING_SECONDS)
        return now > self.started + limit


@dataclass(frozen=True)
class Ending:
    """A child on its way out: what its attempt comes to, and when patience is over."""

    ended: Ended | None
    kill_at: float

    def with_place(self, story: dict[str, Any] | None) -> Self:
        """Where the attempt was when it was stopped, as it told itself on its way out."""
        if not (story and self.ended and self.ended.failure) or self.ended.failure.where:
            return self
        # The digest stays: an attempt that takes too long does so wherever it happens to be.
        failure = msgspec.structs.replace(
            self.ended.failure, where=story.get("where", ""), traceback=story.get("traceback", "")
        )
        return replace(self, ended=msgspec.structs.replace(self.ended, failure=failure))


class Slot:
    """Runs one attempt at a time in a child of its own."""

    def __init__(self, shipment: Shipment, on_message: OnMessage, nursery: Nursery) -> None:
        self._memory_limited = shipment.memory is not None
        self._on_message = on_message
        self._nursery = nursery
        self._attempt: Attempt | None = None
        self._ending: Ending | None = None
        self._closing = False
        self.tenant: Tenant | None = None
        """The child, from its start until nothing of it is left."""

    @property
    def number(self) -> int | None:
        """The trial of the attempt that runs or waits for its child; None if the slot is free."""
        return self._attempt.task.number if self._attempt else None

    @property
    def is_ending(self) -> bool:
        """Whether a child is being ended, so that `advance` should be called often."""
        return self._ending is not None

    def submit(self, task: Task, now: float) -> None:
        """Begin an attempt; the slot must be free."""
        self._attempt = Attempt(task, submitted=now)
        self._nursery.expect()
        if self.tenant and self.tenant.is_ready and not self._ending:
            self._hand_over(self.tenant)

    def hear(self, tenant: Tenant, now: float) -> Ended | None:
        """Take one message of the tenant; an attempt that is over comes back."""
        word, body = tenant.hear(now)
        if self._ending:
            self._hear_last_words(tenant, self._ending, word, body)
            return None
        if word == "ready":
            tenant.is_ready = True
            if self._attempt:
                self._hand_over(tenant)
        elif word == "begun" and self._attempt:
            self._attempt = replace(self._attempt, started=now, oom_kills=oom_kills())
        elif word == "ask" and self._attempt:
            self._answer(tenant, self._attempt.task.number, body)
        elif word == "done" and self._attempt:
            return self._finish(tenant, self._attempt, body, now)
        return None

    def advance(self, now: float) -> Ended | None:
        """Do what time asks for: limits, endings, and children that are gone."""
        self._move_in()
        tenant = self.tenant
        if tenant is None:
            return self._stillborn(now) if self._nursery.failed else None
        gone = not tenant.is_alive
        while gone and tenant.has_more_to_say:
            if ended := self.hear(tenant, now):
                return ended
        if not self._ending:
            self._inquest(tenant, now) if gone else self._watch(tenant, now)
        if not self._ending:
            return None
        if gone and not tenant.group_lives:
            return self._bury(tenant)
        if now >= self._ending.kill_at:
            tenant.kill()
        return None

    def cancel(self, now: float, grace: float) -> Ended | None:
        """End the attempt; one that has not begun comes back at once, the others by `advance`."""
        attempt = self._attempt
        if attempt is None or self._ending:
            return None
        failure = Failure(kind="cancelled", message="the attempt was cancelled")
        if attempt.tries == 0 or self.tenant is None:
            self._attempt = None
            return Ended(attempt.task.number, failure=failure)
        self._cut_short(self.tenant, failure, now, grace)
        return None

    def begin_close(self, now: float, grace: float) -> Ended | None:
        """Start no more children and end the one there is; call `advance` until `tenant` is None, then `drop`."""
        self._nursery.stop()
        self._move_in()
        self._closing = True
        cancelled = self.cancel(now, grace)
        if self.tenant and not self._ending:
            self._end(self.tenant, None, now, grace)
        return cancelled

    def drop(self) -> Ended | None:
        """Kill what still runs and let go of everything; an attempt that was being ended comes back."""
        ended = None
        if self.tenant:
            self.tenant.kill()
            ended = self._bury(self.tenant)
        self._nursery.close()
        return ended

    def _move_in(self) -> None:
        if self.tenant is None and not self._closing and (child := self._nursery.newborn()):
            self.tenant = Tenant(child)

    def _hand_over(self, tenant: Tenant) -> None:
        """Start the waiting attempt."""
        assert self._attempt is not None  # noqa: S101 - both callers have looked
        with suppress(LineBroken):  # the child has just died; the attempt waits for the next one
            tenant.line.send("attempt", self._attempt.task.payload)
            self._attempt = replace(self._attempt, tries=self._attempt.tries + 1)

    def _hear_last_words(self, tenant: Tenant, ending: Ending, word: str, body: Any) -> None:
        """What a child says that is being ended; its attempt may still use the channel while it cleans up."""
        if word == "done":
            self._ending = ending.with_place(body["failure"])
        elif word == "ask":
            with suppress(LineBroken):
                tenant.line.send("refused", "the attempt is being ended")

    def _answer(self, tenant: Tenant, number: int, message: dict[str, Any]) -> None:
        try:
            tenant.line.send("reply", self._on_message(number, message))
        except LineBroken:
            return
        except BaseException as error:
            with suppress(LineBroken):
                tenant.line.send("refused", f"{type(error).__name__}: {error}")
            raise

    def _finish(self, tenant: Tenant, attempt: Attempt, body: dict[str, Any], now: float) -> Ended | None:
        """The attempt has come to its end; a spent child is ended first."""
        output, stderr = tenant.take_output()
        failure = None
        if body["failure"]:
            failure = msgspec.convert({**body["failure"], "stderr": tail(stderr, STDERR_BYTES)}, Failure)
        ended = Ended(
            number=attempt.task.number,
            result=body["result"],
            failure=failure,
            seconds=_seconds(attempt, now),
            peak_bytes=body["peak"],
            output=join_output(output, stderr),
        )
        if body["spent"]:
            self._end(tenant, ended, now, GRACE)
            return None
        self._attempt = None
        return ended

    def _watch(self, tenant: Tenant, now: float) -> None:
        """Keep the child, which lives, within its limits."""
        tenant.trim_output()
        if tenant.silent_since is not None and now > tenant.silent_since + _SILENCE_SECONDS:
            message = "the child's line to its parent broke; the objective may have closed all file descriptors"
            self._cut_short(tenant, Failure(kind="lost", message=message), now, GRACE)
        elif self._attempt and self._attempt.is_late(now):
            limit, doing = self._attempt.task.timeout, "running" if self._attempt.started else "loading the objective"
            message = f"no result within the time limit ({doing}); timeout={limit:g} seconds"
            self._cut_short(tenant, Failure(kind="timeout", message=message), now, GRACE)

    def _inquest(self, tenant: Tenant, now: float) -> None:
        """The child is gone and nobody here ended it: what becomes of its attempt?"""
        attempt = self._attempt
        if attempt is None or (attempt.started is None and tenant.is_ready and attempt.tries < _TRIES):
            self._end(tenant, None, now, GRACE)
            return
        failure = failure_of_exit(
            tenant.exit_code,
            memory_limited=self._memory_limited,
            oom_killed=oom_kills() > attempt.oom_kills if attempt.started else False,
            stderr=tenant.read_errors(),
        )
        self._cut_short(tenant, failure, now, GRACE)

    def _cut_short(self, tenant: Tenant, failure: Failure, now: float, grace: float) -> None:
        """End the child; its attempt, if there is one, has failed."""
        if self._attempt is None:
            self._end(tenant, None, now, grace)
            return
        output, stderr = tenant.take_output()
        ended = Ended(
            number=self._attempt.task.number,
            failure=msgspec.structs.replace(failure, stderr=tail(stderr, STDERR_BYTES)),
            seconds=_seconds(self._attempt, now),
            peak_bytes=tenant.peak_memory(),
            output=join_output(output, stderr),
        )
        self._end(tenant, ended, now, grace)

    def _end(self, tenant: Tenant, ended: Ended | None, now: float, grace: float) -> None:
        self._ending = Ending(ended, kill_at=now + grace)
        tenant.terminate()

    def _bury(self, tenant: Tenant) -> Ended | None:
        """Nothing of the child is left; its attempt, if it came to something, is over."""
        ended = self._ending.ended if self._ending else None
        if ended:
            self._attempt = None
        self._ending = None
        self.tenant = None
        tenant.release()
        if tenant.is_ready:
            self._nursery.forget()
        else:  # pebble may take its pool for broken by this, at any moment
            self._nursery.close()
        # A child that never got as far as being ready is not replaced unasked: the next would end like it.
        if not self._closing and (tenant.is_ready or self._attempt):
            self._nursery.expect()
        return ended

    def _stillborn(self, now: float) -> Ended | None:
        """No child could be started."""
        self._nursery.forget()
        attempt, self._attempt = self._attempt, None
        if attempt is None:
            return None
        failure = Failure(kind="lost", message="no child process could be started; look at memory and process limits")
        return Ended(attempt.task.number, failure=failure, seconds=_seconds(attempt, now))


def _seconds(attempt: Attempt, now: float) -> float:
    return now - (attempt.submitted if attempt.started is None else attempt.started)
