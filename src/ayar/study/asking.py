"""Asking: claim a trial, look at the log, propose, and write what was proposed.

No transaction is open while a sampler thinks. `seen` is the last event the proposal was based on, so anyone can propose
again from the same log and compare.
"""

import contextlib
from typing import Any

import msgspec

from ayar.base.clock import Clock
from ayar.base.errors import StoreError, TellRefused
from ayar.base.failpoint import reach
from ayar.base.jsontext import Json, unwrap, wrap
from ayar.base.registry import Registry
from ayar.samplers.base import Sampler
from ayar.storage.base import Worker
from ayar.study.fitting import cancelled, misfit
from ayar.study.log import Log
from ayar.study.proposing import proposal_for, wire_of
from ayar.trial.events import Lease, StudyStopped, TrialAsked, TrialRequeued, TrialResumed
from ayar.trial.state import State


class Asked(msgspec.Struct, frozen=True):
    """The answer to an ask: a trial under lease, or why there is none."""

    lease: Lease | None = None
    wire: dict[str, Json] = {}
    """The trial's parameters in the wire form of `declared`."""
    declared: Any = None
    """The `Space` as declared when the trial was proposed."""
    wait: tuple[str, ...] = ()
    """Workers whose trials may come back; empty when there is nothing to wait for."""
    reason: str = ""
    """Why the study hands out nothing now: "budget", "exhausted", or what stopped it."""
    reclaimed: tuple[int, ...] = ()


class Asker:
    """Asks for one study; keeps the sampler between asks, which holds nothing but caches."""

    def __init__(
        self, log: Log, worker: Worker, clock: Clock, samplers: Registry, lease_s: float | None = None
    ) -> None:
        """`lease_s` is the length of its leases in seconds; None: the study's own."""
        self.worker = worker
        self._log = log
        self._lease_s = lease_s
        self._clock = clock
        self._samplers = samplers
        self._sampler: tuple[object, Sampler] | None = None

    def ask(self) -> Asked:
        """Claim and propose one trial."""
        with self._log.lock:
            return self._ask()

    def _ask(self) -> Asked:
        claim = self._log.claim(self.worker, self._lease_s)
        fold = self._log.fold
        if claim.lease is None:
            stopped = fold.stopped.reason if fold.stopped is not None else "stopped"
            reason = stopped if claim.reason == "stopped" else "budget"
            return Asked(wait=claim.wait, reason=reason, reclaimed=claim.reclaimed)
        try:
            reach("after-claim")
            asked = None if self._cancels(claim.lease) else self._propose(claim.lease)
        except TellRefused:
            # The process stood still for longer than its lease: the trial is another worker's by now.
            asked = None
        except BaseException:
            self._put_back(claim.lease)
            raise
        if asked is None:
            return self._ask()
        return msgspec.structs.replace(asked, reclaimed=claim.reclaimed) if claim.reclaimed else asked

    def _put_back(self, lease: Lease) -> None:
        """Hand a trial back after an interrupt or error, whether or not it was asked by then."""
        log = self._log
        with contextlib.suppress(TellRefused, StoreError):
            log.store.release(log.study, lease)
            log.refresh()
            if lease.number < len(log.history) and log.history.row(lease.number).token == lease.token:
                body = TrialRequeued(lease.number, lease.attempt, "shutdown")
                log.append(body, worker=self.worker.name, fence=lease)

    def _cancels(self, lease: Lease) -> bool:
        """Whether the claimed trial, queued before the space changed, fits no more, and so was cancelled."""
        history = self._log.history
        if lease.number >= len(history) or history.row(lease.number).state is not State.WAITING:
            return False
        row = history.row(lease.number)
        # Only a declared space changes by an event.
        fault = misfit(self._log.setup, row, row.params or {}, row.retired) if history.space_since else ""
        if fault:
            self._log.append(cancelled(row, fault, lease.token), worker=self.worker.name, fence=lease)
        return bool(fault)

    def _propose(self, lease: Lease) -> Asked:
        if lease.attempt > 1:
            return self._resume(lease)
        start = self._clock.elapsed()
        log = self._log
        seen = log.fold.head
        proposal = proposal_for(self._chosen(), log.setup, log.history, lease.number)
        if proposal is None:
            return self._exhausted(lease)
        wire, declared = wire_of(log.setup, proposal.params), log.fold.declared
        seconds = self._clock.elapsed() - start
        body = TrialAsked(
            number=lease.number,
            attempt=lease.attempt,
            params=wire,
            seen=seen,
            note=wrap(proposal.note, "note"),
            lease=lease,
            seconds=seconds,
        )
        reach("after-propose")
        log.append(body, worker=self.worker.name, fence=lease)
        return Asked(lease=lease, wire=wire, declared=declared)

    def _resume(self, lease: Lease) -> Asked:
        log = self._log
        wire, declared = wire_of(log.setup, dict(log.history.params(lease.number))), log.fold.declared
        body = TrialResumed(lease.number, lease.attempt, "retry", lease)
        log.append(body, worker=self.worker.name, fence=lease)
        return Asked(lease=lease, wire=wire, declared=declared)

    def _exhausted(self, lease: Lease) -> Asked:
        """Give the number back; the study ends when nothing runs that could come back."""
        log = self._log
        log.store.release(log.study, lease)
        if (pending := log.history.pending).any():
            workers = {log.history.row(int(number)).worker or "" for number in pending.nonzero()[0]}
            return Asked(wait=tuple(sorted(workers)), reason="exhausted")
        detail = f"all {len(log.history)} configurations of the space were tried"
        log.append(StudyStopped("exhausted", detail), worker=self.worker.name, key=f"exhausted:{log.fold.opened}")
        return Asked(reason="exhausted")

    def _chosen(self) -> Sampler:
        plugin = self._log.setup.sampler
        if self._sampler is None or self._sampler[0] != plugin:
            self._sampler = (plugin, self._samplers.get_class(plugin.name)(**unwrap(plugin.options)))
        return self._sampler[1]
