"""Asking: claim a trial, look at the log, propose, and write what was proposed.

No transaction is open while a sampler thinks. `seen` is the last event the proposal was based on, so anyone can propose
again from the same log and compare.
"""

import contextlib
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np

from ayar.base.clock import Clock
from ayar.base.errors import SpaceError, StoreError, TellRefused, shorten
from ayar.base.jsontext import Json, unwrap, wrap
from ayar.base.registry import Registry
from ayar.base.rng import Streams, stream
from ayar.samplers.base import Proposal, Sampler
from ayar.space.draw import draw
from ayar.space.space import Space
from ayar.space.wire import params_to_wire
from ayar.storage.base import Worker
from ayar.study.log import Log
from ayar.study.twins import without_twin
from ayar.trial.events import Lease, StudyStopped, TrialAsked, TrialRequeued, TrialResumed
from ayar.trial.history import History
from ayar.trial.setup import Setup


class Asked(msgspec.Struct, frozen=True):
    """The answer to an ask: a trial under lease, or why there is none."""

    lease: Lease | None = None
    wire: dict[str, Json] = {}
    """The trial's parameters in the space's wire form."""
    wait: tuple[str, ...] = ()
    """Workers whose trials may come back; empty when there is nothing to wait for."""
    reason: str = ""
    """Why the study hands out nothing now: "budget", "exhausted", or what stopped it."""
    reclaimed: tuple[int, ...] = ()


class Asker:
    """Asks for one study; keeps the sampler between asks, which holds nothing but caches."""

    def __init__(self, log: Log, worker: Worker, clock: Clock, samplers: Registry) -> None:
        self._log = log
        self._worker = worker
        self._clock = clock
        self._samplers = samplers
        self._sampler: tuple[object, Sampler] | None = None

    def ask(self) -> Asked:
        """Claim and propose one trial."""
        with self._log.lock:
            return self._ask()

    def _ask(self) -> Asked:
        claim = self._log.claim(self._worker)
        fold = self._log.fold
        if claim.lease is None:
            stopped = fold.stopped.reason if fold.stopped is not None else "stopped"
            reason = stopped if claim.reason == "stopped" else "budget"
            return Asked(wait=claim.wait, reason=reason, reclaimed=claim.reclaimed)
        try:
            asked = self._propose(claim.lease)
        except BaseException:
            self._put_back(claim.lease)
            raise
        return msgspec.structs.replace(asked, reclaimed=claim.reclaimed) if claim.reclaimed else asked

    def _put_back(self, lease: Lease) -> None:
        """Hand a trial back after an interrupt or error, whether or not it was asked by then."""
        log = self._log
        with contextlib.suppress(TellRefused, StoreError):
            log.store.release(log.study, lease)
            log.refresh()
            if lease.number < len(log.history) and log.history.row(lease.number).token == lease.token:
                body = TrialRequeued(lease.number, lease.attempt, "shutdown")
                log.append(body, worker=self._worker.name, fence=lease)

    def _propose(self, lease: Lease) -> Asked:
        if lease.attempt > 1:
            return self._resume(lease)
        start = self._clock.elapsed()
        log = self._log
        seen = log.fold.head
        proposal = self._new(lease) if lease.number >= len(log.history) else self._queued(lease)
        if proposal is None:
            return self._exhausted(lease)
        wire = self._wire(proposal.params)
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
        log.append(body, worker=self._worker.name, fence=lease)
        return Asked(lease=lease, wire=wire)

    def _wire(self, params: dict[str, Any]) -> dict[str, Any]:
        space = self._log.setup.space
        if params.keys() <= space.params.keys():
            return params_to_wire(space, params)
        unknown = params.keys() - space.params.keys()
        known = {name: value for name, value in params.items() if name not in unknown}
        return {**params_to_wire(space, known), **{name: wrap(params[name], name) for name in unknown}}

    def _resume(self, lease: Lease) -> Asked:
        body = TrialResumed(lease.number, lease.attempt, "retry", lease)
        self._log.append(body, worker=self._worker.name, fence=lease)
        return Asked(lease=lease, wire=self._wire(dict(self._log.history.params(lease.number))))

    def _exhausted(self, lease: Lease) -> Asked:
        """Give the number back; the study ends when nothing runs that could come back."""
        log = self._log
        log.store.release(log.study, lease)
        if (pending := log.history.pending).any():
            workers = {log.history.row(int(number)).worker or "" for number in pending.nonzero()[0]}
            return Asked(wait=tuple(sorted(workers)), reason="exhausted")
        detail = f"all {len(log.history)} configurations of the space were tried"
        log.append(StudyStopped("exhausted", detail), worker=self._worker.name, key=f"exhausted:{log.fold.opened}")
        return Asked(reason="exhausted")

    # -- proposals -------------------------------------------------------------------------------------------------

    def _new(self, lease: Lease) -> Proposal | None:
        setup = self._log.setup
        return propose(self._chosen(), setup, self._log.history, lease.number)

    def _queued(self, lease: Lease) -> Proposal:
        """An enqueued point, with what it leaves open drawn from the space."""
        setup, history = self._log.setup, self._log.history
        given = dict(history.params(lease.number))
        if setup.dynamic:
            return Proposal(given, {"sampler": "enqueued", "why": "a point that was enqueued"})
        return complete(setup, given, lease.number)

    def _chosen(self) -> Sampler:
        plugin = self._log.setup.sampler
        if self._sampler is None or self._sampler[0] != plugin:
            self._sampler = (plugin, self._samplers.get_class(plugin.name)(**unwrap(plugin.options)))
        return self._sampler[1]


def propose(sampler: Sampler, setup: Setup, history: History, number: int) -> Proposal | None:
    """The proposal for trial `number`; None when the space is exhausted. What replay calls too."""
    if not setup.space.params:
        return Proposal({}, {"sampler": setup.sampler.name, "why": "the objective has asked for no parameter yet"})
    rng = Streams(setup.seed, number)
    found = sampler.propose(setup, history, rng, 1)
    if not found and setup.dynamic:
        # By run the space may still grow, so a space whose every point was tried is no end.
        found = sampler.propose(replace(setup, repeats="allow"), history, rng, 1)
    if found and setup.dynamic and setup.repeats == "avoid":
        return without_twin(setup, history, found[0], number)
    return found[0] if found else None


def complete(setup: Setup, given: dict[str, Any], number: int) -> Proposal:
    """A full configuration around the `given` parameters, the others drawn from the space by the trial's own stream.

    Raises:
        SpaceError: a name or value that the space does not hold, or parameters that are never active together.
    """
    space: Space = setup.space
    if space.contains(given):
        return Proposal(given, {"sampler": "enqueued", "why": "a point that was enqueued"})
    rest = space.fix(given)
    rng = stream(setup.seed, number, "fill")
    X, A = draw(
        rest,
        lambda count: rng.random((count, len(rest.codec.names))),
        1,
        lambda X: np.array([given.keys() <= params.keys() for params in rest.codec.decode(X, ~np.isnan(X))], bool),
    )
    if not len(X):
        raise SpaceError(
            f"no configuration holds all of {shorten(given)}; leave out what is not active beside the rest"
        )
    why = "a point that was enqueued; what it left open was drawn"
    return Proposal(rest.codec.decode(X, A)[0], {"sampler": "enqueued", "why": why})
