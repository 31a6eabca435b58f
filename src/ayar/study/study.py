"""The study: what users hold. Reading is the log's fold; every verb is a call of `by_hand`, `points` or `running`."""

import weakref
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ayar.analysis.table import trial_rows
from ayar.base.clock import SYSTEM, Clock
from ayar.base.errors import ArgumentError, ObjectiveFailed
from ayar.base.jsontext import unwrap, wrap
from ayar.base.optional import need
from ayar.base.registry import door
from ayar.space.space import Space
from ayar.storage.base import Store, StudyEntry
from ayar.study import by_hand, changing, ending, points, running
from ayar.study.changing import SpaceChange
from ayar.study.deciding import check_folds_fit
from ayar.study.environment import author
from ayar.study.live_trial import LiveTrial
from ayar.study.log import Log
from ayar.study.loop import Limits
from ayar.study.objective import check_objective
from ayar.study.progress import Progress
from ayar.study.seat import Seat
from ayar.trial.attribute import attribute
from ayar.trial.best import best_number, front_numbers
from ayar.trial.events import AttrSet, Recorded, StudyStopped
from ayar.trial.failure import Failure
from ayar.trial.fold import Fold
from ayar.trial.history import History
from ayar.trial.setup import Setup
from ayar.trial.state import State
from ayar.trial.trial import Parameters, Trial

if TYPE_CHECKING:  # these load SciPy
    from ayar.analysis.model_check import ModelCheck
    from ayar.analysis.prediction import Prediction
    from ayar.evaluate.confirm import Confirmed
    from ayar.study.expecting import ExpectedMinimum
    from ayar.study.verifying import Verification


class Study:
    """One search: its settings, its trials, and the verbs. Made by `ayar.create_study`, `load_study`, `minimize`.

    Several Study objects, in several processes, may work on one study of one store at the same time.
    """

    def __init__(self, store: Store, entry: StudyEntry, space: Space | None = None, clock: Clock = SYSTEM) -> None:
        """Open a study of a store; `space` is the caller's own, where it holds objects the log only names."""
        self.store = store
        self._entry = entry
        self._space = space
        self._log = Log(store, entry, space)
        self._take(Seat(store, self._log, clock))
        self.ended = ""
        """Why the last `optimize` of this object ended: "budget", "exhausted", "n_trials", "timeout", "idle", "left",
        "interrupted", "failures", or what stopped the study."""

    def _take(self, seat: Seat) -> None:
        self._own_seat = seat
        # A study that nobody holds renews nothing: its trials go back to the queue.
        weakref.finalize(self, seat.renewal.close)

    @property
    def _seat(self) -> Seat:
        """This process's seat."""
        seat = self._own_seat.here()
        if seat is not self._own_seat:
            self._take(seat)
        return seat

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
    def best(self) -> Any:
        """The best `Trial`; with several goals the front, a tuple of trials.

        Raises:
            NoTrial: nothing complete and feasible yet; the message says what there is and why the others failed.
        """
        history = self.history
        if len(history.goals) == 1:
            return history.trial(best_number(history))
        return tuple(history.trial(number) for number in front_numbers(history))

    @property
    def recommended(self) -> Any:
        """The `Trial` to use: the one expected to be best by all trials together, not the luckiest; see `predict`.

        Where values are found to be without noise, and below 8 trials, it is `best`. With several goals the front by
        expected values, a tuple of trials.

        Raises:
            NoTrial: as for `best`; or no trial keeps a constraint with the confidence that it asks for.
        """
        from ayar.analysis.recommend import recommend

        trials = recommend(self.fold).trials
        return trials[0] if len(self.setup.goals) == 1 else trials

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

    # -- what the trials lead one to expect ------------------------------------------------------------------------

    def predict(self, points: Iterable[Mapping[str, Any] | Parameters], goal: int | str = 0) -> "Prediction":
        """What to expect of configurations: `mean`, `sd` (m,) and `covariance` (m, m), from all trials told so far.

        Of the goal itself, in its own units, without the noise of a single run.

        Arguments:
            points: whole configurations of the space, or trials.
            goal: which goal, by place or name.

        Raises:
            SpaceError: a point that is no configuration of the space; the message says which and why.
            NoTrial: fewer than 8 complete trials, or nothing that varies.

        >>> from ayar.study.front import minimize
        >>> study = minimize(lambda trial: (trial["x"] - 0.3) ** 2, {"x": (0.0, 1.0)}, max_trials=12, seed=0)
        >>> found = study.predict([{"x": 0.3}, {"x": 0.5}])
        >>> [round(value, 2) for value in found.mean.tolist()]
        [0.0, 0.04]
        """
        from ayar.analysis.prediction import predict

        return predict(self.fold, points, goal)

    def expected_minimum(self, goal: int | str = 0) -> "ExpectedMinimum":
        """The place expected to be best anywhere in the space, tried or not: `params`, `mean`, `sd`.

        For a goal to maximise it is the greatest. Not confirmed by a run; `study.enqueue(place.params)` tries it.

        Raises:
            NoTrial: as for `predict`, or no place is expected to keep the result constraints.
        """
        from ayar.study.expecting import expected_minimum

        return expected_minimum(self.fold, goal)

    def model_check(self, goal: int | str = 0) -> "ModelCheck":
        """How far predictions can be trusted: each trial is predicted from the others; `sentence` says it in words.

        Raises:
            NoTrial: as for `predict`.
        """
        from ayar.analysis.model_check import model_check

        return model_check(self.fold, goal)

    def verify(self, watch: Callable[[int, int], None] | None = None) -> "Verification":
        """Check that everything follows from the log: its chain, its moves, what the store keeps, every proposal.

        Each proposal is made again from what its author had seen, and compared bit for bit; `watch` is called with
        (proposals made again, of how many).

        Raises:
            SpaceError: the space holds functions, and this object was opened without it.

        >>> from ayar.study.front import minimize
        >>> study = minimize(lambda trial: trial["x"] ** 2, {"x": (-1.0, 1.0)}, max_trials=12, seed=0)
        >>> found = study.verify()
        >>> found.ok, found.proposals
        (True, 12)
        """
        from ayar.study.verifying import verify

        return verify(self.store, self._entry, self._space, watch)

    def report(self, path: str | Path) -> Path:
        """Write the study's report: one HTML file that opens offline, or Markdown (.md), or JSON (.json).

        Raises:
            ArgumentError: the folder does not exist.
        """
        if not Path(path).parent.is_dir():
            raise ArgumentError(f"report: expected a folder at {Path(path).parent}, found none; create it first")
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
        self._seat.write(Recorded(topic, wrap(data, topic)))

    def records(self, topic: str) -> list[dict[str, Any]]:
        """What was recorded under a topic, in order."""
        return [unwrap(event.body.data) for event in self.fold.records if event.body.topic == topic]

    def set_attr(self, name: str, value: Any) -> None:
        """Keep a value that JSON can hold with the study."""
        self._seat.write(AttrSet(name, attribute(name, value)))

    @property
    def attrs(self) -> dict[str, Any]:
        """What `set_attr` kept."""
        return dict(self.fold.attrs)

    # -- ask and tell ----------------------------------------------------------------------------------------------

    def ask(self, *, worker: str | None = None, lease_s: float | None = None) -> LiveTrial:
        """The next trial to evaluate, leased to this process until it is told.

        Use it as a context (`with study.ask() as trial:`) and an exception in the block tells it failed.

        Arguments:
            worker: a name that outlives this process, such as a machine's. It has one trial at a time: asked again
                under the same name, after a crash say, the study gives the unfinished trial back.
            lease_s: seconds that the lease lasts without renewal, so that another process may tell the trial; None:
                this process renews it while it lives.

        Raises:
            StudyFinished: the budget is spent, the space exhausted, or the study stopped; `reason` says which.
            ArgumentError: no such name or length of time.
        """
        return by_hand.ask(self._seat, worker, lease_s)

    def tell(
        self,
        trial: LiveTrial | Trial | int,
        value: Any = None,
        *,
        state: State | str = State.COMPLETE,
        failure: Failure | None = None,
        token: int | None = None,
    ) -> Trial:
        """Tell the result of an asked trial; telling the same again is harmless.

        Arguments:
            trial: what `ask` returned, or its number.
            value: a number, several in the goals' order, a mapping by name, or an `ayar.Result`.
            state: "complete", "pruned" or "failed".
            failure: why, for a failed trial.
            token: of the lease under which a trial given by its number was asked (`trial.lease.token`): the result is
                then refused if the trial went to another worker since.

        Returns:
            The trial as it stands now.

        Raises:
            TellRefused: it is final with another result, or another worker holds it now.
            NoTrial: no trial has this number.
        """
        return by_hand.tell(self._seat, trial, value, state, failure, token)

    # -- points from elsewhere -------------------------------------------------------------------------------------

    def enqueue(self, params: Mapping[str, Any], *, priority: int = 0) -> int:
        """Try these parameters next, once; what is left out is drawn. Returns the trial's number.

        Raises:
            SpaceError: an unknown name, or a value outside the space.
        """
        return points.enqueue(self._seat, params, priority)

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
            SpaceError: an unknown name. ArgumentError: no value, or one that is no number.
        """
        return points.add(self._seat, params, value, by_hand.told_state(state), attrs or {}, source or {})

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
        max_idle: float | None = None,
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
            max_idle: seconds after which this call ends while it has nothing to run and only waits for trials of
                others, which may come back; None: it waits.
            watch: called with a `Progress` after each trial and several times a second.

        Returns:
            This study; `ended` says why the call ended. Ctrl-C ends it early, with all finished trials kept.

        Raises:
            ObjectiveFailed: the first trials all failed alike, or too many failed; the traceback is in the message.
        """
        check_objective(objective)
        crew = running.Crew(workers, executor, trial_timeout, trial_memory, trial_threads)
        check_folds_fit(self.setup, objective)
        begin = getattr(objective, "begin", None)
        if callable(begin):
            begin(self)
        if self.stopped == "failures":
            self.reopen()
        self.ended = running.optimize(self._seat, objective, Limits(n_trials, timeout, max_idle), crew, watch)
        if self.ended == "failures":
            raise ObjectiveFailed(ending.failure_text(self._log))
        return self

    def confirm(
        self,
        objective: Callable[..., Any],
        *,
        k: int = 5,
        repeats: int = 3,
        workers: int = 1,
        executor: str | None = None,
        watch: Callable[[str], object] | None = print,
    ) -> "Confirmed":
        """Run the best few trials again on new splits and seeds, in rounds, and say which of them is best.

        The best of many noisy values is mostly lucky; new ones are not. Candidates are the trials that all trials
        together expect to be best (as `recommended`). After each round those are dropped whose paired corrected
        interval to the leader excludes nought. Every run and the verdict are written to the log: the same call goes on
        where an earlier one ended.

        Arguments:
            objective: the study's. One with `on_new_folds(turn)`, such as `CrossValidation`, is run on folds drawn
                anew each round, the same for all candidates; any other gets trials with another `seed`.
            k: how many candidates.
            repeats: rounds at most.
            workers, executor: as for `optimize`.
            watch: called with a line of text: first the cost, then each run, then the verdict; None for silence.

        Raises:
            ArgumentError: several goals, fewer than two different trials, folds that cannot be drawn anew.
            ObjectiveFailed: fewer than two candidates run again.

        >>> from ayar.study.front import minimize
        >>> def loss(trial):
        ...     return trial["x"] ** 2 + 0.001 * (trial.seed / 2**32)
        >>> study = minimize(loss, {"x": (-1.0, 1.0)}, max_trials=12, seed=0)
        >>> study.confirm(loss, k=3, watch=None).chosen.score < 0.1
        True
        """
        from ayar.study.confirming import confirm  # loads SciPy

        check_objective(objective)
        begin = getattr(objective, "begin", None)
        if callable(begin):
            begin(self)
        return confirm(self._seat, objective, k, repeats, running.Crew(workers, executor), watch)

    def leave(self) -> None:
        """Let the running `optimize` of this process start no further trial; running ones finish, and it returns.

        For a signal handler, or another thread: a machine that is about to be taken away loses nothing. Other workers
        go on.
        """
        self._own_seat.leaving = True

    def stop(self, reason: str = "user", *, why: str = "") -> None:
        """End the study for all workers; running trials finish. `minimize` with more budget goes on."""
        self._seat.write(StudyStopped(reason, why, by=author(self._seat.worker.name)))

    def change(self, *, why: str = "", **changes: Any) -> None:
        """Change max_trials, max_seconds, max_failures, retries, sampler or scheduler (None: no more).

        A larger budget opens the study again.

        Raises:
            ArgumentError: another setting, or a value out of range; nothing was changed.
        """
        changing.change(self._seat, why, changes)

    def change_space(
        self,
        space: Space | Mapping[str, Any],
        *,
        rename: Mapping[str, str] | None = None,
        fill: Mapping[str, Any] | None = None,
        why: str = "",
    ) -> SpaceChange:
        """Search another space from now on; trials of before are read in it, and count where it holds them.

        Ranges may be wider or narrower, choices, parameters and rules may come and go, and parameters may get other
        names. Trials that lie outside the new space are kept and shown, and are neither best nor learned from. Waiting
        trials that no longer fit are cancelled; running ones go on. Workers whose objective knows other parameters end
        with a word.

        Arguments:
            space: the new space; a mapping stands for its parameters, under the rules there are.
            rename: old name -> new name, of parameters that are the same but for that.
            fill: for a new parameter the value that the objective used before there was one, unless its default says
                it; for one that is gone the value it uses from now on, or `...` if the value never mattered.
            why: kept with the change.

        Returns:
            What changed; printed, it says so in words.

        Raises:
            SpaceError: a fill is missing, or a parameter became something else; the message says what to write.
            ArgumentError: nothing changed, or the objective defines the space by run.

        >>> from ayar.study.front import minimize
        >>> study = minimize(lambda trial: (trial["lr"] - 1.2) ** 2, {"lr": (0.0, 1.0)}, max_trials=8, seed=0)
        >>> print(study.change_space({"lr": (0.0, 2.0)}))
        lr widened to Float(0.0, 2.0)
        >>> print(study.change_space({"rate": (0.0, 2.0), "depth": (1, 4)}, rename={"lr": "rate"}, fill={"depth": 1}))
        lr is called rate now
        depth added: Int(1, 4); earlier trials had 1
        >>> study.best.params["depth"]
        1
        """
        return changing.change_space(self._seat, space, dict(rename or {}), dict(fill or {}), why)

    def cancel(self, number: int, *, why: str = "") -> None:
        """Take a waiting trial out of the queue.

        Raises:
            NoTrial: no trial has this number. ArgumentError: it does not wait.
        """
        changing.cancel(self._seat, number, why)

    def reopen(self) -> None:
        """Hand out trials again after a stop, unless the budget is still spent or the space exhausted."""
        ending.reopen(self._seat)

    def close(self) -> None:
        """Stop renewing leases and let go of the store."""
        self._own_seat.renewal.close()
        self.store.close()
