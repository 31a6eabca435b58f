"""The study: what users hold. Thin: every verb is a few lines over `asking`, `telling` and `loop`."""

import contextlib
import os
import secrets
import traceback
import warnings
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import to_builtins
from msgspec.structs import replace

from ayar.analysis.table import trial_rows
from ayar.base.clock import SYSTEM, Clock
from ayar.base.errors import (
    ArgumentError,
    ObjectiveFailed,
    SpaceError,
    StudyFinished,
    TellRefused,
    did_you_mean,
    shorten,
)
from ayar.base.jsontext import unwrap, wrap
from ayar.base.optional import need
from ayar.base.registry import door
from ayar.executors import EXECUTORS
from ayar.samplers import SAMPLERS
from ayar.space.space import Space
from ayar.space.wire import params_to_wire
from ayar.storage.base import Store, StudyEntry, Worker
from ayar.study.asking import Asked, Asker, complete
from ayar.study.attempt import Attempt, is_pruned
from ayar.study.environment import environment
from ayar.study.live_trial import LiveTrial
from ayar.study.log import Log
from ayar.study.loop import Limits, Loop
from ayar.study.outcome import Outcome, failed, pruned, read_outcome
from ayar.study.plugin import plugin_of
from ayar.study.progress import Progress
from ayar.study.renewal import Renewal
from ayar.study.telling import check_same, lease_of, tell
from ayar.trial import events as ev
from ayar.trial.attribute import attribute
from ayar.trial.best import best_number, front_numbers
from ayar.trial.failure import Failure
from ayar.trial.fold import Fold
from ayar.trial.history import History
from ayar.trial.setup import CHANGEABLE, Setup
from ayar.trial.state import State
from ayar.trial.trial import Trial

WAIT_SECONDS = 0.25
TRACEBACK_LETTERS = 8192
_OUTCOMES = (State.COMPLETE, State.PRUNED, State.FAILED)
"""States that a person may tell."""


class Study:
    """One search: its settings, its trials, and the verbs. Made by `ayar.create_study`, `load_study`, `minimize`.

    Several Study objects, in several processes, may work on one study of one store at the same time.
    """

    def __init__(self, store: Store, entry: StudyEntry, space: Space | None = None, clock: Clock = SYSTEM) -> None:
        """Open a study of a store; `space` is the caller's own, where it holds objects the log only names."""
        self.store = store
        self._clock = clock
        self._log = Log(store, entry, space)
        self.ended = ""
        """Why the last `optimize` of this object ended: "budget", "exhausted", "n_trials", "timeout", "interrupted",
        "failures", or what stopped the study."""
        self._become_worker()

    def _become_worker(self) -> None:
        """Take an identity: at first, and anew in a child after a fork, which is another worker than its parent."""
        self._pid = os.getpid()
        self._worker = Worker.here(f"{self._pid}-{secrets.token_hex(3)}")
        self._renewal = Renewal(self.store, self._log.study)
        self._asker = Asker(self._log, self._worker, self._clock, SAMPLERS)
        # A study that nobody holds renews nothing: its trials go back to the queue.
        weakref.finalize(self, self._renewal.close)

    # -- reading ---------------------------------------------------------------------------------------------------

    @property
    def fold(self) -> Fold:
        """Everything the log says, up to date."""
        return self._log.refresh()

    @property
    def name(self) -> str:
        """The study's name in its store."""
        return self._log.setup.name

    @property
    def setup(self) -> Setup:
        """Space, goals, seed, budget, sampler."""
        return self.fold.setup

    @property
    def space(self) -> Space:
        """The space; in a define-by-run study what trials asked for so far."""
        return self.setup.space

    @property
    def history(self) -> History:
        """All trials as columns."""
        return self.fold.history

    @property
    def trials(self) -> list[Trial]:
        """All trials, by number."""
        return list(self.history.trials())

    @property
    def best(self) -> Trial | tuple[Trial, ...]:
        """The best trial; with several goals the front, a tuple of trials.

        Raises:
            NoTrial: nothing complete and feasible yet; the message says what there is and why the others failed.
        """
        history = self.history
        if len(history.goals) == 1:
            return history.trial(best_number(history))
        return tuple(history.trial(number) for number in front_numbers(history))

    @property
    def stopped(self) -> str | None:
        """Why the study ended: "budget", "exhausted", "failures", "user" ...; None while it goes on."""
        stop = self.fold.stopped
        return None if stop is None else stop.reason

    def counts(self) -> dict[State, int]:
        """How many trials are in each state."""
        return self.history.counts()

    def to_frame(self) -> Any:
        """The trials as a pandas DataFrame: number, state, values, params_*, attrs_*, seconds.

        Raises:
            MissingExtra: pandas is not installed.
        """
        return need("pandas", "data").DataFrame(trial_rows(self.fold))

    def report(self, path: str | Path) -> Path:
        """Write the study's report: one HTML file that opens offline, or Markdown (.md), or JSON (.json)."""
        written: Path = door("report")(self.fold, Path(path), storage=self.store.address)
        return written

    def _repr_html_(self) -> str:
        html: str = door("study_html")(self.fold)
        return html

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {state}" for state, count in self.counts().items()) or "no trials"
        return f"<Study {self.name!r}: {counts}>"

    # -- facts of other rooms --------------------------------------------------------------------------------------

    def record(self, topic: str, data: Mapping[str, Any]) -> None:
        """Write a fact to the log, such as the opening of a sealed test set; it changes no trial."""
        self._log.append(ev.Recorded(topic, wrap(data, topic)), worker=self._worker.name)

    def records(self, topic: str) -> list[dict[str, Any]]:
        """What was recorded under a topic, in order."""
        return [unwrap(event.body.data) for event in self.fold.records if event.body.topic == topic]

    def set_attr(self, name: str, value: Any) -> None:
        """Keep a value that JSON can hold with the study."""
        self._log.append(ev.AttrSet(name, attribute(name, value)), worker=self._worker.name)

    @property
    def attrs(self) -> dict[str, Any]:
        """What `set_attr` kept."""
        return dict(self.fold.attrs)

    # -- ask and tell ----------------------------------------------------------------------------------------------

    def ask(self) -> LiveTrial:
        """The next trial to evaluate, leased to this process until it is told.

        Use it as a context (`with study.ask() as trial:`) and an exception in the block tells it failed.

        Raises:
            StudyFinished: the budget is spent, the space exhausted, or the study stopped; `reason` says which.
        """
        if self._pid != os.getpid():
            self._become_worker()
        asked = self._asker.ask()
        while asked.wait and asked.wait != (self._worker.name,):
            self._clock.sleep(WAIT_SECONDS)
            asked = self._asker.ask()
        if asked.lease is None:
            raise StudyFinished(self._no_more(asked), asked.reason)
        self._renewal.hold(asked.lease)
        return self._live(asked.lease, asked.wire)

    def _no_more(self, asked: Asked) -> str:
        if asked.wait:
            why = f"{self._why(asked.reason)}, and the trials that still run are your own; tell them first"
        else:
            self._end(asked.reason)
            why = self._why(asked.reason)
        return f"study {self.name!r} hands out no more trials: {why}"

    def _live(self, lease: ev.Lease, wire: dict[str, Any]) -> LiveTrial:
        def channel(message: dict[str, Any]) -> dict[str, bool]:
            step, value, fold = message["report"]
            body = ev.TrialReported(lease.number, lease.attempt, (ev.Point(step, value, fold),))
            self._log.append(body, worker=self._worker.name, fence=lease, durable=False)
            return {"prune": False}

        declared = self._log.fold.declared
        proposed = {name: wire[name] for name in wire.keys() - declared.params.keys()}
        known = self._log.history.params(lease.number)
        return LiveTrial(
            lease.number,
            {name: value for name, value in known.items() if name not in proposed},
            proposed,
            declared=declared,
            seed=self._log.setup.seed,
            channel=channel,
            lease=lease,
            leave=self._leave,
        )

    def _leave(self, live: LiveTrial, error: BaseException) -> bool:
        """Settle a trial whose `with` block raised; whether the exception ends there. What was told stands."""
        with contextlib.suppress(TellRefused):
            if is_pruned(error):
                self.tell(live, state=State.PRUNED)
            elif isinstance(error, KeyboardInterrupt) and live.lease is not None:
                self._renewal.drop(live.number)
                body = ev.TrialRequeued(live.number, live.lease.attempt, "shutdown")
                self._log.append(body, worker=self._worker.name, fence=live.lease)
            else:
                self.tell(live, state=State.FAILED, failure=_failure_of(error))
        return is_pruned(error)

    def tell(
        self,
        trial: LiveTrial | int,
        value: Any = None,
        *,
        state: State | str = State.COMPLETE,
        failure: Failure | None = None,
    ) -> Trial:
        """Tell the result of an asked trial; telling the same again is harmless.

        Arguments:
            trial: what `ask` returned, or its number.
            value: a number, several in the goals' order, a mapping by name, or an `ayar.Result`.
            state: "complete", "pruned" or "failed".
            failure: why, for a failed trial.

        Returns:
            The trial as it stands now.

        Raises:
            TellRefused: it is final with another result, or another worker holds it now.
            NoTrial: no trial has this number.
        """
        asked: tuple[Any, ...] = ()
        if isinstance(trial, LiveTrial):
            number, lease = trial.number, trial.lease
            asked = tuple(tuple(item) for item in trial.asked())
            outcome = _with_attrs(self._outcome(number, value, _state(state), failure), trial.user_attrs)
        else:
            number, lease = trial, lease_of(self._log, trial)
            outcome = self._outcome(number, value, _state(state), failure)
        if lease is None:
            check_same(self._log.history.row(number), outcome)
        else:
            tell(self._log, lease, outcome, worker=self._worker.name, asked=asked)
            self._renewal.drop(number)
        return self._log.history.trial(number)

    def _outcome(self, number: int, value: Any, state: State, failure: Failure | None) -> Outcome:
        setup = self._log.setup
        if state is State.FAILED:
            return failed(failure or Failure("exception", "told as failed"))
        if state is State.PRUNED and value is None:
            reports = self._log.history.reports(number)
            return pruned(reports[-1].value if reports else None, {})
        outcome = read_outcome(value, setup.goals, setup.constraints)
        return outcome if outcome.failure is not None else _in_state(outcome, state)

    # -- points from elsewhere -------------------------------------------------------------------------------------

    def enqueue(self, params: Mapping[str, Any], *, priority: int = 0) -> int:
        """Try these parameters next, once; what is left out is drawn. Returns the trial's number.

        Raises:
            SpaceError: an unknown name, or a value outside the space.
        """
        setup = self._log.setup
        if not setup.dynamic:
            complete(setup, dict(params), 0)  # raises if they do not fit
        wire = self._wire(params)
        return self._number_of(self._log.append(ev.TrialEnqueued(0, wire, priority), worker=self._worker.name))

    def add(
        self,
        params: Mapping[str, Any],
        value: Any = None,
        *,
        state: State | str = State.COMPLETE,
        attrs: Mapping[str, Any] | None = None,
        source: Mapping[str, Any] | None = None,
    ) -> int:
        """Take in a trial that was never asked here; it counts in no budget. Returns its number.

        A value outside the space is taken with a warning: samplers see it at the nearest bound.

        Raises:
            SpaceError: an unknown name.
        """
        setup = self._log.setup
        state = _state(state)
        outcome = Outcome(state) if value is None else read_outcome(value, setup.goals, setup.constraints)
        if outcome.failure is not None or (value is None and state is State.COMPLETE):
            why = outcome.failure.message if outcome.failure is not None else "expected a value, got None"
            raise ArgumentError(f"add: {why}")
        wire = self._wire(params)
        if not setup.dynamic and (outside := setup.space.explain(dict(params))) is not None:
            warnings.warn(f"add: taken although outside the space: {outside}", stacklevel=2)
        body = ev.TrialAdded(
            0, wire, state, outcome.values, outcome.sd, outcome.constraints,
            _with_attrs(outcome, attrs or {}).attrs, wrap(dict(source or {}), "source"),
        )  # fmt: skip
        return self._number_of(self._log.append(body, worker=self._worker.name))

    def _wire(self, params: Mapping[str, Any]) -> dict[str, Any]:
        setup = self._log.setup
        known = {name: value for name, value in params.items() if name in setup.space.params}
        unknown = {name: value for name, value in params.items() if name not in known}
        if unknown and not setup.dynamic:
            raise SpaceError(f"expected parameters among {list(setup.space.params)}, got {list(unknown)}")
        return {**params_to_wire(setup.space, known), **wrap(unknown, "params")}

    @staticmethod
    def _number_of(appended: Any) -> int:
        number: int = appended.first.body.number
        return number

    # -- running ---------------------------------------------------------------------------------------------------

    def optimize(
        self,
        objective: Callable[..., Any] | str,
        *,
        n_trials: int | None = None,
        timeout: float | None = None,
        workers: int = 1,
        executor: str | None = None,
        trial_timeout: float | None = None,
        trial_memory: int | None = None,
        trial_threads: int | None = None,
        watch: Callable[[Progress], None] | None = None,
    ) -> "Study":
        """Run the objective on trial after trial.

        Arguments:
            objective: called with the live trial; or "package.module:function".
            n_trials: trials of this call, over all its workers; None: until the study's budget is spent.
            timeout: seconds after which this call starts no trial; running ones finish.
            workers: attempts at a time, each in a process of its own; -1 for one a core.
            executor: "inline" or "processes"; None picks processes for several workers or with a limit.
            trial_timeout: seconds after which an attempt is ended with all its processes, and failed.
            trial_memory: bytes of memory an attempt may take, and not more.
            trial_threads: BLAS threads per worker; None: cores / workers.
            watch: called with a `Progress` after each trial and several times a second.

        Returns:
            This study; `ended` says why the call ended. Ctrl-C ends it early, with all finished trials kept.

        Raises:
            ObjectiveFailed: the first trials all failed alike, or too many failed; the traceback is in the message.
        """
        slots = (os.cpu_count() or 1) if workers == -1 else workers
        if slots < 1:
            raise ArgumentError(f"optimize: expected workers >= 1, or -1 for one a core, got {workers}")
        limited = trial_timeout is not None or trial_memory is not None
        name = executor or ("processes" if slots > 1 or limited else "inline")
        begin = getattr(objective, "begin", None)
        if callable(begin):
            begin(self)
        if self._pid != os.getpid():
            self._become_worker()
        if self.stopped == "failures":
            self.reopen()
        loop = Loop(
            self._log, self._asker, self._renewal, self._clock, self._worker.name, Limits(n_trials, timeout), watch
        )
        setup = self._log.setup
        made = EXECUTORS.get_class(name)(
            objective=objective,
            run=Attempt(self._log.fold.declared, setup.goals, setup.constraints, setup.seed),
            on_message=loop.message,
            slots=slots,
            timeout=trial_timeout,
            memory=trial_memory,
            threads=trial_threads,
        )
        self._log.append(ev.WorkerJoined(wrap(environment(name, slots))), worker=self._worker.name)
        with made:
            self.ended = loop.run(made)
        self._log.append(ev.WorkerLeft(self.ended), worker=self._worker.name)
        self._end(self.ended)
        if self.ended == "failures":
            raise ObjectiveFailed(self._failure_text())
        return self

    def stop(self, reason: str = "user") -> None:
        """End the study for all workers; running trials finish. `minimize` with more budget goes on."""
        self._log.append(ev.StudyStopped(reason, by=self._worker.name), worker=self._worker.name)

    def change(self, *, why: str = "", **changes: Any) -> None:
        """Change max_trials, max_seconds, max_failures, retries or the sampler; a larger budget opens the study again.

        Raises:
            ArgumentError: another setting, or a value out of range; nothing was changed.
        """
        unknown = [name for name in changes if name not in CHANGEABLE]
        if unknown:
            raise ArgumentError(f"change: expected settings among {', '.join(CHANGEABLE)}, got {', '.join(unknown)}")
        if "sampler" in changes:
            changes["sampler"] = to_builtins(plugin_of(changes["sampler"]))
        self._log.setup.changed(changes)  # raises if they do not fit
        self._log.append(
            ev.SettingsChanged(wrap(changes, "change"), by=self._worker.name, why=why), worker=self._worker.name
        )
        if self.stopped == "budget":
            self.reopen()

    def reopen(self) -> None:
        """Hand out trials again after a stop, unless the budget is still spent or the space exhausted."""
        fold = self._log.refresh()
        if fold.stopped is None or not self._can_go_on():
            return
        reason = f"went on after {fold.stopped.reason}"
        self._log.append(ev.StudyReopened(reason, by=self._worker.name), worker=self._worker.name)

    def _can_go_on(self) -> bool:
        fold, setup = self._log.fold, self._log.setup
        reason = fold.stopped.reason if fold.stopped is not None else ""
        if reason == "exhausted":
            return False
        in_time = setup.max_seconds is None or fold.active < setup.max_seconds * 1e6
        more = setup.max_trials is None or self._log.history.asked < setup.max_trials
        return reason != "budget" or (in_time and more)

    def close(self) -> None:
        """Stop renewing leases and let go of the store."""
        self._renewal.close()
        self.store.close()

    def _end(self, reason: str) -> None:
        """Record that the budget is spent, once."""
        fold = self._log.refresh()
        if reason == "budget" and fold.stopped is None:
            key = f"budget:{fold.setup.max_trials}:{fold.setup.max_seconds}:{fold.opened}"
            self._log.append(ev.StudyStopped("budget", self._why("budget")), worker=self._worker.name, key=key)

    def _why(self, reason: str) -> str:
        setup, stop = self._log.setup, self._log.fold.stopped
        if stop is not None and stop.detail:
            return stop.detail
        if reason != "budget":
            return reason
        if setup.max_trials is not None and self._log.history.asked >= setup.max_trials:
            return f"its budget of {setup.max_trials} trials is spent"
        return f"its budget of {setup.max_seconds:g} seconds is spent"

    def _failure_text(self) -> str:
        stop, history = self._log.fold.stopped, self._log.history
        failures = (history.row(number).failure for number in reversed(history.order))
        last = next((failure for failure in failures if failure is not None), None)
        detail = stop.detail if stop is not None else ""
        trace = last.traceback if last is not None else ""
        return f"{detail}\n\n{trace}".rstrip() + "\n\nMend the objective and run the same again: the study goes on."


def _with_attrs(outcome: Outcome, attrs: Mapping[str, Any]) -> Outcome:
    return replace(outcome, attrs={**outcome.attrs, **{name: attribute(name, value) for name, value in attrs.items()}})


def _state(word: State | str) -> State:
    try:
        state = State(word)
    except ValueError:
        raise ArgumentError(f"state: no state is called {shorten(word)}{did_you_mean(str(word), _OUTCOMES)}") from None
    if state not in _OUTCOMES:
        raise ArgumentError(f"state: expected {', '.join(_OUTCOMES)}, got {state.value!r}")
    return state


def _failure_of(error: BaseException) -> Failure:
    trace = "".join(traceback.format_exception(error))
    return Failure("exception", str(error), type=type(error).__name__, traceback=trace[-TRACEBACK_LETTERS:])


def _in_state(outcome: Outcome, state: State) -> Outcome:
    return replace(outcome, state=state)
